"""What a replayed record says of its past: three headers behind its own, which nobody but Dragoman writes or reads.

No output carries them, and decoding does not look at them. When such a record fails again, they are taken off: its next
dead letter holds the record as its producer sent it, and goes on counting.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from schemas.envelope import format_time
from schemas.events import Time

ATTEMPTS: Final = "dragoman-attempts"
LETTER: Final = "dragoman-dead-letter"
FIRST_FAILED: Final = "dragoman-first-failed-at"
NAMES: Final = (ATTEMPTS, LETTER, FIRST_FAILED)

_COUNT: Final = re.compile(rb"[1-9][0-9]{0,8}")
_LETTER: Final = re.compile(rb"[0-9]{1,9}/[0-9]{1,18}")
_TIME_DECODER: Final = msgspec.json.Decoder(Time)

V = TypeVar("V", bytes, bytes | None)
Headers = Sequence[tuple[str, V]]


class Past(Struct, frozen=True):
    """How often a record had been tried when it was replayed, from which dead letter, and when it first failed."""

    attempts: int
    letter: str
    first_failed_at: datetime


def past_of(headers: Headers[V]) -> Past | None:
    """Read the past of a record; None where it has none, or one that we have not written."""
    if not was_replayed(headers):
        return None
    count, letter, moment = (value or b"" for _, value in headers[-len(NAMES) :])
    if not _COUNT.fullmatch(count) or not _LETTER.fullmatch(letter) or b"\\" in moment:
        return None
    try:
        first_failed_at = _TIME_DECODER.decode(b'"%b"' % moment)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return Past(int(count), letter.decode(), first_failed_at)


def was_replayed(headers: Headers[V]) -> bool:
    """Whether a record looks like one that was replayed; costs next to nothing for one that was not."""
    return len(headers) >= len(NAMES) and tuple(name for name, _ in headers[-len(NAMES) :]) == NAMES


def without_past(headers: Headers[V]) -> Headers[V]:
    """The headers that the record came with; only of a record that has a past."""
    return headers[: -len(NAMES)]


def with_past(headers: Headers[bytes | None], past: Past) -> list[tuple[str, bytes | None]]:
    """The headers of a record that is replayed."""
    texts = (str(past.attempts), past.letter, format_time(past.first_failed_at))
    return [*headers, *((name, text.encode()) for name, text in zip(NAMES, texts, strict=True))]
