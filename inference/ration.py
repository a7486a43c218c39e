"""Less at a time when memory runs out, and more again later."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from inference.engine import ModelFault

Item = TypeVar("Item")

TRIALS: Final = 1000
"""Runs without a fault after which the part is doubled again: what filled the memory may have left it, and a run that
fails for trying costs one in a thousand."""


class Ration:
    """How many items one run takes: `most`, halved whenever memory runs out, down to one. One thread owns it.

    `on_halved` hears of each fault that is answered with smaller runs, and of the new size.
    """

    def __init__(self, most: int, on_halved: Callable[[ModelFault, int], None]) -> None:
        self._most = most
        self._on_halved = on_halved
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
                self._on_halved(fault, self.size)
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
