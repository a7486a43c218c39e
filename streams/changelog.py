"""The compacted changelog of a lane: what its state on disk lacks is read from here."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from aiokafka import ConsumerRecord, TopicPartition
from msgspec import Struct

from schemas.errors import OperatorError
from schemas.settings import KafkaSettings
from streams.scan import reader
from streams.state.partition import Change, PartitionState, Place, crc_of

OFFSET_HEADER: Final = "dragoman-input-offset"
SOURCE_HEADER: Final = "dragoman-source-offset"
RECORDS_MAX: Final = 1000  # of one step: it runs on the event loop, beside lanes that serve


class Restored(Struct, frozen=True):
    """The input offset after which the newest state was written, and how many records were read to know it.

    `on_disk`: what was on disk was believed, and only what came after it was read.
    """

    input_offset: int | None
    records: int
    on_disk: bool


async def restore(
    kafka: KafkaSettings,
    tp: TopicPartition,
    state: PartitionState,
    tell: Callable[[float], None] = lambda _share: None,
) -> Restored:
    """Bring `state` up to the end of its changelog partition, committed records only.

    `tell` is told how far reading is, 0 to 1, whenever it has moved on. Raises OperatorError for a record that is no
    state of ours.
    """
    # A broker that hangs must say so before a lane has taken too long to open.
    async with reader(kafka, kafka.request_timeout_s) as consumer:
        consumer.assign([tp])
        first = (await consumer.beginning_offsets([tp]))[tp]
        end = (await consumer.end_offsets([tp]))[tp]
        place = state.resume(first, end)
        begin = max(first, place.last)  # the last record applied is looked at again: it must still be the same
        consumer.seek(tp, begin)
        read, on_disk = 0, place.last >= 0
        checked = not on_disk
        while (at := await consumer.position(tp)) < end:
            records = (await consumer.getmany(tp, timeout_ms=20, max_records=RECORDS_MAX)).get(tp, ())
            if not records:
                continue
            if not checked and _is_another(records[0], place):
                place = state.clear(first, "another record stands where the last one applied stood")
                begin, checked, on_disk = first, True, False
                consumer.seek(tp, first)
                continue
            fresh = [record for record in records if record.offset > place.last]
            checked = True
            if fresh:
                place = _apply(tp, fresh, state, place)
                read += len(fresh)
            tell((at - begin) / max(1, end - begin))
            await asyncio.sleep(0)
    state.caught_up()
    return Restored(place.input_offset, read, on_disk)


def _is_another(record: ConsumerRecord, place: Place) -> bool:
    """Whether another record stands where the last one applied stood. It may have gone: compaction takes it."""
    return record.offset == place.last and crc_of(record.key, record.value) != place.crc


def _apply(tp: TopicPartition, records: Sequence[ConsumerRecord], state: PartitionState, place: Place) -> Place:
    changes: dict[str, Change] = {}
    for record in records:
        try:
            key, headers = record.key.decode(), dict(record.headers)
            if record.value is not None:
                state.decode(record.value)
            changes[key] = Change(key, int(headers.get(SOURCE_HEADER, -1)), record.value)
            input_offset = int(headers[OFFSET_HEADER])
        except (AttributeError, LookupError, ValueError) as error:  # msgspec's and UTF-8's are ValueErrors
            raise OperatorError(
                f"{tp.topic}[{tp.partition}] holds a record at {record.offset} that is no state"
                f" ({type(error).__name__}): something else writes there, or another version did"
            ) from error
    last = records[-1]
    after = Place(place.first, last.offset, crc_of(last.key, last.value), input_offset, state.now())
    state.apply(changes.values(), after)
    return after
