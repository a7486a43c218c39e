"""Recall: the layers of memory, asked from the nearest to the farthest."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from localization.memory.corrections import Corrections
from localization.memory.rows import Row, Shelf, find, row_of
from localization.memory.verdicts import Key, Verdict

SEGMENT_CHARS_MAX: Final = 10_000  # what is longer is no sentence, and nobody says it twice


class Memory:
    """The verdicts of one process, at most `entries` of them at hand, and those of `store` behind them.

    The least recently used leave first. What people have corrected is in `corrections` and outranks all of it. `share`
    is told of every new verdict, so that other processes need not ask for it. Refusals are kept too: a replay asks for
    nothing twice. One event loop owns it.
    """

    def __init__(
        self,
        entries: int,
        *,
        store: Shelf | None = None,
        share: Callable[[Key, Verdict], None] | None = None,
    ) -> None:
        self.corrections = Corrections()
        self._entries = entries
        self._verdicts: OrderedDict[Key, Verdict] = OrderedDict()
        self._names: dict[bytes, Key] = {}
        self._shelves: tuple[Shelf, ...] = (self._at_hand,) if store is None else (self._at_hand, store)
        self._share = share

    def __len__(self) -> int:
        return len(self._verdicts)

    def recall(self, key: Key) -> Verdict | None:
        """Return what is known about a segment, or None; `kind` says whether it was known for this very segment."""
        verdict = self._verdicts.get(key)
        if verdict is not None:
            self._verdicts.move_to_end(key)
            return verdict
        verdict = find(key, *self._shelves)
        if verdict is not None:
            self._keep(key, verdict)
        return verdict

    def remember(self, key: Key, verdict: Verdict) -> None:
        """Keep a verdict and share it; with room for none, it is only shared."""
        if len(key.segment) > SEGMENT_CHARS_MAX:
            return
        if key in self._verdicts:  # what was said before may stand under another name
            self._forget(key)
        self._names[row_of(key, verdict)[0]] = key
        self._keep(key, verdict)
        if self._share is not None:
            self._share(key, verdict)

    def corrected(self, source_locale: str, target_locale: str, text: str) -> str | None:
        """Return what a person wants shown for a cleaned text, a whole field or one segment of it, or None."""
        return self.corrections.find(source_locale, target_locale, text)

    def _keep(self, key: Key, verdict: Verdict) -> None:
        self._verdicts[key] = verdict
        self._verdicts.move_to_end(key)
        if len(self._verdicts) > self._entries:
            self._forget(next(iter(self._verdicts)))

    def _forget(self, key: Key) -> None:
        name = row_of(key, self._verdicts.pop(key))[0]
        if self._names.get(name) == key:
            del self._names[name]

    def _at_hand(self, name: bytes) -> Row | None:
        """Return the row under a name, made anew: it is asked for when a model would have to be, otherwise."""
        key = self._names.get(name)
        if key is None:
            return None
        self._verdicts.move_to_end(key)
        return row_of(key, self._verdicts[key])[1]
