"""Following a topic as a read_committed consumer sees it, each output beside the record it was made from."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaTimeoutError
from msgspec import Struct

from streams.connection import Where
from streams.reach import broker_errors
from streams.scan import reader
from streams.topics import topic_partitions

SOURCE_TIMEOUT_S: Final = 5.0


class Seen(Struct, frozen=True):
    """A record (`schemas.envelope.Record`; `timestamp` in ms) and, for an output, the value of its source.

    `source` is None where the source is gone or the record names none.
    """

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    source: bytes | None = None


async def tail(
    kafka: Where,
    topic: str,
    *,
    from_beginning: bool = False,
    timeout_s: float | None = None,
    with_source: bool = True,
) -> AsyncGenerator[Seen, None]:
    """Yield the committed records of all partitions as they come, without joining a group.

    Ends when nothing has come for `timeout_s` seconds (None: never). Raises OperatorError when the topic does not
    exist or the broker cannot be reached. Close the iterator to leave early.
    """
    with broker_errors(kafka):
        partitions = await topic_partitions(kafka, (topic,))
        async with reader(kafka) as consumer, reader(kafka) as sources:
            await _place(consumer, partitions, from_beginning=from_beginning)
            while True:
                try:
                    record = await asyncio.wait_for(consumer.getone(), timeout_s)
                except TimeoutError:
                    return
                source = await _source(sources, record.headers) if with_source else None
                yield _seen(record, source)


async def _place(consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], *, from_beginning: bool) -> None:
    consumer.assign(partitions)
    await (consumer.seek_to_beginning if from_beginning else consumer.seek_to_end)(*partitions)


async def _source(consumer: AIOKafkaConsumer, headers: Sequence[tuple[str, bytes]]) -> bytes | None:
    """The value of the record that the headers of an output point to; None when compaction or retention took it."""
    place = _source_place(headers)
    if place is None:
        return None
    partition, offset = place
    if consumer.assignment() != {partition}:
        consumer.assign([partition])
    try:
        async with asyncio.timeout(SOURCE_TIMEOUT_S):
            first = (await consumer.beginning_offsets([partition]))[partition]
            end = (await consumer.end_offsets([partition]))[partition]
            if not first <= offset < end:
                return None
            consumer.seek(partition, offset)
            record = await consumer.getone(partition)
    except (TimeoutError, KafkaTimeoutError):
        return None
    value: bytes | None = record.value
    return value if record.offset == offset else None


def _source_place(headers: Sequence[tuple[str, bytes]]) -> tuple[TopicPartition, int] | None:
    found = {name: value for name, value in headers if name.startswith("dragoman-source-")}
    try:
        topic = found["dragoman-source-topic"].decode()
        return TopicPartition(topic, int(found["dragoman-source-partition"])), int(found["dragoman-source-offset"])
    except (KeyError, ValueError, AttributeError):  # a header may have no value
        return None


def _seen(record: ConsumerRecord, source: bytes | None) -> Seen:
    return Seen(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp=record.timestamp,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
        source=source,
    )
