"""The records of one lane that are in flight: taken in offset order, finished in any order, released in offset order.

Bounded by construction: at most `capacity` records are worked on at once, and the lane feeds no more while there is no
room. Knows neither Kafka nor agents.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from itertools import islice
from typing import Any

from msgspec import Struct

from inference.scheduling.queue_wait import QueueWait
from schemas.codec import Received, Record
from schemas.errors import Refused
from schemas.reasons import Skip

YIELD_EVERY = 64  # records a task may finish without suspending before it lets the event loop breathe


def being_cancelled() -> bool:
    """Whether somebody cancels the current task.

    A CancelledError without that comes out of a future that somebody else cancelled: an error like any other.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Slot(Struct):
    """One record on its way: what decoding, localizing or failing has made of it so far.

    `taken` and `admitted` are loop times: work on it began, and (set on admission) its time began to count; that stands
    still while `queue_wait` says that the pool serves others first. `inside` is what is held of a shared budget for it.
    `skipped`: a replay has nothing to say about it. `timeline` is what tracing keeps.
    """

    record: Record
    received: Received[Any] | None = None
    localized: Any = None
    refused: Refused | None = None
    skipped: Skip | None = None
    attempts: int = 1
    done: bool = False
    taken: float = 0.0
    admitted: float = 0.0
    queue_wait: QueueWait | None = None
    timeline: Any = None
    inside: int = 0
    expired: bool = False
    task: asyncio.Task[None] | None = None


