"""State larger than memory: what millions of keys cost a worker, and how fast it is back.

One changelog partition of `--keys` keys on a real broker, states of the size that listings have. Measured, each in a
process of its own: filling an empty store from the changelog (rate), opening again with the store (seconds, records
read), opening again after `kill -9` in the middle of writing, reading and writing states, and the memory of it all.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.producer.message_accumulator import BatchBuilder

from agents.listing import ListingState
from schemas.codec import encode
from schemas.settings import KafkaSettings
from schemas.topics import LISTING_UPDATED, TopicSpec, changelog
from streams.broker.server import Broker
from streams.changelog import OFFSET_HEADER, SOURCE_HEADER, restore
from streams.state.partition import Change, PartitionState, Place
from streams.state.store import StateStore
from streams.topics import create_topics

TOPIC = TopicPartition(changelog(LISTING_UPDATED), 0)
INPUT = TopicPartition(LISTING_UPDATED, 0)
LOCALES = ("en", "pt-BR", "es", "fr", "de", "zh-CN")
GOALS = {"memory_mb": 1500, "restart_s": 5.0}


def state_of(number: int) -> bytes:
    """A listing's state as it is after its first publication in six locales."""
    fields = ("title", "description", "bullets", "attributes", "price", "protected_terms", "locales")
    return encode(
        ListingState(
            version=number,
            fields={name: f"{(number * 7919 + at) % 16**12:012x}" for at, name in enumerate(fields)},
            bases={locale: f"{(number * 104729 + at) % 16**12:012x}" for at, locale in enumerate(LOCALES)},
            published=LOCALES,
            live=LOCALES,
        )
    )


async def fill(bootstrap: str, keys: int) -> None:
    """Write the changelog, a batch after the other."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_batch_size=1_000_000, max_request_size=1_100_000)
    await producer.start()
    try:
        batch, acks = BatchBuilder(900_000, 0, is_transactional=False), []
        now_ms = int(time.time() * 1000)
        for number in range(keys):
            row = {
                "key": b"L%09d" % (number * 7919 % keys),
                "value": state_of(number),
                "timestamp": now_ms,
                "headers": [(OFFSET_HEADER, b"%d" % (number + 1)), (SOURCE_HEADER, b"%d" % number)],
            }
            if batch.append(**row) is None:
                acks.append(await producer.send_batch(batch, TOPIC.topic, partition=0))
                batch = BatchBuilder(900_000, 0, is_transactional=False)
                batch.append(**row)
            if len(acks) > 8:
                await acks.pop(0)
        acks.append(await producer.send_batch(batch, TOPIC.topic, partition=0))
        await asyncio.gather(*acks)
    finally:
        await producer.stop()


async def open_lane(bootstrap: str, folder: Path, *, crash: bool) -> dict[str, float]:
    """What a lane does when it opens; then reads, writes and, for `crash`, an end without a word."""
    started = time.perf_counter()
    store = StateStore.claim(folder, "bench", "cluster")
    state = PartitionState(store, INPUT, ListingState)
    found = await restore(KafkaSettings(bootstrap=bootstrap), TOPIC, state)
    seconds = time.perf_counter() - started
    keys = found.input_offset or 0
    chance = random.Random(7)
    names = [f"L{chance.randrange(keys):09d}" for _ in range(20_000)]
    began = time.perf_counter()
    for name in names:
        assert state.get(name) is not None
    read_us = (time.perf_counter() - began) / len(names) * 1e6
    began = time.perf_counter()
    for name in names:
        assert state.get(f"{name}-new") is None
    missed_us = (time.perf_counter() - began) / len(names) * 1e6
    began = time.perf_counter()
    place = state.place
    for at in range(0, len(names), 50):
        changes = [Change(name, keys, state_of(7)) for name in names[at : at + 50]]
        state.apply(changes, Place(place.first, place.last, place.crc, place.input_offset, state.now()))
    written_us = (time.perf_counter() - began) / len(names) * 1e6
    told = {
        "seconds": seconds,
        "records": found.records,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "disk_mb": store.size_bytes / 1e6,
        "read_us": read_us,
        "missed_us": missed_us,
        "written_us": written_us,
    }
    if crash:
        print(json.dumps(told), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    store.__exit__()
    return told


def measure(bootstrap: str, folder: Path, *, crash: bool = False) -> dict[str, float]:
    """Open in a process of its own."""
    command = [sys.executable, __file__, "--bootstrap", bootstrap, "--folder", str(folder), *(["--crash"] * crash)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=False, timeout=1800)
    told: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])  # a log line stands before it
    return told


def compare(keys: int) -> dict[str, object]:
    """Fill, rebuild, restart, crash, restart."""
    folder = Path(tempfile.mkdtemp(prefix="dragoman-bench-state-"))
    try:
        with Broker.start() as broker:
            asyncio.run(create_topics(broker.bootstrap, [TopicSpec(TOPIC.topic, 1, compacted=True)], 1))
            began = time.perf_counter()
            asyncio.run(fill(broker.bootstrap, keys))
            print(f"changelog of {keys:,} keys written in {time.perf_counter() - began:.0f} s", flush=True)
            steps = {
                "rebuild": measure(broker.bootstrap, folder, crash=True),
                "restart after kill -9": measure(broker.bootstrap, folder),
                "restart": measure(broker.bootstrap, folder),
            }
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for name, told in steps.items():
        print(f"{name:22s} " + "  ".join(f"{key} {value:,.1f}" for key, value in told.items()), flush=True)
    worst_s = max(told["seconds"] for name, told in steps.items() if name != "rebuild")
    memory_mb = max(told["memory_mb"] for told in steps.values())
    return {
        "name": "state",
        "keys": keys,
        "rebuild_keys_per_second": round(keys / steps["rebuild"]["seconds"]),
        "restart_s": round(worst_s, 2),
        "memory_mb": round(memory_mb),
        "steps": steps,
        "goals": GOALS,
        "met": worst_s < GOALS["restart_s"] and memory_mb < GOALS["memory_mb"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keys", type=int, default=5_000_000)
    parser.add_argument("--bootstrap")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--crash", action="store_true")
    options = parser.parse_args()
    if options.bootstrap:
        print(json.dumps(asyncio.run(open_lane(options.bootstrap, options.folder, crash=options.crash))))
        return
    print(json.dumps(compare(options.keys)))


if __name__ == "__main__":
    main()
