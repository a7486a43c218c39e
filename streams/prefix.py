"""What a finished prefix of records tells the world, gathered while it is settled and made durable as a whole."""

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct, field

from schemas.attempts import was_replayed
from schemas.codec import Record
from schemas.report import TransactionCommitted
from schemas.topics import DEAD_LETTER
from streams.transaction import Message
from streams.window import Slot

END_TO_END_SAMPLES: Final = 20  # of one transaction, at least; fewer than twice as many: nothing on a hot path


class Prefix(Struct):
    """What a finished prefix tells the world: messages by topic, new states and changelog rows by key, and counts.

    `sources`: by key, the offset of the record that its new state was made from.
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


def committed_report(first: Record, live: Sequence[Slot], prefix: Prefix, seconds: float) -> TransactionCommitted:
    """Return what is told of a transaction; `first` is any of its records, `live` are those of the live feed."""
    now_ms = time.time() * 1000
    step = max(1, len(live) // END_TO_END_SAMPLES)
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
        # A producer may leave the timestamp out (-1); such a record has no age. One that operators have replayed has
        # the age of its dead letter, which is no latency of ours.
        end_to_end_s=tuple(
            max(0.0, now_ms - slot.record.timestamp) / 1000
            for slot in live[::step]
            if slot.record.timestamp >= 0 and not was_replayed(slot.record.headers)
        ),
    )
