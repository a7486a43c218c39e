"""One transactional producer per input partition: outputs, dead letters, state and the input offset, or nothing.

A producer per partition, because its `transactional.id` then names the partition: a new owner's InitProducerId fences
the old one and settles its open transaction. aiokafka 0.14 cannot fence by group generation (its issue 844).
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import Any

import aiokafka.producer.sender
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import (
    KafkaError,
    MessageSizeTooLargeError,
    ProducerFenced,
    RecordListTooLargeError,
    RecordTooLargeError,
)
from aiokafka.producer.message_accumulator import BatchBuilder
from msgspec import Struct

from schemas.errors import OperatorError
from schemas.settings import KafkaSettings, LaneSettings
from streams.connection import address, connection
from streams.refusals import FORBIDDEN, forbidden

# AddPartitionsToTxn answers CONCURRENT_TRANSACTIONS while the markers of the previous transaction are still being
# written; aiokafka then waits 20 ms, which alone holds a lane of small transactions at 45 a second instead of 146-430.
aiokafka.producer.sender.BACKOFF_OVERRIDE = 0.003

PROBE = "probe"  # the transactional id, after the group's name, that a start tries transactions with
BATCH_BYTES = 900_000  # below the broker's default limit for a request's batch
HEADERS_BYTES_USUAL = 4096  # far above what our own headers take
RECORD_OVERHEAD_BYTES = 100  # batch header (61) plus a record's varints and attributes, rounded up


SIZE_ERRORS = (MessageSizeTooLargeError, RecordListTooLargeError, RecordTooLargeError)


class TooLarge(Exception):
    """The broker, or aiokafka, refuses a record or a batch for `topic` because of its size."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"a batch for {topic} is larger than it takes")
        self.topic = topic


class Message(Struct, frozen=True):
    """One record to write, encoded. `value` None is a tombstone. It goes to the partition number of its input."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]] = []

    def fits(self, limit_bytes: int) -> bool:
        """Whether a topic that takes `limit_bytes` takes this record; counts headers only when it may matter."""
        body = len(self.key or b"") + len(self.value or b"")
        return body + HEADERS_BYTES_USUAL <= limit_bytes or self.size() <= limit_bytes

    def size(self) -> int:
        """Bytes the record takes in a batch of its own, an upper bound."""
        headers = sum(len(name) + len(value) + 10 for name, value in self.headers)
        return RECORD_OVERHEAD_BYTES + len(self.key or b"") + len(self.value or b"") + headers


def transactional_id(group: str, topic: str, partition: int | str) -> str:
    """Name of the one producer that may write for a partition of an input topic."""
    return f"{group}-{topic}-{partition}"


class Progress(Struct, frozen=True):
    """How far a replay of the lane's partition is done: the next offset, committed under a group of its own."""

    group: str
    next_offset: int


