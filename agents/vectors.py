"""Vectors of texts seen lately: the same text through the same model need not run again."""

from collections import OrderedDict
from typing import Final

from inference.requests import Embedding

# 4096 vectors of 512 float32 are 8 MB.
VECTORS_MAX: Final = 4096


class VectorMemory:
    """The last vectors by source hash, least recently used out first. Owned by one event loop."""

    def __init__(self, entries_max: int = VECTORS_MAX) -> None:
        self._entries: OrderedDict[str, Embedding] = OrderedDict()
        self._entries_max = entries_max

    def recall(self, source_hash: str) -> Embedding | None:
        """Return the vector of a text, if it is still remembered."""
        if source_hash in self._entries:
            self._entries.move_to_end(source_hash)
        return self._entries.get(source_hash)

    def remember(self, source_hash: str, embedding: Embedding) -> None:
        """Keep a vector; the one unused for longest makes room."""
        self._entries[source_hash] = embedding
        self._entries.move_to_end(source_hash)
        if len(self._entries) > self._entries_max:
            self._entries.popitem(last=False)
