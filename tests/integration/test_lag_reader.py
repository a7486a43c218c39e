"""True lag of a group on Apache Kafka: records and seconds, transactions' markers, nothing committed, nobody there."""

import asyncio
import socket
import time
import uuid
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from schemas.errors import OperatorError
from streams.lag import LagReader, LagStatus, LagWatch, PartitionLag, read_lag
from streams.metrics import Metrics
from streams.reach import last_client_error, reach
from streams.status import LaneStatus

pytestmark = pytest.mark.integration

NOW_MS = int(time.time() * 1000)  # the broker refuses timestamps of another hour, and retention takes old ones
AGE_S = 90.0


@asynccontextmanager
async def admin(bootstrap: str):
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


@pytest.fixture
async def topic(broker: str) -> str:
    name = f"lag-{uuid.uuid4().hex[:8]}"
    async with admin(broker) as client:
        await client.create_topics([NewTopic(name, 2, 1)])
    return name


async def produce(broker: str, topic: str, count: int, *, transactional: bool = False, abort: bool = False) -> None:
    """Send `count` records to partition 0; the first has the timestamp `NOW_MS - AGE_S`, each other a second more."""
    options = {"transactional_id": f"tx-{uuid.uuid4()}"} if transactional else {}
    async with AIOKafkaProducer(bootstrap_servers=broker, **options) as producer:
        if transactional:
            await producer.begin_transaction()
        for number in range(count):
            stamp = NOW_MS - int(AGE_S * 1000) + number * 1000
            await producer.send_and_wait(topic, b"v", partition=0, timestamp_ms=stamp)
        if transactional:
            await (producer.abort_transaction() if abort else producer.commit_transaction())


async def commit(broker: str, group: str, topic: str, offset: int) -> None:
    """Commit as a consumer that is not there any more."""
    async with AIOKafkaConsumer(bootstrap_servers=broker, group_id=group, enable_auto_commit=False) as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        await consumer.commit({TopicPartition(topic, 0): offset})


async def lags(broker: str, group: str, topic: str, previous: tuple[PartitionLag, ...] = ()) -> list[PartitionLag]:
    async with LagReader(broker, group, [topic], clock=lambda: NOW_MS / 1000) as reader:
        return await reader.read(previous)


async def test_records_and_seconds_of_the_first_uncommitted_record(broker: str, topic: str):
    await produce(broker, topic, 10)
    await commit(broker, topic, topic, 4)
    lag, untouched = await lags(broker, topic, topic)
    assert (lag.start, lag.end, lag.committed, lag.records) == (0, 10, 4, 6)
    assert lag.seconds == pytest.approx(AGE_S - 4)
    assert (untouched.partition, untouched.records, untouched.status) == (1, 0, LagStatus.CAUGHT_UP)


async def test_nothing_committed_is_the_whole_backlog_and_says_so(broker: str, topic: str):
    await produce(broker, topic, 7)
    lag, _ = await lags(broker, topic, topic)
    assert (lag.committed, lag.records, lag.status) == (None, 7, LagStatus.UNCOMMITTED)
    assert lag.seconds == pytest.approx(AGE_S)


@pytest.mark.parametrize(("abort", "done"), [(False, 5), (True, 3)])
async def test_markers_and_aborted_records_are_no_lag(broker: str, topic: str, abort: bool, done: int):
    await produce(broker, topic, 3)
    await produce(broker, topic, 2, transactional=True, abort=abort)
    await commit(broker, topic, topic, done)
    lag, _ = await lags(broker, topic, topic)
    assert lag.end == 6  # the broker counts the marker
    assert (lag.records, lag.seconds, lag.status) == (0, 0.0, LagStatus.CAUGHT_UP)


async def test_a_partition_that_nobody_consumes_is_stopped(broker: str, topic: str):
    await produce(broker, topic, 5)
    await commit(broker, topic, topic, 2)
    lag, _ = await lags(broker, topic, topic)
    assert (lag.owned, lag.status) == (False, LagStatus.STOPPED)


async def test_a_live_member_is_behind_then_moving_then_stalled(broker: str, topic: str):
    await produce(broker, topic, 5)
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=broker, group_id=topic, enable_auto_commit=False, auto_offset_reset="earliest"
    ) as member:
        await member.getone()
        await member.commit({TopicPartition(topic, 0): 1})
        first = await lags(broker, topic, topic)
        assert (first[0].owned, first[0].status) == (True, LagStatus.BEHIND)
        await member.commit({TopicPartition(topic, 0): 2})
        second = await lags(broker, topic, topic, tuple(first))
        assert second[0].status is LagStatus.MOVING
        third = await lags(broker, topic, topic, tuple(second))
        assert third[0].status is LagStatus.STALLED
        assert (third[0].records, third[0].seconds) == (3, pytest.approx(AGE_S - 2))


