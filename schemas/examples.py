"""One event of each kind, as real ones look: they stand in the generated contracts and are held to them by tests."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from schemas.events import (
    Attribute,
    ListingUpdated,
    LogisticsEvent,
    Place,
    Price,
    ReviewPosted,
    TranslationFeedback,
)
from schemas.outputs import (
    Correction,
    DeadLetter,
    ItemEmbedding,
    ListingFields,
    ListingLocalized,
    LocalizedAttribute,
    LocalizedField,
    LogisticsLocalized,
    Measurement,
    MemoryEntry,
    Provenance,
    ReviewLocalized,
)
from schemas.reasons import Reason, Stage

_SAO_PAULO: Final = timezone(timedelta(hours=-3))
_MODEL: Final = "marian-tiny-pt-en"
_BY_MODEL: Final = Provenance(model=_MODEL, model_version="1", pipeline_version="1")

LISTING_UPDATED: Final = ListingUpdated(
    listing_id="MLB-48213",
    seller_id="seller-77",
    marketplace="br-shop",
    version=3,
    source_locale="pt-BR",
    target_locales=("en", "es"),
    title="Furadeira de impacto Bosch GSB 13 RE 650 W",
    description="<p>Furadeira compacta com maleta e mandril de 13 mm.</p>",
    description_format="html",
    bullets=("Mandril de 13 mm", "Cabo de 2 m"),
    brand="Bosch",
    model="GSB 13 RE",
    gtin="3165140372152",
    attributes=(Attribute("Potência", "650", "W"),),
    price=Price("349.90", "BRL"),
    protected_terms=("GSB 13 RE",),
    updated_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
)
REVIEW_POSTED: Final = ReviewPosted(
    review_id="rev-5501",
    listing_id="MLB-48213",
    author_ref="a-91c4",
    rating=4,
    source_locale="pt-BR",
    title="Muito boa",
    body="Chegou rápido e funciona bem, mas o cabo é curto.",
    posted_at=datetime(2026, 3, 2, 11, 30, tzinfo=UTC),
)
LOGISTICS_EVENT: Final = LogisticsEvent(
    event_id="evt-900",
    shipment_id="shp-2207",
    tracking_number="LB123456785BR",
    carrier="correios",
    partner_id="acme",
    vocabulary="upu",
    code="EMH",
    description="Destinatário ausente",
    source_locale="pt-BR",
    location=Place("BR", "Curitiba", "BRCWB"),
    occurred_at=datetime(2026, 3, 3, 10, 15, tzinfo=_SAO_PAULO),
    recipient_locales=("en", "pt-BR"),
)
LISTING_LOCALIZED: Final = ListingLocalized(
    listing_id="MLB-48213",
    locale="en",
    listing_version=3,
    status="partial",
    fields=ListingFields(
        title=LocalizedField("Bosch GSB 13 RE 650 W impact drill", "model", model=_MODEL),
        description=LocalizedField("<p>Compact drill with case and 13 mm chuck.</p>", "model", model=_MODEL),
        bullets=(
            LocalizedField("13 mm chuck", "model", model=_MODEL),
            LocalizedField("Cabo de 2 m", "copied", ("gate_numbers",)),
        ),
        attributes=(
            LocalizedAttribute(LocalizedField("Power", "model", model=_MODEL), LocalizedField("650", "copied"), "W"),
        ),
    ),
    measurements=(Measurement("13 mm", "13 mm"),),
    price_display="R$349.90",
    detected_locale="pt-BR",
    detected_confidence=1.0,
    warnings=("gate_numbers:bullets",),
    provenance=_BY_MODEL,
)
REVIEW_LOCALIZED: Final = ReviewLocalized(
    review_id="rev-5501",
    listing_id="MLB-48213",
    locale="en",
    review_version=1,
    title="Very good",
    body="It arrived quickly and works well, but the cord is short.",
    original="Chegou rápido e funciona bem, mas o cabo é curto.",
    rating=4,
    machine_translated=True,
    detected_locale="pt-BR",
    detected_confidence=1.0,
    provenance=_BY_MODEL,
)
LOGISTICS_LOCALIZED: Final = LogisticsLocalized(
    event_id="evt-900",
    shipment_id="shp-2207",
    tracking_number="LB123456785BR",
    locale="en",
    canonical_status="attempt_failed",
    severity="attention",
    action_required=True,
    headline="Delivery attempt failed",
    explanation="The carrier could not hand over the parcel.",
    action="Check the address and be there for the next attempt.",
    detail="Recipient absent",
    original="Destinatário ausente",
    occurred_at=datetime(2026, 3, 3, 13, 15, tzinfo=UTC),
    local_time="2026-03-03T10:15:00-03:00",
    is_latest=True,
    provenance=_BY_MODEL,
)
ITEM_EMBEDDING: Final = ItemEmbedding(
    listing_id="MLB-48213",
    listing_version=3,
    model="use-multilingual",
    model_version="3",
    dim=4,  # the real one has 512: this is float32 [0.5, 0.5, 0.5, 0.5]
    normalized=True,
    vector="AAAAPwAAAD8AAAA/AAAAPw==",
    source_hash="9f86d081884c7d65",
)
DEAD_LETTER: Final = DeadLetter(
    value="eyJsaXN0aW5nX2lkIjogTmFOfQ==",
    headers=(("content-type", "YXBwbGljYXRpb24vanNvbg=="),),
    topic="listing-updated",
    partition=2,
    offset=1041,
    timestamp_ms=1_772_366_400_000,
    stage=Stage.DECODE,
    reason=Reason.NAN,
    message="NaN is no JSON number",
    first_failed_at=datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC),
    app_version="0.1.0",
)
TRANSLATION_FEEDBACK: Final = TranslationFeedback(
    kind="listing",
    source_id="MLB-48213",
    locale="en",
    source_locale="pt-BR",
    field="bullets",
    source_text="Cabo de 2 m",
    shown_text="Handle of 2 m",
    verdict="corrected",
    correction="2 m cord",
    actor_role="seller",
    at=datetime(2026, 3, 4, 9, 30, tzinfo=UTC),
)
CORRECTION: Final = Correction(
    kind="listing",
    source_id="MLB-48213",
    source_locale="pt-BR",
    locale="en",
    field="bullets",
    source_text="Cabo de 2 m",
    shown_text="Handle of 2 m",
    correction="2 m cord",
    actor_role="seller",
    at=datetime(2026, 3, 4, 9, 30, tzinfo=UTC),
)
MEMORY_ENTRY: Final = MemoryEntry(
    source_locale="pt-BR",
    target_locale="en",
    segment="Furadeira de impacto QK710",
    model_version="9f86d081884c7d65",
    pipeline_version="1",
    output="Impact drill QK710",
)
