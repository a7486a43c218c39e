"""The version of everything between a source text and a shown one; part of every output's id and of memory's key."""

from typing import Final

# Raise it when protecting, judging, formats or catalogues change what may be shown, or when an agent fills a new field:
# without that the same version and content is dropped as a repeat, and an old id stands over a new text.
PIPELINE_VERSION: Final = "1"
