"""Memory and corrections between workers, on Apache Kafka."""

import asyncio
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from msgspec.structs import replace

from localization.memory import Key, Verdict
from schemas.outputs import Correction
from schemas.reasons import Warn
from schemas.settings import KafkaSettings, LocalizationSettings, Settings
from schemas.topics import (
    LISTING_UPDATED,
    TRANSLATION_CORRECTIONS,
    TRANSLATION_FEEDBACK,
    TRANSLATION_MEMORY,
    listing_localized,
    topic_specs,
)
from streams.broker.server import Broker
from streams.memory.shared import SharedMemory
from streams.topics import create_topics
from tests.integration.faults.probe import GROUP, Probe

pytestmark = pytest.mark.integration
WAIT_S = 20.0
CLUSTER = "kafka-1"
WORKER = Path(__file__).with_name("memory_worker.py")
DRAGOMAN = Path(sys.executable).with_name("dragoman")
OUTPUT = listing_localized("pt-BR")
KEY = Key("en", "pt-BR", "Pack of 3", "weights-1", "p1")


async def until(true: Callable[[], Any]) -> Any:
    async with asyncio.timeout(WAIT_S):
        while not (found := true()):  # noqa: ASYNC110  (a follower, looked at)
            await asyncio.sleep(0.01)
    return found


@pytest.fixture
async def bootstrap(broker: str) -> str:
    specs = topic_specs(Settings().kafka.partitions, ("en",), ("default",))
    wanted = {TRANSLATION_MEMORY, TRANSLATION_CORRECTIONS}
    await create_topics(broker, [spec for spec in specs if spec.name in wanted], 1)
    return broker


@pytest.fixture
def settings(bootstrap: str, tmp_path: Path) -> Callable[[str], Settings]:
    """The settings of a worker on a machine of its own."""

    def of(machine: str) -> Settings:
        return Settings(
            kafka=KafkaSettings(bootstrap=bootstrap, group="shop"),
            localization=LocalizationSettings(memory_dir=tmp_path / machine),
        )

    return of


async def test_what_one_worker_knows_the_others_know_and_still_know_after_a_restart(settings) -> None:
    key = Key("en", "pt-BR", f"Pack of 3 {uuid.uuid4().hex[:6]}", "weights-1", "p1")
    refused = Key("en", "pt-BR", f"Kit {uuid.uuid4().hex[:6]}", "weights-1", "p1")
    async with SharedMemory(settings("one"), CLUSTER) as one, SharedMemory(settings("two"), CLUSTER) as two:
        one.memory.remember(key, Verdict(key.segment.replace("Pack of", "Pacote de")))
        one.memory.remember(refused, Verdict(refused=Warn.GATE_NUMBERS))
        verdict = await until(lambda: two.memory.recall(key))
        assert (verdict.output, verdict.kind) == (key.segment.replace("Pack of", "Pacote de"), "exact")
        assert (await until(lambda: two.memory.recall(refused))).refused is Warn.GATE_NUMBERS
        other = Key("en", "pt-BR", key.segment.replace("3", "5", 1), "weights-1", "p1")
        assert two.memory.recall(other).kind == "normalized"
        assert two.memory.recall(Key("en", "pt-BR", key.segment, "weights-2", "p1")) is None
        assert one.statistics().shared == 2
        known = two.statistics()
        assert (known.learned, known.unshared) == (known.disk_entries, 0)
        assert known.disk_bytes > 0
    async with SharedMemory(settings("two"), CLUSTER) as again:
        assert again.memory.recall(key).output == key.segment.replace("Pack of", "Pacote de")
        await asyncio.wait_for(again.corrected.wait(), WAIT_S)
        assert again.statistics().learned == 0  # the tail only, and nothing has come since


