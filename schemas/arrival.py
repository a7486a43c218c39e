"""CloudEvents 1.0 as it comes in: Kafka's binary mode, structured mode, or no envelope at all.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md

Header names are lower case and stand once; attributes hold no control characters (the specification's type system).
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from schemas.envelope import CONTENT_TYPE, SPEC_VERSION, TRACE_PARENT, Record, format_time
from schemas.errors import Refused
from schemas.events import Time
from schemas.reasons import Reason, Stage

Headers = Mapping[str, bytes | None]

_STRUCTURED: Final = b"application/cloudevents"
_PLAIN_JSON: Final = b"application/json"
# What is remembered between records stays small, whatever a producer sends.
_CACHED_SOURCE_BYTES_MAX: Final = 256
_CONTENT_TYPE_BYTES_MAX: Final = 256

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_JSON_TYPE: Final = re.compile(r"[\w.+-]+/(?:[\w.+-]+\+)?json", re.IGNORECASE | re.ASCII)
_UTF8: Final = re.compile(r"charset\s*=\s*\"?(?:utf-?8|us-ascii)\"?", re.IGNORECASE)
# W3C Trace Context, version 00 and what may follow it.
_TRACE: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class Envelope(Struct, frozen=True, gc=False):
    """What an event's envelope says of it, checked."""

    source_id: str
    ce_source: str | None = None
    ce_time: str | None = None
    traceparent: str | None = None


class StructuredEvent(Struct, frozen=True):
    """The JSON format of CloudEvents: attributes and data in one object. An attribute that is null is absent."""

    specversion: str
    id: str
    source: str
    type: str
    time: str | None = None
    datacontenttype: str | None = None
    traceparent: str | None = None
    data: Raw = Raw()
    data_base64: str | None = None


_TIME_DECODER: Final = msgspec.json.Decoder(Time)
_STRUCTURED_DECODER: Final = msgspec.json.Decoder(StructuredEvent)


def read_headers(record: Record) -> dict[str, bytes | None]:
    """The headers by name; raises Refused where one that matters stands twice."""
    headers: dict[str, bytes | None] = dict(record.headers)
    if len(headers) != len(record.headers):
        _refuse_repeated(name for name, _ in record.headers)
    return headers


def is_structured(headers: Headers) -> bool:
    """Whether the record's value holds the envelope as well."""
    content_type = headers.get(CONTENT_TYPE)
    # The first comparison answers for nearly every record.
    return (
        content_type is not None
        and content_type != _PLAIN_JSON
        and bytes(content_type[: len(_STRUCTURED)]).lower() == _STRUCTURED
    )


def without_envelope(record: Record) -> Envelope:
    """Name an event that came without an envelope by its place in the log."""
    return Envelope(f"{record.topic}/{record.partition}/{record.offset}")


def from_headers(record: Record, headers: Headers, ce_type: str) -> Envelope:
    """Read a binary-mode envelope; raises Refused. Without any CloudEvents header the topic implies the type."""
    if "ce_specversion" not in headers and not any(name.startswith("ce_") for name in headers):
        found = without_envelope(record)
        return replace(found, traceparent=_trace(headers.get(TRACE_PARENT)))
    content_type = headers.get(CONTENT_TYPE)
    if content_type != _PLAIN_JSON and content_type is not None:
        _check_content_type(content_type)
    version, found_type, source = (headers.get(name) for name in ("ce_specversion", "ce_type", "ce_source"))
    if source is None or len(source) > _CACHED_SOURCE_BYTES_MAX:
        producer = _read_producer.__wrapped__(version, found_type, source, ce_type)
    else:
        producer = _read_producer(version, found_type, source, ce_type)
    ce_time = headers.get("ce_time")
    return Envelope(
        f"{producer} {_text('ce_id', headers.get('ce_id'))}",
        producer,
        None if ce_time is None else _utc(ce_time),
        _trace(headers.get(TRACE_PARENT) or headers.get("ce_traceparent")),
    )