class LaneProducer:
    """The producer of one lane. After any failure it is dead: `drop` it and open a new one."""

    def __init__(
        self, kafka: KafkaSettings, lanes: LaneSettings, tp: TopicPartition, limits: Mapping[str, int]
    ) -> None:
        self._tp = tp
        self._group = kafka.group
        self._limits = limits
        self._timeout_s = lanes.transaction_timeout_s
        self._producer = AIOKafkaProducer(
            **connection(kafka),
            acks="all",
            linger_ms=0,
            max_batch_size=max(limits.values()),
            max_request_size=max(limits.values()) + RECORD_OVERHEAD_BYTES,
            retry_backoff_ms=20,
            request_timeout_ms=int(kafka.request_timeout_s * 1000),
            transactional_id=transactional_id(kafka.group, tp.topic, tp.partition),
            transaction_timeout_ms=int(lanes.transaction_timeout_s * 1000),
        )

    async def start(self) -> None:
        """Fence the previous owner, settle its transaction, and learn where the output topics live."""
        await self._producer.start()
        for topic in self._limits:
            await self._producer.partitions_for(topic)

    async def commit(
        self, messages: Mapping[str, Sequence[Message]], next_offset: int, progress: Progress | None = None
    ) -> dict[str, int]:
        """Make `messages` (by topic), the input offset and a replay's progress visible together.

        Returns the offset of the last record of each topic. Raises KafkaError or TimeoutError.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._producer.begin_transaction()
                self._announce(messages)
                written = await self._send(messages)
                await self._producer.send_offsets_to_transaction({self._tp: next_offset}, self._group)
                if progress is not None:
                    await self._advance(progress)
                await self._producer.commit_transaction()
        except (KafkaError, TimeoutError) as error:
            if (cause := self._forbidden()) is not None:
                raise cause from error
            raise
        return written

    def _forbidden(self) -> BaseException | None:
        """Return the right that the transaction lacks, None if that is not its fault.

        aiokafka keeps it to itself and sends the batches all the same; the broker refuses them for not being in any
        transaction, and that is what comes out.
        """
        ended = self._producer._txn_manager._transaction_waiter
        cause: BaseException | None = None
        if ended is not None and ended.done() and not ended.cancelled():
            cause = ended.exception()
        return cause if isinstance(cause, FORBIDDEN) else None

    async def _advance(self, progress: Progress) -> None:
        """Add the offset of a second group to the transaction.

        Kafka takes any number of groups; aiokafka adds the first to the transaction, takes that for all of them, and
        the broker then refuses the offset of a group that the transaction does not know.
        """
        self._producer._txn_manager._txn_consumer_group = None
        await self._producer.send_offsets_to_transaction({self._tp: progress.next_offset}, progress.group)

    def _announce(self, topics: Mapping[str, Sequence[Message]]) -> None:
        """Add every partition in one request: aiokafka would send one for each, when its first batch is due."""
        for topic in topics:
            self._producer._txn_manager.maybe_add_partition_to_txn(TopicPartition(topic, self._tp.partition))

    async def _send(self, messages: Mapping[str, Sequence[Message]]) -> dict[str, int]:
        """Write all and await every acknowledgement; returns the last offset by topic.

        `commit_transaction` succeeds after a refused batch, so the offset would be committed and the output gone.
        """
        now_ms = int(time.time() * 1000)
        acks: list[tuple[str, asyncio.Future[Any]]] = []
        last: dict[str, tuple[asyncio.Future[Any], int]] = {}  # by topic: its last batch and how many records it holds
        for topic, rows in messages.items():
            batch = self._batch(topic)
            for row in rows:
                fields = {"key": row.key, "value": row.value, "timestamp": now_ms, "headers": row.headers}
                if batch.append(**fields) is None:  # full: it goes, and the row stands first in the next
                    if batch.record_count():
                        acks.append((topic, await self._hand_over(batch, topic)))
                    batch = self._batch(topic, row)
                    if batch.append(**fields) is None:
                        raise TooLarge(topic)
            batch.close()
            acks.append((topic, await self._hand_over(batch, topic)))
            last[topic] = acks[-1][1], batch.record_count()
        try:
            await asyncio.gather(*(ack for _, ack in acks))
        except SIZE_ERRORS as error:
            raise TooLarge(next(topic for topic, ack in acks if _too_large(ack))) from error
        return {topic: ack.result().offset + count - 1 for topic, (ack, count) in last.items()}

    async def _hand_over(self, batch: BatchBuilder, topic: str) -> asyncio.Future[Any]:
        """Give aiokafka a batch; returns its acknowledgement, which holds the offset of its first record."""
        ack: asyncio.Future[Any] = await self._producer.send_batch(batch, topic, partition=self._tp.partition)
        return ack

    def _batch(self, topic: str, first: Message | None = None) -> BatchBuilder:
        """Return an empty batch of what the topic takes; larger than usual only for a row that needs it."""
        usual = min(BATCH_BYTES, self._limits[topic])
        wanted = usual if first is None else max(usual, min(first.size(), self._limits[topic]))
        return BatchBuilder(wanted, 0, is_transactional=True)

    async def drop(self) -> None:
        """Let go of the producer without a word to the broker."""
        await let_go(self._producer)


async def let_go(producer: AIOKafkaProducer) -> None:
    """Be rid of a transactional producer, whatever state it is in and whether or not its broker is there.

    Never `AIOKafkaProducer.stop()`: it flushes, and an idempotent flush never expires while the broker is away. The
    open transaction is settled by the next owner's InitProducerId, or by its time-out.
    """
    producer._closed = True
    task = producer._sender.sender_task
    if task is not None:
        task.cancel()
        accumulator = producer._message_accumulator
        waiting = [batch for queue in accumulator._batches.values() for batch in queue]
        for batch in waiting + list(accumulator._pending_batches):
            batch.failure(ProducerFenced())
            for future in (batch.future, batch._drain_waiter):
                if future.done() and not future.cancelled():
                    future.exception()  # nobody waits for it any more: mark it as seen
        await asyncio.wait([task], timeout=1)
    with contextlib.suppress(KafkaError, OSError, TimeoutError):
        async with asyncio.timeout(2):
            await producer.client.close()


async def require_transactions(kafka: KafkaSettings) -> None:
    """Refuse a broker that cannot do transactions: without them there is no exactly once."""
    producer = AIOKafkaProducer(
        **connection(kafka),
        request_timeout_ms=int(kafka.request_timeout_s * 1000),
        transactional_id=f"{kafka.group}-{PROBE}",
        transaction_timeout_ms=1000,
    )
    try:
        async with asyncio.timeout(kafka.request_timeout_s * 2):
            await producer.start()
    except (KafkaError, TimeoutError) as error:
        if isinstance(error, FORBIDDEN):
            raise forbidden(kafka, error, f"{kafka.group}-{PROBE}") from error
        raise OperatorError(
            f"the broker at {address(kafka)} gave no transactional producer ({type(error).__name__}): Dragoman needs"
            " Apache Kafka's transactions; look at transaction.state.log.* there, and at ACLs on transactional ids"
        ) from error
    finally:
        with contextlib.suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(2):
                await producer.stop()


def _too_large(ack: asyncio.Future[Any]) -> bool:
    return ack.done() and not ack.cancelled() and isinstance(ack.exception(), SIZE_ERRORS)
