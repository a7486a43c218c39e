"""What lanes cost one worker: 1 to 48 partitions drained, idle, and at 500 events a second end to end.

For every count of lanes, each in a process of its own on the same broker: the rate at which it drains a backlog (state
included), and then, at 500 events a second over all lanes, the processor time of the worker, its memory, and the time
from an event's own timestamp to the moment a read_committed consumer in another process has its output. No inference.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from statistics import quantiles

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.lane_kit import LOCALE, OUTPUT, agent, drain, event, fill, leave, steady, worker_environment
from inference.models import LoadedModels
from schemas.settings import KafkaSettings, LocalizationSettings, Settings, load
from schemas.topics import LISTING_UPDATED
from streams.broker.server import Broker
from streams.logs import configure_logging
from streams.topics import create_topics
from streams.worker import Worker

COUNTS = (1, 4, 12, 24, 48)
IDLE_S = 5.0
GOALS = {"p99_ms": 150.0}


async def serve() -> None:
    """A worker until it is told to end."""
    worker = Worker(load(), agents=(agent(keeps_state=True),), load_models=lambda: LoadedModels((), None))
    await worker.run()


def cpu_s(pid: int) -> float:
    """Processor time a process has used, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """The most memory a process has held."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def measure(lanes: int, records: int, rate: float, seconds: float) -> dict[str, float]:
    """One count of lanes on a broker of its own."""
    partitions = {LISTING_UPDATED: lanes}
    told = {"DRAGOMAN_KAFKA__PARTITIONS": json.dumps(partitions)}
    with Broker.start() as broker:
        settings = Settings(
            kafka=KafkaSettings(partitions=partitions), localization=LocalizationSettings(locales=(LOCALE,))
        )
        asyncio.run(create_topics(broker.bootstrap, settings.topics(), 1))
        asyncio.run(fill(broker.bootstrap, records))
        drained = subprocess.run(
            [sys.executable, __file__, "--drain", str(records)],
            env=worker_environment(broker, "drain", **told),
            stdout=subprocess.PIPE,
            check=True,
            timeout=300,
        )
        serving = subprocess.Popen(
            [sys.executable, __file__, "--serve"],
            env=worker_environment(broker, "drain", **told),
        )
        asyncio.run(
            steady(broker.bootstrap, (LISTING_UPDATED, OUTPUT), event, 50, 5)
        )  # it is up, and every lane has written once
        before = cpu_s(serving.pid)
        time.sleep(IDLE_S)
        idle = cpu_s(serving.pid)
        took = asyncio.run(steady(broker.bootstrap, (LISTING_UPDATED, OUTPUT), event, rate, seconds))
        busy, held = cpu_s(serving.pid), memory_mb(serving.pid)
        serving.send_signal(signal.SIGTERM)
        serving.wait(60)
    cuts = quantiles(took, n=100)
    return {
        "lanes": lanes,
        "drained_per_s": records / float(drained.stdout.split()[-1]),
        "p50_ms": cuts[49],
        "p99_ms": cuts[98],
        "idle_cpu_percent": (idle - before) / IDLE_S * 100,
        "busy_cpu_percent": (busy - idle) / seconds * 100,
        "memory_mb": held,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lanes", type=int, nargs="*", default=COUNTS)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--drain", type=int)
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    if options.drain or options.serve:
        configure_logging(load().logs)
        if options.serve:
            asyncio.run(serve())
        else:
            print(asyncio.run(drain(options.drain, keeps_state=True)), flush=True)
        leave()
    found = [measure(count, options.records, options.rate, options.seconds) for count in options.lanes]
    for row in found:
        print("  ".join(f"{name} {value:,.1f}" for name, value in row.items()), flush=True)
    worst = max(row["p99_ms"] for row in found if row["lanes"] <= 4)
    print(json.dumps({"name": "lane_scale", "rows": found, "goals": GOALS, "met": worst <= GOALS["p99_ms"]}))


if __name__ == "__main__":
    main()
