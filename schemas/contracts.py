"""The four input contracts: which topic carries which event, and what its key must be."""

from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from msgspec import Struct

from schemas.events import ListingUpdated, LogisticsEvent, ReviewPosted, TranslationFeedback
from schemas.topics import LISTING_UPDATED, LOGISTICS_EVENT, REVIEW_POSTED, TRANSLATION_FEEDBACK

E = TypeVar("E")


class Contract(Struct, Generic[E], frozen=True, kw_only=True):
    """What a record of one input topic must be.

    `record_key` is the Kafka key the event belongs under. `takes_tombstones`: a record without a value is a
    `Tombstone` event; otherwise it is a dead letter.
    """

    topic: str
    ce_type: str
    event: type[E]
    record_key: Callable[[E], str]
    takes_tombstones: bool = False


LISTING_CONTRACT: Final = Contract(
    topic=LISTING_UPDATED,
    ce_type="dragoman.listing-updated.v1",
    event=ListingUpdated,
    record_key=lambda event: event.listing_id,
    takes_tombstones=True,
)
REVIEW_CONTRACT: Final = Contract(
    topic=REVIEW_POSTED,
    ce_type="dragoman.review-posted.v1",
    event=ReviewPosted,
    record_key=lambda event: event.listing_id,
)
LOGISTICS_CONTRACT: Final = Contract(
    topic=LOGISTICS_EVENT,
    ce_type="dragoman.logistics-event.v1",
    event=LogisticsEvent,
    record_key=lambda event: event.shipment_id,
)
FEEDBACK_CONTRACT: Final = Contract(
    topic=TRANSLATION_FEEDBACK,
    ce_type="dragoman.translation-feedback.v1",
    event=TranslationFeedback,
    record_key=lambda event: event.source_id,
)
CONTRACTS: Final[dict[str, Contract[Any]]] = {
    contract.topic: contract for contract in (LISTING_CONTRACT, REVIEW_CONTRACT, LOGISTICS_CONTRACT, FEEDBACK_CONTRACT)
}
