"""Events in and outputs out of a broker, with nothing but aiokafka: what the world outside the containers does."""

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from docker.models.containers import Container

from schemas.topics import (
    LISTING_UPDATED,
    LOGISTICS_EVENT,
    REVIEW_POSTED,
    listing_localized,
    logistics_localized,
    review_localized,
)

LOCALE = "pt-BR"
OUTPUTS = (listing_localized(LOCALE), review_localized(LOCALE), logistics_localized("default"))
PAUSE_S = 0.02  # 50 events a second at most
WHEN = "2026-03-02T10:16:00Z"
POLL_MS = 500
HEALTHY_S = 120
LOOK_S = 0.25


def listing(number: int) -> tuple[str, str, dict[str, object]]:
    """Topic, key and event: a title that no other has, so that it is translated and not remembered."""
    key = f"L-{number}"
    return (
        LISTING_UPDATED,
        key,
        {
            "listing_id": key,
            "seller_id": "S-7",
            "marketplace": "example",
            "version": 1,
            "source_locale": "en",
            "target_locales": [LOCALE],
            "title": f"Stainless steel water bottle, series {number}",
            "updated_at": WHEN,
        },
    )


def parcel(number: int) -> tuple[str, str, dict[str, object]]:
    key = f"P-{number}"
    return (
        LOGISTICS_EVENT,
        key,
        {
            "event_id": f"{key}-1",
            "shipment_id": key,
            "tracking_number": f"RB{number:09d}GB",
            "carrier": "royal-mail",
            "partner_id": "default",
            "vocabulary": "upu",
            "code": "EMA",
            "occurred_at": WHEN,
            "recorded_at": WHEN,
            "recipient_locales": [LOCALE],
        },
    )


def review(number: int) -> tuple[str, str, dict[str, object]]:
    key = f"R-{number}"  # the review and its listing alike: its event is keyed by the one, its text by the other
    return (
        REVIEW_POSTED,
        key,
        {
            "review_id": key,
            "listing_id": key,
            "author_ref": "A-7",
            "rating": 5,
            "source_locale": "en",
            "target_locales": [LOCALE],
            "body": f"I bought number {number} and it works well.",
            "posted_at": WHEN,
        },
    )


def events() -> Iterator[tuple[str, str, dict[str, object]]]:
    """One listing, one review and eight parcels, again and again, each its own key.

    All of them, because a worker may have been given every partition of a topic and none of another.
    """
    for number in itertools.count():
        yield {0: listing, 5: review}.get(number % 10, parcel)(number)


async def send(bootstrap: str, enough: Callable[[], bool]) -> list[str]:
    """Send events at an even pace until there are enough; returns the keys of all that the broker has."""
    sent = []
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True) as producer:
        for topic, key, event in events():
            if enough():
                await producer.flush()
                return sent
            await producer.send(topic, json.dumps(event).encode(), key=key.encode())
            sent.append(key)
            await asyncio.sleep(PAUSE_S)
    raise AssertionError


async def outputs(bootstrap: str, keys: list[str], timeout_s: float) -> tuple[Counter[str], dict[str, dict]]:
    """Read what is committed until every key was seen and nothing more comes; how often each, and its last output."""
    seen: Counter[str] = Counter()
    last: dict[str, dict] = {}
    deadline = time.monotonic() + timeout_s
    async with AIOKafkaConsumer(
        *OUTPUTS, bootstrap_servers=bootstrap, isolation_level="read_committed", auto_offset_reset="earliest"
    ) as consumer:
        while True:
            assert time.monotonic() < deadline, f"not seen: {sorted(set(keys) - seen.keys())[:20]}"
            batches = await consumer.getmany(timeout_ms=POLL_MS)
            if not batches and set(keys) <= seen.keys():
                return seen, last
            for record in itertools.chain.from_iterable(batches.values()):
                seen[record.key.decode()] += 1
                last[record.key.decode()] = json.loads(record.value)


def count_to(number: int) -> Callable[[], bool]:
    """True from the call after `number` on."""
    counter = itertools.count()
    return lambda: next(counter) >= number


async def until_healthy(container: Container) -> None:
    """Wait for the image's own healthcheck, which asks `/ready`."""
    async with asyncio.timeout(HEALTHY_S):
        while (state := await asyncio.to_thread(health, container)) != "healthy":
            assert container.status == "running", container.logs(tail=20).decode()
            assert state != "unhealthy", container.logs(tail=20).decode()
            await asyncio.sleep(LOOK_S)


def health(container: Container) -> str:
    container.reload()
    return str(container.attrs["State"]["Health"]["Status"])
