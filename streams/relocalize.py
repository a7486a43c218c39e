"""Asking for a replay, taking it back, and seeing how far it is: what `dragoman relocalize` does at the broker."""

import asyncio
import contextlib
import secrets
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from msgspec import Struct

from schemas.codec import encode
from schemas.errors import OperatorError
from schemas.relocalization import Relocalization, progress_group, read_request, utc_now
from schemas.settings import KafkaSettings
from schemas.topics import RELOCALIZE
from streams.connection import connection
from streams.group_facts import committed_offsets
from streams.reach import admin_client, broker_errors
from streams.scan import read_all, reader
from streams.topics import partition_count


class Wanted(Struct, frozen=True):
    """What an operator asks for: see `schemas.relocalization.Relocalization`."""

    topic: str
    locales: tuple[str, ...] = ()
    category: str | None = None
    rate: float | None = None


class PartitionProgress(Struct, frozen=True):
    """Offsets of one partition that a request covers (`total`), and how many of them are durably behind it."""

    partition: int
    replayed: int
    total: int

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self.replayed >= self.total


class RequestProgress(Struct, frozen=True):
    """A request and how far it is. `lapsed`: too old for its progress to be known, or for any worker to begin it."""

    request: Relocalization
    partitions: tuple[PartitionProgress, ...]
    lapsed: bool

    @property
    def replayed(self) -> int:
        """Offsets done, of all partitions."""
        return sum(one.replayed for one in self.partitions)

    @property
    def total(self) -> int:
        """Offsets asked for, of all partitions."""
        return sum(one.total for one in self.partitions)

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self.replayed >= self.total


async def ask(kafka: KafkaSettings, wanted: Wanted) -> Relocalization:
    """Have workers replay what a topic holds now; raises OperatorError when the broker or a topic is not there."""
    with broker_errors(kafka):
        await partition_count(kafka, RELOCALIZE)  # else the broker might make it, and not compacted
        count = await partition_count(kafka, wanted.topic)
        async with reader(kafka) as consumer:
            partitions = [TopicPartition(wanted.topic, number) for number in range(count)]
            begins = await consumer.beginning_offsets(partitions)
            ends = await consumer.end_offsets(partitions)
        now = utc_now()
        request = Relocalization(
            id=f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
            topic=wanted.topic,
            begins=tuple(begins[tp] for tp in partitions),
            ends=tuple(ends[tp] for tp in partitions),
            locales=wanted.locales,
            category=wanted.category,
            rate=wanted.rate,
            created_at=now,
        )
        await _write(kafka, request.id, encode(request))
    return request


async def take_back(kafka: KafkaSettings, request_id: str) -> Relocalization:
    """Have workers stop replaying a request; what they have told stays. Raises OperatorError when there is none."""
    known = {request.id: request for request in await read_requests(kafka)}
    if request_id not in known:
        raise OperatorError(f"there is no request {request_id}: `dragoman relocalize status` lists them")
    with broker_errors(kafka):
        await _write(kafka, request_id, None)
    return known[request_id]


async def read_requests(kafka: KafkaSettings) -> list[Relocalization]:
    """Return the requests that stand, the oldest first; what is none, and workers ignore, is left out."""
    standing: dict[bytes | None, Relocalization] = {}

    def take(records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            standing.pop(record.key, None)
            if record.value is not None:
                with contextlib.suppress(ValueError):
                    standing[record.key] = read_request(record.key, record.value, kafka.partitions)

    await read_all(kafka, RELOCALIZE, take)
    return sorted(standing.values(), key=lambda request: (request.created_at, request.id))


async def read_progress(kafka: KafkaSettings, requests: Sequence[Relocalization]) -> list[RequestProgress]:
    """Return how far each request is, from the offsets that lanes have committed for it."""
    with broker_errors(kafka):
        async with admin_client(kafka, kafka.request_timeout_s) as admin:
            return [await _progress(admin, kafka, request) for request in requests]


async def _progress(admin: AIOKafkaAdminClient, kafka: KafkaSettings, request: Relocalization) -> RequestProgress:
    tps = [TopicPartition(request.topic, number) for number in range(len(request.ends))]
    async with asyncio.timeout(kafka.request_timeout_s):
        committed = await committed_offsets(admin, progress_group(kafka.group, request.id), tps)
    partitions = tuple(
        PartitionProgress(tp.partition, min(max(0, committed[tp] - begin), end - begin), end - begin)
        for tp, begin, end in zip(tps, request.begins, request.ends, strict=True)
    )
    unknown = any(one.total and committed[tp] < 0 for tp, one in zip(tps, partitions, strict=True))
    return RequestProgress(request, partitions, unknown and request.lapsed(utc_now()))


async def _write(kafka: KafkaSettings, request_id: str, value: bytes | None) -> None:
    producer = AIOKafkaProducer(**connection(kafka), enable_idempotence=True)
    try:
        await producer.start()
        await producer.send_and_wait(RELOCALIZE, value, request_id.encode(), partition=0)
    finally:
        await producer.stop()
