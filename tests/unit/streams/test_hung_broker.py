"""A broker that takes connections and says nothing, as one does whose process or disk hangs: nobody may wait for long."""

import asyncio

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from schemas.settings import KafkaSettings, LaneSettings, Settings
from streams.app import _faust_app
from streams.changelog import restore
from tests.chaos.chain import Chain

SOON_S = 10.0


@pytest.fixture
async def silent_broker():
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


async def test_state_is_asked_elsewhere_soon(silent_broker: str) -> None:
    kafka = KafkaSettings(bootstrap=silent_broker, request_timeout_s=0.2)
    async with asyncio.timeout(SOON_S):
        with pytest.raises(KafkaConnectionError):
            await restore(kafka, TopicPartition("state", 0), Chain)


def test_the_consumer_gives_up_on_a_broker_long_before_an_opening_lane_does() -> None:
    assert _faust_app(Settings()).conf.broker_request_timeout < LaneSettings().open_timeout_s / 3
    slow = Settings(kafka=KafkaSettings(session_timeout_s=20))
    assert _faust_app(slow).conf.broker_request_timeout > slow.kafka.session_timeout_s  # or Faust refuses to start
