"""Records as they come off the wire, and one valid event for each input topic."""

import json
from typing import Any

from aiokafka.structs import ConsumerRecord

from schemas.contracts import CONTRACTS
from schemas.topics import LISTING_UPDATED, LOGISTICS_EVENT, REVIEW_POSTED, TRANSLATION_FEEDBACK

LIMIT_BYTES = 1_000_000
EVENTS: dict[str, dict[str, Any]] = {
    LISTING_UPDATED: {
        "listing_id": "L-1001",
        "seller_id": "S-7",
        "marketplace": "mercado",
        "version": 3,
        "source_locale": "pt-BR",
        "target_locales": ["en", "es"],
        "title": "Furadeira de impacto 650 W",
        "description": "<p>Furadeira com maleta.</p>",
        "description_format": "html",
        "bullets": ["Mandril de 13 mm", "Cabo de 2 m"],
        "brand": "Bosch",
        "gtin": "07896541230017",
        "attributes": [{"name": "Potência", "value": "650", "unit": "W"}],
        "price": {"amount": "349.90", "currency": "BRL"},
        "updated_at": "2026-03-01T12:00:00Z",
    },
    REVIEW_POSTED: {
        "review_id": "R-55",
        "listing_id": "L-1001",
        "author_ref": "a-91",
        "rating": 4,
        "source_locale": "pt-BR",
        "title": "Muito boa",
        "body": "Chegou rápido e funciona bem.",
        "posted_at": "2026-03-02T08:30:00-03:00",
    },
    LOGISTICS_EVENT: {
        "event_id": "E-9",
        "shipment_id": "SH-2",
        "tracking_number": "9400110200881234567890",
        "carrier": "correios",
        "partner_id": "acme",
        "vocabulary": "upu",
        "code": "EMD",
        "location": {"country": "BR", "city": "Curitiba"},
        "occurred_at": "2026-03-03T10:15:00-03:00",
        "eta": "2026-03-05T00:00:00Z",
        "recipient_locales": ["en", "pt-BR"],
    },
    TRANSLATION_FEEDBACK: {
        "kind": "listing",
        "source_id": "L-1001",
        "locale": "en",
        "source_locale": "pt-BR",
        "field": "bullets",
        "source_text": "Cabo de 2 m",
        "shown_text": "Handle of 2 m",
        "verdict": "corrected",
        "correction": "2 m cord",
        "actor_role": "seller",
        "at": "2026-03-04T09:30:00Z",
    },
}
KEYS = {
    LISTING_UPDATED: b"L-1001",
    REVIEW_POSTED: b"L-1001",
    LOGISTICS_EVENT: b"SH-2",
    TRANSLATION_FEEDBACK: b"L-1001",
}


def record(
    topic: str,
    value: bytes | None,
    key: bytes | None = None,
    headers: tuple[tuple[str, bytes | None], ...] = (),
    timestamp: int = 1_772_000_000_000,
    offset: int = 41,
) -> Any:
    """A ConsumerRecord of partition 2 of `topic`."""
    return ConsumerRecord(topic, 2, offset, timestamp, 0, key, value, None, -1, -1, headers)


def to_json(event: Any) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode()


def event_with(topic: str, **changes: Any) -> bytes:
    return to_json(EVENTS[topic] | changes)


def event_without(topic: str, *names: str) -> bytes:
    return to_json({name: value for name, value in EVENTS[topic].items() if name not in names})


def binary_headers(topic: str, **changes: bytes | None) -> tuple[tuple[str, bytes | None], ...]:
    """The headers of a binary-mode event; a change to None leaves a header out. `content_type` is content-type."""
    headers: dict[str, bytes | None] = {
        "ce_specversion": b"1.0",
        "ce_id": b"evt-1",
        "ce_type": CONTRACTS[topic].ce_type.encode(),
        "ce_source": b"urn:shop:catalogue",
        "ce_time": b"2026-03-01T12:00:01Z",
        "content_type": b"application/json",
    } | changes
    return tuple(
        (name.replace("content_type", "content-type"), value) for name, value in headers.items() if value is not None
    )


STRUCTURED = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)


def structured(topic: str, **changes: Any) -> bytes:
    """A structured-mode value; a change to `...` leaves an attribute out."""
    attributes = {
        "specversion": "1.0",
        "id": "evt-1",
        "source": "urn:shop:catalogue",
        "type": CONTRACTS[topic].ce_type,
        "time": "2026-03-01T12:00:01Z",
        "data": EVENTS[topic],
    } | changes
    return to_json({name: value for name, value in attributes.items() if value is not ...})
