"""What is kept of a record that cannot be processed: all of it, with where it stood and why it was refused.

`dead-letter` takes larger records than the inputs do (`schemas.topics.dead_letter_bytes_max`), so the original bytes
fit whole, in base64, however large a record an input topic takes. One that is larger still, which only a misconfigured
topic lets in, leaves its hash and its place instead of stopping its partition.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from schemas.attempts import past_of, without_past
from schemas.codec import encode
from schemas.envelope import CONTENT_TYPE, OUTPUT_SOURCE, SPEC_VERSION, Record, data_schema, output_id, source_headers
from schemas.errors import Refused
from schemas.outputs import DEAD_LETTER_TYPE, DeadLetter
from schemas.topics import RECORD_BYTES_MAX, dead_letter_bytes_max

MESSAGE_CHARACTERS_MAX: Final = 500
# Kafka's framing of one record in one batch (61 and at most 21 bytes) and the headers written here, generously.
FRAMING_BYTES: Final = 4096


class Original(msgspec.Struct, frozen=True):
    """A record as it first stood in its input topic."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


def dead_letter(
    record: Record,
    refused: Refused,
    *,
    now: datetime,
    app_version: str,
    attempts: int = 1,
    limit_bytes: int = dead_letter_bytes_max(RECORD_BYTES_MAX),
) -> tuple[bytes | None, bytes, list[tuple[str, bytes]]]:
    """Key, value and headers of the dead letter of `record`; together never more than `limit_bytes` (at least 16 KiB).

    `now` carries an offset. `attempts` are those of this time: a record that was replayed goes on counting where its
    last dead letter stopped, and its original is what it was before the replay (schemas/attempts.py). Headers
    repeat stage and reason, so that a reader can choose without decoding.
    """
    past = past_of(record.headers)
    headers = record.headers if past is None else without_past(record.headers)
    letter = DeadLetter(
        value=None if record.value is None else b64encode(record.value).decode(),
        headers=tuple((name, None if value is None else b64encode(value).decode()) for name, value in headers),
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp_ms=record.timestamp,
        stage=refused.stage,
        reason=refused.reason,
        message=refused.message[:MESSAGE_CHARACTERS_MAX],
        attempts=attempts + (0 if past is None else past.attempts),
        retryable=refused.retryable,
        first_failed_at=now if past is None else past.first_failed_at,
        app_version=app_version,
        previous=None if past is None else past.letter,
    )
    key, value = record.key, encode(letter)
    if len(key or b"") + len(value) + FRAMING_BYTES > limit_bytes:
        key, value = _without_original(record, letter)
    return key, value, _headers(record, refused)


def original(key: bytes | None, value: bytes) -> Original | None:
    """The record behind a dead letter, byte for byte; None where it was too large to be kept here."""
    return original_of(key, msgspec.json.decode(value, type=DeadLetter))


def original_of(key: bytes | None, letter: DeadLetter) -> Original | None:
    """As `original`, of a dead letter that is decoded already; raises ValueError where its base64 is none."""
    if letter.value_omitted:
        return None
    headers = tuple((name, None if text is None else b64decode(text)) for name, text in letter.headers)
    return Original(key, None if letter.value is None else b64decode(letter.value), headers)


def _without_original(record: Record, letter: DeadLetter) -> tuple[bytes | None, bytes]:
    original_value = record.value or b""
    slim = msgspec.structs.replace(
        letter,
        value=None,
        headers=(),
        value_omitted=True,
        value_bytes=len(original_value),
        value_sha256=hashlib.sha256(original_value).hexdigest(),
    )
    key = record.key if record.key is None or len(record.key) <= FRAMING_BYTES else None
    return key, encode(slim)


def _headers(record: Record, refused: Refused) -> list[tuple[str, bytes]]:
    place = f"{record.topic}/{record.partition}/{record.offset}"
    texts: Sequence[tuple[str, str]] = (
        ("ce_specversion", SPEC_VERSION),
        ("ce_type", DEAD_LETTER_TYPE),
        ("ce_source", OUTPUT_SOURCE),
        ("ce_id", output_id(place, DEAD_LETTER_TYPE, "", "")),
        ("ce_dataschema", data_schema(DEAD_LETTER_TYPE)),
        (CONTENT_TYPE, "application/json"),
        ("dragoman-stage", refused.stage),
        ("dragoman-reason", refused.reason),
    )
    return [*((name, text.encode()) for name, text in texts), *source_headers(record)]
