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
    """A topic as it must be. `retention_ms` -1 keeps for ever; `compacted` keeps the last value of a key."""

    name: str
    partitions: int
    compacted: bool = False
    retention_ms: int = 7 * DAY_MS

    def configs(self) -> dict[str, str]:
        """The broker's topic configuration that this specification asks for."""
        if self.compacted:
            return {"cleanup.policy": "compact"}
        return {"cleanup.policy": "delete", "retention.ms": str(self.retention_ms)}


def topic_specs(partitions: dict[str, int], locales: tuple[str, ...], partners: tuple[str, ...]) -> list[TopicSpec]:
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
    specs.append(TopicSpec(DEAD_LETTER, max(partitions.values()), retention_ms=14 * DAY_MS))
    specs += [TopicSpec(changelog(t), partitions[t], compacted=True) for t in INPUTS]
    return specs
