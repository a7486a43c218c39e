"""What a finished prefix of records tells the world, gathered while it is settled and made durable as a whole."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from agents.base import Output
from schemas.attempts import was_replayed
from schemas.codec import Record
from schemas.report import Ages, TransactionCommitted
from schemas.topics import DEAD_LETTER
from streams.transaction import Message
from streams.window import Slot

TRACED_MAX: Final = 3  # of one transaction: one of each bucket is kept at last
AGES_MIN: Final = 20  # sampled of one transaction, at least; fewer than twice as many: nothing on a hot path


class Prefix(Struct):
    """What a finished prefix tells the world: messages by topic, new states and changelog rows by key, and counts.

    `sources`: by key, the offset of the record that its new state was made from. `told`: by locale, the records of
    which its readers are told. `live`: what is settled now has just come, and is not told again.
    """

    next_offset: int
    messages: dict[str, list[Message]] = field(default_factory=dict)
    states: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    changes: dict[str, Message] = field(default_factory=dict)
    dead_letters: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    replayed: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    said: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    told: dict[str, list[Record]] = field(default_factory=dict)
    live: bool = True

    def tell(self, record: Record, outputs: Iterable[Output]) -> None:
        """Note of which record the readers of a locale are told; what is withdrawn, or told again, has no age."""
        if self.live:
            for output in outputs:
                if output.locale and output.value is not None:
                    self.told.setdefault(output.locale, []).append(record)


def committed_report(first: Record, live: Sequence[Slot], prefix: Prefix, seconds: float) -> TransactionCommitted:
    """Return what is told of a transaction; `first` is any of its records, `live` are those of the live feed."""
    now_ms = time.time() * 1000
    return TransactionCommitted(
        topic=first.topic,
        partition=first.partition,
        records=len(live),
        emitted={topic: len(rows) for topic, rows in prefix.messages.items() if topic != DEAD_LETTER},
        dead_letters=dict(prefix.dead_letters),
        dropped=dict(prefix.dropped),
        warnings=dict(prefix.warnings),
        feedback=dict(prefix.said),
        seconds=seconds,
        end_to_end=replace(_ages([slot.record for slot in live], now_ms), traced=_traced(live, now_ms)),
        freshness={locale: _ages(records, now_ms) for locale, records in prefix.told.items()},
    )


def _ages(records: Sequence[Record], now_ms: float) -> Ages:
    """Return how old some of these records are.

    A producer may leave the timestamp out (-1); such a record has no age. One that operators have replayed has the age
    of its dead letter, which is no latency of ours.
    """
    step = max(1, len(records) // AGES_MIN)
    return Ages(
        tuple(
            max(0.0, now_ms - record.timestamp) / 1000
            for record in records[::step]
            if record.timestamp >= 0 and not was_replayed(record.headers)
        ),
        step,
    )


def _traced(live: Sequence[Slot], now_ms: float) -> tuple[tuple[float, str], ...]:
    """Return the ages of the oldest traced records, for they are what somebody will look for."""
    found = [slot for slot in live if slot.timeline is not None and slot.record.timestamp >= 0]
    found.sort(key=lambda slot: slot.record.timestamp)
    return tuple(
        (max(0.0, now_ms - slot.record.timestamp) / 1000, f"{slot.timeline.trace:032x}") for slot in found[:TRACED_MAX]
    )
