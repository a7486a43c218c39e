"""Runs chain workers under faults and judges what a read_committed consumer sees."""

import asyncio
import os
import random
import subprocess
import sys
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from schemas.outputs import DeadLetter
from schemas.settings import Settings
from schemas.topics import DEAD_LETTER, LISTING_UPDATED, changelog, topic_specs
from streams.broker.server import Broker
from streams.topics import create_topics
from tests.integration.faults.chain import OUTPUT, POISON_TITLE, Chain

PARTITIONS = 4
KEYS = 40
GROUP = "faults"
WORKER = Path(__file__).with_name("chain_worker.py")


@dataclass
class Verdict:
    """What the history says. All but `dead_letters` must be zero for exactly once."""

    lost: int
    duplicates: int
    out_of_order: int
    broken_chains: int
    state_differs: bool
    dead_letters: int
    rows: int = 0

    @property
    def exactly_once(self) -> bool:
        return not (self.lost or self.duplicates or self.out_of_order or self.broken_chains or self.state_differs)


@dataclass
class Campaign:
    """One run: topics, workers, a producer, a judge."""

    broker: Broker
    events: int
    rate: float
    seed: int
    logs: Path
    extra_env: dict[str, str] = field(default_factory=dict)
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    async def prepare(self) -> None:
        kafka = Settings().kafka
        specs = topic_specs(dict.fromkeys(kafka.partitions, PARTITIONS), ("en",), ("default",), kafka.max_record_bytes)
        await create_topics(self.broker.bootstrap, specs, 1)

    def spawn(self, name: str, **env: str) -> subprocess.Popen[bytes]:
        settings = {
            "DRAGOMAN_KAFKA__BOOTSTRAP": self.broker.bootstrap,
            "DRAGOMAN_KAFKA__GROUP": GROUP,
            "DRAGOMAN_LOCALIZATION__LOCALES": '["en"]',
            "DRAGOMAN_HTTP__PORT": "-1",
            "DRAGOMAN_POOL__THREADS": "1",
            "DRAGOMAN_LANES__LOCALIZE_TIMEOUT_S": "8",
            "DRAGOMAN_LOCALIZATION__MEMORY_DIR": str(self.logs / "memory"),
            "DRAGOMAN_LANES__STATE_DIR": str(self.logs / "state"),
        }
        with (self.logs / f"{name}.log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, str(WORKER)],
                env={**os.environ, **settings, **self.extra_env, **env},
                stdout=log,
                stderr=log,
            )
        self.workers[name] = worker
        return worker

    async def supervise(self, *names: str) -> None:
        """Restart these workers when they exit, as an orchestrator would, until cancelled."""
        while True:
            await asyncio.sleep(0.2)
            for name in names:
                if self.workers[name].poll() is not None:
                    self.spawn(name)

    async def produce(self) -> None:
        """Publish the events at the campaign's rate; every 97th is poison."""
        rng = random.Random(self.seed)
        producer = AIOKafkaProducer(bootstrap_servers=self.broker.bootstrap, linger_ms=2, enable_idempotence=True)
        await producer.start()
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            for number in range(self.events):
                key = f"k{rng.randrange(KEYS)}"
                value = event_json(number, key, POISON_TITLE if number % 97 == 0 else "chain")
                if number % 194 == 0:
                    value = value[:-1]  # not JSON any more
                await producer.send(LISTING_UPDATED, value, key=key.encode())
                if number % 10 == 0:
                    await asyncio.sleep(max(0.0, started + number / self.rate - loop.time()))
            await producer.flush()
        finally:
            await producer.stop()

    async def until_written(self, rows: int) -> None:
        """Wait until the workers have written so many outputs, committed or not: a fault then meets them at work."""
        partitions = [TopicPartition(OUTPUT, p) for p in range(PARTITIONS)]
        async with AIOKafkaConsumer(bootstrap_servers=self.broker.bootstrap) as consumer, asyncio.timeout(60):
            while sum((await consumer.end_offsets(partitions)).values()) < rows:  # noqa: ASYNC110  (a broker, asked)
                await asyncio.sleep(0.05)

    async def until_at_work(self, name: str) -> None:
        """Wait until a worker has opened a lane."""
        async with asyncio.timeout(60):
            while "lane_opened" not in (self.logs / f"{name}.log").read_text():  # noqa: ASYNC110  (a log, looked at)
                await asyncio.sleep(0.05)

    async def judge(self, quiet_s: float = 25.0) -> Verdict:
        """Read everything committed until all events are seen (and 3 s more), or nothing came for `quiet_s`."""
        history = History()
        topics = (OUTPUT, DEAD_LETTER, changelog(LISTING_UPDATED))
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.broker.bootstrap,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        await consumer.start()
        loop = asyncio.get_running_loop()
        try:
            consumer.assign([TopicPartition(topic, p) for topic in topics for p in range(PARTITIONS)])
            await consumer.seek_to_beginning()
            last = loop.time()
            while loop.time() - last < (3 if len(history.seen) >= self.events else quiet_s):
                for tp, records in (await consumer.getmany(timeout_ms=500)).items():
                    last = loop.time()
                    for record in records:
                        history.add(tp.topic, record)
        finally:
            await consumer.stop()
        return history.verdict(self.events)

    def stop(self) -> None:
        for worker in self.workers.values():
            if worker.poll() is None:
                worker.kill()
            worker.wait()


class History:
    """The outputs, dead letters and states of a run, in the order of their partitions."""

    def __init__(self) -> None:
        self.seen: Counter[int] = Counter()
        self.chains: dict[bytes, list[Chain]] = defaultdict(list)
        self.states: dict[bytes, Chain] = {}
        self.dead = 0

    def add(self, topic: str, record: object) -> None:
        if topic == OUTPUT:
            chain = msgspec.json.decode(record.value, type=Chain)
            self.chains[record.key].append(chain)
            self.seen[chain.number] += 1
        elif topic == DEAD_LETTER:
            letter = msgspec.json.decode(record.value, type=DeadLetter)
            self.seen[number_of(letter)] += 1
            self.dead += 1
        else:
            self.states[record.key] = msgspec.json.decode(record.value, type=Chain)

    def verdict(self, events: int) -> Verdict:
        out_of_order = broken = 0
        final: dict[bytes, tuple[int, int]] = {}
        for key, chains in self.chains.items():
            count = crc = 0
            newest = -1
            for chain in chains:
                out_of_order += chain.number < newest
                newest = max(newest, chain.number)
                count, crc = count + 1, zlib.crc32(str(chain.number).encode(), crc)
                broken += (chain.count, chain.crc) != (count, crc)
            final[key] = (count, crc)
        return Verdict(
            lost=sum(number not in self.seen for number in range(events)),
            duplicates=sum(self.seen.values()) - len(self.seen),
            out_of_order=out_of_order,
            broken_chains=broken,
            state_differs={key: (state.count, state.crc) for key, state in self.states.items()} != final,
            dead_letters=self.dead,
            rows=sum(self.seen.values()),
        )


def number_of(letter: DeadLetter) -> int:
    """The number of a dead event, found in its original bytes even when they are not JSON."""
    from base64 import b64decode

    original = b64decode(letter.value)
    return int(original.split(b'"version":')[1].split(b",")[0])


def event_json(number: int, key: str, title: str) -> bytes:
    """A `listing-updated` event that carries `number` as its version."""
    return orjson.dumps(
        {
            "listing_id": key,
            "seller_id": "s",
            "marketplace": "m",
            "version": number,
            "title": title,
            "updated_at": "2026-01-01T00:00:00Z",
        }
    )