class Window:
    """Runs `process` on many slots at once and shows the finished prefix.

    One event loop owns it. `process` leaves its result in the slot and raises only what must end the lane; `expire`
    marks a slot whose work took longer than `timeout_s`. `bell` is set whenever `head_done` is, and cleared by whoever
    listens: it may be shared with another window.
    """

    def __init__(
        self,
        capacity: int,
        capacity_bytes: int,
        timeout_s: float,
        process: Callable[[Slot], Awaitable[None]],
        expire: Callable[[Slot], None],
        bell: asyncio.Event | None = None,
    ) -> None:
        self.head_done = asyncio.Event()
        self._bell = asyncio.Event() if bell is None else bell
        self.empty = asyncio.Event()
        self.empty.set()
        self.failure: BaseException | None = None
        self._capacity = capacity
        self._capacity_bytes = capacity_bytes
        self._timeout_s = timeout_s
        self._process = process
        self._expire = expire
        self._ready: deque[Slot] = deque()  # the finished prefix
        self._slots: deque[Slot] = deque()  # what comes after it; its first is not finished
        self._pending: deque[Slot] = deque()
        self._working: set[asyncio.Task[None]] = set()
        self._stray: set[asyncio.Task[None]] = set()  # given up or cancelled, not ended yet; held so that they can end
        self._bytes = 0
        self._wanted = 0
        self._while_busy = False
        self._filled = asyncio.Event()
        self._spawn_next = 0
        self._watchdog: asyncio.TimerHandle | None = None
        self._watched = 0.0  # loop time of the last look

    def __len__(self) -> int:
        """Records held, finished ones included."""
        return len(self._ready) + len(self._slots)

    @property
    def has_room(self) -> bool:
        """Whether the lane may be fed."""
        return len(self) < self._capacity and self._bytes < self._capacity_bytes

    @property
    def ready(self) -> int:
        """Length of the finished prefix."""
        return len(self._ready)

    @property
    def last_offset(self) -> int | None:
        """Offset of the youngest record held."""
        youngest = self._slots or self._ready
        return youngest[-1].record.offset if youngest else None

    def oldest_taken(self) -> float | None:
        """Loop time at which work on the oldest record held began."""
        oldest = self._ready or self._slots
        return oldest[0].taken or None if oldest else None

    def put(self, records: Iterable[Record]) -> None:
        """Take records, in offset order, and start to work on them."""
        for record in records:
            slot = Slot(record)
            self._slots.append(slot)
            self._pending.append(slot)
            self._bytes += len(record.value or b"")
        self.empty.clear()
        if self._watchdog is None:
            self._watched = asyncio.get_running_loop().time()
            self._watch()
        self._begin_spawning()

    def prefix(self, limit: int) -> list[Slot]:
        """Return the finished records at the head, at most `limit`; they stay held until `release`."""
        return list(islice(self._ready, limit))

    @property
    def unfinished(self) -> int:
        """Records held after the finished prefix."""
        return len(self._slots)

    async def wait_filled(self, count: int, timeout_s: float, *, while_busy: bool = False) -> None:
        """Wait until the finished prefix has `count` records, until the time is up, or until `wake`.

        `while_busy`: wait no longer than there is unfinished work.
        """
        self._wanted, self._while_busy = count, while_busy
        self._filled.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):  # not wait_for, which can swallow a cancellation (3.11)
                await self._filled.wait()

    def wake(self) -> None:
        """End `wait_filled` now."""
        self._filled.set()

    def release(self, count: int) -> None:
        """Forget the first `count` records: they are durable."""
        for _ in range(count):
            self._bytes -= len(self._ready.popleft().record.value or b"")
        if not len(self):
            self.empty.set()
        if self.failure is None and not self._ready:
            self.head_done.clear()

    def fail(self, error: BaseException) -> None:
        """Have whoever waits for the head see this error."""
        self.failure = error
        self._ring()

    def clear(self) -> list[Slot]:
        """Forget everything; work under way is cancelled and its result thrown away. Returns what was unfinished."""
        unfinished = [slot for slot in self._slots if not slot.done]
        for task in self._working:
            task.cancel()
        self._stray |= self._working
        self._working.clear()
        for slot in self._slots:
            slot.done = True  # a result that still arrives counts for nothing
        self._ready.clear()
        self._slots.clear()
        self._pending.clear()
        self._bytes = 0
        self.failure = None
        self.head_done.clear()
        self.empty.set()
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None
        return unfinished

    def _begin_spawning(self) -> None:
        if not self._spawn_next:
            self._spawn_next = 1
            asyncio.get_running_loop().call_soon(self._spawn)

    def _spawn(self) -> None:
        """Start tasks in doubling steps while records wait.

        A task takes one record after the other, so work that never suspends costs one task for a whole batch; only
        work that does suspend makes records wait, and each further step then doubles the concurrency.
        """
        count = min(self._spawn_next, len(self._pending), self._capacity - len(self._working))
        for _ in range(count):
            task = asyncio.get_running_loop().create_task(self._work())
            self._working.add(task)
            task.add_done_callback(self._forget)
        self._spawn_next = self._spawn_next * 2 if count > 0 else 0
        if self._spawn_next:
            asyncio.get_running_loop().call_soon(self._spawn)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self._stray.discard(task)

    async def _work(self) -> None:
        served = 0
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        assert task is not None  # noqa: S101  (for the type checker: this is a task)
        while self._pending and task in self._working:
            slot = self._pending.popleft()
            slot.taken, slot.task = loop.time(), task
            try:
                await self._process(slot)
            except asyncio.CancelledError:
                if not slot.expired:
                    raise
                self._expire(slot)
            except BaseException as error:  # noqa: BLE001  (kept for the lane, which decides between reopening and exit)
                if task in self._working:  # else the lane has already forgotten this work
                    self.fail(error)
                return
            if slot.expired:
                task.uncancel()  # also where the work swallowed it: time-outs of the next record count cancellations
            self._finish(slot)
            served += 1
            if served % YIELD_EVERY == 0:
                await asyncio.sleep(0)

    def _finish(self, slot: Slot) -> None:
        if slot.done:  # given up by the watchdog before its work came to an end
            return
        slot.done, slot.task = True, None
        if not (self._slots and self._slots[0] is slot):
            return
        while self._slots and self._slots[0].done:
            self._ready.append(self._slots.popleft())
        self._ring()
        if len(self._ready) >= self._wanted or (self._while_busy and not self._slots):
            self._filled.set()

    def _ring(self) -> None:
        if not self.head_done.is_set():
            self.head_done.set()
        if not self._bell.is_set():
            self._bell.set()

    def _watch(self) -> None:
        """Cancel work that takes too long; work that will not be cancelled either is given up after as long again."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        passed, self._watched = now - self._watched, now
        for slot in tuple(self._slots):  # giving up its first moves it to the prefix
            if slot.done or not slot.admitted:
                continue
            if slot.queue_wait is not None and slot.queue_wait.now and not slot.expired:
                slot.admitted = min(now, slot.admitted + passed)
            if now - slot.admitted < self._timeout_s:
                continue
            if not slot.expired:
                slot.expired = True
                if slot.task is not None:
                    slot.task.cancel()
            elif now - slot.admitted > 2 * self._timeout_s:
                self._give_up(slot)
        self._watchdog = loop.call_later(min(1.0, self._timeout_s / 4), self._watch) if self._slots else None

    def _give_up(self, slot: Slot) -> None:
        if slot.task in self._working:
            self._working.discard(slot.task)  # its place is free for another task
            self._stray.add(slot.task)
            self._begin_spawning()
        self._expire(slot)
        self._finish(slot)
