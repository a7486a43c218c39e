"""Reading a run's history from the broker: what is committed, and how far the group is."""

import asyncio
import contextlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.outputs import DeadLetter
from schemas.topics import DEAD_LETTER, LISTING_UPDATED, changelog
from streams.changelog import OFFSET_HEADER
from streams.reach import admin_client
from tests.chaos.chain import OUTPUT, Chain, Kind
from tests.chaos.cluster import PARTITIONS
from tests.chaos.fleet import GROUP
from tests.chaos.history import Partition, Sent, Shown, State

STATE = changelog(LISTING_UPDATED)
TOPICS = (LISTING_UPDATED, OUTPUT, DEAD_LETTER, STATE)
NUMBER, TITLE = re.compile(rb'"version":(\d+)'), re.compile(rb'"title":"(\w+)"')  # one of them is no JSON
SETTLE_S = 15.0  # longer than an abandoned transaction lives here
POLL_S = 0.1


async def read_history(bootstrap: str) -> dict[int, Partition]:
    """Read every topic of the run as a read_committed reader does."""
    rows, unsettled = await _read_all(bootstrap)
    committed = await read_committed_offsets(bootstrap)
    return {number: _partition(number, rows, unsettled, committed.get(number)) for number in range(PARTITIONS)}


async def read_input_ends(bootstrap: str) -> dict[int, int]:
    """By partition, the offset behind the last event that a read_committed reader of the input sees."""
    rows, _ = await _read_all(bootstrap, (LISTING_UPDATED,))
    return {tp.partition: found[-1].offset + 1 for tp, found in rows.items() if found}


async def read_committed_offsets(bootstrap: str) -> dict[int, int]:
    """The group's offsets of the input, by partition."""
    async with admin_client(bootstrap, 10) as client:
        found = await client.list_consumer_group_offsets(GROUP)
    return {tp.partition: at.offset for tp, at in found.items() if tp.topic == LISTING_UPDATED and at.offset >= 0}


class Progress:
    """Follows the group's offsets, for whoever waits for them."""

    def __init__(self, bootstrap: str) -> None:
        self.committed: dict[int, int] = {}
        self._bootstrap = bootstrap

    async def follow(self) -> None:
        """Ask again and again, until cancelled; a broker that is away is asked again too."""
        while True:
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                async with admin_client(self._bootstrap, 5) as client:
                    while True:
                        async with asyncio.timeout(5):
                            found = await client.list_consumer_group_offsets(GROUP)
                        self.committed = {
                            tp.partition: at.offset for tp, at in found.items() if tp.topic == LISTING_UPDATED
                        }
                        await asyncio.sleep(POLL_S)
            await asyncio.sleep(POLL_S)

    def has_reached(self, ends: Mapping[int, int]) -> bool:
        """Whether the group has committed that far in every partition."""
        return all(self.committed.get(partition, 0) >= end for partition, end in ends.items())

    async def until(self, ends: Mapping[int, int]) -> None:
        """Wait until the group has committed that far in every partition."""
        while not self.has_reached(ends):  # noqa: ASYNC110  (a broker, asked)
            await asyncio.sleep(POLL_S)


async def _read_all(
    bootstrap: str, topics: Sequence[str] = TOPICS
) -> tuple[dict[TopicPartition, list[Any]], set[TopicPartition]]:
    """Return the committed records by partition, and the partitions in which a transaction stays open."""
    partitions = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
    rows: defaultdict[TopicPartition, list[Any]] = defaultdict(list)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=50,
    )
    await consumer.start()
    try:
        consumer.assign(partitions)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(partitions)
        left = {tp for tp in partitions if ends[tp]}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                while left:
                    for tp, records in (await consumer.getmany(*left, timeout_ms=200)).items():
                        rows[tp] += records
                    left = {tp for tp in left if await consumer.position(tp) < ends[tp]}
    finally:
        await consumer.stop()
    return rows, left


def _partition(
    number: int, rows: Mapping[TopicPartition, list[Any]], unsettled: set[TopicPartition], committed: int | None
) -> Partition:
    def of(topic: str) -> list[Any]:
        return rows.get(TopicPartition(topic, number), [])

    chains = [(row.key.decode(), msgspec.json.decode(row.value, type=Chain)) for row in of(OUTPUT)]
    letters = [msgspec.json.decode(row.value, type=DeadLetter) for row in of(DEAD_LETTER)]
    states = {row.key.decode(): msgspec.json.decode(row.value, type=Chain) for row in of(STATE)}
    return Partition(
        sent=[_sent(row) for row in of(LISTING_UPDATED)],
        shown=[Shown(chain.number, key, chain.count, chain.crc) for key, chain in chains],
        letters=[letter.offset for letter in letters if (letter.topic, letter.partition) == (LISTING_UPDATED, number)]
        # One that names another place than its own tells of nothing that was sent here.
        + [-1 for letter in letters if (letter.topic, letter.partition) != (LISTING_UPDATED, number)],
        states={key: State(chain.number, chain.count, chain.crc) for key, chain in states.items()},
        committed=committed,
        state_offset=max((int(dict(row.headers)[OFFSET_HEADER]) for row in of(STATE)), default=None),
        unsettled=[topic for topic in TOPICS if TopicPartition(topic, number) in unsettled],
    )


def _sent(record: Any) -> Sent:
    number, title = NUMBER.search(record.value), TITLE.search(record.value)
    assert number is not None
    assert title is not None
    return Sent(record.offset, int(number[1]), record.key.decode(), title[1].decode() != Kind.SOUND)
