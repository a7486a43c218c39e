"""Lanes with decode and transactions, against a bare aiokafka loop that commits, and against stock Faust. One run.

Every engine drains the same records of the same topic, in a process of its own, on the same broker, in turn, several
times; ratios are taken round by round, so a machine whose speed drifts does not favour one of them.

* `lanes`: this project's worker: any order inside, offset order outside, one output a record, one transaction a
  finished prefix.
* `state`: the same, and every record changes the state of its key.
* `bare`: `getmany`, the same decoding, the same output bytes by `send_batch`, acknowledgements, `commit()`:
  at least once, one record after the other. The ratio is what lanes, windows, agents and transactions cost.
* `consume`: `getmany` and `commit()`, nothing else: what the client library costs by itself. No goal; it shows how much
  of the rest is decoding and writing.
* `stock`: a Faust agent on the same topic with a leaner decode and output; its own commits.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.lane_kit import LOCALE, OUTPUT, Seen, drain, fill, leave, worker_environment
from schemas.codec import decode, encode
from schemas.contracts import LISTING_CONTRACT
from schemas.envelope import output_headers
from schemas.events import ListingUpdated
from schemas.settings import LocalizationSettings, Settings, load
from schemas.topics import LISTING_UPDATED
from streams.broker.server import Broker
from streams.logs import configure_logging
from streams.topics import create_topics

BACKLOG = {
    "DRAGOMAN_LANES__WINDOW": "8000",
    "DRAGOMAN_LANES__FETCH_RECORDS": "2000",
    "DRAGOMAN_LANES__TRANSACTION_RECORDS": "10000",
}
GOALS = {"lanes/bare": 0.9, "state/bare": 0.9, "lanes/stock": 10.0}


# --- the engines, each run in a process of its own ------------------------------------------------------------------


async def run_lanes(group: str, total: int) -> float:
    """The worker itself, its agent cut down to one output a record."""
    return await drain(total, keeps_state=False)


async def run_state(group: str, total: int) -> float:
    """The same, and every record changes its key's state: a row of the changelog and one on disk."""
    return await drain(total, keeps_state=True)


async def run_bare(group: str, total: int, *, outputs: bool = True) -> float:
    """Consume, decode, send, acknowledge, commit; `outputs` False leaves only consume and commit."""
    bootstrap = load().kafka.bootstrap
    consumer = AIOKafkaConsumer(
        LISTING_UPDATED,
        bootstrap_servers=bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_poll_records=1500,  # so that one batch of outputs stays below what a topic takes
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        enable_idempotence=True,
        linger_ms=0,
        max_batch_size=2_000_000,
        max_request_size=2_000_000,
    )
    await consumer.start()
    await producer.start()
    seen, started = 0, 0.0
    try:
        while seen < total:
            fetched = await consumer.getmany(timeout_ms=200)
            started = started or (time.perf_counter() if fetched else 0.0)
            acks = []
            for tp, records in fetched.items():
                seen += len(records)
                if not outputs:
                    continue
                batch = producer.create_batch()
                for record in records:
                    received = decode(LISTING_CONTRACT, record, limit_bytes=1_000_000)
                    value = encode(Seen(received.event.listing_id, received.event.version))
                    headers = output_headers(
                        received, record, ce_type="bench.v1", locale=LOCALE, subject=None, basis="1"
                    )
                    batch.append(key=record.key, value=value, timestamp=record.timestamp, headers=headers)
                batch.close()
                acks.append(await producer.send_batch(batch, OUTPUT, partition=tp.partition))
            await asyncio.gather(*acks)
            if fetched:
                await consumer.commit()
        return time.perf_counter() - started
    finally:
        await producer.stop()
        await consumer.stop()


async def run_consume(group: str, total: int) -> float:
    """What the client library costs by itself."""
    return await run_bare(group, total, outputs=False)


async def run_stock(group: str, total: int) -> float:
    """A Faust agent as its documentation writes it."""
    import faust  # noqa: PLC0415  (only this engine needs it)

    app = faust.App(
        group,
        broker=f"kafka://{load().kafka.bootstrap}",
        web_enabled=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=False,
    )
    raw = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}
    source, target = app.topic(LISTING_UPDATED, **raw), app.topic(OUTPUT, **raw)
    decoder, encoder = msgspec.json.Decoder(ListingUpdated), msgspec.json.Encoder()
    done = asyncio.Event()
    seen, started = 0, 0.0

    async def agent(stream: object) -> None:
        nonlocal seen, started
        async for value in stream:
            started = started or time.perf_counter()
            event = decoder.decode(value)
            await target.send(
                key=event.listing_id.encode(), value=encoder.encode(Seen(event.listing_id, event.version))
            )
            seen += 1
            if seen >= total:
                done.set()

    app.agent(source)(agent)
    await app.start()
    await done.wait()
    seconds = time.perf_counter() - started
    await app.stop()
    return seconds


ENGINES: dict[str, Callable[[str, int], Awaitable[float]]] = {
    "lanes": run_lanes,
    "bare": run_bare,
    "consume": run_consume,
    "stock": run_stock,
    "state": run_state,  # the last of a round: its state is ahead of any other group's offsets
}


# --- the comparison -------------------------------------------------------------------------------------------------


def measure(engine: str, broker: Broker, round_: int, total: int) -> float:
    """Run one engine in a process of its own and return records per second."""
    answer = subprocess.run(
        [sys.executable, __file__, "--engine", engine, "--group", f"bench-{engine}-{round_}", "--total", str(total)],
        env=worker_environment(broker, f"bench-{engine}-{round_}", **BACKLOG),
        stdout=subprocess.PIPE,
        check=True,
        timeout=300,
    )
    return total / float(answer.stdout.split()[-1])


def compare(rounds: int, records: int, stock_records: int) -> dict[str, object]:
    """Run all engines in turn and return the ratios of medians taken round by round."""
    rates: dict[str, list[float]] = {engine: [] for engine in ENGINES}
    topics = Settings(localization=LocalizationSettings(locales=(LOCALE,))).topics()
    for round_ in range(rounds):
        with Broker.start() as broker:  # a new one a round: `state` leaves state behind, which belongs to its group
            asyncio.run(create_topics(broker.bootstrap, topics, 1))
            asyncio.run(fill(broker.bootstrap, records))
            for engine in ENGINES:
                total = stock_records if engine == "stock" else records
                rates[engine].append(measure(engine, broker, round_, total))
                print(f"round {round_ + 1}  {engine:8s} {rates[engine][-1]:10,.0f} records/s", flush=True)
    ratios = {
        f"{ours}/{other}": median(a / b for a, b in zip(rates[ours], rates[other], strict=True))
        for ours, other in (("lanes", "bare"), ("state", "bare"), ("lanes", "stock"), ("lanes", "consume"))
    }
    return {
        "name": "lanes",
        "records_per_second": {engine: round(median(values)) for engine, values in rates.items()},
        "ratios": {name: round(value, 3) for name, value in ratios.items()},
        "goals": GOALS,
        "met": all(ratios[name] >= goal for name, goal in GOALS.items()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--stock-records", type=int, default=20_000)
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--group")
    parser.add_argument("--total", type=int)
    options = parser.parse_args()
    if options.engine:
        configure_logging(load().logs)
        print(asyncio.run(ENGINES[options.engine](options.group, options.total)))
        sys.stdout.flush()
        leave()
    print(json.dumps(compare(options.rounds, options.records, options.stock_records)))


if __name__ == "__main__":
    main()