async def test_a_rebalance_hides_no_lag_and_leaves_nobody_stopped(broker: str, topic: str):
    """One member takes its time to give its partitions up: until then the group is between two states."""
    let_go, asked = asyncio.Event(), asyncio.Event()

    class Slow(ConsumerRebalanceListener):
        async def on_partitions_revoked(self, revoked):
            if revoked:
                asked.set()
                await let_go.wait()

        async def on_partitions_assigned(self, assigned):
            pass

    await produce(broker, topic, 5)
    options = {"bootstrap_servers": broker, "group_id": topic, "enable_auto_commit": False}
    async with (
        AIOKafkaConsumer(**options, auto_offset_reset="earliest") as first,
        AIOKafkaConsumer(**options) as second,
    ):
        first.subscribe([topic], listener=Slow())
        await first.getone()
        await first.commit({TopicPartition(topic, 0): 2})
        second.subscribe([topic])
        joining = asyncio.create_task(second.getmany(timeout_ms=20_000))
        await asked.wait()
        during = await lags(broker, topic, topic)
        let_go.set()
        joining.cancel()
    assert [(lag.records, lag.owned, lag.status) for lag in during] == [
        (3, True, LagStatus.BEHIND),
        (0, True, LagStatus.CAUGHT_UP),
    ]
    assert during[0].seconds == pytest.approx(AGE_S - 2)


async def test_all_workers_tell_the_same_of_every_partition_whoever_holds_it(broker: str, topic: str):
    await produce(broker, topic, 5)
    await commit(broker, topic, topic, 2)
    watches = [LagWatch(lambda: LagReader(broker, topic, [topic]), every_s=0.05) for _ in range(2)]
    following = [asyncio.create_task(watch.follow()) for watch in watches]
    async with asyncio.timeout(30):
        while not all(watch.latest for watch in watches):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    pages = [gauges(watch, lanes) for watch, lanes in zip(watches, ([lane(topic, 0)], []), strict=True)]
    for page in pages:  # one has a lane, one has none; both know of both partitions, and that nobody is a member
        assert page["dragoman_consumer_lag_records"] == {"0": 3, "1": 0}
        assert page["dragoman_consumer_committed_offset"] == {"0": 2}  # of partition 1 nothing: absent, not 0
        assert page["dragoman_consumer_partition_owned"] == {"0": 0, "1": 0}
        assert page["dragoman_consumer_lag_seconds"]["0"] >= AGE_S - 2
    for task in following:
        task.cancel()
    await asyncio.wait(following)
    assert [watch.latest for watch in watches] == [(), ()]  # who does not look any more has nothing to say


def lane(topic: str, partition: int) -> LaneStatus:
    return LaneStatus(topic, partition, "open", 2, 5, 3, 0.1, 0)


def gauges(watch: LagWatch, lanes: list[LaneStatus]) -> dict[str, dict[str, float]]:
    """What a worker with these lanes exposes, by name and partition."""
    metrics = Metrics()
    metrics.watch(lambda: lanes, lambda: watch.latest)
    families = text_string_to_metric_families(generate_latest(metrics.registry).decode())
    return {
        family.name: {sample.labels["partition"]: sample.value for sample in family.samples}
        for family in families
        if family.name.startswith("dragoman_consumer")
    }


async def test_records_that_retention_took_are_not_counted(broker: str, topic: str):
    await produce(broker, topic, 8)
    await commit(broker, topic, topic, 1)
    async with admin(broker) as client:
        await client.delete_records({TopicPartition(topic, 0): RecordsToDelete(before_offset=5)})
    lag, _ = await lags(broker, topic, topic)
    assert (lag.start, lag.committed, lag.records) == (5, 1, 3)
    assert lag.seconds == pytest.approx(AGE_S - 5)


async def test_a_commit_beyond_the_end_is_no_negative_lag(broker: str, topic: str):
    await produce(broker, topic, 2)
    await commit(broker, topic, topic, 50)
    lag, _ = await lags(broker, topic, topic)
    assert (lag.records, lag.seconds) == (0, 0.0)


async def test_one_reader_reads_again_and_sees_what_is_new(broker: str, topic: str):
    await produce(broker, topic, 3)
    await commit(broker, topic, topic, 0)
    async with LagReader(broker, topic, [topic], clock=lambda: NOW_MS / 1000) as reader:
        first = await reader.read()
        await produce(broker, topic, 2)
        await commit(broker, topic, topic, 1)
        second = await reader.read(first)
    assert [first[0].records, second[0].records] == [3, 4]
    assert [first[0].seconds, second[0].seconds] == [pytest.approx(AGE_S), pytest.approx(AGE_S - 1)]


async def test_reading_creates_no_topic_and_joins_no_group(broker: str):
    missing = f"missing-{uuid.uuid4().hex[:8]}"
    assert await read_lag(broker, missing, [missing]) == []
    async with admin(broker) as client:
        assert missing not in await client.list_topics()
        assert missing not in [group for group, *_ in await client.list_consumer_groups()]


async def test_the_broker_is_reached_or_the_line_says_why(broker: str):
    assert await reach(broker) == 1
    with socket.socket() as taken:  # bound, not listening: connections are refused and nobody else gets the port
        taken.bind(("127.0.0.1", 0))
        nowhere = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(OperatorError, match="dragoman kafka start") as caught:
            await read_lag(nowhere, "g", ["t"])
    assert "\n" not in str(caught.value)
    assert nowhere in (last_client_error() or "")
    assert "Connect call failed" in str(caught.value)
