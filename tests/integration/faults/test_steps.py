"""Workers that are killed at every step of a lane, one after the other, on Apache Kafka."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from schemas.topics import DEAD_LETTER, LISTING_UPDATED, changelog
from streams.broker.server import Broker
from tests.integration.faults.halts import HALTS
from tests.integration.faults.probe import Probe
from tests.integration.faults.probe_agent import OUTPUT

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
BATCH = ("a", "slow", b"\xff", "b", "c")  # the third ends as a dead letter
NURSERY = Path(__file__).with_name("nursery.py")
STATIC = {"DRAGOMAN_KAFKA__INSTANCE_ID": "w"}  # a successor has the partition at once


@dataclass
class Forked:
    """A worker that a nursery has forked."""

    pid: int

    def poll(self) -> int | None:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 1
        return None

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> None:
        while self.poll() is None:
            time.sleep(0.01)


class Nursed(Probe):
    """A probe whose workers need not be loaded one by one."""

    def __init__(self, broker: Broker, folder: Path) -> None:
        super().__init__(broker, folder)
        self.nursery = subprocess.Popen([sys.executable, NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def spawn(self, **env: str) -> Any:
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(msgspec.json.encode([self.settings() | env, str(self.log)]) + b"\n")
        self.nursery.stdin.flush()
        self.workers.append(cast("Any", Forked(int(self.nursery.stdout.readline()))))
        return self.workers[-1]

    def stop(self) -> None:
        super().stop()
        self.nursery.communicate(timeout=10)


async def test_a_worker_may_be_killed_at_any_step(own_broker: Broker, tmp_path: Path) -> None:
    """Each worker finds what the one before it has left, and more to do. The next one is loaded meanwhile."""
    probe = Nursed(own_broker, tmp_path)
    steps = [*HALTS, None]
    try:
        await probe.create_topics()
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
            assert probe.workers[-2].poll() is None, f"{step}: {_last_words(probe)}"
            await asyncio.sleep(0.02)


def _last_words(probe: Probe) -> str:
    return (probe.folder / f"worker{len(probe.workers) - 2}.log").read_text()[-1000:]
