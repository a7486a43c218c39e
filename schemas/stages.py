"""How long the stages of an event's way take: a sample, for a clock around everything would be work of its own."""

import time
from typing import Final, Literal

from schemas.report import Reporter, StageTimed

# Of a record: decode, localize (once admitted, with its waits in the pool). Of a prefix: settle, commit. Of a text:
# clean, segment, assemble. Of a segment: protect, memory, model (with the wait in the queue), gate (with putting
# protected spans back).
StageName = Literal[
    "decode", "localize", "settle", "commit", "clean", "segment", "assemble", "protect", "memory", "model", "gate"
]
EACH: Final = 16  # one of so many is timed, the first among them


class Stages:
    """Times a part of what passes. One event loop owns it; any number of a stage may be under way."""

    def __init__(self, reporter: Reporter) -> None:
        self._report = reporter
        self._begun: dict[str, int] = {}

    def begin(self, stage: StageName) -> float:
        """Return what `end` wants: the moment, or 0.0 where nobody looks at the clock."""
        begun = self._begun.get(stage, 0)
        self._begun[stage] = begun + 1
        return 0.0 if begun % EACH else time.perf_counter()

    def end(self, stage: StageName, began: float) -> None:
        """Report a stage that has come to its end; one that raises is not reported."""
        if began:
            self._report(StageTimed(stage, time.perf_counter() - began))
