r"""The input events, as producers write them. Unknown fields are ignored: additions are always optional.

Money and 64-bit ids are strings; times carry an offset; locales are BCP-47. What types cannot say (an id holds no
control character, CLDR knows the locale, a time is one in UTC too) `schemas.codec` checks. Patterns end in `$(?!\n)`
because `$` alone takes a line end more in Python than in JSON Schema.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

# Ids become record keys, subjects and parts of logs. The pattern is for readers of the schema: the codec is quicker.
NO_CONTROL = r"^[^\u0000-\u001f\u007f-\u009f]*$(?!\n)"
Id = Annotated[str, Meta(min_length=1, max_length=256, extra_json_schema={"pattern": NO_CONTROL})]
Locale = Annotated[str, Meta(min_length=2, max_length=35, description="BCP-47")]
Version = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Time = Annotated[datetime, Meta(tz=True)]
Operation = Literal["upsert", "delete"]
Vocabulary = Literal["canonical", "upu", "iata_fsu", "dcsa", "epcis", "17track", "aftership", "easypost"]

FeedbackKind = Literal["listing", "review", "logistics", "support"]
FeedbackVerdict = Literal["understood", "misunderstood", "corrected", "revoked"]
# Corrections are kept at hand by every worker: what is longer than any listing's description is none.
FeedbackText = Annotated[str, Meta(max_length=100_000)]


class Attribute(Struct, frozen=True, omit_defaults=True):
    """One named property of an item; `unit` is a UCUM or everyday unit and is never translated by a model."""

    name: str
    value: str
    unit: str | None = None


class Price(Struct, frozen=True):
    """An amount as a decimal string and its ISO 4217 currency."""

    amount: Annotated[str, Meta(pattern=r"^-?[0-9]{1,18}(\.[0-9]{1,9})?$(?!\n)")]
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)")]


class ListingUpdated(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A listing was written or removed by its seller. Key: listing_id."""

    listing_id: Id
    seller_id: Id
    marketplace: Id
    version: Version
    operation: Operation = "upsert"
    source_locale: Locale | None = None
    target_locales: tuple[Locale, ...] | None = None
    title: str = ""
    description: str = ""
    description_format: Literal["text", "html"] = "text"
    bullets: tuple[str, ...] = ()
    brand: str | None = None
    model: str | None = None
    sku: str | None = None
    gtin: str | None = None
    category_id: str | None = None
    attributes: tuple[Attribute, ...] = ()
    price: Price | None = None
    images: tuple[str, ...] = ()
    protected_terms: tuple[str, ...] = ()
    updated_at: Time


class ReviewPosted(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A buyer's review was written, changed or removed. Key: listing_id. `author_ref` is a pseudonym."""

    review_id: Id
    listing_id: Id
    author_ref: Id
    rating: Annotated[int, Meta(ge=1, le=5)]
    version: Version = 1
    operation: Operation = "upsert"
    source_locale: Locale | None = None
    target_locales: tuple[Locale, ...] | None = None
    title: str | None = None
    body: str = ""
    posted_at: Time


class Place(Struct, frozen=True, omit_defaults=True):
    """Where it happened. `country` is ISO 3166-1 alpha-2."""

    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}$(?!\n)")]
    city: str | None = None
    unlocode: str | None = None


class LogisticsEvent(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A carrier said something about a parcel. Key: shipment_id. The log is append-only."""

    event_id: Id | None = None
    shipment_id: Id
    tracking_number: Id
    carrier: Id
    partner_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)")]
    vocabulary: Vocabulary
    code: str | None = None
    sub_code: str | None = None
    description: str | None = None
    source_locale: Locale | None = None
    location: Place | None = None
    occurred_at: Time
    recorded_at: Time | None = None
    classifier: Literal["ACT", "EST", "PLN"] = "ACT"
    eta: Time | None = None
    corrects_event_id: Id | None = None
    recipient_locales: tuple[Locale, ...] = ()


class TranslationFeedback(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A reader understood, misunderstood or corrected what was shown. Key: source_id, which the text belongs to.

    `corrected` has a `correction`: from then on it is what readers of `locale` see for `source_text`. `revoked`
    withdraws what was corrected. `source_text` is a whole field (`field` names it) or one sentence of it, as written.
    """

    kind: FeedbackKind
    source_id: Id
    locale: Locale
    source_locale: Locale | None = None
    field: Annotated[str, Meta(max_length=64)] | None = None
    source_text: FeedbackText
    shown_text: str
    verdict: FeedbackVerdict
    correction: FeedbackText | None = None
    actor_role: Id
    at: Time


class Tombstone(Struct, frozen=True):
    """A record without a value in binary mode: the fact behind `key` is gone, whatever its version was."""

    key: str
