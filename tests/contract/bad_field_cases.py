"""Sound JSON that is not the event: fields that are absent, of another type, or hold what they must not."""

from schemas.reasons import Reason
from schemas.topics import LISTING_UPDATED, LOGISTICS_EVENT, REVIEW_POSTED
from tests.contract.bad_input_case import SECRET, Case, absent, binary, field, replaced
from tests.wire import STRUCTURED, binary_headers

REQUIRED = {
    LISTING_UPDATED: ("listing_id", "seller_id", "marketplace", "version", "updated_at"),
    REVIEW_POSTED: ("review_id", "listing_id", "author_ref", "rating", "posted_at"),
    LOGISTICS_EVENT: ("shipment_id", "tracking_number", "carrier", "partner_id", "vocabulary", "occurred_at"),
}
ABSENT = [absent(topic, name) for topic, names in REQUIRED.items() for name in names] + [
    field("attribute without a value", LISTING_UPDATED, Reason.MISSING_FIELD, attributes=[{"name": "a"}]),
    field("price without a currency", LISTING_UPDATED, Reason.MISSING_FIELD, price={"amount": "1"}),
    field("place without a country", LOGISTICS_EVENT, Reason.MISSING_FIELD, location={"city": "Lyon"}),
]
MISTYPED = [
    field("id a number", LISTING_UPDATED, Reason.WRONG_TYPE, listing_id=1001),
    field("id null", LISTING_UPDATED, Reason.WRONG_TYPE, listing_id=None),
    field("version a string", LISTING_UPDATED, Reason.WRONG_TYPE, version="3"),
    field("version with a fraction", LISTING_UPDATED, Reason.WRONG_TYPE, version=3.5),
    field("version true", LISTING_UPDATED, Reason.WRONG_TYPE, version=True),
    field("title an array", LISTING_UPDATED, Reason.WRONG_TYPE, title=["a"]),
    field("bullets a string", LISTING_UPDATED, Reason.WRONG_TYPE, bullets="a"),
    field("bullets of numbers", LISTING_UPDATED, Reason.WRONG_TYPE, bullets=["a", 2]),
    field("attributes an object", LISTING_UPDATED, Reason.WRONG_TYPE, attributes={"a": "b"}),
    field("amount a number", LISTING_UPDATED, Reason.WRONG_TYPE, price={"amount": 349.9, "currency": "BRL"}),
    field("time a number", REVIEW_POSTED, Reason.WRONG_TYPE, posted_at=1_772_000_000),
    field("rating a string", REVIEW_POSTED, Reason.WRONG_TYPE, rating="4"),
    field("body null", REVIEW_POSTED, Reason.WRONG_TYPE, body=None),
    field("recipient locales a string", LOGISTICS_EVENT, Reason.WRONG_TYPE, recipient_locales="en"),
    field("place a string", LOGISTICS_EVENT, Reason.WRONG_TYPE, location="BR"),
]


def invalid(name, topic, **changes):
    return field(name, topic, Reason.INVALID_VALUE, **changes)


