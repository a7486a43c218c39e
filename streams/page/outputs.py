"""Reading the outputs as any read_committed consumer does, and the input records that they were made from."""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import OperatorError
from schemas.topics import DEAD_LETTER
from streams.connection import Where
from streams.follow import Follower
from streams.page.history import GROUPS_MAX, RECENT_MAX, Letter
from streams.page.shown import Kind, Shown, kind_of, locale_of, shown, source_place
from streams.reach import broker_errors
from streams.scan import pick, reader
from streams.topics import topic_partitions
from streams.window import being_cancelled

log = structlog.get_logger(__name__)

WAITING_MAX: Final = (
    512  # outputs whose sources are to be looked up: the oldest go, for nobody reads thousands a second
)
TURN_MAX: Final = 64  # of one look at the inputs: nobody reads more in a second
TURN_S: Final = 0.25  # between two looks: those of one transaction come together
SOURCES_BYTES_MAX: Final = 16_000_000
AGAIN_S: Final = 1.0

Place = tuple[str, int, int]


class Sources:
    """Input records by their place, the latest used ones kept, SOURCES_BYTES_MAX of values at most."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Place, ConsumerRecord] = OrderedDict()
        self._bytes = 0

    def get(self, place: Place | None) -> ConsumerRecord | None:
        """The record at a place; None where it is not known."""
        if place is None or place not in self._kept:
            return None
        self._kept.move_to_end(place)
        return self._kept[place]

    def take(self, record: ConsumerRecord) -> None:
        """Keep a record."""
        place = (record.topic, record.partition, record.offset)
        if place in self._kept:
            return
        self._kept[place] = record
        self._bytes += len(record.value or b"")
        while self._bytes > SOURCES_BYTES_MAX:
            self._bytes -= len(self._kept.popitem(last=False)[1].value or b"")


class Outputs:
    """Follows the localized outputs and the dead letters of `topics`; run `follow` and `show` as tasks.

    `tell` is given each event that is shown, `walk` each parcel's event (none is left out), `bury` each dead letter.
    `came` counts outputs by kind, `hidden` those that came faster than they could be shown.
    """

    def __init__(
        self,
        kafka: Where,
        topics: Sequence[str],
        *,
        tell: Callable[[Shown], None],
        walk: Callable[[Shown], None],
        bury: Callable[[Letter], None],
    ) -> None:
        self._kafka = kafka
        self._topics = tuple(topics)
        self._tell, self._walk, self._bury = tell, walk, bury
        # By kind and locale, so that a locale with few events is seen beside one with many.
        self._waiting: dict[tuple[Kind, str], deque[ConsumerRecord]] = {}
        self._news = asyncio.Event()
        self._sources = Sources()
        self.came: Counter[Kind] = Counter()
        self.hidden = 0

    async def follower(self, backlog: int) -> Follower:
        """Where reading starts: at most `backlog` offsets of each partition back, whenever they were written.

        Raises OperatorError when a topic does not exist or the broker cannot be reached.
        """
        with broker_errors(self._kafka):
            partitions = await topic_partitions(self._kafka, self._topics)
            async with reader(self._kafka) as consumer:
                ends = await consumer.end_offsets(partitions)
        start = {(tp.topic, tp.partition): max(0, end - backlog) for tp, end in ends.items()}
        return Follower(self._kafka, self._topics, self.take, start=start)

    def take(self, records: Sequence[ConsumerRecord]) -> None:
        """Note what has come; on the event loop, so nothing here takes long."""
        for record in records:
            kind = kind_of(record.topic)
            if record.topic == DEAD_LETTER:
                self._bury(letter_of(record))
            elif kind is not None:
                self.came[kind] += 1
                if kind is Kind.PARCEL and (event := shown(record)) is not None:
                    self._walk(event)
                self._wait(kind, record)

    def _wait(self, kind: Kind, record: ConsumerRecord) -> None:
        """Queue an output to be shown; of one kind and locale no more wait than will be kept."""
        group = kind, locale_of(record)
        if group not in self._waiting and len(self._waiting) >= GROUPS_MAX:
            self.hidden += 1
            return
        waiting = self._waiting.setdefault(group, deque())
        waiting.append(record)
        if len(waiting) > RECENT_MAX:
            waiting.popleft()
            self.hidden += 1
        self._news.set()

    async def show(self) -> None:
        """Show outputs beside their sources for ever; without them while the inputs cannot be read."""
        while True:
            try:
                with broker_errors(self._kafka):
                    async with reader(self._kafka) as consumer:
                        while True:
                            await self._turn(consumer)
            except (OperatorError, asyncio.CancelledError) as error:
                if being_cancelled():
                    raise
                log.warning("sources_away", error=str(error), consequence="events are shown without their source")
            self._show_all(self._taken())
            await asyncio.sleep(AGAIN_S)

    async def _turn(self, consumer: AIOKafkaConsumer) -> None:
        await self._news.wait()
        await asyncio.sleep(TURN_S)
        records = self._taken()
        missing: dict[TopicPartition, set[int]] = {}
        for record in records:
            place = source_place(record)
            if place is not None and self._sources.get(place) is None:
                missing.setdefault(TopicPartition(*place[:2]), set()).add(place[2])
        try:
            for partition, offsets in missing.items():
                async for source in pick(consumer, partition, sorted(offsets)):
                    self._sources.take(source)
        except (KafkaError, OSError, TimeoutError):
            self._show_all(records)
            raise
        self._show_all(records)

    def _taken(self) -> list[ConsumerRecord]:
        """TURN_MAX of those that wait, of every kind and locale in turn; the rest waits for the next."""
        records: list[ConsumerRecord] = []
        while self._waiting and len(records) < TURN_MAX:
            for group in list(self._waiting):
                records.append(self._waiting[group].popleft())
                if not self._waiting[group]:
                    del self._waiting[group]
        if not self._waiting:
            self._news.clear()
        return sorted(records, key=lambda record: record.timestamp)

    def _show_all(self, records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            event = shown(record, self._sources.get(source_place(record)))
            if event is not None:
                self._tell(event)


def letter_of(record: ConsumerRecord) -> Letter:
    """What is shown of a dead letter: its headers, which hold nothing of the payload."""
    said = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}
    topic, partition, offset = source_place(record) or ("", -1, -1)
    return Letter(
        at_ms=record.timestamp,
        topic=topic,
        partition=partition,
        offset=offset,
        stage=said.get("dragoman-stage", ""),
        reason=said.get("dragoman-reason", ""),
    )
