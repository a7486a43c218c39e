"""A way in for a lane's records: what is in flight, how much of it the models see at once, and with which tools.

A lane has one for what its topic brings and, while something is replayed, a second one (streams/replay.py).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol

from msgspec import Struct

from agents.base import Tools
from schemas.errors import Refused
from schemas.reasons import Reason, Skip, Stage
from streams.admission import Admission
from streams.transaction import Progress
from streams.window import Slot, Window


class Bounds(Struct, frozen=True):
    """Records and bytes in flight at most, and the seconds that one record may be worked on."""

    records: int
    record_bytes: int
    timeout_s: float


class Intake:
    """A window and the admission that its records share with those of other lanes. Owned by one event loop.

    `process` decodes and localizes one record. `choose` is asked for every decoded record before anything is made of
    it: it may take its time, and a Skip as its answer ends the record there. `bell` rings when the window's head is
    done.
    """

    def __init__(
        self,
        tools: Tools,
        admission: Admission,
        bounds: Bounds,
        process: Callable[[Slot, "Intake"], Awaitable[None]],
        bell: asyncio.Event,
        choose: Callable[[Slot], Awaitable[Skip | None]] | None = None,
    ) -> None:
        self.tools = tools
        self.choose = choose
        self.window = Window(
            bounds.records, bounds.record_bytes, bounds.timeout_s, lambda slot: process(slot, self), self._expire, bell
        )
        self._admission = admission

    async def enter(self, slot: Slot) -> None:
        """Wait until the worker takes more of this kind of text into work; the record's time begins then."""
        size = len(slot.record.value or b"")
        if self.choose is None and self._admission.take(size):
            slot.inside, slot.admitted = size, slot.taken  # a moment ago: asking the clock would cost as much again
            return
        await self._admission.enter(size)
        slot.inside, slot.admitted = size, asyncio.get_running_loop().time()

    def leave(self, slot: Slot) -> None:
        """Give back the slot's place, once."""
        size, slot.inside = slot.inside, 0
        self._admission.leave(size)

    def forget(self) -> None:
        """Forget everything in flight. Work that does not let itself be cancelled must not keep its place."""
        for slot in self.window.clear():
            self.leave(slot)

    def _expire(self, slot: Slot) -> None:
        """Refuse a record whose time is up; work that will not end must not keep its place."""
        slot.refused = Refused(Stage.LOCALIZE, Reason.LOCALIZE_TIMEOUT, "localize took too long", retryable=True)
        self.leave(slot)


class Replayed(Struct, frozen=True):
    """What a replay has finished: records in offset order, perhaps none, and the progress that they are."""

    slots: Sequence[Slot] = ()
    progress: Progress | None = None


NOTHING: Final = Replayed()


class SecondFeed(Protocol):
    """Records of the past that share a runner's state and its transactions."""

    @property
    def failure(self) -> BaseException | None:
        """What must end the lane."""

    @property
    def due(self) -> bool:
        """Whether what is finished is worth a transaction even if nothing live is."""

    def finished(self, limit: int) -> Replayed:
        """Return the finished prefix."""

    def committed(self, replayed: Replayed, outcomes: Mapping[str, int]) -> None:
        """Forget what is durable now; `outcomes` counts what became of it."""

    def forget(self) -> None:
        """Forget everything in flight."""
