"""The state of lanes on disk, behind their changelogs (docs/adr/0012)."""
