"""What the page reads from a real Kafka: where it begins, what it finds of sources, and what it leaves out."""

import asyncio
import json
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from schemas.errors import OperatorError
from schemas.settings import Settings
from schemas.topics import DEAD_LETTER, TopicSpec
from streams.page.outputs import Outputs
from streams.topics import create_topics
from tests.unit.streams.page.test_shown import listing, parcel

pytestmark = pytest.mark.integration


class Seen:
    """What the page is told."""

    def __init__(self):
        self.events, self.steps, self.letters = [], [], []

    async def until(self, count):
        async with asyncio.timeout(20):
            while len(self.events) < count:  # noqa: ASYNC110  (the page has no event of its own for that)
                await asyncio.sleep(0.02)


@asynccontextmanager
async def reading(bootstrap, topics, backlog=100):
    seen = Seen()
    outputs = Outputs(bootstrap, topics, tell=seen.events.append, walk=seen.steps.append, bury=seen.letters.append)
    follower = await outputs.follower(backlog)
    tasks = [asyncio.create_task(work) for work in (follower.run(), outputs.show())]
    try:
        yield seen, outputs
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def topics_of(bootstrap):
    """An input of its own, two outputs, dead letters, and a producer that is transactional as the worker's is."""
    mark = uuid4().hex[:8]
    listings, parcels = f"listing-localized.{mark}", f"logistics-localized.{mark}"
    specs = [TopicSpec(name, 1) for name in (f"input-{mark}", listings, parcels)]
    letters = next(spec for spec in Settings().topics() if spec.name == DEAD_LETTER)  # others look at it too
    await create_topics(bootstrap, [*specs, letters], 1)
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=f"page-{mark}") as producer:
        yield f"input-{mark}", listings, parcels, producer


def headers(topic, offset):
    return [
        ("locale", b"en"),
        ("dragoman-source-topic", topic.encode()),
        ("dragoman-source-partition", b"0"),
        ("dragoman-source-offset", b"%d" % offset),
    ]


async def test_it_reads_what_is_committed_from_a_bounded_past_on(broker):
    async with topics_of(broker) as (source, listings, parcels, producer):
        value = json.dumps(listing(), ensure_ascii=False).encode()
        async with producer.transaction():
            await producer.send_and_wait(source, b"not an event of any contract", key=b"L-1")
            for number in range(30):
                await producer.send_and_wait(listings, value, key=b"L-%d" % number, headers=headers(source, 0))
        await producer.begin_transaction()
        await producer.send_and_wait(listings, value, key=b"aborted", headers=headers(source, 0))
        await producer.abort_transaction()
        async with reading(broker, (listings, parcels), backlog=10) as (seen, outputs):
            await seen.until(7)  # ten offsets back: two markers and the aborted record are among them
            assert [event.key for event in seen.events] == [f"L-{number}" for number in range(23, 30)]
            assert all(event.source == f"{source}/0/0" for event in seen.events)
            assert all(event.seconds is not None for event in seen.events), "the source has been found"
            async with producer.transaction():
                await producer.send_and_wait(listings, value, key=b"gone", headers=headers(source, 4711))
                await producer.send_and_wait(listings, value, key=b"elsewhere", headers=headers("no-such-topic", 0))
                step = json.dumps(parcel()).encode()
                await producer.send_and_wait(parcels, step, key=b"SH-2", headers=headers(source, 0))
                letter = [*headers(source, 0), ("dragoman-stage", b"decode"), ("dragoman-reason", b"not_json")]
                await producer.send_and_wait(DEAD_LETTER, b"{}", headers=letter)
            await seen.until(10)
            found = {event.key: event for event in seen.events}
            assert found["gone"].seconds is None
            assert found["gone"].texts[0].after == "Impact drill 650 W"
            assert found["elsewhere"].seconds is None
            assert [step.key for step in seen.steps] == ["SH-2"]
            assert seen.letters == []  # nobody asked for that topic
            assert outputs.came == {"listing": 9, "parcel": 1}
            assert outputs.hidden == 0


async def test_more_than_can_be_read_is_counted_and_a_rare_kind_is_still_seen(broker):
    async with topics_of(broker) as (source, listings, parcels, producer):
        value, step = json.dumps(listing()).encode(), json.dumps(parcel()).encode()
        async with producer.transaction():
            await producer.send_and_wait(parcels, step, key=b"SH-1", headers=headers(source, 0))
            for number in range(2000):
                await producer.send(listings, value, key=b"L-%d" % number, headers=headers(source, 0))
        async with reading(broker, (listings, parcels), backlog=10_000) as (seen, outputs):
            await seen.until(1)
            async with asyncio.timeout(20):
                while sum(outputs.came.values()) < 2001 or len(seen.events) + outputs.hidden < 2001:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            assert "SH-1" in {event.key for event in seen.events}
            assert outputs.hidden > 1000


async def test_a_topic_that_is_not_there_is_one_line(broker):
    with pytest.raises(OperatorError, match=r"topic listing-localized\.xx does not exist: create it"):
        async with reading(broker, ("listing-localized.xx",)):
            pass