async def test_what_something_else_wrote_there_is_passed_over(settings, bootstrap: str) -> None:
    correction = Correction(
        kind="listing",
        source_id="L-1",
        source_locale="en",
        locale="pt-BR",
        source_text=f"Hook {uuid.uuid4().hex[:6]}",
        correction="Gancho",
        actor_role="seller",
        at=datetime.now(UTC),
    )
    elsewhere = msgspec.json.encode(replace(correction, source_locale="qq-ZZ", correction="3 Ganchos", source_text="3"))
    entry = {"source_locale": "en", "target_locale": "pt-BR", "segment": uuid.uuid4().hex, "model_version": "w"}
    entry |= {"pipeline_version": "p1", "target_locale": "pt-BR", "output": "Gancho"}
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for value in (b"not JSON", b"\xff", b'{"kind": "listing"}', None, elsewhere, msgspec.json.encode(correction)):
            await producer.send_and_wait(TRANSLATION_CORRECTIONS, value, key=b"k", partition=0)
        for more in (
            {"refused": "of_tomorrow"},
            {"output": 7},
            {"target_locale": "?", "segment": "3", "output": "3"},
            {},
        ):
            value = msgspec.json.encode(entry | more)
            await producer.send_and_wait(TRANSLATION_MEMORY, value, key=b"k", partition=0)
    async with SharedMemory(settings("one"), CLUSTER) as memory:
        await asyncio.wait_for(memory.corrected.wait(), WAIT_S)
        assert memory.memory.corrected("en", "pt-BR", correction.source_text) == "Gancho"
        key = Key("en", "pt-BR", entry["segment"], "w", "p1")
        assert (await until(lambda: memory.memory.recall(key))).output == "Gancho"


@pytest.fixture
async def probe(own_broker: Broker, tmp_path: Path):
    asked = tmp_path / "asked"
    asked.touch()
    probe = Probe(own_broker, tmp_path, WORKER, ("en", "pt-BR"), env={"ASKED": str(asked)})
    await probe.create_topics()
    yield probe
    probe.stop()


def listing(key: str, version: int, *texts: str) -> bytes:
    event = {"listing_id": key, "seller_id": "s", "marketplace": "m", "version": version, "source_locale": "en"}
    return msgspec.json.encode(event | {"title": texts[0], "bullets": texts[1:], "updated_at": "2026-03-04T12:00:00Z"})


async def send(probe: Probe, topic: str, key: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=probe.broker.bootstrap) as producer:
        await producer.send_and_wait(topic, value, key=key.encode())


async def shown(probe: Probe, key: str, version: int, *texts: str) -> list[tuple[str, str]]:
    """Publish a listing; returns its localized texts with their origins."""
    await send(probe, LISTING_UPDATED, key, listing(key, version, *texts))

    async def output() -> Any:
        rows = await probe.read(OUTPUT)
        return next((row for row in rows if (row["listing_id"], row["listing_version"]) == (key, version)), None)

    found = await probe.until(output, lambda row: row is not None)
    fields = [found["fields"]["title"], *found["fields"].get("bullets", ())]
    return [(field["text"], field["origin"]) for field in fields]


def feedback(verdict: str, minute: int, text: str, correction: str | None = None) -> bytes:
    said = {"kind": "listing", "source_id": "L-1", "locale": "pt-BR", "source_locale": "en", "source_text": text}
    said |= {"shown_text": "?", "verdict": verdict, "actor_role": "seller", "at": f"2026-03-04T12:{minute:02}:00Z"}
    return msgspec.json.encode(said | ({"correction": correction} if correction else {}))


async def in_force(probe: Probe, count: int) -> None:
    await probe.until(lambda: probe.metric("dragoman_corrections_in_force"), lambda found: found == count)


