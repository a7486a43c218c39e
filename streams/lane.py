"""A lane: one input partition of this worker, from assignment to revocation.

It owns its position, its producer and its runner. Opening goes in this order and no other:

1. the producer starts: InitProducerId fences the previous owner and settles its transaction;
2. the committed offset is read: before the fence it was stale in 86 of 100 tries, after it in none of 99;
3. the state is restored, committed records only, and must not be ahead of the committed offset;
4. the drain loop seeks (streams/driver.py), and records flow.

After any failure the lane forgets its work and starts again at 1; what was not committed is done again.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from aiokafka import TopicPartition
from aiokafka.errors import MessageSizeTooLargeError, ProducerFenced, RecordTooLargeError
from msgspec import Struct

from schemas.codec import Record
from schemas.errors import Fatal, OperatorError
from schemas.report import LaneOpened, LaneReopening, Reporter
from schemas.settings import Settings
from schemas.topics import changelog
from streams.changelog import restore
from streams.runner import Runner
from streams.status import LaneStatus
from streams.transaction import LaneProducer, Message

BACKOFF_S = (0.1, 2.0)  # first and longest pause before a lane opens again


class Group(Protocol):
    """What a lane asks of the consumer group it belongs to (streams/driver.py)."""

    async def committed(self, tp: TopicPartition) -> int | None:
        """Return the group's committed offset, from the broker."""

    async def bounds(self, tp: TopicPartition) -> tuple[int, int]:
        """Return the first and the end offset of a partition."""

    async def is_member(self) -> bool:
        """Whether the broker still knows this worker: one good heartbeat."""

    def wake(self) -> None:
        """Have the drain loop look at the lanes again."""


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
        producer: Callable[[], LaneProducer],
        reporter: Reporter,
        fail: Callable[[BaseException], None],
    ) -> None:
        self.tp = tp
        self.wants_seek = False
        self.next_offset: int | None = None
        self._position: int | None = None
        self._group = group
        self._settings = settings
        self._runner = runner
        self._new_producer = producer
        self._producer: LaneProducer | None = None
        self._report = reporter
        self._fail = fail
        self._state = "opening"
        self._epoch = 0
        self._queued = 0
        self._reopens = 0
        self._draining = False
        self._task: asyncio.Task[None] | None = None

    # --- fed by the drain loop ---------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether records flow."""
        return self._state == "open"

    @property
    def has_room(self) -> bool:
        """Whether the drain loop may fetch for this lane."""
        window = self._runner.window
        return self.is_open and not self.wants_seek and window.has_room and self._queued < self._settings.lanes.window

    def feed(self, records: Sequence[Record]) -> Batch | None:
        """Take fetched records; None when they do not follow on, and the lane must be rewound."""
        if not self.is_open or self.wants_seek or self.next_offset is None:
            return None
        fresh = [record for record in records if record.offset >= self.next_offset]
        if not fresh:
            return None
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
        self._task = asyncio.get_running_loop().create_task(
            self._live(), name=f"lane {self.tp.topic}-{self.tp.partition}"
        )

    async def _live(self) -> None:
        pause_s = BACKOFF_S[0]
        while self._state != "closed":
            try:
                async with asyncio.timeout(self._settings.lanes.open_timeout_s):
                    await self._open()
                pause_s = BACKOFF_S[0]
                await self._runner.serve(self._commit, self._committed, lambda: self._draining)
            except Fatal as error:
                self._fail(error)
                return
            except Exception as error:  # noqa: BLE001  (fenced, timed out, refused, unknown: all mean the same here)
                await self._reset(error)
                pause_s = await self._wait_for_membership(pause_s)

    async def _open(self) -> None:
        started = time.monotonic()
        self._producer = self._new_producer()
        await self._producer.start()
        committed = await self._group.committed(self.tp)
        topic = changelog(self.tp.topic)
        restored = await restore(
            self._settings.kafka, TopicPartition(topic, self.tp.partition), self._runner.agent.state
        )
        first, end = await self._group.bounds(self.tp)
        offset = first if committed is None else committed
        self._check(offset, end, restored.input_offset, topic)
        self._runner.state = restored.state
        self._position = self.next_offset = offset
        self._epoch += 1
        self._queued = 0
        self._state = "open"
        self.wants_seek = True
        self._group.wake()
        self._report(
            LaneOpened(self.tp.topic, self.tp.partition, offset, len(restored.state), time.monotonic() - started)
        )

    def _check(self, offset: int, end: int, state_offset: int | None, topic: str) -> None:
        """Refuse to go on from offsets that contradict each other; guessing would lose or repeat records."""
        name = f"{self.tp.topic}[{self.tp.partition}]"
        if state_offset is not None and state_offset > offset:
            raise OperatorError(
                f"{topic} is at input offset {state_offset} but the group has committed {offset} of {name}:"
                f" offsets were reset; delete the records of {topic} too, or commit {state_offset}"
            )
        if offset > end:
            raise OperatorError(
                f"the group has committed {offset} of {name}, which ends at {end}: the topic was made anew;"
                " delete the group's offsets, or use another group"
            )

    async def _commit(self, messages: Mapping[str, Sequence[Message]], next_offset: int) -> None:
        assert self._producer is not None  # noqa: S101  (for the type checker; an open lane has one)
        await self._producer.commit(messages, next_offset)

    def _committed(self, next_offset: int) -> None:
        self._position = next_offset
        self._group.wake()  # the window has room again

    async def _reset(self, error: Exception) -> None:
        """Drop the producer and forget work and state: whatever the transaction's fate, the broker knows it."""
        fenced = isinstance(error, ProducerFenced)
        self._reopens += 1
        self._report(LaneReopening(self.tp.topic, self.tp.partition, fenced, f"{type(error).__name__}: {error}"))
        if isinstance(error, MessageSizeTooLargeError | RecordTooLargeError):
            self._runner.lower_limits()
        if self._state != "closed":
            self._state = "opening"
        self._epoch += 1
        self._queued = 0
        self._position = self.next_offset = None
        self._runner.window.clear()
        self._runner.state = {}
        await self._drop_producer()

    async def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.drop()

    async def _wait_for_membership(self, pause_s: float) -> float:
        """Wait until the group knows us: a zombie that reopened at once would fence the rightful owner back."""
        while self._state != "closed":
            await asyncio.sleep(pause_s)
            pause_s = min(BACKOFF_S[1], pause_s * 2)
            if await self._group.is_member():
                break
        return pause_s

    async def flush(self, timeout_s: float) -> None:
        """Commit what is finished (not what is still being worked on), within the time given."""
        self._draining = True
        try:
            async with asyncio.timeout(timeout_s):
                while self.is_open and self._runner.has_finished:
                    self._runner.window.wake()
                    await asyncio.sleep(0)  # `serve` takes up the finished head
                    await self._runner.quiet.wait()
        except TimeoutError:
            pass  # what is not committed now is done again by the next owner
        finally:
            self._draining = False

    async def drain(self, timeout_s: float) -> None:
        """Finish everything in flight and commit it, within the time given; nothing more is fetched."""
        self._epoch += 1
        self._queued = 0
        self._draining = True
        self._runner.window.wake()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._runner.window.empty.wait(), timeout_s)

    async def close(self) -> None:
        """End the lane. An open transaction is settled by the next owner, or by its time-out."""
        self._state = "closed"
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=2)
        self._runner.window.clear()
        await self._drop_producer()

    def status(self) -> LaneStatus:
        """Return the lane as it is now."""
        window = self._runner.window
        oldest = window.oldest_started()
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
        )
