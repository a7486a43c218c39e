"""Memory: what a model was asked before is not asked again."""

from collections import OrderedDict

from msgspec import Struct

from schemas.reasons import Warn


class Key(Struct, frozen=True, array_like=True):
    """A segment as it was asked; the model's version is the hash of its weights."""

    source_locale: str
    target_locale: str
    segment: str
    model_version: str
    pipeline_version: str


class Verdict(Struct, frozen=True):
    """What the gate said about a segment: a translation that passed, or why there is none.

    `output` still holds the stand-ins of the masked text, so a price that changed finds it too; `strict` says by which
    masking it was made. `cut`: the segment is only understood in pieces, and each of them has a verdict of its own.
    """

    output: str | None = None
    strict: bool = False
    cut: bool = False
    refused: Warn | None = None


class Memory:
    """The verdicts of one process, at most `entries` of them; the least recently used leave first.

    Refusals are kept too: a replay asks for nothing twice. One event loop owns it.
    """

    def __init__(self, entries: int) -> None:
        self._entries = entries
        self._verdicts: OrderedDict[Key, Verdict] = OrderedDict()

    def __len__(self) -> int:
        return len(self._verdicts)

    def recall(self, key: Key) -> Verdict | None:
        """Return what is known about a segment, or None."""
        verdict = self._verdicts.get(key)
        if verdict is not None:
            self._verdicts.move_to_end(key)
        return verdict

    def remember(self, key: Key, verdict: Verdict) -> None:
        """Keep a verdict; with room for none, nothing is kept."""
        self._verdicts[key] = verdict
        if len(self._verdicts) > self._entries:
            self._verdicts.popitem(last=False)
