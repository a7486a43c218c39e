"""A reader of committed outputs that notes when each of them came: the longest silence is what a fault costs."""

import asyncio
from collections import defaultdict
from itertools import pairwise

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from tests.chaos.chain import OUTPUT
from tests.cluster.roles import PARTITIONS

POLL_MS = 100
# The reader's own patience with a broker that says nothing is part of what it sees; aiokafka's default is 40 s.
REQUEST_TIMEOUT_S = 3.0


class Watch:
    """Times are of the event loop's clock."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._news = asyncio.Event()
        self._came: defaultdict[int, list[float]] = defaultdict(list)
        self._written: defaultdict[int, list[float]] = defaultdict(list)

    async def follow(self) -> None:
        """Read until cancelled."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            request_timeout_ms=int(REQUEST_TIMEOUT_S * 1000),
            retry_backoff_ms=50,
        )
        await consumer.start()
        loop = asyncio.get_running_loop()
        try:
            consumer.assign([TopicPartition(OUTPUT, partition) for partition in range(PARTITIONS)])
            await consumer.seek_to_beginning()
            while True:
                try:
                    fetched = await consumer.getmany(timeout_ms=POLL_MS)
                except KafkaError as error:
                    if not error.retriable:
                        raise
                    continue
                for tp, records in fetched.items():
                    self._came[tp.partition].append(loop.time())
                    self._written[tp.partition] += [record.timestamp / 1000 for record in records]
                if fetched:
                    self._news.set()
        finally:
            await consumer.stop()

    async def until_all_show(self, timeout_s: float) -> None:
        """Wait until every partition has shown something new; raises TimeoutError."""
        before = {partition: len(self._came[partition]) for partition in range(PARTITIONS)}
        async with asyncio.timeout(timeout_s):
            while any(len(self._came[partition]) == count for partition, count in before.items()):
                self._news.clear()
                await self._news.wait()

    def silence_s(self) -> float:
        """The longest time in which a partition showed nothing new, between its first and its last output."""
        return max((_longest(times) for times in self._came.values()), default=0.0)

    def pause_s(self) -> float:
        """The longest time in which a lane wrote nothing, by the timestamps of its outputs."""
        return max((_longest(sorted(times)) for times in self._written.values()), default=0.0)


def _longest(times: list[float]) -> float:
    return max((after - before for before, after in pairwise(times)), default=0.0)
