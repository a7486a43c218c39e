"""Five times as much as a worker can do, for minutes: what gives, and what does not.

A worker with the real models, on a broker of its own. First its capacity is measured on a backlog of parcels, reviews
and listings in the shares below. Then events come at `--times` that rate for `--minutes`; every few seconds the true
lag of each topic is read from the side, beside what the worker exports, and the worker's memory. At last the input
stops.

Wanted: memory flat; parcels served as if nothing else was there; reviews before listings; lag as exported the same as
the true one; nothing dropped; and after the input has stopped the backlog goes down by itself.
"""

import argparse
import asyncio
import itertools
import json
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).parents[1]))

import aiohttp
import orjson
from aiokafka import AIOKafkaProducer
from prometheus_client.parser import text_string_to_metric_families

from bench.endtoend import BUT, DID, SAID, WHAT, WHEN, WHO
from bench.lane_kit import worker_environment
from schemas.settings import LocalizationSettings, Settings
from schemas.topics import LISTING_UPDATED, LOGISTICS_EVENT, REVIEW_POSTED
from streams.broker.server import Broker
from streams.lag import LagReader
from streams.topics import create_topics

TARGET = "pt-BR"
GROUP = "overload"
TOPICS = (LOGISTICS_EVENT, REVIEW_POSTED, LISTING_UPDATED)  # the urgent first
SHARES = {LOGISTICS_EVENT: 2, REVIEW_POSTED: 5, LISTING_UPDATED: 3}  # of ten events
EVERY_S = 5.0
KIND = ["new", "old", "red", "green", "heavy", "light", "small", "large", "soft", "cheap", "strong", "simple", "plain"]
PLACE = ["Porto", "Lyon", "Turin", "Ghent", "Vienna", "Krakow", "Bergen", "Cork", "Leeds", "Seville", "Riga", "Basel"]
DRAGOMAN = Path(sys.executable).with_name("dragoman")


def sentences() -> Iterator[str]:
    """Plain sentences without an end, hardly one of them twice, in an order that a seed decides."""
    chance = random.Random(5)
    while True:
        thing = chance.choice(WHAT).split(" ", 1)
        named = f"{thing[0]} {chance.choice(KIND)} {chance.choice(KIND)} {thing[1]}"
        told = chance.choice(DID + SAID).format(named)
        yield f"{chance.choice(WHO)} in {chance.choice(PLACE)} {told} {chance.choice(WHEN)}, {chance.choice(BUT)}."


def value_of(topic: str, key: str, text: Iterator[str]) -> dict[str, object]:
    """An event: a parcel without a remark, a review of two sentences, a listing of a title and three."""
    at = "2026-01-01T00:00:00Z"
    if topic == LOGISTICS_EVENT:
        value: dict[str, object] = {"event_id": key, "shipment_id": key, "tracking_number": key, "carrier": "example"}
        value |= {"vocabulary": "upu", "code": "EMD", "partner_id": "default", "occurred_at": at, "recorded_at": at}
        return value | {"recipient_locales": [TARGET]}
    if topic == REVIEW_POSTED:
        value = {"review_id": key, "listing_id": key, "author_ref": "a", "rating": 4, "source_locale": "en"}
        return value | {"body": f"{next(text)} {next(text)}", "posted_at": at}
    value = {"listing_id": key, "seller_id": "s", "marketplace": "m", "version": 1, "source_locale": "en"}
    return value | {"title": next(text), "description": f"{next(text)} {next(text)} {next(text)}", "updated_at": at}


def events() -> Iterator[tuple[str, str, bytes]]:
    """Topic, key and value, in the shares above."""
    text = sentences()
    order = [topic for topic, share in SHARES.items() for _ in range(share)]
    random.Random(6).shuffle(order)
    for number, topic in enumerate(itertools.cycle(order)):
        key = f"e{number}"
        yield topic, key, orjson.dumps(value_of(topic, key, text))


