"""What a running backfill does to live parcels: their time from event to reader, without one and beside it, in turn.

Listings are localized by a worker, which is then started again with another setting (`localization.units`), so that a
backfill has all of them to tell again. Live parcels, every third with a remark that a model has to translate, come at
`--rate` a second all the while; the backfill is asked for and taken back round by round.
"""

import argparse
import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).parents[1]))

import orjson
from aiokafka import AIOKafkaProducer

from bench.lane_kit import steady, worker_environment
from bench.overload import sentences, value_of
from schemas.settings import KafkaSettings, LocalizationSettings, Settings
from schemas.topics import INPUTS, LISTING_UPDATED, LOGISTICS_EVENT, logistics_localized
from streams.broker.server import Broker
from streams.lag import read_lag
from streams.relocalize import Wanted, ask, read_progress, take_back
from streams.topics import create_topics

TARGET = "pt-BR"
GROUP = "backfill"
GOALS = {"p99 with/without": 1.5}
DRAGOMAN = Path(sys.executable).with_name("dragoman")
TEXTS = sentences()


def parcel(number: int) -> bytes:
    """A parcel's event; every third carries a remark."""
    value = value_of(LOGISTICS_EVENT, f"L{number:07d}", TEXTS)
    return orjson.dumps(value | ({"source_locale": "en", "description": next(TEXTS)} if number % 3 == 0 else {}))


async def stock(bootstrap: str, count: int) -> None:
    """Publish listings."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=10) as producer:
        for number in range(count):
            value = {"listing_id": f"l{number}", "seller_id": "s", "marketplace": "m", "version": 1}
            value |= {"title": next(TEXTS), "description": f"{next(TEXTS)} {next(TEXTS)} It holds 12 oz."}
            value |= {"source_locale": "en", "updated_at": "2026-01-01T00:00:00Z"}
            await producer.send(LISTING_UPDATED, orjson.dumps(value), key=f"l{number}".encode())


async def caught_up(bootstrap: str) -> None:
    """Wait until nothing is left to do."""
    while any(lag.records for lag in await read_lag(bootstrap, GROUP, INPUTS)):  # noqa: ASYNC110  (a broker, asked)
        await asyncio.sleep(0.5)


def worker(broker: Broker, units: str) -> subprocess.Popen[bytes]:
    """A worker with the real models."""
    env = worker_environment(
        broker,
        GROUP,
        DRAGOMAN_LOCALIZATION__LOCALES=json.dumps([TARGET]),
        DRAGOMAN_LOCALIZATION__UNITS=units,
        DRAGOMAN_LOGS__LEVEL="warning",
    )
    return subprocess.Popen([DRAGOMAN, "worker"], env=env)


async def compare(broker: Broker, options: argparse.Namespace) -> dict[str, object]:
    """Rounds without and with."""
    kafka = KafkaSettings(bootstrap=broker.bootstrap, group=GROUP)
    await create_topics(
        broker.bootstrap, Settings(localization=LocalizationSettings(locales=(TARGET,))).topics(), kafka.replication
    )
    await stock(broker.bootstrap, options.listings)
    first = worker(broker, "both")
    await caught_up(broker.bootstrap)
    first.send_signal(signal.SIGTERM)
    first.wait(30)
    serving = worker(broker, "source")
    places = LOGISTICS_EVENT, logistics_localized("default")
    rows: list[dict[str, float]] = []
    try:
        number = 1000
        await steady(broker.bootstrap, places, parcel, options.rate, 10, first=0)
        for _ in range(options.rounds):
            for beside in (False, True):
                request = await ask(kafka, Wanted(LISTING_UPDATED)) if beside else None
                await asyncio.sleep(2)
                took = await steady(broker.bootstrap, places, parcel, options.rate, options.seconds, first=number)
                number += len(took)
                told = 0
                if request is not None:
                    (progress,) = await read_progress(kafka, [request])
                    told = progress.replayed
                    assert not progress.done, "more listings are needed: the backfill was over before the round was"
                    await take_back(kafka, request.id)
                    await asyncio.sleep(2)
                cuts = quantiles(took, n=100)
                rows.append({"beside": beside, "p50_ms": cuts[49], "p99_ms": cuts[98], "told": told})
                print("  ".join(f"{name} {value:,.1f}" for name, value in rows[-1].items()), flush=True)
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait(30)
    pairs = list(zip(rows[::2], rows[1::2], strict=True))
    ratio = median(beside["p99_ms"] / alone["p99_ms"] for alone, beside in pairs)
    return {
        "name": "backfill",
        "rows": rows,
        "ratios": {"p99 with/without": round(ratio, 2)},
        "goals": GOALS,
        "met": ratio <= GOALS["p99 with/without"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--listings", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with Broker.start() as broker:
        print(json.dumps(asyncio.run(compare(broker, options))))


if __name__ == "__main__":
    main()
