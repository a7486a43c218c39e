"""A deployment with dead letters in it, and an operator who handles them."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from schemas.dead_letters import dead_letter
from schemas.errors import Refused
from schemas.handled import Handled, LetterId, read_handled
from schemas.reasons import Reason, Stage
from schemas.settings import Settings
from schemas.topics import DEAD_LETTER, DEAD_LETTER_LEDGER, INPUTS, LISTING_UPDATED
from streams.broker.server import Broker
from streams.letters.plan import Outcome, plan_drop, plan_replay
from streams.letters.run import Run
from streams.topics import create_topics
from tests.wire import EVENTS

DRAGOMAN = Path(sys.executable).with_name("dragoman")
WORKER = Path(__file__).parents[1] / "replay" / "replay_worker.py"
PARTITIONS = 2
NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
PASSING = Refused(Stage.LOCALIZE, Reason.LOCALIZE_TIMEOUT, "localize took too long", retryable=True)


def event(topic: str, **changes: Any) -> bytes:
    return json.dumps(EVENTS[topic] | changes).encode()


@dataclass
class Desk:
    broker: Broker
    folder: Path
    locales: tuple[str, ...] = ("en", "es")
    partitions: int = PARTITIONS
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return Settings(
            kafka={"bootstrap": self.broker.bootstrap, "partitions": dict.fromkeys(INPUTS, self.partitions)},
            localization={"locales": self.locales, "partners": ("acme",)},
        )

    @property
    def env(self) -> dict[str, str]:
        return {
            **os.environ,
            "DRAGOMAN_KAFKA__BOOTSTRAP": self.broker.bootstrap,
            "DRAGOMAN_KAFKA__PARTITIONS": json.dumps(dict.fromkeys(INPUTS, self.partitions)),
            "DRAGOMAN_LOCALIZATION__LOCALES": json.dumps(self.locales),
            "DRAGOMAN_LOCALIZATION__PARTNERS": '["acme"]',
            "COLUMNS": "200",
        }

    async def open(self) -> None:
        await create_topics(self.broker.bootstrap, self.settings.topics(), 1)

    def stop(self) -> None:
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.wait()

    # --- producers and workers ---------------------------------------------------------------------------------------

    async def publish(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        *,
        headers: tuple[tuple[str, bytes | None], ...] = (),
        partition: int = 1,
        timestamp_ms: int | None = None,
    ) -> ConsumerRecord:
        """Send one record, and return it as it stands in its topic.

        Its timestamp is young unless it says otherwise: retention goes by it, and the broker begins after 30 seconds.
        """
        async with AIOKafkaProducer(bootstrap_servers=self.broker.bootstrap, max_request_size=5_000_000) as producer:
            sent = await producer.send_and_wait(
                topic, value, key, partition=partition, timestamp_ms=timestamp_ms, headers=list(headers)
            )
        return next(row for row in await self.read(topic, partition) if row.offset == sent.offset)

    async def bury(
        self, *records: ConsumerRecord, refused: Refused = PASSING, at_ms: int | None = None
    ) -> list[LetterId]:
        """Write dead letters of records, as a worker does."""
        found = []
        async with AIOKafkaProducer(bootstrap_servers=self.broker.bootstrap, max_request_size=9_000_000) as producer:
            for record in records:
                key, value, headers = dead_letter(record, refused, now=NOW, app_version="1.2.3")
                sent = await producer.send_and_wait(
                    DEAD_LETTER, value, key, partition=record.partition, headers=headers, timestamp_ms=at_ms
                )
                found.append(LetterId(sent.partition, sent.offset))
        return found

    async def bury_listings(self, *versions: int, key: str = "L-1001") -> list[LetterId]:
        """Publish versions of a listing and bury each."""
        sent = [
            await self.publish(LISTING_UPDATED, key.encode(), event(LISTING_UPDATED, listing_id=key, version=version))
            for version in versions
        ]
        return await self.bury(*sent)

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start a worker with the agents as they are and no models: texts are copied."""
        settings = {
            "PIPELINE": "1",
            "DRAGOMAN_LOCALIZATION__MEMORY_DIR": str(self.folder / f"memory{len(self.children)}"),
            "DRAGOMAN_HTTP__PORT": "-1",
            "DRAGOMAN_POOL__THREADS": "1",
        }
        with (self.folder / f"worker{len(self.children)}.log").open("ab") as log:
            worker = subprocess.Popen([sys.executable, str(WORKER)], env=self.env | settings, stdout=log, stderr=log)
        self.children.append(worker)
        return worker

    async def until(self, ask: Callable[[], Any], true: Callable[[Any], bool], timeout_s: float = 90.0) -> Any:
        """Ask again until the answer is as wanted; a worker that has ended meanwhile is an error."""
        async with asyncio.timeout(timeout_s):
            while not true(found := await ask()):
                log = self.folder / f"worker{len(self.children) - 1}.log"
                assert self.children[-1].poll() is None, log.read_text()
                await asyncio.sleep(0.1)
        return found

    async def until_letters(self, count: int) -> list[dict[str, Any]]:
        return await self.until(self.letters, lambda letters: len(letters) >= count)

    # --- operators ---------------------------------------------------------------------------------------------------

    async def replay(self, *which: Any, force: bool = False, rate: float | None = None) -> list[Outcome]:
        """Replay letters by id, or by one selection."""
        wanted = which[0] if len(which) == 1 and not isinstance(which[0], LetterId) else which
        run = Run(self.settings, await plan_replay(self.settings, wanted, force=force), "replayed", rate=rate)
        await run.work()
        assert run.ended is None, run.ended
        return run.outcomes

    async def drop(self, *which: LetterId) -> list[Outcome]:
        run = Run(self.settings, await plan_drop(self.settings, which), "dropped")
        await run.work()
        assert run.ended is None, run.ended
        return run.outcomes

    async def command(self, *arguments: str, code: int = 0) -> str:
        """Run `dragoman dead-letters`; returns what it says: its output, or its errors where it ends with another code."""
        done = await self.ran(*arguments)
        assert done.returncode == code, done.stderr.decode()
        return done.stdout.decode() if code == 0 else done.stderr.decode()

    async def raw(self, *arguments: str) -> bytes:
        """Run `dragoman dead-letters`; returns the bytes of its output."""
        return (await self.ran(*arguments)).stdout

    async def ran(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return await asyncio.to_thread(
            subprocess.run,
            [DRAGOMAN, "dead-letters", *arguments],
            env=self.env,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=120,
        )

    # --- readers -----------------------------------------------------------------------------------------------------

    async def read(self, topic: str, partition: int = 1) -> list[ConsumerRecord]:
        """Everything committed in a partition."""
        tp = TopicPartition(topic, partition)
        rows: list[ConsumerRecord] = []
        async with AIOKafkaConsumer(
            bootstrap_servers=self.broker.bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        ) as consumer:
            consumer.assign([tp])
            end = (await consumer.end_offsets([tp]))[tp]
            await consumer.seek_to_beginning(tp)
            while await consumer.position(tp) < end:
                rows += (await consumer.getmany(tp, timeout_ms=100)).get(tp, [])
        return rows

    async def ledger(self) -> dict[LetterId, Handled]:
        return dict(read_handled(row.key, row.value) for row in await self.read(DEAD_LETTER_LEDGER, 0))

    async def letters(self, partition: int = 1) -> list[dict[str, Any]]:
        return [msgspec.json.decode(row.value) for row in await self.read(DEAD_LETTER, partition)]
