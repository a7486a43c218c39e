"""Less at a time when memory runs out, and more again later."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from inference.engine import ModelFault
from schemas.report import ModelFailed, Report

Item = TypeVar("Item")

TRIALS: Final = 1000
"""Runs without a fault after which the part is doubled again: what filled the memory may have left it, and a run that
fails for trying costs one in a thousand."""


class Ration:
    """How many items one run takes: `most`, halved and reported whenever memory runs out, down to one.

    One thread owns it.
    """

    def __init__(self, model: str, most: int, report: Callable[[Report], None]) -> None:
        self._model = model
        self._most = most
        self._report = report
        self._spared = 0
        self.size = most

    def run(self, items: Sequence[Item], run: Callable[[Sequence[Item]], None]) -> None:
        """Call `run` with parts of items, in order, until all are done; what failed for memory is tried in halves.

        `run` must leave things so that a failed part can be tried again. Raises ModelFault when a part fails for
        another reason, or for memory with one item alone.
        """
        at = 0
        while at < len(items):
            part = items[at : at + self.size]
            try:
                run(part)
            except ModelFault as fault:
                if not fault.memory or len(part) == 1:
                    raise
                self.size = len(part) // 2
                self._spared = 0
                told = f"out of memory, going on with {self.size} at a time ({fault})"
                self._report(ModelFailed(self._model, told, poison=False))
                continue
            at += len(part)
            self._grow()

    def _grow(self) -> None:
        if self.size == self._most:
            return
        self._spared += 1
        if self._spared >= TRIALS:
            self._spared = 0
            self.size = min(self._most, self.size * 2)
