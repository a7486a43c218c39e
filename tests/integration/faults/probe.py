"""One worker at a time on a broker of the test's own: send events, look at what is committed, ask for its health."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import ClientSession
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata

from schemas.settings import Settings
from schemas.topics import LISTING_UPDATED, topic_specs
from streams.broker.server import Broker
from streams.reach import admin_client
from streams.topics import create_topics
from tests.chaos.chain import event_json

GROUP = "probe"
WORKER = Path(__file__).with_name("probe_worker.py")
INPUT = TopicPartition(LISTING_UPDATED, 0)


@dataclass
class Probe:
    """A worker over one partition: of the probe agent, or what `script` makes."""

    broker: Broker
    folder: Path
    script: Path = WORKER
    locales: tuple[str, ...] = ("en",)
    env: dict[str, str] = field(default_factory=dict)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    async def create_topics(self) -> None:
        kafka = Settings().kafka
        specs = topic_specs(dict.fromkeys(kafka.partitions, 1), self.locales, ("default",), kafka.max_record_bytes)
        await create_topics(self.broker.bootstrap, specs, 1)

    def spawn(self, **env: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, str(self.script)], env={**os.environ, **self.settings(), **env}, stdout=log, stderr=log
            )
        self.workers.append(worker)
        return worker

    def settings(self) -> dict[str, str]:
        """What a worker finds in its environment."""
        settings = {
            "DRAGOMAN_KAFKA__BOOTSTRAP": self.broker.bootstrap,
            "DRAGOMAN_KAFKA__GROUP": GROUP,
            "DRAGOMAN_KAFKA__PARTITIONS": msgspec.json.encode(dict.fromkeys(Settings().kafka.partitions, 1)).decode(),
            "DRAGOMAN_LOCALIZATION__LOCALES": msgspec.json.encode(self.locales).decode(),
            "DRAGOMAN_HTTP__PORT": "0",
            "DRAGOMAN_POOL__THREADS": "1",
            "DRAGOMAN_LANES__LOCALIZE_TIMEOUT_S": "1",
            "DRAGOMAN_LOCALIZATION__MEMORY_DIR": str(self.folder / "memory"),
            "DRAGOMAN_LANES__STATE_DIR": str(self.folder / "state"),
        }
        return {**settings, **self.env}

    @property
    def log(self) -> Path:
        return self.folder / f"worker{len(self.workers)}.log"

    def said(self) -> list[str]:
        """The lines of the latest worker that are for a person: no JSON."""
        lines = (self.folder / f"worker{len(self.workers) - 1}.log").read_text().splitlines()
        return [line for line in lines if not line.startswith("{")]

    async def send(self, *titles: str | bytes, first: int = 0) -> int:
        """Publish events of one key, numbered from `first`; bytes go as they are. Returns the next number."""
        async with AIOKafkaProducer(bootstrap_servers=self.broker.bootstrap, max_request_size=2_000_000) as producer:
            for number, title in enumerate(titles, first):
                value = title if isinstance(title, bytes) else event_json(number, "k", title)
                await producer.send_and_wait(LISTING_UPDATED, value, key=b"k", partition=0)
        return first + len(titles)

    async def read(self, topic: str) -> list[Any]:
        """Everything committed in a topic, decoded."""
        tp = TopicPartition(topic, 0)
        async with self._consumer() as consumer:
            consumer.assign([tp])
            end = (await consumer.end_offsets([tp]))[tp]
            await consumer.seek_to_beginning(tp)
            rows: list[Any] = []
            while await consumer.position(tp) < end:
                rows += (await consumer.getmany(tp, timeout_ms=100)).get(tp, [])
        return [None if row.value is None else msgspec.json.decode(row.value) for row in rows]

    async def committed(self) -> int:
        """The group's offset; 0 while it has none."""
        async with admin_client(self.broker.bootstrap, 5) as admin:
            try:
                found = await admin.list_consumer_group_offsets(GROUP)
            except KafkaError:  # the log of offsets is made when the first group asks for it
                return 0
        return found[INPUT].offset if INPUT in found else 0

    async def until_committed(self, offset: int, timeout_s: float = 20.0) -> None:
        await self.until(self.committed, lambda at: at >= offset, timeout_s)

    async def reset_offset(self, offset: int) -> None:
        """Commit as an operator would, while no worker runs."""
        async with AIOKafkaConsumer(
            bootstrap_servers=self.broker.bootstrap, group_id=GROUP, enable_auto_commit=False
        ) as consumer:
            consumer.assign([INPUT])
            await consumer.commit({INPUT: OffsetAndMetadata(offset, "")})

    async def until(self, ask: Callable[[], Any], true: Callable[[Any], bool], timeout_s: float = 20.0) -> Any:
        """Ask again until the answer is as wanted; a worker that has ended meanwhile is an error."""
        async with asyncio.timeout(timeout_s):
            while not true(found := await ask()):
                assert self.workers[-1].poll() is None, "\n".join(self.said())
                await asyncio.sleep(0.05)
        return found

    @property
    def url(self) -> str | None:
        """Address of the latest worker's health server; None while it does not listen."""
        found = re.search(r"http://[\d.]+:\d+", "\n".join(self.said()))
        return found and found.group()

    async def get(self, path: str) -> tuple[int, str]:
        """Status and body of the latest worker's health server; 0 while it does not listen."""
        if self.url is None:
            return 0, ""
        async with ClientSession() as session, session.get(self.url + path) as answer:
            return answer.status, await answer.text()

    async def until_ready(self) -> None:
        await self.until(lambda: self.get("/ready"), lambda answer: answer[0] == 200)

    async def metric(self, name: str, **labels: str) -> float:
        """A sample of the latest worker's metrics, 0 where it is absent."""
        _, text = await self.get("/metrics")
        wanted = {f'{key}="{value}"' for key, value in labels.items()}
        for line in text.splitlines():
            found = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
            if found and found[1] == name and wanted <= set((found[2] or "").split(",")):
                return float(found[3])
        return 0.0

    async def ended(self, timeout_s: float = 15.0) -> tuple[int, float]:
        """Exit code of the latest worker and the seconds it took from now."""
        started = time.monotonic()
        code = await asyncio.to_thread(self.workers[-1].wait, timeout_s)
        return code, time.monotonic() - started

    def stop(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
            worker.wait()

    def _consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self.broker.bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
