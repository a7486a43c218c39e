"""Names and shapes of the topics: what `dragoman topics create` makes and `check` compares."""

from typing import Final

from msgspec import Struct

LISTING_UPDATED: Final = "listing-updated"
REVIEW_POSTED: Final = "review-posted"
LOGISTICS_EVENT: Final = "logistics-event"
TRANSLATION_FEEDBACK: Final = "translation-feedback"
DEAD_LETTER: Final = "dead-letter"
ITEM_EMBEDDING: Final = "item-embedding"
RELOCALIZE: Final = "dragoman-relocalize"  # requests of operators, read by every worker
DEAD_LETTER_LEDGER: Final = "dragoman-dead-letters"  # what operators have done about dead letters
TRANSLATION_MEMORY: Final = "translation-memory"
TRANSLATION_CORRECTIONS: Final = "translation-corrections"
INPUTS: Final = (LISTING_UPDATED, REVIEW_POSTED, LOGISTICS_EVENT, TRANSLATION_FEEDBACK)

DAY_MS: Final = 86_400_000
DEAD_LETTER_DAYS: Final = 14
# An entry is written after its letter. The broker deletes whole segments: a letter may stay a week or two longer.
DEAD_LETTER_LEDGER_DAYS: Final = 90
# Kafka's own default for a broker (message.max.bytes): what an input topic takes unless someone says otherwise.
RECORD_BYTES_MAX: Final = 1_048_588


def listing_localized(locale: str) -> str:
    """Name of the topic of localized listings of one locale."""
    return f"listing-localized.{locale}"


def review_localized(locale: str) -> str:
    """Name of the topic of localized reviews of one locale."""
    return f"review-localized.{locale}"


def logistics_localized(partner_id: str) -> str:
    """Name of a logistics partner's own topic."""
    return f"logistics-localized.{partner_id}"


def changelog(input_topic: str) -> str:
    """Name of the compacted topic that holds the state behind one input topic."""
    return f"dragoman-state.{input_topic}"


class TopicSpec(Struct, frozen=True):
    """A topic as it must be. `retention_ms` -1 keeps for ever; `compacted` keeps the last value of a key.

    What is compacted is kept for ever, unless it `expires`: then `retention_ms` holds as well.
    `record_bytes_max` is the largest record the topic takes; None leaves that to the broker.
    """

    name: str
    partitions: int
    compacted: bool = False
    retention_ms: int = 7 * DAY_MS
    record_bytes_max: int | None = None
    expires: bool = False

    @property
    def policies(self) -> tuple[str, ...]:
        """How the broker cleans it up."""
        if not self.compacted:
            return ("delete",)
        return ("compact", "delete") if self.expires else ("compact",)

    def configs(self) -> dict[str, str]:
        """The broker's topic configuration that this specification asks for."""
        sizes = {} if self.record_bytes_max is None else {"max.message.bytes": str(self.record_bytes_max)}
        kept = {"retention.ms": str(self.retention_ms)} if "delete" in self.policies else {}
        return {"cleanup.policy": ",".join(self.policies), **kept, **sizes}


def dead_letter_bytes_max(record_bytes_max: int) -> int:
    """The largest record that `dead-letter` must take so that any record of up to `record_bytes_max` fits in whole.

    Base64 makes a value 4/3 as long; the worst is a header name of control characters, each six bytes in JSON. The
    rest is room for what a dead letter says about the record. It is a limit, not a size: nearly all need 4/3.
    """
    return 6 * record_bytes_max + 16_384


def topic_specs(
    partitions: dict[str, int],
    locales: tuple[str, ...],
    partners: tuple[str, ...],
    record_bytes_max: int = RECORD_BYTES_MAX,
) -> list[TopicSpec]:
    """Every topic of a deployment, inputs first.

    An output has the partition count of its input, because an output goes to the partition number of its input
    record; `dead-letter` takes all inputs, so it has the largest count.
    """
    listings, reviews, parcels, feedback = (partitions[t] for t in INPUTS)
    specs = [
        TopicSpec(LISTING_UPDATED, listings, compacted=True),  # the source that a relocalization replays
        TopicSpec(REVIEW_POSTED, reviews, retention_ms=30 * DAY_MS),
        TopicSpec(LOGISTICS_EVENT, parcels, retention_ms=30 * DAY_MS),
        TopicSpec(TRANSLATION_FEEDBACK, feedback, retention_ms=30 * DAY_MS),
    ]
    specs += [TopicSpec(listing_localized(locale), listings, compacted=True) for locale in locales]
    specs += [TopicSpec(review_localized(locale), reviews, compacted=True) for locale in locales]
    specs += [TopicSpec(logistics_localized(p), parcels, retention_ms=30 * DAY_MS) for p in partners]
    specs.append(TopicSpec(ITEM_EMBEDDING, listings, compacted=True))
    specs.append(TopicSpec(TRANSLATION_CORRECTIONS, feedback, compacted=True))
    specs.append(TopicSpec(TRANSLATION_MEMORY, listings, compacted=True, expires=True, retention_ms=90 * DAY_MS))
    dead_letter_bytes = dead_letter_bytes_max(record_bytes_max)
    specs.append(
        TopicSpec(
            DEAD_LETTER,
            max(partitions.values()),
            retention_ms=DEAD_LETTER_DAYS * DAY_MS,
            record_bytes_max=dead_letter_bytes,
        )
    )
    specs += [TopicSpec(changelog(t), partitions[t], compacted=True) for t in INPUTS]
    specs.append(TopicSpec(RELOCALIZE, 1, compacted=True))
    kept_ms = DEAD_LETTER_LEDGER_DAYS * DAY_MS
    specs.append(TopicSpec(DEAD_LETTER_LEDGER, 1, compacted=True, expires=True, retention_ms=kept_ms))
    return specs
