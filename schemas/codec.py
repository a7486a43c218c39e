"""Bytes to events and outputs to bytes. A record is decoded in a few microseconds; a bad one may take its time."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar, get_args, get_type_hints

import msgspec
from msgspec import Struct

from schemas import arrival, json_faults
from schemas.arrival import Envelope
from schemas.contracts import Contract
from schemas.envelope import Received, Record
from schemas.errors import Refused
from schemas.events import Id, Locale, Time, Tombstone
from schemas.locales import UnknownLocale, parse_locale
from schemas.reasons import Reason, Stage, Warn

__all__ = ["Received", "Record", "decode", "encode"]

E = TypeVar("E")

ID_CHARACTERS_MAX: Final = 256
_BOM: Final = b"\xef\xbb\xbf"
_ENCODER: Final = msgspec.json.Encoder()


def decode(contract: Contract[E], record: Record, *, limit_bytes: int) -> Received[E]:
    """Read a record of `contract.topic`; raises Refused, and nothing else whatever the bytes are.

    The envelope is judged first, then the JSON, then the event, then its key. `limit_bytes` bounds the value. A byte
    order mark is stripped with a warning. A record without a value is a Tombstone where the contract takes them.
    """
    value = record.value
    warnings: tuple[str, ...] = ()
    if value is not None:
        if len(value) > limit_bytes:
            raise Refused(Stage.DECODE, Reason.TOO_LARGE, f"the value has more than {limit_bytes} bytes")
        if value.startswith(_BOM):
            value, warnings = value[len(_BOM) :], (Warn.BOM_STRIPPED.value,)
    if not record.headers:
        found = arrival.without_envelope(record)
    elif arrival.is_structured(headers := arrival.read_headers(record)):
        found, value = arrival.from_value(headers, _checked_json(value), contract.ce_type)
        if value is None:
            raise _empty()
    else:
        found = arrival.from_headers(record, headers, contract.ce_type)
    if value is None:
        return _received(_tombstone(contract, record), found, warnings)
    event: E = (_READERS.get(contract.event) or _reader(contract.event)).read(value)
    if record.key != contract.record_key(event).encode():
        said = "the record has no key" if record.key is None else "the record's key is not the event's"
        raise Refused(Stage.VALIDATE, Reason.KEY_MISMATCH, said)
    return _received(event, found, warnings)


def encode(value: Struct) -> bytes:
    """JSON as it goes on the wire, UTF-8, times in UTC. Raises ValueError for a time without an offset."""
    for name in _time_fields(type(value)):
        moment: datetime | None = getattr(value, name)
        if moment is not None and moment.tzinfo is not UTC:
            if moment.tzinfo is None:
                raise ValueError(f"{name} has no offset")
            value = msgspec.structs.replace(value, **{name: moment.astimezone(UTC)})
    return _ENCODER.encode(value)


class _Reader(Struct, Generic[E], frozen=True):
    """The decoder of one event type and the fields whose rules its types cannot say."""

    decoder: msgspec.json.Decoder[E]
    ids: tuple[str, ...]
    locales: tuple[str, ...]
    times: tuple[str, ...]

    def read(self, value: bytes) -> E:
        """The event in `value`; raises Refused."""
        if json_faults.suspicious(value):
            _checked_json(value)
        try:
            event = self.decoder.decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            # A broken document is named as such, even where one of its fields is wrong as well.
            _checked_json(value)
            raise _refused_by_decoder(error) from error
        # Checked in place, for a call costs more than the check: every record comes through here.
        for name in self.ids:
            text = getattr(event, name)
            if text is not None and not text.isprintable() and arrival.has_control(text):
                raise _invalid(Reason.INVALID_VALUE, "a control character", name)
        for name in self.times:
            moment = getattr(event, name)
            if moment is not None and moment.tzinfo is not UTC:
                _check_time(name, moment)
        for name in self.locales:
            found = getattr(event, name)
            if found:
                _check_locales(name, found)
        return event


_READERS: Final[dict[Any, _Reader[Any]]] = {}


def _reader(event: type[E]) -> _Reader[E]:
    hints = get_type_hints(event, include_extras=True)

    def named(kind: Any) -> tuple[str, ...]:
        return tuple(name for name, hint in hints.items() if _mentions(hint, kind))

    reader = _Reader(msgspec.json.Decoder(event), named(Id), named(Locale), named(Time))
    _READERS[event] = reader
    return reader


@lru_cache(maxsize=64)
def _time_fields(kind: type[Struct]) -> tuple[str, ...]:
    return tuple(name for name, hint in get_type_hints(kind).items() if _mentions(hint, datetime))


def _mentions(hint: Any, kind: Any) -> bool:
    return hint == kind or any(_mentions(part, kind) for part in get_args(hint))


def _received(event: E | Tombstone, found: Envelope, warnings: tuple[str, ...]) -> Received[E]:
    return Received(event, found.source_id, found.ce_source, found.ce_time, found.traceparent, warnings)


def _tombstone(contract: Contract[Any], record: Record) -> Tombstone:
    if not contract.takes_tombstones or record.key is None:
        raise _empty()
    try:
        key = str(record.key, "utf-8")
    except UnicodeDecodeError:
        key = ""
    if not 0 < len(key) <= ID_CHARACTERS_MAX or arrival.has_control(key):
        raise Refused(Stage.VALIDATE, Reason.KEY_MISMATCH, "the key of a tombstone is no id")
    return Tombstone(key)


def _empty() -> Refused:
    return Refused(Stage.DECODE, Reason.EMPTY_VALUE, "the record has no value")


def _checked_json(value: bytes | None) -> bytes:
    if value is None or not value.strip():
        raise _empty()
    json_faults.check(value)
    return value


def _refused_by_decoder(error: Exception) -> Refused:
    """Name what the decoder says of JSON that is sound. A message quotes field paths, never what stands in them."""
    if not isinstance(error, msgspec.ValidationError):
        return Refused(Stage.DECODE, Reason.NOT_JSON, "the value is not JSON")
    said, _, path = str(error).rpartition(" - at ")
    said, path = (said, path) if said else (path, "`$`")
    if said.startswith("Object missing required field"):
        return _invalid(Reason.MISSING_FIELD, said, path)
    if said.startswith("Expected") and ", got `" in said:
        return _invalid(Reason.WRONG_TYPE, said, path)
    if said.startswith("Invalid enum value"):
        said = "Not one of the values allowed"
    return _invalid(Reason.INVALID_VALUE, said, path)


def _check_time(name: str, moment: datetime) -> None:
    try:
        moment.astimezone(UTC)
    except OverflowError as error:
        raise _invalid(Reason.INVALID_VALUE, "a time outside the years 1 to 9999 in UTC", name) from error


def _check_locales(name: str, found: str | tuple[str, ...]) -> None:
    try:
        for tag in (found,) if isinstance(found, str) else found:
            parse_locale(tag)
    except UnknownLocale as error:
        raise _invalid(Reason.UNKNOWN_LOCALE, "a locale that CLDR does not know", name) from error


def _invalid(reason: Reason, said: str, where: str) -> Refused:
    return Refused(Stage.VALIDATE, reason, f"{said} - at {where}")
