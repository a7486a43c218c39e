import json

import pytest

from schemas.topics import DEAD_LETTER, LISTING_UPDATED, LOGISTICS_EVENT, REVIEW_POSTED
from streams.publish import outgoing

REVIEW = {"review_id": "R1", "listing_id": "L1", "author_ref": "a", "rating": 5, "posted_at": "2026-01-01T00:00:00Z"}
PARCEL = {
    "shipment_id": "S1",
    "tracking_number": "T1",
    "carrier": "c",
    "partner_id": "default",
    "vocabulary": "upu",
    "occurred_at": "2026-01-01T00:00:00+02:00",
}


def line(value) -> bytes:
    return json.dumps(value).encode() + b"\r\n"


@pytest.mark.parametrize(("topic", "event", "key"), [(REVIEW_POSTED, REVIEW, b"L1"), (LOGISTICS_EVENT, PARCEL, b"S1")])
def test_an_event_gets_its_contracts_key_and_headers(topic, event, key):
    record = outgoing(topic, line(event))
    headers = dict(record.headers)
    assert (record.key, record.decoded, record.value) == (key, True, line(event).strip())
    assert (headers["ce_type"], headers["ce_subject"]) == (f"dragoman.{topic}.v1".encode(), key)
    assert headers["content-type"] == b"application/json"


def test_the_same_line_has_the_same_id_and_another_has_another():
    ids = [dict(outgoing(REVIEW_POSTED, line(REVIEW | more)).headers)["ce_id"] for more in ({}, {}, {"rating": 1})]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("topic", "text", "key"),
    [
        (REVIEW_POSTED, b'{"listing_id": "L9", "rating": "five"}', b"L9"),
        (REVIEW_POSTED, b'{"listing_id": 9}', None),
        (REVIEW_POSTED, b"{broken", None),
        (REVIEW_POSTED, b"[1, 2]", None),
        (REVIEW_POSTED, b"\xff\xfe", None),
        (REVIEW_POSTED, b"[" * 100_000, None),
        (DEAD_LETTER, b'{"listing_id": "L9"}', None),
    ],
)
def test_what_is_no_event_is_sent_as_it_is(topic, text, key):
    record = outgoing(topic, text + b"\n")
    assert (record.key, record.value, record.decoded) == (key, text, False)


def test_on_a_compacted_topic_what_holds_no_key_gets_a_stand_in():
    first, again, other = (outgoing(LISTING_UPDATED, text).key for text in (b"{broken", b"{broken\n", b"{other"))
    assert first == again != other


@pytest.mark.parametrize(
    ("wrapper", "key", "value"),
    [
        ({"key": "L1", "value": None}, b"L1", None),
        ({"key": None, "value": {"a": 1}}, None, b'{"a":1}'),
        ({"value": REVIEW}, b"L1", json.dumps(REVIEW, separators=(",", ":")).encode()),
        ({"key": "other", "value": REVIEW}, b"other", json.dumps(REVIEW, separators=(",", ":")).encode()),
        ({"key": "k", "value": "not json"}, b"k", b"not json"),
        ({"key": "k", "value_base64": "/wA="}, b"k", b"\xff\x00"),
        ({"key_base64": "/w==", "value": "x"}, b"\xff", b"x"),
        ({"topic": REVIEW_POSTED, "key": "k", "value": "x"}, b"k", b"x"),
    ],
)
def test_the_wrapper_says_exactly_what_is_sent(wrapper, key, value):
    record = outgoing(REVIEW_POSTED, line(wrapper))
    assert (record.key, record.value) == (key, value)


def test_headers_are_laid_over_the_usual_ones():
    given = {"ce_id": "mine", "ce_source": None, "traceparent": "", "x": "é"}
    headers = dict(outgoing(REVIEW_POSTED, line({"value": REVIEW, "headers": given})).headers)
    assert (headers["ce_id"], headers["traceparent"], headers["x"]) == (b"mine", b"", "é".encode())
    assert "ce_source" not in headers
    assert headers["ce_type"] == b"dragoman.review-posted.v1"
    assert outgoing(REVIEW_POSTED, line({"value": REVIEW, "headers": None})).headers == ()
    assert "content-type" not in dict(outgoing(LISTING_UPDATED, line({"key": "k", "value": None})).headers)


@pytest.mark.parametrize(
    ("wrapper", "reason"),
    [
        ({"key": "k", "value_base64": 7}, "value_base64 is not base64"),
        ({"key": "k", "value_base64": "%%%"}, "value_base64 is not base64"),
        ({"key": "k", "value": 1, "headers": ["a"]}, "headers must be"),
        ({"key": "k", "value": 1, "topic": "elsewhere"}, "for topic elsewhere"),
    ],
)
def test_a_wrapper_that_makes_no_sense_is_refused(wrapper, reason):
    with pytest.raises(ValueError, match=reason):
        outgoing(REVIEW_POSTED, line(wrapper))
