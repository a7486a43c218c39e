"""State on disk beside its changelog on Apache Kafka: a restart reads the tail, and nothing else is ever believed."""

import asyncio
import re
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schemas.settings import KafkaSettings
from schemas.topics import LISTING_UPDATED, changelog
from streams.broker.server import Broker
from streams.changelog import OFFSET_HEADER, SOURCE_HEADER, restore
from streams.reach import admin_client
from streams.state.partition import PartitionState
from streams.state.store import StateStore
from tests.integration.faults.probe import INPUT, Probe
from tests.integration.faults.probe_agent import OUTPUT, Count

pytestmark = [pytest.mark.integration, pytest.mark.timeout(90)]
CHANGELOG = TopicPartition(changelog(LISTING_UPDATED), 0)


@pytest.fixture
async def probe(own_broker: Broker, tmp_path: Path):
    probe = Probe(own_broker, tmp_path)
    await probe.create_topics()
    yield probe
    probe.stop()


def restored(probe: Probe) -> list[int]:
    """How many changelog records the listings' lane of the latest worker has read, each time it opened."""
    log = (probe.folder / f"worker{len(probe.workers) - 1}.log").read_text()
    lines = [line for line in log.splitlines() if "lane_opened" in line and f'"{LISTING_UPDATED}"' in line]
    return [int(found[1]) for line in lines if (found := re.search(r'"restored": ?(\d+)', line))]


async def work(probe: Probe, first: int, count: int, *, kill: bool = False, **env: str) -> int:
    """Have a worker process so many events and end; return the changelog records that it has read."""
    probe.spawn(**env)
    await probe.send(*["a"] * count, first=first)
    await probe.until_committed(first + count)
    probe.workers[-1].send_signal(signal.SIGKILL if kill else signal.SIGTERM)
    await probe.ended()
    (read,) = restored(probe)
    return read


async def test_a_restart_reads_only_what_the_disk_lacks(probe: Probe) -> None:
    elsewhere = {"DRAGOMAN_LANES__STATE_DIR": str(probe.folder / "elsewhere")}
    assert await work(probe, 0, 5) == 0
    assert await work(probe, 5, 5, kill=True) == 0  # all of it was on disk
    assert await work(probe, 10, 5) == 0  # what was killed had it on disk too
    written = await changes(probe)
    assert await work(probe, 15, 5, **elsewhere) == written  # another machine knows nothing yet
    tail = await changes(probe) - written
    assert tail > 0
    assert await work(probe, 20, 5) == tail
    assert [row["count"] for row in await probe.read(OUTPUT)] == list(range(1, 26))


async def changes(probe: Probe) -> int:
    """Records of the changelog: one a transaction, for there is one key; nothing is compacted away so soon."""
    return len(await probe.read(changelog(LISTING_UPDATED)))


