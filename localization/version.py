"""The version of everything between a source text and a shown one; part of every output's id and of memory's key."""

from typing import Final

PIPELINE_VERSION: Final = "1"
