"""Workers that are killed at every step of a lane, one after the other, on Apache Kafka."""

import asyncio
from pathlib import Path

import pytest

from schemas.topics import DEAD_LETTER, LISTING_UPDATED, changelog
from streams.broker.server import Broker
from tests.integration.faults.halts import HALTS
from tests.integration.faults.probe import Probe
from tests.integration.faults.probe_agent import OUTPUT

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
BATCH = ("a", "slow", b"\xff", "b", "c")  # the third ends as a dead letter
STATIC = {"DRAGOMAN_KAFKA__INSTANCE_ID": "w"}  # a successor has the partition at once


async def test_a_worker_may_be_killed_at_any_step(own_broker: Broker, tmp_path: Path) -> None:
    """Each worker finds what the one before it has left, and more to do. The next one is loaded meanwhile."""
    probe = Probe(own_broker, tmp_path)
    await probe.create_topics()
    steps = [*HALTS, None]
    try:
        _load(probe, steps[0])
        for at, step in enumerate(steps):
            victim = probe.workers[-1]
            await probe.send(*BATCH, first=at * len(BATCH))
            gate(probe, step).touch()
            if step is None:
                break
            _load(probe, steps[at + 1])
            await _until_there(probe, step)
            victim.kill()
            victim.wait()
        sent = len(steps) * len(BATCH)
        await probe.until_committed(sent, 60)
        rows, letters = await probe.read(OUTPUT), await probe.read(DEAD_LETTER)
        states = await probe.read(changelog(LISTING_UPDATED))
    finally:
        probe.stop()
    dead = [number for number in range(sent) if isinstance(BATCH[number % len(BATCH)], bytes)]
    told = [number for number in range(sent) if number not in dead]
    assert [row["number"] for row in rows] == told
    assert [row["count"] for row in rows] == list(range(1, len(told) + 1))
    assert [letter["offset"] for letter in letters] == dead
    assert (states[-1]["number"], states[-1]["count"]) == (told[-1], len(told))


def _load(probe: Probe, step: str | None) -> None:
    halt = {} if step is None else {"HALT_AT": step, "HALT_FILE": str(there(probe, step))}
    probe.spawn(LOAD_GATE=str(gate(probe, step)), **STATIC, **halt)


def gate(probe: Probe, step: str | None) -> Path:
    return probe.folder / f"go to {step}"


def there(probe: Probe, step: str) -> Path:
    return probe.folder / f"at {step}"


async def _until_there(probe: Probe, step: str) -> None:
    async with asyncio.timeout(60):
        while not there(probe, step).exists():
            assert probe.workers[-2].poll() is None, f"{step}: {probe.said()}"
            await asyncio.sleep(0.02)
