"""Reading many topics at once as a read_committed consumer does, and knowing when all of them are read."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Final, Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from msgspec import Struct

from streams.connection import Where, connection
from streams.reach import broker_errors

FETCH_WAIT_MS: Final = 100
RECORDS_MAX: Final = 500

Place = tuple[str, int, int]
"""Topic, partition and offset."""


class Harvested(Struct, frozen=True):
    """A committed record; `source` is where the input record stands that it was made from, if its headers say so."""

    topic: str
    key: bytes | None
    value: bytes | None
    source: Place | None


class Harvester:
    """Reads what is committed to topics after it was entered; joins no group. `async with`, one reader at a time.

    `topics` tells the number of partitions of each: a client's own list of topics lags behind their making.
    Every method raises OperatorError when the broker cannot be used.
    """

    def __init__(self, kafka: Where, topics: Mapping[str, int]) -> None:
        self._kafka = kafka
        self._stack = AsyncExitStack()
        self._committed: AIOKafkaConsumer
        self._written: AIOKafkaConsumer
        self._partitions = [TopicPartition(topic, number) for topic, count in topics.items() for number in range(count)]

    async def __aenter__(self) -> Self:
        with broker_errors(self._kafka):
            async with AsyncExitStack() as stack:
                self._committed = await self._consumer(stack, "read_committed")
                self._written = await self._consumer(stack, "read_uncommitted")
                self._committed.assign(self._partitions)
                for partition, end in (await self._written.end_offsets(self._partitions)).items():
                    self._committed.seek(partition, end)
                self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def read(self) -> list[Harvested]:
        """Return what has come, in the order of each partition; empty when nothing came for a moment."""
        with broker_errors(self._kafka):
            batches = await self._committed.getmany(timeout_ms=FETCH_WAIT_MS, max_records=RECORDS_MAX)
        return [_harvested(record) for records in batches.values() for record in records]

    async def is_drained(self) -> bool:
        """Whether everything that is written by now is committed or aborted, and has been read.

        The end is the one of read_uncommitted readers: a transaction whose marker is still on its way counts.
        """
        with broker_errors(self._kafka):
            ends = await self._written.end_offsets(self._partitions)
            for partition, end in ends.items():
                if await self._committed.position(partition) < end:
                    return False
        return True

    async def _consumer(self, stack: AsyncExitStack, isolation: str) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            **connection(self._kafka),
            isolation_level=isolation,
            enable_auto_commit=False,
            fetch_max_wait_ms=FETCH_WAIT_MS,
        )
        stack.push_async_callback(consumer.stop)
        await consumer.start()
        return consumer


def _harvested(record: ConsumerRecord) -> Harvested:
    return Harvested(topic=record.topic, key=record.key, value=record.value, source=_source(dict(record.headers)))


def _source(headers: dict[str, bytes]) -> Place | None:
    try:
        topic = headers["dragoman-source-topic"].decode()
        return topic, int(headers["dragoman-source-partition"]), int(headers["dragoman-source-offset"])
    except (KeyError, ValueError):
        return None
