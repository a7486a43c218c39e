"""What decoding gives beside a verdict, what a refusal says, and what encoding writes."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from schemas import examples
from schemas.codec import decode, encode
from schemas.contracts import CONTRACTS
from schemas.errors import Refused
from schemas.events import Attribute, Place, Price, Tombstone
from schemas.json_faults import suspicious
from schemas.topics import LISTING_UPDATED, LOGISTICS_EVENT, REVIEW_POSTED
from tests.wire import KEYS, LIMIT_BYTES, binary_headers, event_with, record, to_json


def read(topic, value, headers=(), key=None):
    return decode(CONTRACTS[topic], record(topic, value, key or KEYS[topic], headers), limit_bytes=LIMIT_BYTES).event


def refusal(topic, value, **fields):
    with pytest.raises(Refused) as caught:
        read(topic, value, **fields)
    return caught.value.message


def test_a_listing_arrives_as_it_was_sent():
    listing = read(LISTING_UPDATED, event_with(LISTING_UPDATED))
    assert (listing.listing_id, listing.version, listing.operation) == ("L-1001", 3, "upsert")
    assert listing.attributes == (Attribute("Potência", "650", "W"),)
    assert listing.price == Price("349.90", "BRL")
    assert listing.updated_at == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_parcel_keeps_its_offset_and_its_place():
    parcel = read(LOGISTICS_EVENT, event_with(LOGISTICS_EVENT))
    assert parcel.location == Place("BR", "Curitiba")
    assert parcel.occurred_at.utcoffset() == timedelta(hours=-3)


def test_a_record_without_a_value_is_the_end_of_its_key():
    assert read(LISTING_UPDATED, None, binary_headers(LISTING_UPDATED)) == Tombstone("L-1001")


def test_a_field_that_stands_twice_counts_with_its_last_value():
    assert read(REVIEW_POSTED, event_with(REVIEW_POSTED)[:-1] + b', "rating": 1}').rating == 1


def test_a_message_says_where_and_never_what():
    secret = "hunter2"  # noqa: S105  (stands for a payload that must not be quoted)
    cases = [
        (
            LISTING_UPDATED,
            {"attributes": [{"name": "a", "value": secret}, {"name": 5, "value": "b"}]},
            "$.attributes[1].name",
        ),
        (LISTING_UPDATED, {"operation": f"{secret}' - at `$.x"}, "$.operation"),
        (LISTING_UPDATED, {"seller_id": f"{secret}\x00"}, "seller_id"),
        (LISTING_UPDATED, {"price": {"amount": secret, "currency": "BRL"}}, "$.price.amount"),
        (REVIEW_POSTED, {"posted_at": secret}, "$.posted_at"),
        (REVIEW_POSTED, {"source_locale": secret}, "source_locale"),
        (REVIEW_POSTED, {"listing_id": secret}, "key"),
    ]
    for topic, changes, where in cases:
        said = refusal(topic, event_with(topic, **changes))
        assert where in said
        assert secret not in said
    assert secret not in refusal(REVIEW_POSTED, event_with(REVIEW_POSTED, body=secret)[:-1])


def test_the_limit_is_in_bytes_and_inclusive():
    value = event_with(REVIEW_POSTED, body="é" * 100)
    wire = record(REVIEW_POSTED, value, KEYS[REVIEW_POSTED])
    assert decode(CONTRACTS[REVIEW_POSTED], wire, limit_bytes=len(value)).event.body == "é" * 100
    with pytest.raises(Refused, match="more than"):
        decode(CONTRACTS[REVIEW_POSTED], wire, limit_bytes=len(value) - 1)


@pytest.mark.parametrize("topic", CONTRACTS)
def test_a_good_event_is_judged_without_the_slow_diagnosis(topic):
    """A tracking number of 22 digits among them: it is a string."""
    assert not suspicious(event_with(topic))


@pytest.mark.parametrize("text", [b"9" * 19, b"[1, %b]", b'{"a":%b}', b'{"a": -%b}', b'["x", "9%b", %b]', b"[\n%b]"])
def test_long_digits_where_a_number_may_stand_are_suspicious(text):
    assert suspicious(text.replace(b"%b", b"9" * 19))


def test_times_are_written_in_utc():
    elsewhere = examples.LOGISTICS_LOCALIZED.occurred_at.astimezone(timezone(timedelta(hours=5, minutes=30)))
    parcel = msgspec.structs.replace(examples.LOGISTICS_LOCALIZED, occurred_at=elsewhere)
    assert b'"occurred_at":"2026-03-03T13:15:00Z"' in encode(parcel)
    assert encode(parcel) == encode(examples.LOGISTICS_LOCALIZED)


def test_a_time_without_an_offset_is_not_guessed():
    naive = msgspec.structs.replace(examples.LOGISTICS_LOCALIZED, occurred_at=datetime(2026, 3, 3, 13))  # noqa: DTZ001
    with pytest.raises(ValueError, match="occurred_at has no offset"):
        encode(naive)


def test_text_is_written_as_utf8_and_not_escaped():
    assert "Potência".encode() in encode(read(LISTING_UPDATED, event_with(LISTING_UPDATED)))


def test_a_struct_without_times_is_encoded_as_it_is():
    assert encode(Price("1.50", "EUR")) == to_json({"amount": "1.50", "currency": "EUR"}).replace(b" ", b"")
