import asyncio
import signal
import socket
import uuid

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schemas.errors import OperatorError
from streams.broker.process import is_running, send_signal
from streams.broker.server import Broker
from streams.publish import publish

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("embedded_kafka")]


async def create(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, 1)])
    finally:
        await admin.close()


async def produce(bootstrap: str, topic: str, values: list[bytes]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=f"tx-{uuid.uuid4()}")
    await producer.start()
    try:
        async with producer.transaction():
            for value in values:
                await producer.send_and_wait(topic, value, partition=0)
    finally:
        await producer.stop()


async def consume(bootstrap: str, topic: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, isolation_level="read_committed")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0)])
        await consumer.seek_to_beginning()
        return [(await asyncio.wait_for(consumer.getone(), 30)).value for _ in range(count)]
    finally:
        await consumer.stop()


async def test_a_broker_survives_sigkill_with_its_committed_records_and_stops_without_leftovers():
    with await asyncio.to_thread(Broker.start) as broker:
        await create(broker.bootstrap, "kept")
        await produce(broker.bootstrap, "kept", [b"one", b"two"])
        first = broker.pid
        broker.kill()
        assert not broker.alive()
        await asyncio.to_thread(broker.restart)
        assert broker.pid != first
        await produce(broker.bootstrap, "kept", [b"three"])
        assert await consume(broker.bootstrap, "kept", 3) == [b"one", b"two", b"three"]
    assert not broker.alive()
    assert not broker.data_dir.exists()


async def test_a_named_folder_keeps_its_records_and_takes_other_ports(tmp_path):
    folder = tmp_path / "données, non"
    with pytest.raises(OperatorError, match="comma"):
        Broker.start(folder)
    folder = tmp_path / "données kafka"
    with await asyncio.to_thread(Broker.start, folder) as broker:
        await create(broker.bootstrap, "named")
        await produce(broker.bootstrap, "named", [b"here"])
        port = broker.port
    with await asyncio.to_thread(Broker.start, folder) as broker:
        assert broker.port != port
        assert await consume(broker.bootstrap, "named", 1) == [b"here"]
    assert (folder / "broker.log").exists()


async def test_a_second_broker_on_the_same_folder_is_refused_with_the_reason(tmp_path):
    with await asyncio.to_thread(Broker.start, tmp_path) as broker:
        with pytest.raises(OperatorError, match="another broker runs on"):
            Broker.start(tmp_path)
        assert broker.alive()


def test_a_setting_kafka_refuses_is_named_in_one_line():
    with pytest.raises(OperatorError, match=r"(?s)num\.io\.threads") as caught:
        Broker.start(extra={"num.io.threads": "0"})
    assert "\n" not in str(caught.value)


async def test_publish_gives_up_on_a_broker_that_went_away():
    with await asyncio.to_thread(Broker.start) as broker:
        await create(broker.bootstrap, "left")

        async def lines():
            for number in range(2000):
                if number == 5:
                    broker.kill()
                yield b"{}"

        with pytest.raises(OperatorError, match=r"the broker has not taken line \d+ in 1 s") as caught:
            await publish(broker.bootstrap, "left", lines(), ack_timeout_s=1)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("which", ["port", "controller_port"])
def test_a_taken_port_is_one_line(which):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OperatorError, match=f"port {port} of 127.0.0.1 is taken"):
            Broker.start(**{which: port})


def test_a_broker_that_hangs_is_killed_at_the_end_of_the_wait():
    broker = Broker.start()
    send_signal(broker.pid, broker.mark, signal.SIGSTOP)
    broker.stop(timeout_s=0.5)
    assert not is_running(broker.pid, broker.mark)
