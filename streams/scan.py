"""Reading what topics hold now, committed records only, from the side: no group, nothing committed, and an end."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

import streams.records  # noqa: F401  (from here on aiokafka reads any header name)
from streams.connection import Where, connection
from streams.reach import broker_errors
from streams.topics import partition_count
from streams.window import being_cancelled

FETCH_WAIT_MS: Final = 50
REQUEST_TIMEOUT_S: Final = 10.0  # somebody waits at a terminal; aiokafka would wait 40 s
POLL_MS: Final = 200
RECORDS_MAX: Final = 1000  # of one answer: between two of them others have the event loop
STALL_S: Final = 20.0  # without a word from the broker
STOP_S: Final = 5.0
SKIPPED_MAX: Final = 2000  # records that are rather read over than sought past

Taker = Callable[[Sequence[ConsumerRecord]], None]
Teller = Callable[[float], None]


def silent(_fraction: float) -> None:
    """Tell nobody how far reading is."""


@asynccontextmanager
async def reader(kafka: Where, request_timeout_s: float = REQUEST_TIMEOUT_S) -> AsyncIterator[AIOKafkaConsumer]:
    """Give a started consumer that sees committed records only and has nothing assigned."""
    consumer = AIOKafkaConsumer(
        **connection(kafka),
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=FETCH_WAIT_MS,
        request_timeout_ms=int(request_timeout_s * 1000),
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await _stopped(consumer)


async def _stopped(consumer: AIOKafkaConsumer) -> None:
    """Stop a consumer whose broker may be away: aiokafka then lets out the cancellation of a task of its own."""
    try:
        async with asyncio.timeout(STOP_S):
            await consumer.stop()
    except (KafkaError, OSError, TimeoutError, asyncio.CancelledError):
        if being_cancelled():
            raise
        with suppress(KafkaError, OSError, TimeoutError):
            async with asyncio.timeout(STOP_S):
                await consumer._client.close()  # noqa: SLF001  (what `stop` has not come to)


async def scan(
    consumer: AIOKafkaConsumer, begins: Mapping[TopicPartition, int], take: Taker, tell: Teller = silent
) -> dict[TopicPartition, int]:
    """Hand over every record from `begins` up to what is the end now; returns those ends.

    A begin that retention has overtaken is the first record there is. Records come in offset order by partition, some
    of one partition at a time. Raises TimeoutError when the broker says nothing for STALL_S seconds, KafkaError, and
    what `take` raises.
    """
    partitions = list(begins)
    if not partitions:
        return {}
    consumer.assign(partitions)
    ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
    firsts = await consumer.beginning_offsets(partitions)
    at = {tp: max(begin, firsts[tp]) for tp, begin in begins.items()}
    left = {tp: ends[tp] - offset for tp, offset in at.items() if offset < ends[tp]}
    total = sum(left.values())
    for tp, offset in at.items():
        consumer.seek(tp, offset)
        if tp not in left:
            consumer.pause(tp)
    while left:
        for tp, records in (await _polled(consumer, at)).items():
            if tp in left and (wanted := [record for record in records if record.offset < ends[tp]]):
                take(wanted)
        for tp in tuple(left):
            at[tp] = await consumer.position(tp)  # also past markers of transactions, which are no records
            left[tp] = ends[tp] - at[tp]
            if left[tp] <= 0:
                del left[tp]
                consumer.pause(tp)
        tell(1 - sum(left.values()) / total)
    tell(1.0)
    return ends


async def read_all(kafka: Where, topic: str, take: Taker, tell: Teller = silent) -> None:
    """Hand over all that a topic holds now, as `scan` does.

    Raises OperatorError when the topic does not exist or the broker cannot be read, and what `take` raises.
    """
    with broker_errors(kafka):
        count = await partition_count(kafka, topic)
        async with reader(kafka) as consumer:
            await scan(consumer, {TopicPartition(topic, number): 0 for number in range(count)}, take, tell)


async def pick(
    consumer: AIOKafkaConsumer, tp: TopicPartition, offsets: Sequence[int]
) -> AsyncGenerator[ConsumerRecord, None]:
    """Yield the records at `offsets` (ascending) of one partition; what is not there is left out. Raises as `scan`."""
    consumer.assign([tp])
    end = (await consumer.end_offsets([tp]))[tp]
    first = (await consumer.beginning_offsets([tp]))[tp]
    wanted = [offset for offset in offsets if first <= offset < end][::-1]
    at: dict[TopicPartition, int] = {}
    while wanted:
        if tp not in at or wanted[-1] > at[tp] + SKIPPED_MAX:
            at[tp] = wanted[-1]
            consumer.seek(tp, at[tp])
        for record in (await _polled(consumer, at)).get(tp, ()):
            while wanted and wanted[-1] < record.offset:
                wanted.pop()
            if wanted and wanted[-1] == record.offset:
                wanted.pop()
                yield record
        at[tp] = await consumer.position(tp)
        while wanted and wanted[-1] < at[tp]:
            wanted.pop()


async def _polled(
    consumer: AIOKafkaConsumer, at: Mapping[TopicPartition, int]
) -> dict[TopicPartition, list[ConsumerRecord]]:
    """Return what comes next: records, or nothing where markers alone have moved a position."""
    async with asyncio.timeout(STALL_S):
        while True:
            batches: dict[TopicPartition, list[ConsumerRecord]] = await consumer.getmany(
                timeout_ms=POLL_MS, max_records=RECORDS_MAX
            )
            if batches:
                return batches
            for tp, offset in at.items():
                if tp not in consumer.paused() and await consumer.position(tp) > offset:
                    return {}
