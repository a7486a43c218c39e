"""Values that are not the JSON the contracts take."""

from schemas.json_faults import DEPTH_MAX
from schemas.reasons import Reason
from schemas.topics import INPUTS, LISTING_UPDATED, LOGISTICS_EVENT, REVIEW_POSTED
from tests.contract.bad_input_case import Case, binary, extra, field, in_value, nested, replaced, unknown
from tests.wire import LIMIT_BYTES, STRUCTURED, event_with

INT64_OVER = b"9223372036854775808"


def on_every_topic():
    for topic in INPUTS:
        valid = event_with(topic)
        text = valid.decode()
        yield Case("empty value", topic, b"", Reason.EMPTY_VALUE)
        yield Case("only white space", topic, b" \r\n\t", Reason.EMPTY_VALUE)
        yield Case("only a byte order mark", topic, b"\xef\xbb\xbf", Reason.EMPTY_VALUE)
        yield Case("plain text", topic, b"hello, world", Reason.NOT_JSON)
        yield Case("truncated", topic, valid[:-1], Reason.NOT_JSON)
        yield Case("trailing garbage", topic, valid + b" x", Reason.NOT_JSON)
        yield Case("two documents", topic, valid + valid, Reason.NOT_JSON)
        yield Case("UTF-16 with a mark", topic, text.encode("utf-16"), Reason.UTF16)
        yield Case("UTF-16 little endian", topic, text.encode("utf-16-le"), Reason.UTF16)
        yield Case("UTF-16 big endian", topic, text.encode("utf-16-be"), Reason.UTF16)
        yield unknown("UTF-8 broken", topic, Reason.NOT_UTF8, b'"\xff\xfe"')
        yield unknown("NaN", topic, Reason.NAN, b"NaN")
        yield unknown("raw surrogate", topic, Reason.LONE_SURROGATE, b'"\xed\xa0\x80"')
        yield unknown("escaped high surrogate", topic, Reason.LONE_SURROGATE, b'"a\\ud83d b"')
        yield Case("100,000 brackets", topic, b"[" * 100_000, Reason.TOO_DEEP)
        yield unknown("one level too deep", topic, Reason.TOO_DEEP, nested(DEPTH_MAX))
        yield unknown("integer over 64 bits", topic, Reason.INTEGER_OVERFLOW, INT64_OVER)
        yield Case("over the limit", topic, b" " * LIMIT_BYTES + b"{}", Reason.TOO_LARGE)
        yield Case("an array", topic, b"[" + valid + b"]", Reason.WRONG_TYPE)
        yield Case("null", topic, b"null", Reason.WRONG_TYPE)
        yield Case("empty object", topic, b"{}", Reason.MISSING_FIELD)
        yield Case("no key", topic, valid, Reason.KEY_MISMATCH, key=None)
        yield Case("another key", topic, valid, Reason.KEY_MISMATCH, key=b"someone-else")
        yield Case("key not UTF-8", topic, valid, Reason.KEY_MISMATCH, key=b"\xff")
        yield binary("version 2 of the type", topic, Reason.UNKNOWN_TYPE, ce_type=b"dragoman.listing-updated.v2")
        yield binary("specversion 0.3", topic, ce_specversion=b"0.3")
        yield binary("no ce_id", topic, ce_id=None)
        yield in_value("structured, unknown type", topic, Reason.UNKNOWN_TYPE, type="x")
        yield in_value("structured, no data", topic, Reason.EMPTY_VALUE, data=...)


