"""Envelopes that are not CloudEvents 1.0, in headers or in the value."""

import base64

from schemas.reasons import Reason
from schemas.topics import LISTING_UPDATED, LOGISTICS_EVENT, REVIEW_POSTED
from tests.contract.bad_input_case import Case, binary, in_value
from tests.wire import EVENTS, STRUCTURED, binary_headers

UTF16_BASE64 = base64.b64encode("{}".encode("utf-16")).decode()
UNKNOWN_LOCALE = EVENTS[REVIEW_POSTED] | {"source_locale": "zz"}

BINARY = [
    binary("no specversion", LISTING_UPDATED, ce_specversion=None),
    binary("specversion 1.1", LISTING_UPDATED, ce_specversion=b"1.1"),
    binary("no type", LISTING_UPDATED, ce_type=None),
    binary("no source", LISTING_UPDATED, ce_source=None),
    binary("id empty", LISTING_UPDATED, ce_id=b""),
    binary("id not UTF-8", LISTING_UPDATED, ce_id=b"\xff"),
    binary("id with a NUL", LISTING_UPDATED, ce_id=b"a\x00b"),
    binary("source with a space", REVIEW_POSTED, ce_source=b"urn:a b"),
    binary("source not UTF-8", REVIEW_POSTED, ce_source=b"\xc3"),
    binary("source of 300 bytes that is not UTF-8", REVIEW_POSTED, ce_source=b"\xc3" * 300),
    binary("time not RFC 3339", REVIEW_POSTED, ce_time=b"yesterday"),
    binary("time without an offset", REVIEW_POSTED, ce_time=b"2026-03-01T12:00:00"),
    binary("time out of range in UTC", REVIEW_POSTED, ce_time=b"0001-01-01T00:00:00+01:00"),
    binary("time with an escape", REVIEW_POSTED, ce_time=rb"2026-03-01T12:00:0\u0031Z"),
    binary("time not ASCII", REVIEW_POSTED, ce_time=b"2026-03-01T12:00:01\xff"),
    binary("time with a quote", REVIEW_POSTED, ce_time=b'2026-03-01T12:00:01Z" '),
    binary("time empty", REVIEW_POSTED, ce_time=b""),
    binary("id twice", LOGISTICS_EVENT, repeated=(("ce_id", b"evt-2"),)),
    binary("content type twice", LOGISTICS_EVENT, repeated=(("content-type", b"application/json"),)),
    binary("Avro", LOGISTICS_EVENT, content_type=b"application/avro"),
    binary("JSON in Latin-1", LOGISTICS_EVENT, content_type=b"application/json; charset=iso-8859-1"),
    binary("content type not ASCII", LOGISTICS_EVENT, content_type=b"\xff/json"),
    binary("the type of another topic", LOGISTICS_EVENT, Reason.UNKNOWN_TYPE, ce_type=b"dragoman.review-posted.v1"),
    binary("the type in capitals", REVIEW_POSTED, Reason.UNKNOWN_TYPE, ce_type=b"DRAGOMAN.REVIEW-POSTED.V1"),
    Case(
        "the envelope is judged before the JSON",
        LISTING_UPDATED,
        b"{",
        Reason.UNKNOWN_TYPE,
        headers=binary_headers(LISTING_UPDATED, ce_type=b"x"),
    ),
]
IN_VALUE = [
    in_value("structured, specversion 0.3", LISTING_UPDATED, specversion="0.3"),
    in_value("structured, no id", LISTING_UPDATED, id=...),
    in_value("structured, id empty", LISTING_UPDATED, id=""),
    in_value("structured, id a number", LISTING_UPDATED, id=7),
    in_value("structured, id with a line end", LISTING_UPDATED, id="a\n"),
    in_value("structured, no source", REVIEW_POSTED, source=...),
    in_value("structured, source with a space", REVIEW_POSTED, source="a b"),
    in_value("structured, no type", REVIEW_POSTED, type=...),
    in_value("structured, time in words", REVIEW_POSTED, time="noon"),
    in_value("structured, data is text", LOGISTICS_EVENT, datacontenttype="text/plain"),
    in_value("structured, both data", LOGISTICS_EVENT, data_base64="e30="),
    in_value("structured, no base64", LOGISTICS_EVENT, data=..., data_base64="e30"),
    in_value("structured, base64 not ASCII", LOGISTICS_EVENT, data=..., data_base64="é==="),
    in_value("structured, a batch", LISTING_UPDATED, content_type=b"application/cloudevents-batch+json"),
    in_value("structured, in Avro", LISTING_UPDATED, content_type=b"application/cloudevents+avro"),
    in_value("structured, Latin-1", LISTING_UPDATED, content_type=b"application/cloudevents+json; charset=latin1"),
    in_value("structured, data null", REVIEW_POSTED, Reason.EMPTY_VALUE, data=None),
    in_value("structured, data empty base64", REVIEW_POSTED, Reason.EMPTY_VALUE, data=..., data_base64=""),
    in_value("structured, data a string", REVIEW_POSTED, Reason.WRONG_TYPE, data="{}"),
    in_value("structured, field missing", REVIEW_POSTED, Reason.MISSING_FIELD, data={"listing_id": "L-1001"}),
    in_value("structured, unknown locale", REVIEW_POSTED, Reason.UNKNOWN_LOCALE, data=UNKNOWN_LOCALE),
    in_value("structured, base64 of no JSON", REVIEW_POSTED, Reason.NOT_JSON, data=..., data_base64="aGVsbG8="),
    in_value("structured, base64 of UTF-16", REVIEW_POSTED, Reason.UTF16, data=..., data_base64=UTF16_BASE64),
    Case("structured, an array", LOGISTICS_EVENT, b"[]", Reason.BAD_ENVELOPE, headers=STRUCTURED),
]
BAD_ENVELOPES = [*BINARY, *IN_VALUE]