async def told(probe: Probe, *arguments: str, code: int = 0) -> bytes:
    """What `dragoman memory` says of the latest worker's memory."""
    settings = {
        "DRAGOMAN_KAFKA__BOOTSTRAP": probe.broker.bootstrap,
        "DRAGOMAN_KAFKA__GROUP": GROUP,
        "DRAGOMAN_LOCALIZATION__MEMORY_DIR": str(probe.folder / "memory"),
        "DRAGOMAN_LANES__STATE_DIR": str(probe.folder / "state"),
    }
    command = [DRAGOMAN, "memory", *arguments]
    done = await asyncio.to_thread(
        subprocess.run, command, env=os.environ | settings, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == code, done.stderr.decode()
    return done.stdout


async def the_commands_tell(probe: Probe, hooks: str, entries: int) -> None:
    """A person corrected a text, models said some: while the worker runs, anybody may see which."""
    many = hooks.replace("3", "21")
    found = msgspec.json.decode(await told(probe, "show", many, "--from", "en", "--to", "pt-BR", "--json"))
    assert [(one["kind"], one["text"]) for one in found["known"]] == [
        ("correction", "Embalagem com 21 ganchos"),
        ("normalized", "Um pacote de 21 ganchos"),
    ]
    assert found["known"][0]["by"] == "seller (listing L-1)"
    table = (await told(probe, "show", "Garden hose", "--from", "en-US", "--to", "pt-BR")).decode()
    assert "Mangueira de jardim" in table
    assert b"Nothing" in await told(probe, "show", "Garden hoses", "--from", "en", "--to", "pt-BR", code=1)
    await told(probe, "show", "Garden hose", "--from", "en", "--to", "tlh-xx", code=2)
    listed = msgspec.json.decode(await told(probe, "corrections", "--json"))["corrections"]
    assert [(one["source_text"], one["correction"]) for one in listed] == [(hooks, "Embalagem com 3 ganchos")]
    assert b"Embalagem" in await told(probe, "corrections")
    counted = msgspec.json.decode(await told(probe, "stats", "--json"))
    assert (counted["records"], counted["corrections"]) == (entries, 1)
    assert [store["entries"] for store in counted["stores"]] == [entries]
    assert b"in force" in await told(probe, "stats")


@pytest.mark.timeout(120)
async def test_a_correction_is_shown_next_and_memory_outlives_a_worker(probe: Probe, tmp_path: Path) -> None:
    def asked() -> list[str]:
        return (tmp_path / "asked").read_text().splitlines()

    hooks = "A pack of 3 hooks"
    probe.spawn()
    await probe.until_ready()
    assert await shown(probe, "L-1", 1, "Garden hose", hooks) == [
        ("Mangueira de jardim", "model"),
        ("Um pacote de 3 ganchos", "model"),
    ]
    assert await shown(probe, "L-2", 1, "Garden hose", "A pack of 5 hooks") == [
        ("Mangueira de jardim", "memory"),
        ("Um pacote de 5 ganchos", "memory"),
    ]
    before = asked()

    await send(probe, TRANSLATION_FEEDBACK, "L-1", feedback("corrected", 1, hooks, "Embalagem com 3 ganchos"))
    await in_force(probe, 1)
    assert await shown(probe, "L-2", 2, "Garden hose", "A pack of 12 hooks") == [
        ("Mangueira de jardim", "memory"),
        ("Embalagem com 12 ganchos", "human"),
    ]
    await send(probe, TRANSLATION_FEEDBACK, "L-1", feedback("misunderstood", 2, "Garden hose"))
    await send(probe, TRANSLATION_FEEDBACK, "L-1", feedback("corrected", 3, " ", "x"))
    await probe.until(lambda: probe.metric("dragoman_dead_letters_total", reason="invalid_value"), lambda n: n == 1)
    said = {"kind": "listing", "locale": "pt-BR"}
    assert await probe.metric("dragoman_feedback_total", verdict="corrected", **said) == 1
    assert await probe.metric("dragoman_feedback_barrier_score", **said) == 0.5
    assert await probe.metric("dragoman_memory_hits_total", kind="correction") == 1
    assert await probe.metric("dragoman_memory_hits_total", kind="normalized") == 1
    await probe.until(lambda: probe.metric("dragoman_memory_shared_total"), lambda n: n == len(before))

    await the_commands_tell(probe, hooks, len(before))
    # A worker on another machine knows what people and the model have said, and asks no model.
    probe.stop()
    probe.spawn(DRAGOMAN_LOCALIZATION__MEMORY_DIR=str(tmp_path / "elsewhere"))
    await probe.until(lambda: probe.metric("dragoman_memory_learned_total"), lambda found: found >= len(before))
    await probe.until_ready()
    assert await probe.metric("dragoman_corrections_in_force") == 1
    assert await shown(probe, "L-3", 1, "Garden hose", hooks) == [
        ("Mangueira de jardim", "memory"),
        ("Embalagem com 3 ganchos", "human"),
    ]
    await send(probe, TRANSLATION_FEEDBACK, "L-1", feedback("revoked", 4, hooks))
    await in_force(probe, 0)
    assert await shown(probe, "L-3", 2, "Garden hose", "A pack of 7 hooks") == [
        ("Mangueira de jardim", "memory"),
        ("Um pacote de 7 ganchos", "memory"),
    ]
    assert asked() == before
