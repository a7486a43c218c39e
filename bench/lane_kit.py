"""What the benches of lanes share: one small output a record, its agent, its events, and a worker's settings."""

import asyncio
import json
import os
import time
from collections.abc import Callable

import msgspec
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from agents.base import KEEP, Agent, AnyAgent, Outcome, Output
from inference.models import LoadedModels
from inference.requests import Priority
from schemas.contracts import LISTING_CONTRACT
from schemas.events import ListingUpdated
from schemas.settings import environment, load
from schemas.topics import LISTING_UPDATED, listing_localized
from streams.broker.server import Broker
from streams.worker import Worker

LOCALE = "en"
OUTPUT = listing_localized(LOCALE)


class Seen(msgspec.Struct, frozen=True):
    """Output and state: the same for every engine."""

    listing_id: str
    version: int


def event(number: int) -> bytes:
    """A listing of the size that listings have."""
    return orjson.dumps(
        {
            "listing_id": f"L{number:07d}",
            "seller_id": "s-1",
            "marketplace": "example",
            "version": number,
            "title": "Stainless steel water bottle, 750 ml",
            "description": "Keeps drinks cold for 24 hours.",
            "source_locale": "en",
            "updated_at": "2026-01-01T00:00:00Z",
        }
    )


async def fill(bootstrap: str, records: int) -> None:
    """Write the input once."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=20, max_batch_size=500_000)
    await producer.start()
    try:
        for at in range(records):
            await producer.send(LISTING_UPDATED, event(at), key=f"L{at:07d}".encode())
        await producer.flush()
    finally:
        await producer.stop()


def agent(*, keeps_state: bool, started: Callable[[], None] = lambda: None) -> AnyAgent:
    """An agent that thinks of nothing; `keeps_state` writes a row of the changelog for every record as well."""

    async def localize(event: ListingUpdated, _tools: object) -> None:
        started()

    def settle(_state: Seen | None, event: ListingUpdated, _localized: None) -> Outcome[Seen]:
        seen = Seen(event.listing_id, event.version)
        output = Output(OUTPUT, event.listing_id, seen, "bench.v1", LOCALE)
        return Outcome((output,), seen if keeps_state else KEEP)

    return Agent(
        contract=LISTING_CONTRACT,
        state=Seen,
        localize=localize,
        settle=settle,
        state_key=lambda event: event.listing_id,
        priority=Priority.LISTING,
    )


async def drain(total: int, *, keeps_state: bool) -> float:
    """Have a worker commit `total` records; return the seconds from its first one to the last commit."""
    done = asyncio.Event()
    seen, first = 0, 0.0

    def started() -> None:
        nonlocal first
        first = first or time.perf_counter()

    def count(report: object) -> None:
        nonlocal seen
        seen += getattr(report, "records", 0)
        if seen >= total:
            done.set()

    made = agent(keeps_state=keeps_state, started=started)
    worker = Worker(load(), agents=(made,), load_models=lambda: LoadedModels((), None), also_report=count)
    running = asyncio.create_task(worker.run())
    await asyncio.wait([asyncio.create_task(done.wait()), running], return_when=asyncio.FIRST_COMPLETED)
    if not done.is_set():
        await running  # it says why it ended
    seconds = time.perf_counter() - first
    worker.stop()
    await running
    return seconds


async def steady(
    bootstrap: str, topics: tuple[str, str], make: Callable[[int], bytes], rate: float, seconds: float, first: int = 0
) -> list[float]:
    """Publish to one topic at a rate; return the milliseconds until a read_committed reader of the other had each one.

    `make` gives event number n, which must have the key of `L%07d`; numbers begin with `first`.
    """
    total = int(rate * seconds)
    sent: dict[bytes, float] = {}
    took: list[float] = []
    async with (
        AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=1) as producer,
        AIOKafkaConsumer(
            bootstrap_servers=bootstrap, isolation_level="read_committed", fetch_max_wait_ms=50
        ) as consumer,
    ):
        count = len(await producer.partitions_for(topics[1]))
        consumer.assign([TopicPartition(topics[1], number) for number in range(count)])
        await consumer.seek_to_end()

        async def read() -> None:
            while len(took) < total:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    now = time.time()
                    took.extend((now - sent[record.key]) * 1000 for record in records if record.key in sent)

        reading = asyncio.create_task(read())
        began = time.time()
        for number in range(total):
            await asyncio.sleep(max(0.0, began + number / rate - time.time()))
            key = f"L{first + number:07d}".encode()
            sent[key] = time.time()
            await producer.send(topics[0], make(first + number), key=key)
        async with asyncio.timeout(60):
            await reading
    return took


def worker_environment(broker: Broker, group: str, **more: str) -> dict[str, str]:
    """The environment of a process that drains or serves a topic of `broker`."""
    settings = {
        "DRAGOMAN_KAFKA__BOOTSTRAP": broker.bootstrap,
        "DRAGOMAN_LOCALIZATION__MEMORY_DIR": str(broker.data_dir / "memory"),
        "DRAGOMAN_LANES__STATE_DIR": str(broker.data_dir / "state"),
        "DRAGOMAN_KAFKA__GROUP": group,
        "DRAGOMAN_LOCALIZATION__LOCALES": json.dumps([LOCALE]),
        "DRAGOMAN_HTTP__PORT": "-1",
        "DRAGOMAN_LOGS__LEVEL": "error",
        **more,
    }
    return environment(settings)


def leave() -> None:
    """End the process: Faust's threads outlive a stop, and the figure is out."""
    os._exit(0)
