import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import MessageSizeTooLargeError, NotLeaderForPartitionError
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import RecordMetadata

from schemas.settings import KafkaSettings, LaneSettings
from streams.transaction import BATCH_BYTES, LaneProducer, Message, Progress, TooLarge

TP = TopicPartition("listing-updated", 2)
LIMITS = {"out": 50_000, "small": 1_000, "wide": 5_000_000}


class Acks:
    """Takes batches as aiokafka's producer does; `refused`: what it says of a topic's batches."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, int, bytes]] = []
        self.refused: dict[str, BaseException] = {}
        self.next: dict[str, int] = {}  # offset of the next record, by topic

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> asyncio.Future[Any]:
        self.batches.append((topic, partition, bytes(batch._build())))
        ack = asyncio.get_running_loop().create_future()
        if topic in self.refused:
            ack.set_exception(self.refused[topic])
        else:
            ack.set_result(RecordMetadata(topic, partition, None, self.next.get(topic, 0), 0, 0, 0))
            self.next[topic] = self.next.get(topic, 0) + batch.record_count()
        return ack

    def rows(self, topic: str) -> list[tuple[bytes | None, bytes | None, tuple[Any, ...]]]:
        found = []
        for name, _, data in self.batches:
            records = MemoryRecords(data)
            while name == topic and records.has_next():
                found += [(row.key, row.value, tuple(row.headers)) for row in records.next_batch()]
        return found


class Transaction:
    """aiokafka's producer in a transaction: what is added to it, and which group it takes for known."""

    def __init__(self, acks: Acks) -> None:
        self.send_batch = acks.send_batch
        self.steps: list[Any] = []
        self._txn_manager = self
        self._txn_consumer_group: str | None = None

    def maybe_add_partition_to_txn(self, tp: TopicPartition) -> None:
        self.steps.append(("add", tp.topic))

    async def begin_transaction(self) -> None:
        self.steps.append("begin")

    async def send_offsets_to_transaction(self, offsets: Any, group: str) -> None:
        assert self._txn_consumer_group is None, "the broker would not know this group"
        self._txn_consumer_group = group
        self.steps.append((group, offsets[TP]))

    async def commit_transaction(self) -> None:
        self.steps.append("commit")
        self._txn_consumer_group = None


@pytest.fixture
async def producer():
    producer = LaneProducer(KafkaSettings(), LaneSettings(), TP, LIMITS)
    real, acks = producer._producer, Acks()
    producer._producer = acks
    yield producer, acks
    real._closed = True  # never started: there is nothing to stop


def row(topic: str, size: int, key: bytes | None = b"k") -> Message:
    return Message(topic, key, bytes(size), [("a", b"1")])


async def test_rows_keep_their_order_in_batches_the_topic_takes(producer):
    lane, acks = producer
    rows = [row("out", 12_000 + n) for n in range(20)] + [Message("out", b"gone", None), row("out", 5, None)]
    await lane._send({"out": rows})
    assert [(key, value) for key, value, _ in acks.rows("out")] == [(r.key, r.value) for r in rows]
    assert all(len(data) <= LIMITS["out"] for _, _, data in acks.batches)
    assert len(acks.batches) > 1
    assert {partition for _, partition, _ in acks.batches} == {TP.partition}


@pytest.mark.parametrize("at", [0, 1, 2])
async def test_a_row_larger_than_a_usual_batch_goes_alone(producer, at):
    lane, acks = producer
    rows = [row("wide", 100), row("wide", 100)]
    rows.insert(at, row("wide", 2 * BATCH_BYTES))
    await lane._send({"wide": rows})
    assert [value for _, value, _ in acks.rows("wide")] == [r.value for r in rows]
    assert all(data for _, _, data in acks.batches)


@pytest.mark.parametrize("size", [700, 850, 899])
async def test_what_fits_by_its_own_account_fits_a_batch(producer, size):
    lane, acks = producer
    rows = [row("small", size), row("small", 10)]
    assert rows[0].fits(LIMITS["small"]) == (rows[0].size() <= LIMITS["small"])
    if rows[0].fits(LIMITS["small"]):
        await lane._send({"small": rows})
        assert all(len(data) <= LIMITS["small"] for _, _, data in acks.batches)


async def test_a_refused_size_names_its_topic(producer):
    lane, acks = producer
    acks.refused["small"] = MessageSizeTooLargeError()
    with pytest.raises(TooLarge) as refused:
        await lane._send({"out": [row("out", 1)], "small": [row("small", 1)], "wide": [row("wide", 1)]})
    assert refused.value.topic == "small"


async def test_any_other_refusal_is_told_as_it_is(producer):
    lane, acks = producer
    acks.refused["out"] = NotLeaderForPartitionError()
    with pytest.raises(NotLeaderForPartitionError):
        await lane._send({"wide": [row("wide", 1)], "out": [row("out", 1)]})


async def test_the_transactional_id_names_the_partition_and_nothing_else() -> None:
    """A contract with the broker: the next owner fences this one by using the same id."""
    producer = LaneProducer(KafkaSettings(group="shop"), LaneSettings(), TopicPartition("listing-updated", 3), LIMITS)
    assert producer._producer._txn_manager.transactional_id == "shop-listing-updated-3"
    await producer.drop()


async def test_a_transaction_takes_both_offsets_and_both_groups(producer):
    lane, acks = producer
    lane._producer = transaction = Transaction(acks)
    await lane.commit({"out": [row("out", 10)]}, 7, Progress("second", 3))
    await lane.commit({}, 8)
    assert transaction.steps == [
        *("begin", ("add", "out"), ("dragoman", 7), ("second", 3), "commit"),
        *("begin", ("dragoman", 8), "commit"),
    ]
