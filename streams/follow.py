"""Following compacted topics for as long as a process lives: what others have written, and then all that comes.

A follower joins no group and commits nothing: every process that follows a topic sees all of it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NoReturn

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

import streams.records  # noqa: F401  (from here on aiokafka reads any header name)
from schemas.errors import OperatorError
from streams.connection import Where, connection
from streams.topics import topic_partitions
from streams.window import being_cancelled

log = structlog.get_logger(__name__)

# A broker answers a fetch as soon as there is something; this only bounds how long other questions wait behind one.
FETCH_WAIT_MS: Final = 50
POLL_MS: Final = 200
REQUEST_TIMEOUT_MS: Final = 10_000  # a broker that hangs holds news up for no longer; aiokafka would wait 40 s
RECORDS_MAX: Final = 500  # of one call of `take`: it runs on the event loop, beside everything else
BACKOFF_S: Final = 0.1
BACKOFF_S_MAX: Final = 2.0

Taker = Callable[[Sequence[ConsumerRecord]], None]


class Follower:
    """Reads all partitions of `topics`, committed records only, and hands them to `take`.

    `take` is called on the event loop with one or more records of one partition, in offset order; what it raises ends
    `run`. `start` gives the first offset wanted by (topic, partition); a partition that is not there is read from its
    beginning, and so is one that no longer holds its offset. After a lost broker reading goes on where it was.
    `records_max` bounds what one call may be given; `fetch_wait_ms`
    is how long the broker holds a fetch while nothing comes.
    """

    def __init__(
        self,
        kafka: Where,
        topics: Sequence[str],
        take: Taker,
        *,
        start: Mapping[tuple[str, int], int] | None = None,
        records_max: int = RECORDS_MAX,
        fetch_wait_ms: int = FETCH_WAIT_MS,
    ) -> None:
        self._kafka = kafka
        self._topics = tuple(topics)
        self._take = take
        self._records_max = records_max
        self._fetch_wait_ms = fetch_wait_ms
        self._next = {TopicPartition(*place): offset for place, offset in (start or {}).items()}
        self._ends: dict[TopicPartition, int] | None = None
        self._away = False
        self.caught_up = asyncio.Event()
        """Set once everything has been handed over that the topics held when they were first reached."""

    async def run(self) -> NoReturn:
        """Follow until cancelled. A broker that is away is waited for, however long, with one warning a time."""
        pause_s = BACKOFF_S
        while True:
            try:
                await self._connection()
            except (KafkaError, OperatorError, OSError, TimeoutError, asyncio.CancelledError) as error:
                if being_cancelled():
                    raise
                pause_s = min(BACKOFF_S_MAX, pause_s * 2) if self._away else BACKOFF_S
                self._lost(error)
            await asyncio.sleep(pause_s)

    async def _connection(self) -> NoReturn:
        """Follow over one consumer until it fails."""
        partitions = await topic_partitions(self._kafka, self._topics)
        consumer = AIOKafkaConsumer(
            **connection(self._kafka),
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=self._fetch_wait_ms,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
        )
        try:
            await consumer.start()
            consumer.assign(partitions)
            await self._place(consumer, partitions)
            self._back()
            while True:
                await self._hand_over(consumer)
        finally:
            await consumer.stop()

    async def _place(self, consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> None:
        """Seek every partition to where it goes on."""
        firsts = await consumer.beginning_offsets(partitions)
        ends = await consumer.end_offsets(partitions)
        for tp in partitions:
            known = self._next.get(tp, firsts[tp])
            self._next[tp] = known if firsts[tp] <= known <= ends[tp] else firsts[tp]
            consumer.seek(tp, self._next[tp])
        if self._ends is None:
            self._ends = dict(ends)

    async def _hand_over(self, consumer: AIOKafkaConsumer) -> None:
        batches = await consumer.getmany(timeout_ms=POLL_MS, max_records=self._records_max)
        for tp, records in batches.items():
            self._take(records)
            self._next[tp] = records[-1].offset + 1
            await asyncio.sleep(0)  # what is fetched already comes without a pause, and others want the loop too
        if not self.caught_up.is_set() and await self._at_ends(consumer):
            self.caught_up.set()

    async def _at_ends(self, consumer: AIOKafkaConsumer) -> bool:
        """Whether reading has passed the ends seen at first; markers of transactions have offsets and no records."""
        for tp, end in (self._ends or {}).items():
            if self._next[tp] < end and await consumer.position(tp) < end:
                return False
        return True

    def _lost(self, error: BaseException) -> None:
        if not self._away:
            self._away = True
            log.warning(
                "follower_away",
                topics=self._topics,
                error=str(error) or type(error).__name__,
                consequence="news of these topics wait until the broker is back; the work goes on",
            )

    def _back(self) -> None:
        if self._away:
            self._away = False
            log.info("follower_back", topics=self._topics)
