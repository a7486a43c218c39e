"""The second feed of a lane: records of its own partition that operators want localized again, when there is time.

It reads from the request's progress up to its end with a consumer of its own, so the group's offsets stay where they
are, and never beyond what the live feed has committed. What it finishes goes through the runner like everything else:
the same state, so that what has been overtaken stays unsaid, and the same transactions, which carry its progress as an
offset of a second group. A lane that opens anew, here or elsewhere, goes on from there.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

import structlog
from aiokafka import TopicPartition
from msgspec import Struct, field

from agents.base import Tools
from agents.relocalization import asked_for
from schemas.codec import Record
from schemas.reasons import Skip
from schemas.relocalization import Relocalization, progress_group, utc_now
from schemas.report import ReplayCommitted, Reporter
from schemas.settings import Settings
from streams.admission import Admission
from streams.intake import NOTHING, Bounds, Intake, Replayed
from streams.requests import Requests
from streams.resume import name_of
from streams.runner import Runner
from streams.transaction import Progress
from streams.window import Slot, being_cancelled

log = structlog.get_logger(__name__)

LOOK_S: Final = 0.2  # a replay looks this often whether it may go on
COMMIT_S: Final = 1.0  # what is finished waits at most this long for its transaction
CLOSE_S: Final = 1.0  # for its consumer to leave
BACKOFF_S: Final = 2.0  # after a failure of its own consumer; the live feed does not notice


class Past(Protocol):
    """A partition as a replay reads it (streams/past.py)."""

    async def progress(self) -> int | None:
        """Return the offset committed for this request, None if there is none."""

    async def seek(self, offset: int) -> None:
        """Read from here on, or from the first record there still is."""

    async def fetch(self, count: int) -> Sequence[Record]:
        """Return the next records, at most `count`, perhaps none."""

    async def position(self) -> int:
        """Return the offset after everything fetched, and after gaps that hold nothing to fetch."""


class Run(Struct):
    """One request on its way through one partition: `next` and `end` are offsets, `next` is durable."""

    request: Relocalization
    group: str
    next: int
    end: int
    read: bool = False  # everything up to `end` has been put into the window
    waiting: deque[Record] = field(default_factory=deque)  # fetched, and not yet overtaken by the live feed


class Replay:
    """The replays of one lane, one request after the other. Owned by its lane, on the event loop.

    `past` opens the partition for a group that holds a request's progress. `busy`: whether live events are many enough
    on this worker that a replay has to wait.
    """

    def __init__(
        self,
        tp: TopicPartition,
        runner: Runner,
        tools: Tools,
        settings: Settings,
        admission: Admission,
        requests: Requests,
        past: Callable[[TopicPartition, str], AbstractAsyncContextManager[Past]],
        busy: Callable[[], bool],
        reporter: Reporter,
    ) -> None:
        self._tp = tp
        self._runner = runner
        self._settings = settings
        self._requests = requests
        self._past = past
        self._busy = busy
        self._report = reporter
        self._locales = tools.locales
        self._capacity = settings.lanes.replay_window
        bounds = Bounds(self._capacity, settings.lanes.window_bytes, settings.lanes.localize_timeout_s)
        self._intake = Intake(tools, admission, bounds, runner.process, runner.bell, self._choose)
        self._window = self._intake.window
        self._run: Run | None = None
        self._done: set[str] = set()
        self._calm = asyncio.Event()  # set while nothing live is in the way
        self._moved = asyncio.Event()  # set when the window may have room again
        self._pace = Pace(None)
        self._asked = False  # for a transaction, because the last one is a while ago
        self._rest_until = 0.0
        self._taken: Run | None = None  # what the transaction under way belongs to
        runner.replay = self

    # --- what the runner asks ---------------------------------------------------------------------------------------

    @property
    def failure(self) -> BaseException | None:
        """What must end the lane: a dead pool is dead for live events too."""
        return self._window.failure

    @property
    def due(self) -> bool:
        """Whether there is enough to commit: half a window, the end, or what has waited for a while."""
        if self._window.failure is not None:
            return True
        run = self._run
        if run is None or asyncio.get_running_loop().time() < self._rest_until:
            return False
        if run.read and not self._window.unfinished:
            return run.next < run.end
        return 2 * self._window.ready >= self._capacity or (self._asked and self._window.ready > 0)

    def finished(self, limit: int) -> Replayed:
        """Return the finished prefix; the last one of all has the end as its progress, whatever gaps are before it."""
        run = self._taken = self._run
        if run is None or asyncio.get_running_loop().time() < self._rest_until:
            return NOTHING
        slots = self._window.prefix(limit)
        if run.read and len(slots) == len(self._window):
            return Replayed(slots, Progress(run.group, run.end)) if run.next < run.end else NOTHING
        return Replayed(slots, Progress(run.group, slots[-1].record.offset + 1)) if slots else NOTHING

    def committed(self, replayed: Replayed, outcomes: Mapping[str, int]) -> None:
        """Forget what is durable, and rest as long as live transactions do."""
        self._report(ReplayCommitted(self._tp.topic, self._tp.partition, dict(outcomes)))
        run = self._run
        if run is None or run is not self._taken or replayed.progress is None:
            return  # taken back meanwhile
        self._window.release(len(replayed.slots))
        run.next = replayed.progress.next_offset
        self._asked = False
        self._moved.set()
        loop, rest_s = asyncio.get_running_loop(), self._settings.lanes.commit_interval_s
        self._rest_until = loop.time() + rest_s
        loop.call_later(rest_s, self._runner.bell.set)

    def forget(self) -> None:
        """Forget everything in flight."""
        self._run = None
        self._intake.forget()

    @property
    def left(self) -> int | None:
        """Offsets that the replay under way has yet to pass; None where nothing is replayed."""
        return None if self._run is None else self._run.end - self._run.next

    # --- its life, beside that of the runner -------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Replay what is asked for as long as the block runs; nothing that fails here reaches the block."""
        task = asyncio.get_running_loop().create_task(self._live(), name=f"replay {name_of(self._tp)}")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task], timeout=CLOSE_S)  # one that is still closing its consumer touches nothing more
            self.forget()

    async def _live(self) -> None:
        """Take up one request after the other, for ever."""
        await self._requests.known.wait()  # else one that was taken back long ago might be begun
        while True:
            news = self._requests.news
            request = self._next_request()
            if request is None:
                await news.wait()
                continue
            try:
                if await self._replay(request):
                    self._done.add(request.id)
            except (Exception, asyncio.CancelledError) as error:
                if being_cancelled():
                    raise
                log.warning("replay_interrupted", request=request.id, partition=self._tp.partition, error=repr(error))
                self.forget()
                await asyncio.sleep(BACKOFF_S)
            self.forget()

    def _next_request(self) -> Relocalization | None:
        asked = self._requests.standing(self._tp)
        return next((request for request in asked if request.id not in self._done), None)

    async def _replay(self, request: Relocalization) -> bool:
        """Replay what is left of a request; False when it was taken back before its end."""
        group = progress_group(self._settings.kafka.group, request.id)
        begin, end = request.begins[self._tp.partition], request.ends[self._tp.partition]
        async with self._past(self._tp, group) as past:
            progress = await past.progress()
            if progress is None and request.lapsed(utc_now()):
                log.info("relocalization_lapsed", request=request.id, partition=self._tp.partition)
                return True
            at = begin if progress is None else progress
            if at >= end:
                return True
            log.info("replay_begins", request=request.id, partition=self._tp.partition, offset=at, end=end)
            await past.seek(at)
            self._pace = Pace(request.rate and request.rate / request.busy_partitions)
            self._run = run = Run(request, group, at, end)
            while run.next < end:
                if not self._requests.stands(request):
                    log.info("replay_taken_back", request=request.id, partition=self._tp.partition, offset=run.next)
                    return False
                await self._go_on(run, past)
            log.info("replay_done", request=request.id, partition=self._tp.partition)
            return True

    async def _go_on(self, run: Run, past: Past) -> None:
        """Put what may be replayed now into the window, or wait a moment."""
        self._moved.clear()
        if self._busy():
            self._calm.clear()
        else:
            self._calm.set()
            await self._fetch(run, past)
            if self._put(run):
                return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await self._moved.wait()
        if asyncio.get_running_loop().time() > self._rest_until + COMMIT_S:
            self._asked = True
            self._runner.bell.set()

    async def _fetch(self, run: Run, past: Past) -> None:
        """Have records waiting, unless everything up to the end has been fetched."""
        if run.waiting or run.read or not self._window.has_room:
            return
        records = await past.fetch(self._capacity)
        run.waiting.extend(record for record in records if record.offset < run.end)
        if not run.waiting and await past.position() >= run.end:
            run.read = True
            self._runner.bell.set()

    def _put(self, run: Run) -> bool:
        """Move records into the window: as many as it takes, and none that the live feed has not committed yet."""
        now: list[Record] = []
        room = self._capacity - len(self._window) if self._window.has_room else 0
        while run.waiting and len(now) < room and run.waiting[0].offset < self._runner.position:
            now.append(run.waiting.popleft())
        if now:
            self._window.put(now)
        return bool(now)

    async def _choose(self, slot: Slot) -> Skip | None:
        """Leave out what was not asked for or has been overtaken; let the rest pass in its time."""
        run, received = self._run, slot.received
        assert run is not None  # noqa: S101  (for the type checker; without a run nothing is in the window)
        assert received is not None  # noqa: S101  (for the type checker; the runner asks after decoding)
        if not asked_for(received.event, run.request, self._locales):
            return Skip.NOT_ASKED_FOR
        skipped = self._runner.overtaken(slot)
        if skipped is None:
            await self._pace.turn()
            await self._calm.wait()
        return skipped


class Pace:
    """Lets callers pass at most `rate` times a second, evenly; None lets all pass."""

    def __init__(self, rate: float | None) -> None:
        self._apart_s = 0.0 if rate is None else 1.0 / rate
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for one's turn."""
        if self._apart_s:
            now = asyncio.get_running_loop().time()
            turn = max(self._next, now)
            self._next = turn + self._apart_s
            await asyncio.sleep(turn - now)