def from_value(headers: Headers, value: bytes, ce_type: str) -> tuple[Envelope, bytes | None]:
    """Read a structured-mode envelope from a value that is known to be JSON; raises Refused.

    Returns it with the event's own JSON bytes, None where there are none.
    """
    if not _is_utf8_json(
        bytes((headers.get(CONTENT_TYPE) or b"")[:_CONTENT_TYPE_BYTES_MAX]), "application/cloudevents+json"
    ):
        raise _bad("the content type is not application/cloudevents+json in UTF-8")
    try:
        event = _STRUCTURED_DECODER.decode(value)
    except msgspec.ValidationError as error:
        raise _bad(f"structured event: {error}") from error  # the shape has no enumeration: no content is quoted
    source = _check_producer(event.specversion, event.type, event.source, ce_type)
    if event.datacontenttype is not None:
        _check_content_type(event.datacontenttype.encode())
    envelope = Envelope(
        f"{source} {_check_attribute('id', event.id)}",
        source,
        None if event.time is None else _utc(event.time.encode()),
        _trace((event.traceparent or "").encode()) or _trace(headers.get(TRACE_PARENT)),
    )
    return envelope, _data(event)


def has_control(text: str) -> bool:
    """Whether a control character (C0, delete, C1) stands in `text`."""
    return not text.isprintable() and _CONTROL.search(text) is not None


def _data(event: StructuredEvent) -> bytes | None:
    data = bytes(event.data)
    if event.data_base64 is None:
        return data if data not in {b"", b"null"} else None
    if data:
        raise _bad("an event has data or data_base64, never both")
    try:
        return base64.b64decode(event.data_base64, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _bad("data_base64 is not base64") from error


@lru_cache(maxsize=1024)
def _read_producer(version: bytes | None, found: bytes | None, source: bytes | None, wanted: str) -> str:
    """Check what is the same for all events of one producer, once; returns ce_source."""
    return _check_producer(
        _text("ce_specversion", version), _text("ce_type", found), _text("ce_source", source), wanted
    )


def _check_producer(version: str, found: str, source: str, wanted: str) -> str:
    if version != SPEC_VERSION:
        raise _bad("the CloudEvents specversion is not 1.0")
    if found != wanted:
        raise Refused(Stage.DECODE, Reason.UNKNOWN_TYPE, f"this topic takes events of type {wanted} only")
    # No URI reference holds a space, nor does a topic name: source, id and place can be told apart in a source id.
    if " " in source:
        raise _bad("source holds a space")
    return _check_attribute("source", source)


def _text(name: str, value: bytes | None) -> str:
    if value is None:
        raise _bad(f"{name} is missing")
    try:
        return _check_attribute(name, str(value, "utf-8"))
    except UnicodeDecodeError as error:
        raise _bad(f"{name} is not UTF-8") from error


def _check_attribute(name: str, text: str) -> str:
    if not text:
        raise _bad(f"{name} is empty")
    if not text.isprintable() and has_control(text):
        raise _bad(f"{name} holds a control character")
    return text


def _check_content_type(value: bytes) -> None:
    if not _is_utf8_json(bytes(value[:_CONTENT_TYPE_BYTES_MAX])):
        raise _bad("the data's content type is not JSON in UTF-8")


@lru_cache(maxsize=256)
def _is_utf8_json(content_type: bytes, wanted: str | None = None) -> bool:
    media_type, *parameters = content_type.decode("latin-1").split(";")
    media_type = media_type.strip().lower()
    if media_type != wanted if wanted else not _JSON_TYPE.fullmatch(media_type):
        return False
    charsets = [part.strip() for part in parameters if part.strip().lower().startswith("charset")]
    return all(_UTF8.fullmatch(charset) for charset in charsets)


def _utc(value: bytes) -> str:
    try:
        # The decoder for a JSON string reads RFC 3339 strictly; a backslash would be an escape to it.
        moment = _TIME_DECODER.decode(b'"%b"' % value)
        if b"\\" not in value:
            text = str(value, "ascii")
            return text if text[10] == "T" and text[-1] == "Z" else format_time(moment)
    except (msgspec.DecodeError, UnicodeDecodeError, OverflowError):
        pass
    raise _bad("time is not RFC 3339 with an offset")


def _trace(value: bytes | None) -> str | None:
    """The trace context as it is; a malformed one is no reason to refuse an event, so it is left out."""
    if not value or len(value) != 55:
        return None
    text = value.decode("latin-1")
    return text if _TRACE.fullmatch(text) else None


def _refuse_repeated(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen and (name.startswith("ce_") or name == CONTENT_TYPE):
            raise _bad("a CloudEvents header stands more than once")
        seen.add(name)


def _bad(message: str) -> Refused:
    return Refused(Stage.DECODE, Reason.BAD_ENVELOPE, message)