@pytest.mark.parametrize("loss", ["gone", "damaged", "cut"])
async def test_a_store_that_is_lost_is_filled_again(probe: Probe, loss: str) -> None:
    for number in range(0, 6, 2):
        await work(probe, number, 2, kill=True)
    written = await changes(probe)
    (folder,) = [path for path in (probe.folder / "state").glob("*/*/slot-*") if path.is_dir()]
    if loss == "gone":
        shutil.rmtree(folder)
    for file in folder.glob("MANIFEST*" if loss == "damaged" else "*.log"):
        file.write_bytes(b"junk" if loss == "damaged" else file.read_bytes()[: file.stat().st_size // 4])
    read = await work(probe, 6, 2)
    assert read == (1 if loss == "cut" else written), written  # what the last of three workers wrote is cut off
    assert [row["count"] for row in await probe.read(OUTPUT)] == list(range(1, 9))


async def test_offsets_reset_and_a_changelog_made_anew_are_a_fresh_start(probe: Probe) -> None:
    """What a worker tells operators to do who have reset offsets."""
    await work(probe, 0, 5)
    await probe.reset_offset(2)
    probe.spawn()
    assert (await probe.ended())[0] == 2
    assert "is at input offset 5 but the group has committed 2" in probe.said()[-1]
    async with admin_client(probe.broker.bootstrap, 5) as admin:
        await made_anew(admin)
    await work(probe, 5, 1)
    assert [(row["number"], row["count"]) for row in await probe.read(OUTPUT)][5:] == [(2, 1), (3, 2), (4, 3), (5, 4)]


async def made_anew(admin: AIOKafkaAdminClient) -> None:
    await admin.delete_topics([CHANGELOG.topic])
    async with asyncio.timeout(20):
        while (await admin.create_topics([NewTopic(CHANGELOG.topic, 1, 1)])).topic_errors[0][1] != 0:  # noqa: ASYNC110  (a broker)
            await asyncio.sleep(0.05)


# --- the reading itself, on a changelog that the test writes ----------------------------------------------------------


async def write(bootstrap: str, *rows: tuple[str, int | None]) -> None:
    """Write states: key and count; None deletes. The offset of a row's input record is its count."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for number, (key, count) in enumerate(rows):
            value = None if count is None else b'{"number":%d,"count":%d}' % (count, count)
            headers = [(OFFSET_HEADER, b"%d" % (number + 1)), (SOURCE_HEADER, b"%d" % (count or 0))]
            await producer.send_and_wait(CHANGELOG.topic, value, key=key.encode(), partition=0, headers=headers)


class Reading:
    """A partition's state over one store; `read` opens the changelog as a lane does."""

    def __init__(self, bootstrap: str, store: StateStore) -> None:
        self.kafka = KafkaSettings(bootstrap=bootstrap)
        self.store = store
        self.told: list[float] = []

    async def read(self) -> tuple[PartitionState, int]:
        state = PartitionState(self.store, INPUT, Count)
        found = await restore(self.kafka, CHANGELOG, state, self.told.append)
        self.on_disk = found.on_disk
        return state, found.records


@pytest.fixture
async def reading(own_broker: Broker, tmp_path: Path):
    await Probe(own_broker, tmp_path).create_topics()
    with StateStore.claim(tmp_path, "g", "c") as store:
        yield Reading(own_broker.bootstrap, store)


def counts(state: PartitionState, *keys: str) -> dict[str, Any]:
    known = {key: state.get(key) for key in keys}
    return {key: one.state.count for key, one in known.items() if one is not None}


async def test_every_reading_goes_on_where_the_last_one_ended(reading: Reading) -> None:
    bootstrap = reading.kafka.bootstrap
    assert (await reading.read())[1] == 0
    assert not reading.on_disk
    await write(bootstrap, ("a", 1), ("b", 2), ("gone", 3), ("a", 4))
    state, read = await reading.read()
    assert (read, counts(state, "a", "b", "gone")) == (4, {"a": 4, "b": 2, "gone": 3})
    assert (state.get("a").source, state.place.last, state.place.input_offset) == (4, 3, 4)
    await write(bootstrap, ("gone", None), ("c", 5))
    state, read = await reading.read()
    assert (read, counts(state, "a", "b", "gone", "c")) == (2, {"a": 4, "b": 2, "c": 5})
    assert (await reading.read())[1] == 0
    assert reading.on_disk
    assert reading.told == sorted(reading.told)
    assert 0 <= reading.told[0] <= reading.told[-1] <= 1


async def test_a_changelog_made_anew_is_noticed_by_what_stands_where_the_last_record_stood(reading: Reading) -> None:
    bootstrap = reading.kafka.bootstrap
    await write(bootstrap, ("a", 1), ("b", 2))
    await reading.read()
    async with admin_client(bootstrap, 5) as admin:
        await made_anew(admin)
    await write(bootstrap, ("c", 1), ("d", 2), ("e", 3))
    state, read = await reading.read()
    assert (read, counts(state, "a", "b", "c", "d", "e")) == (3, {"c": 1, "d": 2, "e": 3})
    assert not reading.on_disk
