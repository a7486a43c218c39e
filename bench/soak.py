"""Steady traffic for as long as you like, workers killed all the while: nothing lost or doubled, nothing that grows.

Two workers with the real models share a group on a broker of their own. One of them is killed, or told to end, in turn,
and started again, every `--kill-every` seconds; the other lives through all of it, with every rebalance that it brings,
and is the one whose memory, file descriptors and threads are judged. Every few seconds the true lag is read from the
side. At the end the backlog is waited for, and the outputs are held against what was sent: each event once.

Writes report.md, plot.svg and samples.json into `--out`.
"""

import argparse
import asyncio
import itertools
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bench.lane_kit import worker_environment
from bench.overload import DRAGOMAN, TARGET, TOPICS, Load
from bench.soak_report import Sample, judge, write_report
from schemas.settings import LocalizationSettings, Settings
from schemas.topics import DEAD_LETTER, listing_localized, logistics_localized, review_localized
from streams.broker.server import Broker
from streams.lag import LagReader
from streams.scan import read_all
from streams.topics import create_topics

GROUP = "soak"
EVERY_S = 5.0
DRAIN_S = 180.0  # at the end, for what is left
MEMORY_ENTRIES = 5_000  # as every sentence is new, the default of 50,000 would fill for as long as we look
OUTPUTS = (listing_localized(TARGET), review_localized(TARGET), logistics_localized("default"), DEAD_LETTER)
err = Console(stderr=True)


class Member:
    """A worker that may be ended and started again; a store of its own."""

    def __init__(self, broker: Broker, name: str) -> None:
        self.name = name
        self.starts = 0
        self._log = broker.data_dir / f"{name}.log"
        self._env = worker_environment(
            broker,
            GROUP,
            DRAGOMAN_LOCALIZATION__LOCALES=json.dumps([TARGET]),
            DRAGOMAN_LOCALIZATION__MEMORY_ENTRIES=str(MEMORY_ENTRIES),
            DRAGOMAN_LOCALIZATION__MEMORY_DIR=str(broker.data_dir / name / "memory"),
            DRAGOMAN_LANES__STATE_DIR=str(broker.data_dir / name / "state"),
        )
        self._process: subprocess.Popen[bytes]

    def start(self) -> None:
        """Start it, again."""
        self.starts += 1
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([DRAGOMAN, "worker"], env=self._env, stdout=log, stderr=log)

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def end(self, number: int) -> int:
        """Send a signal, wait, and return the exit code."""
        self._process.send_signal(number)
        return self._process.wait(30)

    def sizes(self) -> tuple[float, int, int]:
        """Resident megabytes, file descriptors and threads now; zeros where it is gone."""
        try:
            status = dict(
                line.split(":", 1) for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
            )
            descriptors = sum(1 for _ in Path(f"/proc/{self._process.pid}/fd").iterdir())
            return int(status["VmRSS"].split()[0]) / 1024, descriptors, int(status["Threads"])
        except (OSError, KeyError):
            return 0.0, 0, 0


async def disturb(member: Member, every_s: float, seed: int, events: list[tuple[float, str]], began: float) -> None:
    """Kill one worker, or tell it to end, in turn; start it again after a moment."""
    chance = random.Random(seed)
    for number in itertools.cycle((signal.SIGKILL, signal.SIGTERM)):
        await asyncio.sleep(every_s * chance.uniform(0.7, 1.3))
        await asyncio.to_thread(member.end, number)
        events.append((time.monotonic() - began, signal.Signals(number).name))
        await asyncio.sleep(chance.uniform(0.0, 3.0))
        member.start()


async def watch(reader: LagReader, steady: Member, began: float, samples: list[Sample]) -> None:
    """Take a sample every few seconds, for ever."""
    while True:
        lags = await reader.read()
        memory, descriptors, threads = steady.sizes()
        samples.append(
            Sample(
                at_s=round(time.monotonic() - began, 1),
                memory_mb=round(memory, 1),
                descriptors=descriptors,
                threads=threads,
                lag_records=sum(lag.records for lag in lags),
                lag_s=round(max((lag.seconds or 0.0 for lag in lags), default=0.0), 2),
            )
        )
        await asyncio.sleep(EVERY_S)


async def drained(reader: LagReader) -> bool:
    """Wait until nothing is left to do; False when that takes too long."""
    until = time.monotonic() + DRAIN_S
    while time.monotonic() < until:
        if not sum(lag.records for lag in await reader.read()):
            return True
        await asyncio.sleep(0.5)
    return False


async def look_back(bootstrap: str) -> Counter[tuple[str, int, int]]:
    """How often each input record, by topic, partition and offset, has been told to a read_committed reader."""
    told: Counter[tuple[str, int, int]] = Counter()

    def take(records: Any) -> None:
        for record in records:
            headers = dict(record.headers)
            place = (headers[f"dragoman-source-{part}"].decode() for part in ("topic", "partition", "offset"))
            topic, partition, offset = place
            told[topic, int(partition), int(offset)] += 1

    for topic in OUTPUTS:
        await read_all(bootstrap, topic, take)
    return told


async def soak(broker: Broker, options: argparse.Namespace) -> dict[str, Any]:
    """Do it and return the report."""
    topics = Settings(localization=LocalizationSettings(locales=(TARGET,))).topics()
    await create_topics(broker.bootstrap, topics, 1)
    steady, other = Member(broker, "steady"), Member(broker, "other")
    load, samples, kills = Load(broker.bootstrap), [], []
    steady.start()
    other.start()
    began = time.monotonic()
    load.rate = options.rate
    async with LagReader(broker.bootstrap, GROUP, TOPICS) as reader, LagReader(broker.bootstrap, GROUP, TOPICS) as last:
        tasks = [
            asyncio.create_task(load.run()),
            asyncio.create_task(watch(reader, steady, began, samples)),
            asyncio.create_task(disturb(other, options.kill_every, options.seed, kills, began)),
        ]
        try:
            await until(began + options.minutes * 60, tasks, samples)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if not other.alive:
            other.start()
        empty = await drained(last)
    codes = [await asyncio.to_thread(member.end, signal.SIGTERM) for member in (steady, other)]
    told = await look_back(broker.bootstrap)
    return judge(samples, kills, load.sent, told, empty=empty, starts=other.starts, codes=codes)


async def until(moment: float, tasks: list[asyncio.Task[None]], samples: list[Sample]) -> None:
    """Wait, with a bar, unless a task fails."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=err, disable=not err.is_terminal) as progress:
        start = time.monotonic()
        bar = progress.add_task("soak", total=moment - start)
        while time.monotonic() < moment:
            done, _ = await asyncio.wait(tasks, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            last = samples[-1] if samples else None
            said = "soak" if last is None else f"{last.memory_mb:.0f} MB, {last.lag_records} behind"
            progress.update(bar, completed=time.monotonic() - start, description=said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--rate", type=float, default=40, help="events a second, well below what the workers can do")
    parser.add_argument("--kill-every", type=float, default=60, help="seconds between two kills, on average")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("build/soak"))
    options = parser.parse_args()
    with Broker.start() as broker:
        report = asyncio.run(soak(broker, options))
    said = {key: value for key, value in vars(options).items() if key != "out"}
    print(write_report(options.out, report, said))
    sys.exit(0 if report["met"] else 1)


if __name__ == "__main__":
    main()
