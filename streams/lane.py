"""A lane: one input partition of this worker, from assignment to revocation.

It owns its position, its producer and its runner. Opening goes in this order and no other:

1. the producer starts: InitProducerId fences the previous owner and settles its transaction;
2. the committed offset is read: before the fence it was stale in 86 of 100 tries, after it in none of 99;
3. the state on disk is brought up to the end of its changelog, committed records only, and must not be ahead of the
   committed offset;
4. the drain loop seeks (streams/driver.py), and records flow.

After any failure the lane forgets its work and starts again at 1; what was not committed is done again.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError, ProducerFenced
from msgspec import Struct

from schemas.codec import Record
from schemas.errors import Fatal, OperatorError
from schemas.report import LaneOpened, LaneReopening, Reporter
from schemas.settings import Settings
from schemas.topics import changelog
from streams.changelog import restore
from streams.group import Group
from streams.limits import Limits
from streams.refusals import FORBIDDEN, forbidden
from streams.replay import Replay
from streams.resume import Overtaken, name_of, resume
from streams.runner import Runner
from streams.status import LaneStatus
from streams.transaction import LaneProducer, Message, Progress, TooLarge
from streams.window import being_cancelled

LIVING = ("opening", "open")  # the states of a lane that serves or will; it also drains, and is closed
BACKOFF_S = (0.1, 2.0)  # first and longest pause before a lane opens again; it starts anew after a commit
# Passes, or is mended over there: open again for ever.
BROKER_TROUBLE = (KafkaError, OSError, TimeoutError, TooLarge, Overtaken)
FAULTS_MAX = 10  # failures of any other kind, without a commit between them, before the process ends
PRESSED_SHARE = 8  # of the window; priorities keep live events ahead of a replay, this keeps their queue short
STALE_MAX = 3  # such fetches before the lane opens again, and looks whether the partition still is what it was


class Stale(Exception):
    """The broker gives older records than asked for: the end of the partition lies before the lane's position."""


class Batch(Struct, frozen=True):
    """Records of one lane as fetched: what a Faust agent receives as one event."""

    lane: "Lane"
    records: Sequence[Record]
    epoch: int

    def start(self) -> None:
        """Hand the records to the lane's runner, unless the lane has been rewound since they were fetched."""
        self.lane.take(self)


