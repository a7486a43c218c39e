"""The true lag of a consumer group, read from the side: it joins no group and disturbs no worker.

A worker's own view cannot be trusted here: a client's end offset stands still while its partition waits for room, and
a worker that is gone shows nothing at all.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from enum import StrEnum
from typing import Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord
from msgspec import Struct
from msgspec.structs import replace

from schemas.errors import OperatorError
from streams.connection import Where, connection
from streams.group_facts import STABLE, committed_offsets, holders, partitions_of
from streams.reach import admin_client, broker_errors

PEEK_BYTES: Final = 16 * 1024  # one record is wanted, and all that come are decoded; a producer's usual batch
PEEK_WAIT_MS: Final = 100
RETRY_S: Final = 0.1
STILL_S: Final = 10.0  # what came between two samples stands still as well, for a moment


class LagStatus(StrEnum):
    """What the numbers mean. MOVING and STALLED need two samples; BEHIND is what one sample can say.

    SLOW moves, and falls no less far behind for it (streams/trend.py). What is STALLED is at least STILL_S old.
    """

    CAUGHT_UP = "caught_up"
    BEHIND = "behind"
    MOVING = "moving"
    SLOW = "slow"
    STALLED = "stalled"
    STOPPED = "stopped"
    UNCOMMITTED = "uncommitted"


class PartitionLag(Struct, frozen=True):
    """How far the group is behind on one partition.

    `end` is the end for read_committed readers. `records` counts offsets from the first readable uncommitted record
    to the end, so markers of transactions between them count too; 0 when nothing readable is left. With nothing
    committed it is the whole backlog and `status` is UNCOMMITTED. `seconds` is the age of that first record by its
    own timestamp, None when it could not be read in time. `owned`: a live member of the group holds the partition.
    """

    topic: str
    partition: int
    start: int
    end: int
    committed: int | None
    records: int
    seconds: float | None
    owned: bool
    status: LagStatus


class LagReader:
    """Reads lag again and again over the same connections; `async with`. One read at a time, on one event loop."""

    def __init__(
        self,
        kafka: Where,
        group: str,
        topics: Sequence[str],
        timeout_s: float = 5.0,
        clock: Callable[[], float] = time.time,  # wall clock: it is compared with the records' timestamps
    ) -> None:
        self._kafka = kafka
        self._group = group
        self._topics = tuple(topics)
        self._timeout_s = timeout_s
        self._clock = clock
        self._stack = AsyncExitStack()
        self._admin: AIOKafkaAdminClient
        self._consumer: AIOKafkaConsumer

    async def __aenter__(self) -> Self:
        with broker_errors(self._kafka):
            async with AsyncExitStack() as stack:
                self._admin = await stack.enter_async_context(admin_client(self._kafka, self._timeout_s))
                self._consumer = self._new_consumer()
                stack.push_async_callback(self._consumer.stop)
                async with asyncio.timeout(self._timeout_s):
                    await self._consumer.start()
                self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def _new_consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            **connection(self._kafka),
            group_id=None,
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="earliest",  # a committed offset that retention has overtaken reads on at the start
            max_partition_fetch_bytes=PEEK_BYTES,
            fetch_max_wait_ms=PEEK_WAIT_MS,
            request_timeout_ms=int(self._timeout_s * 1000),
        )

    async def read(self, previous: Sequence[PartitionLag] = ()) -> list[PartitionLag]:
        """Return the lag of every partition of the topics, by topic and number; raises OperatorError.

        `previous` is an earlier sample: with it, what is behind is told as moving or stalled.
        """
        with broker_errors(self._kafka):
            async with asyncio.timeout(3 * self._timeout_s):
                lags = await self._settled_read()
        before = {(lag.topic, lag.partition): lag for lag in previous}
        return [judge(lag, before.get((lag.topic, lag.partition))) for lag in lags]

    async def _settled_read(self) -> list[PartitionLag]:
        """Read, again while the broker says "not yet": a fresh one makes its offsets topic at the first question."""
        while True:
            try:
                return await self._read()
            except KafkaError as error:
                if not error.retriable:
                    raise
                await asyncio.sleep(RETRY_S)

    async def _read(self) -> list[PartitionLag]:
        partitions = await partitions_of(self._admin, self._topics)
        if not partitions:
            return []
        # Committed first, then the end: the other way round a busy group would seem to be ahead of its topic.
        committed = await committed_offsets(self._admin, self._group, partitions)
        owned = await self._owned()
        starts = await self._consumer.beginning_offsets(partitions)
        ends = await self._consumer.end_offsets(partitions)
        nexts = {tp: max(committed[tp], starts[tp]) for tp in partitions}
        firsts = await self._first_records({tp: at for tp, at in nexts.items() if at < ends[tp]}, ends)
        now = self._clock()
        return [
            _lag(tp, (starts[tp], ends[tp]), committed[tp], (nexts[tp], firsts), owned is None or tp in owned, now)
            for tp in partitions
        ]

    async def _owned(self) -> Collection[TopicPartition] | None:
        """Return the partitions that live members hold; None in the middle of a rebalance, when nobody knows."""
        state, held = await holders(self._admin, self._group)
        return held if state in STABLE else None

    async def _first_records(
        self, nexts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
    ) -> dict[TopicPartition, ConsumerRecord | None]:
        """Return the first readable record at or after each offset; None where none is left before the end.

        A partition that gives no answer in time is missing from the result.
        """
        found: dict[TopicPartition, ConsumerRecord | None] = {}
        if not nexts:
            return found
        self._consumer.assign(list(nexts))
        for tp, offset in nexts.items():
            self._consumer.seek(tp, offset)
        deadline = time.monotonic() + self._timeout_s
        while len(found) < len(nexts) and time.monotonic() < deadline:
            for tp, records in (await self._consumer.getmany(timeout_ms=PEEK_WAIT_MS)).items():
                found[tp] = records[0]
            for tp in nexts.keys() - found.keys():
                if await self._consumer.position(tp) >= ends[tp]:
                    found[tp] = None
            self._consumer.pause(*found)
        self._consumer.pause(*nexts)
        return found


def _lag(
    tp: TopicPartition,
    span: tuple[int, int],
    committed: int,
    peeked: tuple[int, Mapping[TopicPartition, ConsumerRecord | None]],
    owned: bool,
    now: float,
) -> PartitionLag:
    start, end = span
    first_offset, firsts = peeked
    records, seconds = max(0, end - first_offset), None
    if records == 0 or (tp in firsts and firsts[tp] is None):
        records, seconds = 0, 0.0  # what is left are markers of transactions: nothing to do
    elif first := firsts.get(tp):
        records, seconds = max(0, end - first.offset), max(0.0, now - first.timestamp / 1000)
    return PartitionLag(
        topic=tp.topic,
        partition=tp.partition,
        start=start,
        end=end,
        committed=committed if committed >= 0 else None,
        records=records,
        seconds=seconds,
        owned=owned,
        status=LagStatus.BEHIND,
    )


def judge(lag: PartitionLag, before: PartitionLag | None) -> PartitionLag:
    """Return `lag` with the status that it and an earlier sample of the same partition allow."""
    if lag.records == 0:
        status = LagStatus.CAUGHT_UP
    elif lag.committed is None:
        status = LagStatus.UNCOMMITTED
    elif before is not None and before.committed != lag.committed:
        status = LagStatus.MOVING
    elif not lag.owned:
        status = LagStatus.STOPPED
    else:
        young = lag.seconds is not None and lag.seconds < STILL_S
        status = LagStatus.BEHIND if before is None or young else LagStatus.STALLED
    return replace(lag, status=status)


def worst_first(lags: Iterable[PartitionLag]) -> list[PartitionLag]:
    """Return the partitions that need a look first: by seconds, unknown above all, then by records."""
    return sorted(
        lags,
        key=lambda lag: (float("inf") if lag.seconds is None else lag.seconds, lag.records),
        reverse=True,
    )


async def read_lag(
    kafka: Where, group: str, topics: Sequence[str], *, apart_s: float = 0.0, timeout_s: float = 5.0
) -> list[PartitionLag]:
    """Return the lag of `group` on every partition of `topics`; two samples `apart_s` apart when that is not 0.

    A topic that does not exist is left out. Raises OperatorError when the broker cannot be used.
    """
    async with LagReader(kafka, group, topics, timeout_s) as reader:
        lags = await reader.read()
        if apart_s > 0:
            await asyncio.sleep(apart_s)
            lags = await reader.read(lags)
        return lags


class LagWatch:
    """Keeps a recent sample for a worker's own metrics; run `follow` as a task. `latest` is empty until the first."""

    def __init__(self, reader: Callable[[], LagReader], every_s: float = 5.0) -> None:
        self._reader = reader
        self._every_s = every_s
        self.latest: tuple[PartitionLag, ...] = ()

    async def follow(self) -> None:
        """Sample for ever, once in `every_s`; a broker that is away leaves no sample rather than an old one."""
        while True:
            try:
                async with self._reader() as reader:
                    await self._sample(reader)
            except OperatorError:
                pass
            await asyncio.sleep(self._every_s)

    async def _sample(self, reader: LagReader) -> None:
        try:
            while True:
                self.latest = tuple(await reader.read(self.latest))
                await asyncio.sleep(self._every_s)
        finally:  # whatever ended it: another worker may still see the broker, and must not be contradicted
            self.latest = ()