LISTINGS = [
    Case("lone brace", LISTING_UPDATED, b"{", Reason.NOT_JSON),
    Case("single quotes", LISTING_UPDATED, b"{'listing_id': 'L-1001'}", Reason.NOT_JSON),
    Case("trailing comma", LISTING_UPDATED, event_with(LISTING_UPDATED)[:-1] + b",}", Reason.NOT_JSON),
    unknown("comment", LISTING_UPDATED, Reason.NOT_JSON, b"1 /* one */"),
    unknown("leading zero", LISTING_UPDATED, Reason.NOT_JSON, b"007"),
    unknown("hexadecimal", LISTING_UPDATED, Reason.NOT_JSON, b"0xff"),
    unknown("plus sign", LISTING_UPDATED, Reason.NOT_JSON, b"+1"),
    unknown("bare word", LISTING_UPDATED, Reason.NOT_JSON, b"undefined"),
    unknown("unknown escape", LISTING_UPDATED, Reason.NOT_JSON, rb'"\x41"'),
    unknown("half an escape", LISTING_UPDATED, Reason.NOT_JSON, rb'"\u12"'),
    unknown("raw line end in a string", LISTING_UPDATED, Reason.NOT_JSON, b'"a\nb"'),
    unknown("raw NUL in a string", LISTING_UPDATED, Reason.NOT_JSON, b'"a\x00b"'),
    Case("NUL bytes", LISTING_UPDATED, b"\x00\x00\x00\x00", Reason.NOT_JSON),
    Case("one byte", LISTING_UPDATED, b"\x00", Reason.NOT_JSON),
    Case("protobuf", LISTING_UPDATED, b"\x08\x00\x12\x03abc", Reason.NOT_JSON),
    Case(
        "schema-registry framing",
        LISTING_UPDATED,
        b"\x00\x00\x00\x00\x07" + event_with(LISTING_UPDATED),
        Reason.NOT_JSON,
    ),
    Case("gzip", LISTING_UPDATED, b"\x1f\x8b\x08\x00\x00\x00\x00\x00", Reason.NOT_UTF8),
    field("version over 64 bits", LISTING_UPDATED, Reason.INTEGER_OVERFLOW, version=2**63),
    field("version of 100 bits", LISTING_UPDATED, Reason.INTEGER_OVERFLOW, version=2**100),
    Case("JSON is judged before fields", LISTING_UPDATED, b'{"listing_id": 5, "x": NaN}', Reason.NAN),
    Case("fields are judged before the key", LISTING_UPDATED, b"{}", Reason.MISSING_FIELD, key=None),
]
REVIEWS = [
    Case("Latin-1", REVIEW_POSTED, event_with(REVIEW_POSTED).decode().encode("latin-1"), Reason.NOT_UTF8),
    unknown("overlong encoding", REVIEW_POSTED, Reason.NOT_UTF8, b'"\xc0\xaf"'),
    Case("UTF-8 cut in a character", REVIEW_POSTED, b'{"body": "caf\xc3', Reason.NOT_UTF8),
    Case("UTF-8 cut in a surrogate", REVIEW_POSTED, b'{"body": "caf\xed', Reason.NOT_UTF8),
    Case("UTF-32 with a mark", REVIEW_POSTED, event_with(REVIEW_POSTED).decode().encode("utf-32"), Reason.UTF16),
    Case("byte order mark twice", REVIEW_POSTED, b"\xef\xbb\xbf" * 2 + event_with(REVIEW_POSTED), Reason.NOT_JSON),
    Case("byte order mark, then no UTF-8", REVIEW_POSTED, b"\xef\xbb\xbf\xff", Reason.NOT_UTF8),
    unknown("Infinity", REVIEW_POSTED, Reason.NAN, b"Infinity"),
    unknown("-Infinity", REVIEW_POSTED, Reason.NAN, b"[-Infinity]"),
    Case("NaN in a known field", REVIEW_POSTED, replaced(REVIEW_POSTED, b": 4,", b": NaN,"), Reason.NAN),
    unknown("low surrogate alone", REVIEW_POSTED, Reason.LONE_SURROGATE, rb'"\udc00"'),
    unknown("two high surrogates", REVIEW_POSTED, Reason.LONE_SURROGATE, rb'"\ud800\ud800"'),
    unknown("surrogates apart", REVIEW_POSTED, Reason.LONE_SURROGATE, rb'"\ud83d-\ude00"'),
    unknown("surrogates with an escape between", REVIEW_POSTED, Reason.LONE_SURROGATE, rb'"\ud83d\n\ude00"'),
    unknown("surrogate at the end", REVIEW_POSTED, Reason.LONE_SURROGATE, rb'"\ud83d"'),
    unknown("surrogate in a name", REVIEW_POSTED, Reason.LONE_SURROGATE, rb'{"\ud800": 1}'),
    unknown("CESU-8 pair", REVIEW_POSTED, Reason.LONE_SURROGATE, b'"\xed\xa0\xbd\xed\xb8\x80"'),
    Case("surrogate in a body", REVIEW_POSTED, replaced(REVIEW_POSTED, b"Muito", rb"\udfff"), Reason.LONE_SURROGATE),
    field("rating over 64 bits", REVIEW_POSTED, Reason.INTEGER_OVERFLOW, rating=2**70),
    Case("a string as event", REVIEW_POSTED, b'"{}"', Reason.WRONG_TYPE),
    Case("a number as event", REVIEW_POSTED, b"42", Reason.WRONG_TYPE),
]
PARCELS = [
    Case("100,000 objects", LOGISTICS_EVENT, b'{"a":' * 100_000, Reason.TOO_DEEP),
    unknown("100,000 balanced brackets", LOGISTICS_EVENT, Reason.TOO_DEEP, nested(100_000)),
    Case("deep in a known field", LOGISTICS_EVENT, replaced(LOGISTICS_EVENT, b'"EMD"', nested(5_000)), Reason.TOO_DEEP),
    unknown("deep after a quote in a string", LOGISTICS_EVENT, Reason.TOO_DEEP, rb'["\"", ' + nested(200) + b"]"),
    unknown("64 bits unsigned", LOGISTICS_EVENT, Reason.INTEGER_OVERFLOW, b"18446744073709551615"),
    unknown("below 64 bits", LOGISTICS_EVENT, Reason.INTEGER_OVERFLOW, b"-9223372036854775809"),
    unknown("10,000 digits", LOGISTICS_EVENT, Reason.INTEGER_OVERFLOW, b"9" * 10_000),
    unknown(
        "integer overflow, nested", LOGISTICS_EVENT, Reason.INTEGER_OVERFLOW, b'[{"a": [1, 99999999999999999999]}]'
    ),
    Case("structured, not JSON", LOGISTICS_EVENT, b"{", Reason.NOT_JSON, headers=STRUCTURED),
    Case("structured, empty", LOGISTICS_EVENT, b"", Reason.EMPTY_VALUE, headers=STRUCTURED),
    Case("structured, too deep", LOGISTICS_EVENT, b"[" * 100_000, Reason.TOO_DEEP, headers=STRUCTURED),
    Case("structured, NaN", LOGISTICS_EVENT, extra(LOGISTICS_EVENT, b"NaN"), Reason.NAN, headers=STRUCTURED),
    in_value("structured, integer overflow in an extension", LOGISTICS_EVENT, Reason.INTEGER_OVERFLOW, ext=2**64),
]
BAD_JSON = [*on_every_topic(), *LISTINGS, *REVIEWS, *PARCELS]
