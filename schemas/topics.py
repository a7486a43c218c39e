"""Names and shapes of the topics: what `dragoman topics create` makes and `check` compares."""

from typing import Final

from msgspec import Struct

LISTING_UPDATED: Final = "listing-updated"
REVIEW_POSTED: Final = "review-posted"
LOGISTICS_EVENT: Final = "logistics-event"
DEAD_LETTER: Final = "dead-letter"
ITEM_EMBEDDING: Final = "item-embedding"
INPUTS: Final = (LISTING_UPDATED, REVIEW_POSTED, LOGISTICS_EVENT)

DAY_MS: Final = 86_400_000
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

    `record_bytes_max` is the largest record the topic takes; None leaves that to the broker.
    """

    name: str
    partitions: int
    compacted: bool = False
    retention_ms: int = 7 * DAY_MS
    record_bytes_max: int | None = None

    def configs(self) -> dict[str, str]:
        """The broker's topic configuration that this specification asks for."""
        sizes = {} if self.record_bytes_max is None else {"max.message.bytes": str(self.record_bytes_max)}
        if self.compacted:
            return {"cleanup.policy": "compact", **sizes}
        return {"cleanup.policy": "delete", "retention.ms": str(self.retention_ms), **sizes}


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
    listings, reviews, parcels = (partitions[t] for t in INPUTS)
    specs = [
        TopicSpec(LISTING_UPDATED, listings, compacted=True),  # the source that a relocalization replays
        TopicSpec(REVIEW_POSTED, reviews, retention_ms=30 * DAY_MS),
        TopicSpec(LOGISTICS_EVENT, parcels, retention_ms=30 * DAY_MS),
    ]
    specs += [TopicSpec(listing_localized(locale), listings, compacted=True) for locale in locales]
    specs += [TopicSpec(review_localized(locale), reviews, compacted=True) for locale in locales]
    specs += [TopicSpec(logistics_localized(p), parcels, retention_ms=30 * DAY_MS) for p in partners]
    specs.append(TopicSpec(ITEM_EMBEDDING, listings, compacted=True))
    dead_letter_bytes = dead_letter_bytes_max(record_bytes_max)
    specs.append(
        TopicSpec(DEAD_LETTER, max(partitions.values()), retention_ms=14 * DAY_MS, record_bytes_max=dead_letter_bytes)
    )
    specs += [TopicSpec(changelog(t), partitions[t], compacted=True) for t in INPUTS]
    return specs
