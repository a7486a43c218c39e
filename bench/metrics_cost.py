"""What a worker spends on telling about itself: reports, ages, stages, the lag reader, scrapes.

python bench/metrics_cost.py [--seconds 60] [--scrape 15]

A worker with the real models on a broker of its own, first idle, then with a backlog of parcels, reviews and listings
on every partition: the reader of lag then has a record of each to read. All figures are processor time of the worker's
own process, so neighbours change them little; a run with and one without would differ by more than the goal. Not
counted: the HTTP server around a scrape (making the page is). Goal: less than 1% of what the worker spends under load.
"""

import argparse
import asyncio
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).absolute().parents[1]))

import aiohttp

from bench.lane_kit import worker_environment
from bench.overload import GROUP, TARGET, Load
from schemas.settings import LocalizationSettings, Settings
from streams.broker.server import Broker
from streams.topics import create_topics

SIDE = Path(__file__).with_name("sides") / "metered_worker.py"
PARTS = ("reports", "ages", "stages", "lag reader", "scrapes")
MARK = "spent "
GOAL = 0.01


class Metered:
    """The worker, its address, and the lines it prints."""

    def __init__(self, broker: Broker, log: Path) -> None:
        env = worker_environment(
            broker,
            GROUP,
            DRAGOMAN_LOCALIZATION__LOCALES=json.dumps([TARGET]),
            DRAGOMAN_HTTP__PORT="18066",
            DRAGOMAN_LOGS__LEVEL="warning",
        )
        self.url = "http://127.0.0.1:18066"
        self.log = log
        self.process = subprocess.Popen(
            [sys.executable, SIDE], env=env, stdout=subprocess.PIPE, stderr=log.open("wb"), text=True
        )

    def told(self) -> dict[str, float]:
        """What was spent since it was asked last."""
        assert self.process.stdout is not None
        self.process.send_signal(signal.SIGUSR1)
        line = next(line for line in self.process.stdout if line.startswith(MARK))
        found: dict[str, float] = json.loads(line.removeprefix(MARK))
        return found


async def scrape(session: aiohttp.ClientSession, worker: Metered) -> str:
    """The page, as Prometheus gets it."""
    async with session.get(f"{worker.url}/metrics") as answer:
        return await answer.text()


async def ready(session: aiohttp.ClientSession, worker: Metered) -> None:
    """Wait until it does its share."""
    while True:
        assert worker.process.poll() is None, worker.log.read_text()
        try:
            async with session.get(f"{worker.url}/ready") as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.2)


async def spell(session: aiohttp.ClientSession, worker: Metered, seconds: float, every: float) -> dict[str, float]:
    """Scrape for a while, and return what that time cost."""
    worker.told()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        page = await scrape(session, worker)
        await asyncio.sleep(min(every, max(0.0, until - time.monotonic())))
    told = worker.told()
    return {**told, "seconds": seconds, "page_bytes": len(page), "series": len(re.findall(r"^\w", page, re.MULTILINE))}


async def measure(broker: Broker, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Idle and busy."""
    topics = Settings(localization=LocalizationSettings(locales=(TARGET,))).topics()
    await create_topics(broker.bootstrap, topics, 1)
    worker, load = Metered(broker, broker.data_dir / "worker.log"), Load(broker.bootstrap)
    try:
        async with aiohttp.ClientSession() as session:
            await ready(session, worker)
            await asyncio.sleep(5)
            idle = await spell(session, worker, options.seconds / 2, options.scrape)
            await load.publish(options.backlog)
            await asyncio.sleep(10)
            busy = await spell(session, worker, options.seconds, options.scrape)
            behind = sum(
                float(line.rsplit(" ", 1)[1])
                for line in (await scrape(session, worker)).splitlines()
                if line.startswith("dragoman_consumer_lag_records{")
            )
            assert behind > 0, "the backlog was too small: raise --backlog"
    finally:
        worker.process.send_signal(signal.SIGTERM)
        worker.process.wait(30)
        print(worker.log.read_text().splitlines()[0])
    return {"idle": idle, "busy": busy}


def main() -> None:
    """Measure and say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--scrape", type=float, default=15.0, help="seconds between two scrapes")
    parser.add_argument("--backlog", type=int, default=20_000, help="events that wait at the beginning")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with Broker.start() as broker:
        found = asyncio.run(measure(broker, options))
    if options.json:
        print(json.dumps(found))
    for name, told in found.items():
        spent = sum(told[part] for part in PARTS)
        print(f"{name}: {told['all'] / told['seconds']:.3f} cores; page {told['page_bytes']:,} bytes")
        for part in PARTS:
            print(
                f"  {part:12s} {told[part] * 1000 / told['seconds']:8.3f} ms a second {told[part] / told['all']:8.3%}"
            )
        print(f"  {'together':12s} {spent * 1000 / told['seconds']:8.3f} ms a second {spent / told['all']:8.3%}")
    busy = found["busy"]
    share = sum(busy[part] for part in PARTS) / busy["all"]
    verdict = "met" if share < GOAL else "not met"
    print(f"under load {share:.2%} of the worker's processor time (goal {GOAL:.0%}): {verdict}")


if __name__ == "__main__":
    main()
