"""Records from the future, told on Apache Kafka."""

import time
import uuid

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewTopic

from schemas.settings import KafkaSettings
from streams.clocks import topics_ahead
from streams.reach import admin_client

pytestmark = pytest.mark.integration


async def test_a_producer_whose_clock_is_ahead_is_found(broker: str) -> None:
    true, ahead = (f"clock-{name}-{uuid.uuid4().hex[:8]}" for name in ("true", "ahead"))
    kafka, now = KafkaSettings(bootstrap=broker), time.time()
    async with admin_client(broker, 5) as admin:
        await admin.create_topics([NewTopic(true, 2, 1), NewTopic(ahead, 2, 1)])
    async with AIOKafkaProducer(bootstrap_servers=broker) as producer:
        for topic, late_s in ((true, 0.0), (ahead, 60.0)):
            await producer.send_and_wait(topic, b"v", partition=1, timestamp_ms=int((now + late_s) * 1000))
    assert await topics_ahead(kafka, [true, ahead, "none"], 5.0, now) == (ahead,)
