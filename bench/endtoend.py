"""Sentences per second through Kafka, against the pool alone on the same sentences. One run, in turn.

* `pool`: every sentence is one `pool.translate`, as many at once as the worker would have in flight.
* `kafka`: the same sentences as reviews of one to five sentences in `review-posted`, through the real worker: fetch,
  decode, detect, clean, segment, protect, memory, pool, gate, output, transaction. Timed from open lanes to the last
  commit. No sentence repeats, so the memory helps neither.

Both run in processes of their own, on the same cores, next to the same broker.
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

import orjson
from aiokafka import AIOKafkaProducer

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.lane_kit import worker_environment
from inference.library.store import ModelStore
from inference.pool import Pool
from schemas.report import LaneOpened, Report, TransactionCommitted
from schemas.settings import LocalizationSettings, Settings, load
from schemas.topics import REVIEW_POSTED
from streams.broker.server import Broker
from streams.logs import configure_logging
from streams.topics import create_topics
from streams.worker import Worker

GOALS = {"kafka/pool": 0.85}
TARGET = "pt-BR"
MODEL = "en-pt"

WHO = ["My daughter", "My neighbour", "The whole family", "A friend of mine", "My husband", "Everyone at the office"]
WHAT = ["the blue jacket", "this kettle", "the folding chair", "the wireless mouse", "the garden hose", "the lamp"]
WHAT += ["the running shoes", "this backpack", "the coffee grinder", "the picture frame", "the tent", "the desk fan"]
WHAT += ["the hair dryer", "this cutting board", "the yoga mat", "the toy train", "the phone case", "the rain coat"]
DID = ["has been using {} every day since it arrived", "was surprised how well {} is made", "would buy {} again"]
SAID = ["gave {} back after a week because it was too small", "thinks that {} looks better than in the pictures"]
WHEN = ["in the kitchen", "on our last trip to the mountains", "while working from home", "during the cold months"]
BUT = ["although the box was slightly damaged", "and the colour is exactly as shown", "but the manual is hard to read"]
BUT += ["and the delivery took only two days", "so the price seems fair to us"]


def sentences(count: int) -> list[str]:
    """Distinct, plain sentences of 12 to 24 words, in an order that depends on nothing but the seed."""
    parts = itertools.product(WHO, WHAT, DID + SAID, WHEN, BUT)
    found = [f"{who} {did.format(what)} {when}, {but}." for who, what, did, when, but in parts]
    random.Random(7).shuffle(found)
    if count > len(found):
        raise SystemExit(f"at most {len(found)} sentences")
    return found[:count]


def reviews(texts: list[str]) -> list[list[str]]:
    """Cut the sentences into reviews of one to five."""
    rng, at, cut = random.Random(11), 0, []
    while at < len(texts):
        size = rng.randint(1, 5)
        cut.append(texts[at : at + size])
        at += size
    return cut


async def fill(bootstrap: str, count: int, round_: int) -> None:
    """Write the reviews of one round: the same texts, as reviews nobody has seen."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=10)
    await producer.start()
    try:
        for at, body in enumerate(reviews(sentences(count))):
            event = {
                "review_id": f"R{round_}-{at}",
                "listing_id": f"L{at}",
                "author_ref": "a",
                "rating": 4,
                "source_locale": "en",
                "body": " ".join(body),
                "posted_at": "2026-01-01T00:00:00Z",
            }
            await producer.send(REVIEW_POSTED, orjson.dumps(event), key=f"L{at}".encode())
        await producer.flush()
    finally:
        await producer.stop()


async def run_pool(count: int) -> float:
    """The pool alone, 512 callers at once, each with one sentence after the other."""
    settings = load().pool
    models = ModelStore(settings.models_dir).load(settings)
    waiting = iter(sentences(count))

    async def caller(pool: Pool) -> None:
        for text in waiting:
            await pool.translate(text, source="en", target=TARGET)

    async with Pool(models, settings) as pool:
        started = time.perf_counter()
        async with asyncio.TaskGroup() as callers:
            for _ in range(512):
                callers.create_task(caller(pool))
        return time.perf_counter() - started


async def run_kafka(count: int) -> float:
    """The worker, from its first open lane to the last commit."""
    total = len(reviews(sentences(count)))
    times: list[float] = []
    seen = 0
    done = asyncio.Event()

    def watch(report: Report) -> None:
        nonlocal seen
        if isinstance(report, LaneOpened) and report.topic == REVIEW_POSTED:
            times.append(time.perf_counter())
        if isinstance(report, TransactionCommitted):
            seen += report.records
            if seen >= total:
                done.set()

    worker = Worker(load(), also_report=watch)
    running = asyncio.create_task(worker.run())
    await asyncio.wait([asyncio.create_task(done.wait()), running], return_when=asyncio.FIRST_COMPLETED)
    if not done.is_set():
        await running  # it says why it ended
    seconds = time.perf_counter() - times[0]
    worker.stop()
    await running
    return seconds


ENGINES: dict[str, Callable[[int], Awaitable[float]]] = {"pool": run_pool, "kafka": run_kafka}


def measure(engine: str, broker: Broker, count: int) -> float:
    """Run one side in a process of its own and return sentences per second."""
    answer = subprocess.run(
        [sys.executable, __file__, "--engine", engine, "--sentences", str(count)],
        env=worker_environment(broker, "endtoend", DRAGOMAN_LOCALIZATION__LOCALES=json.dumps([TARGET])),
        stdout=subprocess.PIPE,
        check=True,
        timeout=300,
    )
    return count / float(answer.stdout.split()[-1])


def compare(rounds: int, count: int) -> dict[str, object]:
    """Run both in turn; the ratio is the median of the rounds' ratios."""
    rates: dict[str, list[float]] = {engine: [] for engine in ENGINES}
    topics = Settings(localization=LocalizationSettings(locales=(TARGET,))).topics()
    for round_ in range(rounds):
        with Broker.start() as broker:  # a new one a round: workers share what they have translated through its topics
            asyncio.run(create_topics(broker.bootstrap, topics, 1))
            asyncio.run(fill(broker.bootstrap, count, round_))
            for engine in ENGINES:
                rates[engine].append(measure(engine, broker, count))
                print(f"round {round_ + 1}  {engine:6s} {rates[engine][-1]:8,.0f} sentences/s", flush=True)
    ratio = median(a / b for a, b in zip(rates["kafka"], rates["pool"], strict=True))
    return {
        "name": "endtoend",
        "sentences_per_second": {engine: round(median(values)) for engine, values in rates.items()},
        "ratios": {"kafka/pool": round(ratio, 3)},
        "goals": GOALS,
        "met": ratio >= GOALS["kafka/pool"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sentences", type=int, default=10000)
    parser.add_argument("--engine", choices=ENGINES)
    options = parser.parse_args()
    if options.engine:
        configure_logging(load().logs)
        print(asyncio.run(ENGINES[options.engine](options.sentences)))
        sys.stdout.flush()
        os._exit(0)  # the figure is out; nothing is left to tidy up
    print(json.dumps(compare(options.rounds, options.sentences)))


if __name__ == "__main__":
    main()
