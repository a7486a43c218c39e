"""The output events, as storefronts and logistics partners read them."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from schemas.events import FeedbackKind, Time

LISTING_LOCALIZED_TYPE: Final = "dragoman.listing-localized.v1"
REVIEW_LOCALIZED_TYPE: Final = "dragoman.review-localized.v1"
LOGISTICS_LOCALIZED_TYPE: Final = "dragoman.logistics-localized.v1"
ITEM_EMBEDDING_TYPE: Final = "dragoman.item-embedding.v1"
DEAD_LETTER_TYPE: Final = "dragoman.dead-letter.v1"
TRANSLATION_CORRECTION_TYPE: Final = "dragoman.translation-correction.v1"
MEMORY_ENTRY_TYPE: Final = "dragoman.memory-entry.v1"

Base64 = Annotated[str, Meta(extra_json_schema={"contentEncoding": "base64"})]

Origin = Literal["memory", "model", "glossary", "human", "copied", "generated"]
ListingStatus = Literal["localized", "partial", "passthrough", "fallback_source"]
CanonicalStatus = Literal[
    "pending",
    "info_received",
    "picked_up",
    "in_transit",
    "departed_origin",
    "arrived_destination",
    "customs_processing",
    "customs_released",
    "customs_action_required",
    "out_for_delivery",
    "available_for_pickup",
    "attempt_failed",
    "delivered",
    "delayed",
    "damaged",
    "lost",
    "refused",
    "address_problem",
    "security_hold",
    "returning",
    "returned",
    "expired",
    "cancelled",
]
Severity = Literal["info", "attention", "problem"]


class Provenance(Struct, frozen=True, kw_only=True):
    """What made a text. `model` is empty where no model ran."""

    model: str | None = None
    model_version: str | None = None
    glossary_version: str | None = None
    pipeline_version: str


class LocalizedField(Struct, frozen=True, omit_defaults=True):
    """A text that may be shown. `origin=copied` with warnings is an honest fallback to the source."""

    text: str
    origin: Origin
    warnings: tuple[str, ...] = ()
    model: str | None = None
    quality: float | None = None


class LocalizedAttribute(Struct, frozen=True, omit_defaults=True):
    """An attribute whose name and value are texts of their own."""

    name: LocalizedField
    value: LocalizedField
    unit: str | None = None


class ListingFields(Struct, frozen=True, omit_defaults=True):
    """The texts of a listing."""

    title: LocalizedField
    description: LocalizedField
    bullets: tuple[LocalizedField, ...] = ()
    attributes: tuple[LocalizedAttribute, ...] = ()


class Measurement(Struct, frozen=True, omit_defaults=True):
    """Something measured in the source, as written, and as readers of the target locale know it.

    `unit`: a measure, in their system too; `size`: of shoes or clothing, in their system; `mains`: a device's voltage,
    with the mains of their country.
    """

    source: str
    display: str
    kind: Literal["unit", "size", "mains"] = "unit"


class ListingLocalized(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Topic `listing-localized.<locale>`, key listing_id, compacted."""

    listing_id: str
    locale: str
    listing_version: int
    status: ListingStatus
    fields: ListingFields
    measurements: tuple[Measurement, ...] = ()
    price_display: str | None = None
    price_converted: str | None = None
    detected_locale: str | None = None
    detected_confidence: float | None = None
    warnings: tuple[str, ...] = ()
    provenance: Provenance


class ReviewLocalized(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Topic `review-localized.<locale>`, key review_id, compacted (docs/adr/0006)."""

    review_id: str
    listing_id: str
    locale: str
    review_version: int
    title: str | None = None
    body: str
    original: str
    rating: int
    sentiment_preserved: bool | None = None
    machine_translated: bool
    detected_locale: str | None = None
    detected_confidence: float | None = None
    warnings: tuple[str, ...] = ()
    provenance: Provenance


class LogisticsLocalized(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Topic `logistics-localized.<partner_id>`, key shipment_id, append-only, kept 30 days.

    `delay_days`: by how much `eta` is later than the first one announced (negative: earlier).
    """

    event_id: str
    shipment_id: str
    tracking_number: str
    locale: str
    canonical_status: CanonicalStatus
    sub_status: str | None = None
    severity: Severity
    action_required: bool
    headline: str
    explanation: str
    action: str | None = None
    detail: str | None = None
    original: str | None = None
    occurred_at: Time
    local_time: str
    eta: Time | None = None
    delay_days: int | None = None
    is_latest: bool
    supersedes: str | None = None
    warnings: tuple[str, ...] = ()
    provenance: Provenance


class ItemEmbedding(Struct, frozen=True, kw_only=True):
    """Topic `item-embedding`, key listing_id, compacted. `vector`: base64 of float32 little-endian [dim]."""

    listing_id: str
    listing_version: int
    model: str
    model_version: str
    dim: int
    normalized: bool
    vector: Base64
    source_hash: str


class Correction(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Topic `translation-corrections`, compacted. What `source_text` must read as in `locale`, for all it stands in.

    Without `correction` it withdraws what was said before. Of several on one text the one with the latest `at` counts,
    wherever it stands. `warnings` are the gate's objections: people outrank it.
    """

    kind: FeedbackKind
    source_id: str
    source_locale: str
    locale: str
    field: str | None = None
    source_text: str
    shown_text: str | None = None
    correction: str | None = None
    actor_role: str
    at: Time
    warnings: tuple[str, ...] = ()


class MemoryEntry(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Topic `translation-memory`, compacted, kept 90 days: what a model and the gate made of a segment.

    `segment` and `output` hold stand-ins (`QK710`) for names and amounts. `output` is there when the translation may be
    shown; else `refused` says why not, or the segment is understood in pieces only (`cut`). `strict`: plain numbers are
    stand-ins in `output` too.
    """

    source_locale: str
    target_locale: str
    segment: str
    model_version: str
    pipeline_version: str
    glossary: str = ""
    output: str | None = None
    strict: bool = False
    cut: bool = False
    refused: str | None = None


class DeadLetter(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Topic `dead-letter`, key as received. `value` and header values are base64 of the original bytes.

    `attempts` and `first_failed_at` go back to when the record first came; `previous`, `<partition>/<offset>` of this
    topic, is the dead letter that it was replayed from (docs/dead-letters.md).

    `value_omitted`: the original is too large even for this topic; it stands at its place in the input topic for as
    long as that keeps it, and `value_sha256` (hexadecimal) tells whether what is found there is it.
    """

    value: Base64 | None
    headers: tuple[tuple[str, Base64 | None], ...] = ()
    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    stage: str
    reason: str
    message: str
    attempts: int = 1
    retryable: bool = False
    first_failed_at: Time
    app_version: str
    value_omitted: bool = False
    value_bytes: int | None = None
    value_sha256: str | None = None
    previous: str | None = None
