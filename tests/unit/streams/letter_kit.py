"""Dead letters without a broker."""

from datetime import UTC, datetime
from typing import Any

from aiokafka import ConsumerRecord
from msgspec.structs import replace

from schemas.dead_letters import dead_letter
from schemas.errors import Refused
from schemas.reasons import Reason, Stage
from schemas.topics import DEAD_LETTER, INPUTS
from streams.letters.fitness import Here
from streams.letters.letter import read_letter

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
PASSING = Refused(Stage.LOCALIZE, Reason.LOCALIZE_TIMEOUT, "localize took too long", retryable=True)
HERE = Here(("en", "es"), frozenset({"acme"}), 1_000_000, dict.fromkeys(INPUTS, 4), dict.fromkeys(INPUTS, 1_048_588))


def kept(key: bytes | None, value: bytes | None, *, partition: int = 2, offset: int = 0, at_ms: int = NOW_MS) -> Any:
    """A record of the topic of dead letters."""
    return ConsumerRecord(DEAD_LETTER, partition, offset, at_ms, 0, key, value, None, -1, -1, ())


def letter_of(
    record: Any, refused: Refused = PASSING, *, handled: Any = None, at_ms: int = NOW_MS, **where: int
) -> Any:
    """The letter of a record, and all that it holds."""
    key, value, _ = dead_letter(record, refused, now=NOW, app_version="1.2.3")
    letter, whole = read_letter(kept(key, value, at_ms=at_ms, **where))
    return replace(letter, handled=handled), whole
