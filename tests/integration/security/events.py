"""What goes in."""

import json
from collections.abc import AsyncIterator

LISTING = {
    "seller_id": "S-7",
    "marketplace": "example",
    "version": 1,
    "source_locale": "en",
    "target_locales": ["pt-BR"],
    "title": "Steel water bottle",
    "updated_at": "2026-01-05T10:00:00Z",
}


def listing(listing_id: str) -> bytes:
    return json.dumps({**LISTING, "listing_id": listing_id}).encode()


async def lines(*rows: bytes) -> AsyncIterator[bytes]:
    for row in rows:
        yield row
