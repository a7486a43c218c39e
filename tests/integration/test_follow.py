"""Following topics on Apache Kafka: from the beginning or an offset, committed records only, over a broker's end."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import RecordsToDelete

from schemas.topics import TopicSpec
from streams.broker.server import Broker
from streams.follow import Follower
from streams.reach import admin_client
from streams.topics import create_topics

pytestmark = pytest.mark.integration
WAIT_S = 30.0


class Heard:
    """What a follower handed over."""

    def __init__(self) -> None:
        self.values: list[bytes] = []
        self._news = asyncio.Event()

    def __call__(self, records) -> None:
        assert len({(record.topic, record.partition) for record in records}) == 1
        self.values += [record.value for record in records]
        self._news.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(WAIT_S):
            while len(self.values) < count:
                self._news.clear()
                await self._news.wait()


@contextlib.asynccontextmanager
async def following(follower: Follower) -> AsyncIterator[None]:
    """Run the follower, and see that nothing but the end of the test ends it."""
    task = asyncio.create_task(follower.run())
    try:
        async with asyncio.timeout(WAIT_S):
            await follower.caught_up.wait()
        yield
        assert not task.done()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def transaction(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=f"tx-{uuid.uuid4()}")
    await producer.start()
    try:
        await producer.begin_transaction()
        yield producer
    finally:
        await producer.stop()


async def send(bootstrap: str, topic: str, *values: bytes, partition: int = 0) -> None:
    async with transaction(bootstrap) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, key=value, partition=partition)
        await producer.commit_transaction()


@pytest.fixture
async def topic(broker: str) -> str:
    name = f"follow-{uuid.uuid4().hex[:8]}"
    await create_topics(broker, [TopicSpec(name, 2)], 1)
    return name


async def test_all_that_was_committed_and_then_what_comes(broker: str, topic: str) -> None:
    await send(broker, topic, b"a", b"b")
    await send(broker, topic, b"c", partition=1)
    async with transaction(broker) as producer:
        await producer.send_and_wait(topic, b"aborted", key=b"x", partition=0)
        await producer.abort_transaction()  # its marker is the end of the partition
    heard = Heard()
    async with following(Follower(broker, [topic], heard)):
        assert sorted(heard.values) == [b"a", b"b", b"c"]
        await send(broker, topic, b"d", partition=1)
        await heard.until(4)
    assert heard.values[-1] == b"d"


async def test_an_empty_topic_is_at_its_end_at_once(broker: str, topic: str) -> None:
    heard = Heard()
    async with following(Follower(broker, [topic], heard)):
        assert heard.values == []


async def test_from_an_offset_and_from_one_that_is_gone(broker: str, topic: str) -> None:
    await send(broker, topic, *(b"%d" % number for number in range(6)))
    heard = Heard()
    async with following(Follower(broker, [topic], heard, start={(topic, 0): 4})):
        assert heard.values == [b"4", b"5"]
    async with admin_client(broker, 5) as admin:
        await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(before_offset=3)})
    for offset in (1, 10_000):  # behind the first record, and of a topic that was made anew since
        heard = Heard()
        async with following(Follower(broker, [topic], heard, start={(topic, 0): offset})):
            assert heard.values == [b"3", b"4", b"5"]


async def test_what_the_callback_raises_ends_the_follower(broker: str, topic: str) -> None:
    def fails(_records) -> None:
        raise ValueError("no record of ours")

    await send(broker, topic, b"a")
    with pytest.raises(ValueError, match="no record of ours"):
        await asyncio.wait_for(Follower(broker, [topic], fails).run(), WAIT_S)


async def test_a_broker_that_dies_and_comes_back_is_followed_on(embedded_kafka: None) -> None:
    with await asyncio.to_thread(Broker.start) as broker:
        await create_topics(broker.bootstrap, [TopicSpec("kept", 1, compacted=True)], 1)
        await send(broker.bootstrap, "kept", b"a")
        heard, late = Heard(), Heard()
        async with following(Follower(broker.bootstrap, ["kept"], heard)):
            broker.kill()
            joining = Follower(broker.bootstrap, ["kept"], late)  # one that never knew the broker
            task = asyncio.create_task(joining.run())
            await asyncio.sleep(1.0)
            await asyncio.to_thread(broker.restart)
            await send(broker.bootstrap, "kept", b"b")
            await heard.until(2)
            await late.until(2)
            task.cancel()
    assert heard.values == late.values == [b"a", b"b"]