class Lane:
    """One input partition: fed by the drain loop, served by its runner, opened again after a failure."""

    def __init__(
        self,
        tp: TopicPartition,
        group: Group,
        settings: Settings,
        runner: Runner,
        producer: Callable[[Mapping[str, int]], LaneProducer],
        read_limits: Callable[[], Awaitable[Limits]],
        reporter: Reporter,
        fail: Callable[[BaseException], None],
        replay: Replay | None = None,
    ) -> None:
        self.tp = tp
        self.wants_seek = False
        self.next_offset: int | None = None
        self._position: int | None = None
        self._group = group
        self._settings = settings
        self._runner = runner
        self._replay = replay
        self._new_producer = producer
        self._producer: LaneProducer | None = None
        self._report = reporter
        self._fail = fail
        self._read_limits = read_limits
        self._too_large: str | None = None  # the topic for which the broker has refused a size
        self._faults = 0
        self._stale = 0  # fetches in a row that brought nothing but old records
        self._pause_s = BACKOFF_S[0]
        self._state = "opening"
        self._epoch = 0
        self._queued = 0
        self._reopens = 0
        self._restored = 0.0  # how far the state is read while the lane opens, 0 to 1
        self._draining = False
        self._task: asyncio.Task[None] | None = None

    # --- fed by the drain loop ---------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether records flow."""
        return self._state == "open"

    @property
    def is_opening(self) -> bool:
        """Whether the lane is asking the broker where to begin."""
        return self._state == "opening"

    @property
    def has_room(self) -> bool:
        """Whether the drain loop may fetch for this lane."""
        window = self._runner.window
        return self.is_open and not self.wants_seek and window.has_room and self._queued < self._settings.lanes.window

    @property
    def is_pressed(self) -> bool:
        """Whether so much is being worked on that a replay had better wait."""
        return self._runner.window.unfinished >= max(1, self._settings.lanes.window // PRESSED_SHARE)

    def feed(self, records: Sequence[Record]) -> Batch | None:
        """Take fetched records, gaps included (compaction, markers); None when none is new or wanted: rewind then."""
        if not self.is_open or self.wants_seek or self.next_offset is None:
            return None
        fresh = [record for record in records if record.offset >= self.next_offset]
        if not fresh:
            self._stale += 1
            if self._stale >= STALE_MAX:
                self._runner.window.fail(Stale(f"fetched up to {records[-1].offset} instead of {self.next_offset}"))
            return None
        self._stale = 0
        self.next_offset = fresh[-1].offset + 1
        self._queued += len(fresh)
        return Batch(self, fresh, self._epoch)

    def take(self, batch: Batch) -> None:
        """Move a batch from the agent's channel into the window."""
        if batch.epoch != self._epoch or not self.is_open:
            return
        self._queued -= len(batch.records)
        self._runner.window.put(batch.records)

    def rewind(self) -> None:
        """Forget batches that are fetched and not yet taken; they will be fetched again."""
        self._epoch += 1
        self._queued = 0
        if self._position is not None:
            last = self._runner.window.last_offset
            self.next_offset = self._position if last is None else last + 1
        self.wants_seek = True
        self._group.wake()

    # --- life --------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Open in the background: aiokafka sends no heartbeat until its assignment callback has returned."""
        self._task = asyncio.get_running_loop().create_task(self._live(), name=f"lane {name_of(self.tp)}")

    async def _live(self) -> None:
        """Open and serve, again after every failure. Whatever happens, the lane opens again or the process ends."""
        try:
            while self._state in LIVING:
                error = await self._serve_until_failure()
                await self._reset(error)
                await self._wait_for_membership()
        except asyncio.CancelledError as error:
            if being_cancelled():
                raise
            self._fail(Fatal(f"{name_of(self.tp)} found something cancelled while it started again: {error!r}"))
        except Exception as error:  # noqa: BLE001  (a lane that ended without a word would stall its partition for ever)
            self._fail(error)

    async def _serve_until_failure(self) -> BaseException:
        """Open, then serve; return what failed. Raises what opening again cannot mend."""
        try:
            async with asyncio.timeout(self._settings.lanes.open_timeout_s) as limit:
                await self._open(limit)
            async with contextlib.nullcontext() if self._replay is None else self._replay.beside():
                await self._runner.serve(self._commit, self._committed, lambda: self._draining)
        except Fatal:
            raise
        except asyncio.CancelledError as error:
            if being_cancelled():
                raise
            return self._count(error)
        except Exception as error:  # noqa: BLE001  (fenced, timed out, refused, unknown: all mean the same here)
            return self._count(error)
        raise Fatal("a lane's runner ended by itself")

    def _count(self, error: BaseException) -> BaseException:
        """Return the error, unless it is one of too many that no broker explains, or one of rights."""
        if isinstance(error, FORBIDDEN):
            raise forbidden(self._settings.kafka, error, f"for {name_of(self.tp)}") from error
        if not isinstance(error, BROKER_TROUBLE):
            self._faults += 1
            if self._faults >= FAULTS_MAX:
                raise Fatal(
                    f"{name_of(self.tp)} failed {self._faults} times in a row: {type(error).__name__}: {error}"
                ) from error
        return error

    async def _open(self, limit: asyncio.Timeout) -> None:
        started = time.monotonic()
        if self._too_large is not None:
            await self._lower_limit(self._too_large)
        self._producer = self._new_producer(self._runner.limits.topics)
        await self._producer.start()
        committed = await self._group.committed(self.tp)
        states = TopicPartition(changelog(self.tp.topic), self.tp.partition)
        restored = await restore(self._settings.kafka, states, self._runner.state, self._restoring(limit))
        bounds = await self._group.bounds(self.tp)
        offset = await resume(self._group, self.tp, committed, restored.input_offset, bounds)
        if self._state not in LIVING:  # told to drain or to close meanwhile
            return
        self._runner.begin(offset)
        self._position = self.next_offset = offset
        self._epoch += 1
        self._queued = self._stale = 0
        self._state = "open"
        self.wants_seek = True
        self._group.wake()
        topic, number = self.tp
        seconds = time.monotonic() - started
        self._report(LaneOpened(topic, number, offset, restored.records, restored.on_disk, seconds))

    def _restoring(self, limit: asyncio.Timeout) -> Callable[[float], None]:
        """Return what is told how far the state is read: a large one may take minutes, as long as it moves on."""
        self._restored = 0.0

        def tell(share: float) -> None:
            self._restored = share
            limit.reschedule(asyncio.get_running_loop().time() + self._settings.lanes.open_timeout_s)

        return tell

    async def _lower_limit(self, topic: str) -> None:
        """Ask the broker what it takes, for it has refused what it had allowed."""
        try:
            told = await self._read_limits()
        except OperatorError as error:
            raise ConnectionError(str(error)) from error  # the broker was there a moment ago: try again
        self._runner.lower_limit(topic, told)
        self._too_large = None

    async def _commit(
        self, messages: Mapping[str, Sequence[Message]], next_offset: int, progress: Progress | None
    ) -> Mapping[str, int]:
        assert self._producer is not None  # noqa: S101  (for the type checker; an open lane has one)
        return await self._producer.commit(messages, next_offset, progress)

    def _committed(self, next_offset: int) -> None:
        self._position = next_offset
        self._faults, self._pause_s = 0, BACKOFF_S[0]
        self._group.wake()  # the window has room again

    async def _reset(self, error: BaseException) -> None:
        """Drop the producer and forget work and state: whatever the transaction's fate, the broker knows it."""
        fenced = isinstance(error, ProducerFenced)
        self._reopens += 1
        told = f"{type(error).__name__}: {error}".removesuffix(": ")
        self._report(LaneReopening(self.tp.topic, self.tp.partition, fenced, told))
        if isinstance(error, TooLarge):
            self._too_large = error.topic
        if self._state in LIVING:
            self._state = "opening"
        self._epoch += 1
        self._queued = 0
        self._position = self.next_offset = None
        self._runner.forget()
        await self._drop_producer()

    async def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.drop()

    async def _wait_for_membership(self) -> None:
        """Wait until the group knows us: a zombie that reopened at once would fence the rightful owner back."""
        while self._state in LIVING:
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(BACKOFF_S[1], self._pause_s * 2)
            if await self._group.is_member():
                break

    async def flush(self, timeout_s: float) -> None:
        """Commit what is finished (not what is still being worked on), within the time given."""
        before, self._draining = self._draining, True
        try:
            async with asyncio.timeout(timeout_s):
                while self.is_open and self._runner.has_finished:
                    self._runner.window.wake()
                    await asyncio.sleep(0)  # `serve` takes up the finished head
                    await self._runner.quiet.wait()
        except TimeoutError:
            pass  # what is not committed now is done again by the next owner
        finally:
            self._draining = before

    async def drain(self, timeout_s: float) -> None:
        """Finish everything in flight and commit it, within the time given; nothing more is taken from now on."""
        if self._state in LIVING:
            self._state = "draining"
        self._draining = True
        self._runner.window.wake()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._runner.window.empty.wait()

    async def close(self) -> None:
        """End the lane. An open transaction is settled by the next owner, or by its time-out."""
        self._state = "closed"
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=2)
        self._runner.forget()
        await self._drop_producer()

    def status(self) -> LaneStatus:
        """Return the lane as it is now."""
        window = self._runner.window
        oldest = window.oldest_taken()
        age_s = 0.0 if oldest is None else max(0.0, asyncio.get_running_loop().time() - oldest)
        return LaneStatus(
            topic=self.tp.topic,
            partition=self.tp.partition,
            state=self._state,
            position=self._position,
            fetched=self.next_offset,
            in_flight=len(window) + self._queued,
            oldest_unfinished_s=age_s,
            reopens=self._reopens,
            restored=1.0 if self._state == "open" else self._restored,
            replay_left=None if self._replay is None else self._replay.left,
        )
