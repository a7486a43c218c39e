"""The translation memory as workers share it: through two topics, and on disk (docs/adr/0008)."""