INVALID = [
    invalid("empty id", LISTING_UPDATED, listing_id="", key=b""),
    invalid("id of 257 characters", LISTING_UPDATED, seller_id="s" * 257),
    invalid("NUL in an id", LISTING_UPDATED, seller_id="S\x00"),
    invalid("line end in an id", LISTING_UPDATED, listing_id="L\n", key=b"L\n"),
    invalid("C1 control in an id", REVIEW_POSTED, author_ref="a\x85b"),
    invalid("control in an optional id", LOGISTICS_EVENT, corrects_event_id="E\x7f"),
    invalid("version negative", LISTING_UPDATED, version=-1),
    Case(
        "version beyond floats", LISTING_UPDATED, replaced(LISTING_UPDATED, b": 3,", b": 1e999,"), Reason.INVALID_VALUE
    ),
    invalid("unknown operation", LISTING_UPDATED, operation=SECRET),
    invalid("unknown format", LISTING_UPDATED, description_format="markdown"),
    invalid("amount with a comma", LISTING_UPDATED, price={"amount": "349,90", "currency": "BRL"}),
    invalid("amount in Arabic digits", LISTING_UPDATED, price={"amount": "٣٤٩", "currency": "AED"}),
    invalid("currency in lower case", LISTING_UPDATED, price={"amount": "1", "currency": "brl"}),
    invalid("currency and a line end", LISTING_UPDATED, price={"amount": "1", "currency": "BRL\n"}),
    invalid("rating 0", REVIEW_POSTED, rating=0),
    invalid("rating 6", REVIEW_POSTED, rating=6),
    invalid("time without an offset", REVIEW_POSTED, posted_at="2026-03-02T08:30:00"),
    invalid("a date only", REVIEW_POSTED, posted_at="2026-03-02"),
    invalid("month 13", REVIEW_POSTED, posted_at="2026-13-02T08:30:00Z"),
    invalid("time in words", REVIEW_POSTED, posted_at=SECRET),
    invalid("before year 1 in UTC", REVIEW_POSTED, posted_at="0001-01-01T00:00:00+10:00"),
    invalid("after year 9999 in UTC", LOGISTICS_EVENT, eta="9999-12-31T23:59:59-01:00"),
    invalid("unknown vocabulary", LOGISTICS_EVENT, vocabulary="fedex"),
    invalid("unknown classifier", LOGISTICS_EVENT, classifier="act"),
    invalid("partner with a dot", LOGISTICS_EVENT, partner_id="a.b"),
    invalid("partner and a line end", LOGISTICS_EVENT, partner_id="acme\n"),
    invalid("partner empty", LOGISTICS_EVENT, partner_id=""),
    invalid("country of three letters", LOGISTICS_EVENT, location={"country": "BRA"}),
    invalid("locale too short", REVIEW_POSTED, source_locale="p"),
    invalid("locale of 36 characters", REVIEW_POSTED, source_locale="p" * 36),
]


def no_locale(name, topic, **changes):
    return field(name, topic, Reason.UNKNOWN_LOCALE, **changes)


LOCALES = [
    no_locale("unknown source locale", LISTING_UPDATED, source_locale="xx-YY"),
    no_locale("a language's name", REVIEW_POSTED, source_locale="Portuguese"),
    no_locale("unknown target locale", LISTING_UPDATED, target_locales=["en", "zz"]),
    no_locale("unknown region", REVIEW_POSTED, target_locales=["pt-XQ"]),
    no_locale("unknown recipient locale", LOGISTICS_EVENT, recipient_locales=["pt-BR", "q1"]),
    no_locale("carrier text in no locale", LOGISTICS_EVENT, source_locale="--"),
    no_locale("locale with a NUL", REVIEW_POSTED, source_locale="pt\x00"),
    no_locale("a POSIX locale", REVIEW_POSTED, source_locale="en_US.UTF-8"),
    no_locale("the root of CLDR", REVIEW_POSTED, source_locale="root"),
]
TOMBSTONES = [
    Case("tombstone on an append-only log", LOGISTICS_EVENT, None, Reason.EMPTY_VALUE),
    Case("tombstone of a review", REVIEW_POSTED, None, Reason.EMPTY_VALUE),
    Case("tombstone without a key", LISTING_UPDATED, None, Reason.EMPTY_VALUE, key=None),
    Case("tombstone, empty key", LISTING_UPDATED, None, Reason.KEY_MISMATCH, key=b""),
    Case("tombstone, key not UTF-8", LISTING_UPDATED, None, Reason.KEY_MISMATCH, key=b"\x80"),
    Case("tombstone, key too long", LISTING_UPDATED, None, Reason.KEY_MISMATCH, key=b"k" * 257),
    Case("tombstone, control in the key", LISTING_UPDATED, None, Reason.KEY_MISMATCH, key=b"L\x001"),
    Case("tombstone in structured mode", LISTING_UPDATED, None, Reason.EMPTY_VALUE, headers=STRUCTURED),
    binary("tombstone, bad envelope", LISTING_UPDATED, ce_source=None)._replace(value=None),
    Case(
        "review's tombstone, sound envelope",
        REVIEW_POSTED,
        None,
        Reason.EMPTY_VALUE,
        headers=binary_headers(REVIEW_POSTED),
    ),
]
BAD_FIELDS = [*ABSENT, *MISTYPED, *INVALID, *LOCALES, *TOMBSTONES]
