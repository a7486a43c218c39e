"""One partition as a replay reads it: from anywhere, without joining the group that its progress belongs to."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition

import streams.records  # noqa: F401  (from here on aiokafka reads any header name)
from schemas.codec import Record
from schemas.settings import KafkaSettings
from streams.connection import connection

FETCH_WAIT_MS: Final = 200
FETCH_BYTES: Final = 1_000_000  # of one answer: a replay takes little at a time


class PastPartition:
    """A consumer of one partition. Its group has no members: it only holds the offset that the lane commits."""

    def __init__(self, consumer: AIOKafkaConsumer, tp: TopicPartition) -> None:
        self._consumer = consumer
        self._tp = tp

    async def progress(self) -> int | None:
        """Return the offset committed under the group, None if there is none."""
        offset: int | None = await self._consumer.committed(self._tp)
        return offset

    async def seek(self, offset: int) -> None:
        """Read from here on, or from the first record there still is."""
        first = (await self._consumer.beginning_offsets([self._tp]))[self._tp]
        self._consumer.seek(self._tp, max(offset, first))

    async def fetch(self, count: int) -> Sequence[Record]:
        """Return the next committed records, at most `count`, perhaps none."""
        batches = await self._consumer.getmany(self._tp, timeout_ms=FETCH_WAIT_MS, max_records=count)
        found: Sequence[Record] = batches.get(self._tp, ())
        return found

    async def position(self) -> int:
        """Return the offset after everything fetched, and after gaps that hold nothing to fetch."""
        offset: int = await self._consumer.position(self._tp)
        return offset


@asynccontextmanager
async def open_past(kafka: KafkaSettings, tp: TopicPartition, group: str) -> AsyncIterator[PastPartition]:
    """Open a partition; raises KafkaError, OSError, TimeoutError."""
    consumer = AIOKafkaConsumer(
        **connection(kafka),
        group_id=group,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=FETCH_WAIT_MS,
        max_partition_fetch_bytes=FETCH_BYTES,
        request_timeout_ms=int(kafka.request_timeout_s * 1000),
    )
    try:
        await consumer.start()
        consumer.assign([tp])
        yield PastPartition(consumer, tp)
    finally:
        await consumer.stop()
