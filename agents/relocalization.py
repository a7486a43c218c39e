"""Which events of the past a replay is about."""

from agents.audience import audience
from schemas.events import ListingUpdated, ReviewPosted, Tombstone
from schemas.relocalization import Relocalization


def asked_for(
    event: ListingUpdated | ReviewPosted | Tombstone, request: Relocalization, served: tuple[str, ...]
) -> bool:
    """Whether the event has texts for readers that the request names.

    A delete has none: it says the same in every language. Only listings have a category.
    """
    if isinstance(event, Tombstone) or event.operation == "delete":
        return False
    readers = audience(event.target_locales, served).locales
    if not readers or (request.locales and not set(request.locales) & set(readers)):
        return False
    category = event.category_id if isinstance(event, ListingUpdated) else None
    return request.category is None or request.category == category
