"""Records as they are read, events as they are received, and what an output carries besides its value.

Outputs are CloudEvents 1.0 in Kafka's binary mode. Ids and headers depend on the event alone, never on a clock or a
counter: a replay repeats them byte for byte. `schemas.arrival` reads the envelopes that come in.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Generic, Protocol, TypeVar
from uuid import UUID

from msgspec import Struct

from schemas.events import Tombstone

E = TypeVar("E")

SPEC_VERSION: Final = "1.0"
CONTENT_TYPE: Final = "content-type"
TRACE_PARENT: Final = "traceparent"
OUTPUT_SOURCE: Final = "urn:dragoman:pipeline"
# UUIDv5 of the URL namespace and "urn:dragoman:output". A contract: another one would repeat every output ever made.
ID_NAMESPACE: Final = UUID("00470f07-70bd-5d36-9f3c-1ef713941efa")

_NAMESPACE_BYTES: Final = ID_NAMESPACE.bytes
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_VARIANT: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}  # RFC 9562, section 4.1


class Record(Protocol):
    """A record as it was read; aiokafka's ConsumerRecord is one. `timestamp` is in milliseconds, -1 is none."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Received(Struct, Generic[E], frozen=True):
    """A good event and where it comes from.

    `source_id` names the event for ever: `<ce_source> <ce_id>`, for an id is unique only within its source, or
    `<topic>/<partition>/<offset>` where no envelope was sent. `ce_time` is RFC 3339 in UTC.
    """

    event: E | Tombstone
    source_id: str
    ce_source: str | None = None
    ce_time: str | None = None
    traceparent: str | None = None
    warnings: tuple[str, ...] = ()


def output_id(source_id: str, ce_type: str, locale: str, basis: str) -> str:
    """The id of one output of one event: UUIDv5 of `source_id|ce_type|locale|basis`.

    `basis` names what it was made from besides the event: an event told again because that has changed gives another
    id, and one that is merely delivered again the same. Only `source_id` may hold a bar, and it stands first: no two
    outputs share a name.
    """
    name = f"{source_id}|{ce_type}|{locale}|{basis}"
    digest = hashlib.sha1(_NAMESPACE_BYTES + name.encode(), usedforsecurity=False).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{_VARIANT[digest[16]]}{digest[17:20]}-{digest[20:32]}"


def data_schema(ce_type: str) -> str:
    """The name of the JSON Schema that the data of this type follows; it is the schema's `$id`."""
    return f"urn:dragoman:schema:{ce_type}"


def output_headers(
    received: Received[Any],
    record: Record,
    *,
    ce_type: str,
    locale: str,
    subject: str | None,
    basis: str,
    tombstone: bool = False,
) -> list[tuple[str, bytes]]:
    """The headers of one output of `record`: the same bytes however often the record is processed.

    `ce_time` is the event's own, else the record's timestamp. A tombstone has no content type. An empty `locale`
    (an output that has none) sends no locale header.
    """
    headers = [
        *_constant(ce_type, locale),
        ("ce_id", output_id(received.source_id, ce_type, locale, basis).encode()),
        *source_headers(record),
    ]
    time = received.ce_time or record_time(record.timestamp)
    if time:
        headers.append(("ce_time", time.encode()))
    if subject:
        headers.append(("ce_subject", subject.encode()))
    if received.traceparent:
        headers.append((TRACE_PARENT, received.traceparent.encode()))
    if not tombstone:
        headers.append((CONTENT_TYPE, b"application/json"))
    return headers


def source_headers(record: Record) -> tuple[tuple[str, bytes], ...]:
    """Where an output comes from: topic, partition and offset of its input record, as text."""
    return (*_lane_headers(record.topic, record.partition), ("dragoman-source-offset", b"%d" % record.offset))


@lru_cache(maxsize=1024)
def _lane_headers(topic: str, partition: int) -> tuple[tuple[str, bytes], ...]:
    return (("dragoman-source-topic", topic.encode()), ("dragoman-source-partition", b"%d" % partition))


def record_time(timestamp_ms: int) -> str | None:
    """A record's timestamp in RFC 3339; None where it has none or it lies outside the years 1970 to 9999."""
    if timestamp_ms < 0:
        return None
    second = _second(timestamp_ms // 1000)
    return None if second is None else f"{second}.{timestamp_ms % 1000:03d}Z"


@lru_cache(maxsize=256)
def _second(seconds: int) -> str | None:
    """A Unix time to the second; cached, because `isoformat` costs more than all other headers of an output."""
    try:
        return (_EPOCH + timedelta(seconds=seconds)).isoformat().removesuffix("+00:00")
    except OverflowError:
        return None


def format_time(moment: datetime) -> str:
    """RFC 3339 in UTC. Raises OverflowError where UTC leaves the years 1 to 9999."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@lru_cache(maxsize=1024)
def _constant(ce_type: str, locale: str) -> tuple[tuple[str, bytes], ...]:
    headers = (
        ("ce_specversion", SPEC_VERSION.encode()),
        ("ce_type", ce_type.encode()),
        ("ce_source", OUTPUT_SOURCE.encode()),
        ("ce_dataschema", data_schema(ce_type).encode()),
    )
    return (*headers, ("locale", locale.encode())) if locale else headers
