"""A shop's topics, workers over them, and what a read_committed reader of one locale sees."""

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.contracts import CONTRACTS
from schemas.relocalization import Relocalization, progress_group
from schemas.settings import KafkaSettings
from schemas.topics import DEAD_LETTER, LISTING_UPDATED, REVIEW_POSTED, listing_localized, topic_specs
from streams.broker.server import Broker
from streams.reach import admin_client
from streams.relocalize import RequestProgress, Wanted, ask, read_progress
from streams.topics import create_topics

PARTITIONS = 2
GROUP = "shop"
LOCALES = ("en", "fr")
WORKER = Path(__file__).with_name("replay_worker.py")


@dataclass
class Shown:
    """One output record: the fact it tells, in which version, by which pipeline, under which id."""

    key: str
    version: int | None
    pipeline: str | None
    id: str


@dataclass
class Shop:
    broker: Broker
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)

    @property
    def kafka(self) -> KafkaSettings:
        return KafkaSettings(
            bootstrap=self.broker.bootstrap, group=GROUP, partitions=dict.fromkeys(CONTRACTS, PARTITIONS)
        )

    async def open(self) -> None:
        specs = topic_specs(self.kafka.partitions, LOCALES, ("default",), self.kafka.max_record_bytes)
        await create_topics(self.broker.bootstrap, specs, 1)

    def spawn(self, pipeline: str, **env: str) -> subprocess.Popen[bytes]:
        settings = {
            "PIPELINE": pipeline,
            "DRAGOMAN_KAFKA__BOOTSTRAP": self.broker.bootstrap,
            "DRAGOMAN_KAFKA__GROUP": GROUP,
            "DRAGOMAN_KAFKA__PARTITIONS": msgspec.json.encode(self.kafka.partitions).decode(),
            "DRAGOMAN_LOCALIZATION__LOCALES": msgspec.json.encode(LOCALES).decode(),
            "DRAGOMAN_LOCALIZATION__MEMORY_DIR": str(self.folder / f"memory{len(self.workers)}"),
            "DRAGOMAN_LANES__STATE_DIR": str(self.folder / "state"),
            "DRAGOMAN_HTTP__PORT": "-1",
            "DRAGOMAN_POOL__THREADS": "1",
        }
        with (self.folder / f"worker{len(self.workers)}.log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, str(WORKER)], env={**os.environ, **settings, **env}, stdout=log, stderr=log
            )
        self.workers.append(worker)
        return worker

    def end(self, worker: subprocess.Popen[bytes]) -> None:
        worker.kill()
        worker.wait()

    def stop(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                self.end(worker)

    def said(self, number: int = -1) -> str:
        return (self.folder / f"worker{number % len(self.workers)}.log").read_text()

    # --- producers --------------------------------------------------------------------------------------------------

    async def publish(self, *events: tuple[str, bytes | None], topic: str = LISTING_UPDATED) -> None:
        async with AIOKafkaProducer(bootstrap_servers=self.broker.bootstrap, linger_ms=2) as producer:
            for key, value in events:
                await producer.send(topic, value, key=key.encode())
            await producer.flush()

    # --- operators --------------------------------------------------------------------------------------------------

    async def relocalize(self, topic: str = LISTING_UPDATED, **wanted: Any) -> Relocalization:
        return await ask(self.kafka, Wanted(topic, **wanted))

    async def progress(self, request: Relocalization) -> RequestProgress:
        return (await read_progress(self.kafka, [request]))[0]

    async def until_replayed(self, request: Relocalization, share: float = 1.0, timeout_s: float = 30.0) -> None:
        def far_enough(found: RequestProgress) -> bool:
            return found.replayed >= share * found.total

        await self.until(lambda: self.progress(request), far_enough, timeout_s)

    async def until_said(self, event: str, times: int = 1) -> None:
        """Wait for lines in the log of the latest worker."""

        async def log() -> int:
            return self.said().count(event)

        await self.until(log, lambda count: count >= times)

    async def until(self, ask_again: Any, true: Any, timeout_s: float = 30.0) -> Any:
        deadline = time.monotonic() + timeout_s
        while not true(found := await ask_again()):
            assert time.monotonic() < deadline, f"{found}\n{self.said()}"
            assert any(worker.poll() is None for worker in self.workers), self.said()
            await asyncio.sleep(0.05)
        return found

    def dragoman(self, *arguments: str) -> Any:
        """What `dragoman relocalize` prints as JSON, run as a process of its own."""
        settings = {
            "DRAGOMAN_KAFKA__BOOTSTRAP": self.broker.bootstrap,
            "DRAGOMAN_KAFKA__GROUP": GROUP,
            "DRAGOMAN_KAFKA__PARTITIONS": msgspec.json.encode(self.kafka.partitions).decode(),
            "DRAGOMAN_LOCALIZATION__LOCALES": msgspec.json.encode(LOCALES).decode(),
        }
        command = [sys.executable, "-c", "from cli.main import run; run()", "relocalize", *arguments, "--json"]
        done = subprocess.run(
            command,
            env={**os.environ, **settings},
            cwd=Path(__file__).parents[3],
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return orjson.loads(done.stdout)

    # --- what is committed ------------------------------------------------------------------------------------------

    async def committed(self, topic: str = LISTING_UPDATED, group: str = GROUP) -> dict[int, int]:
        tps = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        async with admin_client(self.broker.bootstrap, 5) as admin:
            try:
                found = await admin.list_consumer_group_offsets(group, partitions=tps)
            except KafkaError:  # the log of offsets is made when the first group asks for it
                return {}
        return {tp.partition: found[tp].offset for tp in tps if tp in found}

    async def until_caught_up(self, topic: str = LISTING_UPDATED) -> dict[int, int]:
        async with self._consumer() as consumer:
            tps = [TopicPartition(topic, number) for number in range(PARTITIONS)]
            ends = {tp.partition: end for tp, end in (await consumer.end_offsets(tps)).items()}
        wanted = {number: end for number, end in ends.items() if end}

        def reached(found: dict[int, int]) -> bool:
            return all(found.get(number, -1) >= end for number, end in wanted.items())

        return await self.until(lambda: self.committed(topic), reached)

    async def shown(self, topic: str = listing_localized("fr")) -> list[Shown]:
        """Everything a read_committed reader sees of a topic, in the order of its partitions."""
        return [shown(row) for row in await self.read(topic)]

    async def read(self, topic: str) -> list[Any]:
        async with self._consumer() as consumer:
            tps = [TopicPartition(topic, number) for number in range(PARTITIONS)]
            consumer.assign(tps)
            ends = await consumer.end_offsets(tps)
            await consumer.seek_to_beginning(*tps)
            rows: list[Any] = []
            for tp in tps:
                while await consumer.position(tp) < ends[tp]:
                    rows += (await consumer.getmany(tp, timeout_ms=100)).get(tp, [])
        return rows

    async def dead_letters(self) -> list[Any]:
        return [msgspec.json.decode(row.value) for row in await self.read(DEAD_LETTER)]

    def _consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self.broker.bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=50,
        )


def shown(row: Any) -> Shown:
    value = None if row.value is None else msgspec.json.decode(row.value)
    version = value and (value.get("listing_version") or value.get("review_version"))
    pipeline = value and value["provenance"]["pipeline_version"]
    return Shown(row.key.decode(), version, pipeline, dict(row.headers)["ce_id"].decode())


def listing(key: str, version: int = 1, **changes: Any) -> tuple[str, bytes]:
    event = {
        "listing_id": key,
        "seller_id": "s",
        "marketplace": "m",
        "version": version,
        "source_locale": "en",
        "title": f"Kettle {key} {version}",
        "updated_at": "2026-01-01T00:00:00Z",
    }
    return key, orjson.dumps(event | changes)


def review(key: str, version: int = 1, **changes: Any) -> tuple[str, bytes]:
    event = {
        "review_id": f"R-{key}",
        "listing_id": key,
        "author_ref": "a",
        "rating": 4,
        "version": version,
        "source_locale": "en",
        "body": "Good.",
        "posted_at": "2026-01-01T00:00:00Z",
    }
    return key, orjson.dumps(event | changes)


__all__ = ["GROUP", "LISTING_UPDATED", "REVIEW_POSTED", "Shop", "Shown", "listing", "progress_group", "review"]
