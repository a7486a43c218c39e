"""One run: a broker, workers, events and the faults of a schedule; then the judgement."""

import asyncio
import contextlib
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from tests.chaos.arena import Arena
from tests.chaos.cluster import Cluster
from tests.chaos.disk import Disk
from tests.chaos.faults import ACTIONS
from tests.chaos.feed import Feed
from tests.chaos.fleet import GRACE_S, Fleet
from tests.chaos.hindsight import look_back
from tests.chaos.history import Partition, Verdict
from tests.chaos.reader import Progress, read_input_ends
from tests.chaos.schedule import Fault, Schedule
from tests.chaos.signs import count_signs

RATE = 600.0  # events a second
RECOVER_S = 90.0  # after a fault has healed, and at the end: longer means that something hangs
RUN_S = 300.0
Tell = Callable[[str, float], None]


def silent(what: str, share: float) -> None:
    """Tell nobody."""


@dataclass
class Result:
    """What became of a run. `recover_s`: by fault, from its end until all that had come by then was committed."""

    schedule: Schedule
    verdict: Verdict = field(default_factory=Verdict)
    troubles: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    recover_s: dict[str, list[float]] = field(default_factory=dict)
    exits: dict[str, list[int]] = field(default_factory=dict)
    signs: dict[str, int] = field(default_factory=dict)
    visible: int = 0
    shown: int = 0
    dead_letters: int = 0
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Whether everything that must be zero is, and nothing hung."""
        return not self.verdict.broken and not self.troubles


@dataclass
class Run:
    """Does one schedule in a folder of its own. `skip`: faults this machine cannot do, and why."""

    schedule: Schedule
    folder: Path
    rate: float = RATE
    env: dict[str, str] = field(default_factory=dict)
    skip: dict[str, str] = field(default_factory=dict)
    tell: Tell = silent

    async def do(self) -> Result:
        """Run and judge; leaves nothing running, and the folder only when something is wrong."""
        started = time.monotonic()
        result = Result(self.schedule)
        result.skipped = {name: why for name, why in self.skip.items() if name in self.schedule.names}
        history: dict[int, Partition] = {}
        self.folder.mkdir(parents=True)
        try:
            async with asyncio.timeout(RUN_S):
                self.tell("broker", 0)
                cluster = await Cluster.start()
                try:
                    history = await self._on(cluster, result)
                finally:
                    await cluster.stop()
        except TimeoutError:
            result.troubles.append(f"not at its end after {RUN_S:.0f} s")
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        result.seconds = time.monotonic() - started
        self._keep(result, history)
        return result

    async def _on(self, cluster: Cluster, result: Result) -> dict[int, Partition]:
        """Run on a broker; return what a reader finds there afterwards."""
        await cluster.create_topics()
        disk = Disk(self.folder / "disk")
        fleet = Fleet(cluster, self.folder, self.schedule.settings | self.env)
        feed = Feed(cluster.bootstrap, self.schedule, self.rate)
        try:
            if "full-disk" in self.schedule.names and "full-disk" not in self.skip:
                disk.mount()
            progress = Progress(cluster.bootstrap)
            arena = Arena(cluster, fleet, disk, idle=lambda: progress.has_reached(feed.ends))
            await self._work(arena, feed, progress, result)
        finally:
            fleet.kill_all()
            disk.close()
        result.signs = count_signs(self.folder)
        if "contradiction" in result.signs:
            result.troubles.append("a worker found the state ahead of the offset")
        result.exits = {worker.name: worker.exits for worker in fleet.workers if worker.exits}
        self.tell("judging", 1)
        found = await look_back(cluster.bootstrap, feed)
        result.verdict, result.visible = found.verdict, found.visible
        result.shown, result.dead_letters = found.shown, found.dead_letters
        return found.history

    async def _work(self, arena: Arena, feed: Feed, progress: Progress, result: Result) -> None:
        """Produce while faults happen, and wait until the group has done everything."""
        fleet = arena.fleet
        helpers = [asyncio.create_task(fleet.supervise()), asyncio.create_task(progress.follow())]
        try:
            for worker in fleet.workers[: self.schedule.workers]:
                fleet.spawn(worker)
            await fleet.until_ready(*fleet.wanted)
            async with asyncio.TaskGroup() as group:
                helpers.append(asyncio.create_task(self._show(feed)))
                group.create_task(feed.run())
                for fault in self.schedule.faults:
                    if fault.name not in self.skip:
                        group.create_task(self._do(fault, arena, feed, progress, result))
            self.tell("catching up", 1)
            ends = await read_input_ends(arena.cluster.bootstrap)
            await self._recovered(arena, progress, ends, "at the end", result)
            await fleet.retire_all()
            result.troubles += [
                f"{worker.name} did not end within {GRACE_S:.0f} s of SIGTERM"
                for worker in fleet.workers
                if worker.exits and worker.exits[-1] == -signal.SIGKILL
            ]
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    async def _do(self, fault: Fault, arena: Arena, feed: Feed, progress: Progress, result: Result) -> None:
        """Do a fault at its time, and measure how long it takes to get over it."""
        await feed.until(fault.at)
        try:
            await ACTIONS[fault.name](arena, fault)
        except Exception as error:  # noqa: BLE001  (the run goes on: its history is worth more than its first trouble)
            result.troubles.append(f"{fault.name}: {type(error).__name__}: {error}")
            await arena.fleet.ask_where()
            return
        seconds = await self._recovered(arena, progress, dict(feed.ends), f"after {fault.name}", result)
        result.recover_s.setdefault(fault.name, []).append(seconds)

    async def _recovered(
        self, arena: Arena, progress: Progress, ends: dict[int, int], when: str, result: Result
    ) -> float:
        started = time.monotonic()
        try:
            async with asyncio.timeout(RECOVER_S):
                await progress.until(ends)
        except TimeoutError:
            result.troubles.append(f"stalled {when}: committed {progress.committed} of {ends}")
            await arena.fleet.ask_where()
        return time.monotonic() - started

    async def _show(self, feed: Feed) -> None:
        while True:
            self.tell("events", feed.done / self.schedule.events)
            await asyncio.sleep(0.2)

    def _keep(self, result: Result, history: dict[int, Partition]) -> None:
        """Keep logs and history of what went wrong."""
        if result.good:
            shutil.rmtree(self.folder, ignore_errors=True)
            return
        rows: dict[str, Any] = {str(number): asdict(partition) for number, partition in history.items()}
        with contextlib.suppress(OSError):
            (self.folder / "history.json").write_bytes(orjson.dumps(rows, default=list))
