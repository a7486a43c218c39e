"""What one worker takes in a second of each kind of event, alone on the machine: what `lagThreshold` is made of.

One worker with the real models, one locale, on a broker of its own. Of each kind a backlog is published, and what the
worker consumes is counted once all of it is there: hardly a text comes twice, so memory does not help. The broker and
whoever publishes are on the same machine.
"""

import argparse
import asyncio
import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import orjson
from aiokafka import AIOKafkaProducer

from bench.overload import TARGET, Watched, sentences, value_of
from schemas.settings import LocalizationSettings, Settings
from schemas.topics import LISTING_UPDATED, LOGISTICS_EVENT, REVIEW_POSTED
from streams.broker.server import Broker
from streams.snapshot import READY, WorkerProbe
from streams.topics import create_topics

KINDS = {  # what, its topic, how many of them at --scale 1
    "listings": (LISTING_UPDATED, 4_000),
    "reviews": (REVIEW_POSTED, 8_000),
    "parcels without a remark": (LOGISTICS_EVENT, 60_000),
    "parcels with a remark": (LOGISTICS_EVENT, 8_000),
}


async def publish(bootstrap: str, kind: str, count: int, text: Iterator[str]) -> None:
    """Publish a backlog of one kind."""
    topic = KINDS[kind][0]
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=10) as producer:
        for number in range(count):
            key = f"{kind}-{number}"
            value = value_of(topic, key, text)
            if kind == "parcels with a remark":
                value |= {"source_locale": "en", "description": next(text)}
            await producer.send(topic, orjson.dumps(value), key=key.encode())


def require_alive(worker: Watched) -> None:
    """End with the worker, rather than wait for it for ever."""
    if worker.process.poll() is not None:
        raise SystemExit("the worker has ended")


async def ready(worker: Watched) -> str:
    """Wait until it does its share; return where it listens."""
    while True:
        require_alive(worker)
        if worker.url is not None:
            async with WorkerProbe(worker.url) as probe:
                if await probe.readiness() == READY:
                    return worker.url
        await asyncio.sleep(0.2)


async def rate(
    worker: Watched, probe: WorkerProbe, bootstrap: str, kind: str, count: int, text: Iterator[str]
) -> float:
    """Events a second from when all is published, but not before the first tenth is done, to the last tenth."""
    topic = KINDS[kind][0]

    async def consumed() -> int:
        require_alive(worker)
        seen = await probe.seen()
        return 0 if seen is None else seen.consumed.get(topic, 0)

    async def when(wanted: int) -> tuple[float, int]:
        while (now := await consumed()) < wanted:  # noqa: ASYNC110  (a worker, asked)
            await asyncio.sleep(0.1)
        return time.monotonic(), now

    before = await consumed()
    await publish(bootstrap, kind, count, text)
    began, first = await when(before + count // 10)
    ended, last = await when(before + count * 9 // 10)
    await when(before + count)
    return (last - first) / (ended - began)


async def measure(worker: Watched, bootstrap: str, scale: float) -> dict[str, float]:
    """Events a second by kind."""
    found, text = {}, sentences()
    async with WorkerProbe(await ready(worker)) as probe:
        for kind, (_, count) in KINDS.items():
            found[kind] = round(await rate(worker, probe, bootstrap, kind, int(count * scale), text), 1)
            print(f"{kind}: {found[kind]:,} a second", file=sys.stderr)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0, help="of the backlogs: 1.0 takes about four minutes")
    options = parser.parse_args()
    topics = Settings(localization=LocalizationSettings(locales=(TARGET,))).topics()
    with Broker.start() as broker:
        asyncio.run(create_topics(broker.bootstrap, topics, 1))
        worker = Watched(broker, broker.data_dir / "worker.log")
        try:
            print(json.dumps(asyncio.run(measure(worker, broker.bootstrap, options.scale))))
        finally:
            worker.process.send_signal(signal.SIGTERM)
            worker.process.wait(30)


if __name__ == "__main__":
    main()