class Load:
    """Publishes at a rate that may be changed, until it is told to stop."""

    def __init__(self, bootstrap: str) -> None:
        self.sent = dict.fromkeys(TOPICS, 0)
        self.rate = 0.0
        self._bootstrap = bootstrap
        self._events = events()

    async def publish(self, count: int) -> None:
        """Publish a backlog at once."""
        async with AIOKafkaProducer(bootstrap_servers=self._bootstrap, linger_ms=10) as producer:
            for _ in range(count):
                await self._send(producer)

    async def run(self) -> None:
        """Publish for ever."""
        async with AIOKafkaProducer(bootstrap_servers=self._bootstrap, linger_ms=10) as producer:
            due, last = 0.0, time.monotonic()
            while True:
                await asyncio.sleep(0.05)
                now = time.monotonic()
                due, last = due + (now - last) * self.rate, now
                while due >= 1:
                    due -= 1
                    await self._send(producer)

    async def _send(self, producer: AIOKafkaProducer) -> None:
        topic, key, value = next(self._events)
        await producer.send(topic, value, key=key.encode())
        self.sent[topic] += 1


class Watched:
    """The worker: its memory, and what it says of itself."""

    def __init__(self, broker: Broker, log: Path) -> None:
        env = worker_environment(
            broker,
            GROUP,
            DRAGOMAN_LOCALIZATION__LOCALES=json.dumps([TARGET]),
            DRAGOMAN_HTTP__PORT="0",
            DRAGOMAN_LOGS__LEVEL="warning",
        )
        self._log = log
        self.reasons: dict[str, int] = {}  # dead letters and fallbacks, by topic and reason
        self.process = subprocess.Popen([DRAGOMAN, "worker"], env=env, stdout=log.open("wb"), stderr=subprocess.STDOUT)

    @property
    def url(self) -> str | None:
        """Its health endpoint; None while it does not listen."""
        found = re.search(r"http://[\d.]+:\d+", self._log.read_text())
        return found and found.group()

    @property
    def memory_mb(self) -> float:
        """Resident now."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024

    async def metrics(self) -> dict[str, dict[str, float]]:
        """By topic: records consumed, dead letters, and the lag it exports."""
        found: dict[str, dict[str, float]] = {topic: {} for topic in TOPICS}
        if self.url is None:
            return found
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/metrics") as answer:
            page = await answer.text()
        for family in text_string_to_metric_families(page):
            for sample in family.samples:
                topic = sample.labels.get("topic")
                if topic in found:
                    found[topic][sample.name] = found[topic].get(sample.name, 0.0) + sample.value
                    if sample.name == "dragoman_dead_letters_total":
                        self.reasons[f"{topic} {sample.labels['reason']}"] = int(sample.value)
                    if sample.name == "dragoman_fallbacks_total":
                        self.reasons[f"{topic} fallback {sample.labels['reason']}"] = int(sample.value)
        return found


async def capacity(load: Load, worker: Watched, seconds: float) -> float:
    """Events a second that the worker gets through while there is a backlog of all kinds."""
    await load.publish(20_000)
    while sum(await consumed(worker)) < 1000:  # noqa: ASYNC110  (models load, caches fill)
        await asyncio.sleep(0.5)
    began, before = time.monotonic(), sum(await consumed(worker))
    await asyncio.sleep(seconds)
    return (sum(await consumed(worker)) - before) / (time.monotonic() - began)


async def consumed(worker: Watched) -> list[float]:
    """Records consumed of each topic."""
    told = await worker.metrics()
    return [told[topic].get("dragoman_events_consumed_total", 0.0) for topic in TOPICS]


async def sample(bootstrap: str, worker: Watched, load: Load, began: float) -> dict[str, object]:
    """One row: true lag by topic in records and seconds, the lag exported, memory."""
    async with LagReader(bootstrap, GROUP, TOPICS) as reader:
        lags = await reader.read()
    told = await worker.metrics()
    row: dict[str, object] = {"at_s": round(time.monotonic() - began), "memory_mb": round(worker.memory_mb)}
    for topic in TOPICS:
        of_topic = [lag for lag in lags if lag.topic == topic]
        row[topic] = {
            "records": sum(lag.records for lag in of_topic),
            "seconds": round(max((lag.seconds or 0.0 for lag in of_topic), default=0.0), 2),
            "exported": int(told[topic].get("dragoman_consumer_lag_records", 0)),
            "consumed": int(told[topic].get("dragoman_events_consumed_total", 0)),
            "dead": int(told[topic].get("dragoman_dead_letters_total", 0)),
            "sent": load.sent[topic],
        }
    return row


def shown(row: dict[str, object]) -> str:
    """A row for people."""
    topics = "   ".join(
        f"{topic.split('-')[0]:9s} {told['records']:7,d} behind {told['seconds']:6.1f} s (said {told['exported']:7,d})"
        for topic in TOPICS
        if isinstance(told := row[topic], dict)
    )
    return f"{row['at_s']:4d} s  {row['memory_mb']:5d} MB   {topics}"


async def campaign(broker: Broker, options: argparse.Namespace) -> dict[str, object]:
    """Capacity, overload, rest."""
    topics = Settings(localization=LocalizationSettings(locales=(TARGET,))).topics()
    await create_topics(broker.bootstrap, topics, 1)
    worker = Watched(broker, broker.data_dir / "worker.log")
    load = Load(broker.bootstrap)
    rows: list[dict[str, object]] = []
    try:
        fits = await capacity(load, worker, options.measure)
        print(f"capacity {fits:,.0f} events/s; {options.times:g} times that for {options.minutes:g} min", flush=True)
        began = time.monotonic()
        publishing = asyncio.create_task(load.run())
        for rate, seconds in ((options.times * fits, options.minutes * 60), (0.0, options.rest)):
            load.rate = rate
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                await asyncio.sleep(EVERY_S)
                rows.append({**await sample(broker.bootstrap, worker, load, began), "rate": rate})
                print(shown(rows[-1]), flush=True)
        publishing.cancel()
    finally:
        worker.process.send_signal(signal.SIGTERM)
        code = worker.process.wait(30)
    return verdict(rows, fits, code) | {"reasons": worker.reasons}


def verdict(rows: list[dict[str, object]], fits: float, code: int) -> dict[str, object]:
    """What the rows say."""
    under, after = [row for row in rows if row["rate"]], [row for row in rows if not row["rate"]]

    def of(row: dict[str, object], topic: str, name: str) -> float:
        told = row[topic]
        assert isinstance(told, dict)
        return float(told[name])

    quarter = max(1, len(under) // 4)
    memory = [float(str(row["memory_mb"])) for row in under]
    waits = {topic: max(of(row, topic, "seconds") for row in under) for topic in TOPICS}
    apart = [
        abs(of(row, LISTING_UPDATED, "exported") - of(row, LISTING_UPDATED, "records"))
        / max(1.0, of(row, LISTING_UPDATED, "records"))
        for row in under[quarter:]
    ]
    behind = [sum(of(row, topic, "records") for topic in TOPICS) for row in (after[0], after[-1])]
    return {
        "name": "overload",
        "capacity_per_s": round(fits),
        "memory_mb": {
            "second quarter": round(mean(memory[quarter : 2 * quarter])),
            "last": round(mean(memory[-quarter:])),
        },
        "longest_wait_s": waits,
        "lag_exported_apart": round(max(apart), 3),
        "dead_letters": sum(of(rows[-1], topic, "dead") for topic in TOPICS),
        "backlog_after": behind,
        "exit": code,
        "met": (
            mean(memory[-quarter:]) < 1.05 * mean(memory[quarter : 2 * quarter])
            and waits[LOGISTICS_EVENT] <= waits[REVIEW_POSTED] <= waits[LISTING_UPDATED]
            and behind[1] < behind[0]
            and sum(of(rows[-1], topic, "dead") for topic in TOPICS) == 0
            and code == 0
        ),
        "rows": rows,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--times", type=float, default=5)
    parser.add_argument("--measure", type=float, default=30, help="seconds in which capacity is measured")
    parser.add_argument("--rest", type=float, default=60, help="seconds to look on after the input has stopped")
    options = parser.parse_args()
    with Broker.start() as broker:
        print(json.dumps(asyncio.run(campaign(broker, options))))


if __name__ == "__main__":
    main()
