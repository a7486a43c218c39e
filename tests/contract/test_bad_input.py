"""Every bad input of the contracts page, as bytes on the wire, with the reason and the stage it is refused with.

A second table holds what looks odd and is accepted. Each case runs through the codec as a worker does, and each
refusal makes a dead letter from which the record is recovered.
"""

import base64
import json
from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from schemas.codec import decode
from schemas.contracts import CONTRACTS
from schemas.dead_letters import dead_letter, original
from schemas.errors import Refused
from schemas.events import Tombstone
from schemas.json_faults import DEPTH_MAX
from schemas.reasons import Reason, Stage, Warn
from schemas.topics import INPUTS, LISTING_UPDATED, LOGISTICS_EVENT, REVIEW_POSTED
from tests.contract.bad_envelope_cases import BAD_ENVELOPES
from tests.contract.bad_field_cases import BAD_FIELDS
from tests.contract.bad_input_case import SECRET, extra, nested
from tests.contract.bad_json_cases import BAD_JSON
from tests.wire import KEYS, LIMIT_BYTES, STRUCTURED, binary_headers, event_with, record, structured, to_json

CASES = [*BAD_JSON, *BAD_FIELDS, *BAD_ENVELOPES]
VALIDATED = {
    Reason.MISSING_FIELD,
    Reason.WRONG_TYPE,
    Reason.INVALID_VALUE,
    Reason.KEY_MISMATCH,
    Reason.UNKNOWN_LOCALE,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.topic}: {case.name}")
def test_a_bad_record_is_refused_with_its_reason_and_kept_whole(case):
    bad = record(case.topic, case.value, case.wire_key, case.headers)
    with pytest.raises(Refused) as caught:
        decode(CONTRACTS[case.topic], bad, limit_bytes=LIMIT_BYTES)
    refused = caught.value
    assert refused.reason is case.reason, refused.message
    assert refused.stage is (Stage.VALIDATE if case.reason in VALIDATED else Stage.DECODE)
    assert refused.message
    assert SECRET not in refused.message
    key, value, _ = dead_letter(bad, refused, now=datetime(2026, 3, 4, tzinfo=UTC), app_version="0.1.0")
    kept = original(key, value)
    assert kept is not None
    assert (kept.key, kept.value, kept.headers) == (case.wire_key, case.value, case.headers)
    assert json.loads(value)["reason"] == case.reason


def test_the_table_is_large_and_its_cases_are_distinct():
    distinct = {(case.topic, case.value, case.wire_key, case.headers) for case in CASES}
    assert len(distinct) == len(CASES) >= 120


class Accepted(NamedTuple):
    name: str
    topic: str
    value: bytes | None
    key: bytes | None = None
    headers: tuple = ()
    warnings: tuple = ()


ODD_BUT_GOOD = [
    *(Accepted("bare", topic, event_with(topic)) for topic in INPUTS),
    *(Accepted("binary", topic, event_with(topic), headers=binary_headers(topic)) for topic in INPUTS),
    *(Accepted("structured", topic, structured(topic), headers=STRUCTURED) for topic in INPUTS),
    Accepted(
        "byte order mark", LISTING_UPDATED, b"\xef\xbb\xbf" + event_with(LISTING_UPDATED), warnings=(Warn.BOM_STRIPPED,)
    ),
    Accepted(
        "byte order mark, structured",
        LISTING_UPDATED,
        b"\xef\xbb\xbf" + structured(LISTING_UPDATED),
        headers=STRUCTURED,
        warnings=(Warn.BOM_STRIPPED,),
    ),
    Accepted("unknown field", LISTING_UPDATED, extra(LISTING_UPDATED, b'{"a": [1, 2.5e3, null, true]}')),
    Accepted("largest integer", LISTING_UPDATED, event_with(LISTING_UPDATED, version=2**63 - 1)),
    Accepted("smallest integer, unknown field", LISTING_UPDATED, extra(LISTING_UPDATED, b"-9223372036854775808")),
    Accepted("long number with an exponent", LISTING_UPDATED, extra(LISTING_UPDATED, b"99999999999999999999e2")),
    Accepted("long digits in a string", LISTING_UPDATED, extra(LISTING_UPDATED, b'"99999999999999999999"')),
    Accepted(
        "long digits after a quote in a string", LISTING_UPDATED, extra(LISTING_UPDATED, rb'"\":99999999999999999999"')
    ),
    Accepted("as deep as allowed", REVIEW_POSTED, extra(REVIEW_POSTED, nested(DEPTH_MAX - 1))),
    Accepted("brackets in a string", REVIEW_POSTED, extra(REVIEW_POSTED, b'"' + b"[" * 5_000 + b'"')),
    Accepted("many brackets side by side", REVIEW_POSTED, extra(REVIEW_POSTED, to_json([[]] * 500))),
    Accepted("surrogate pair", REVIEW_POSTED, extra(REVIEW_POSTED, rb'"\ud83d\ude00"')),
    Accepted("escaped backslash before u", REVIEW_POSTED, extra(REVIEW_POSTED, rb'"\\ud83d"')),
    Accepted("escaped NUL in a text", REVIEW_POSTED, event_with(REVIEW_POSTED, body="a\x00b")),
    Accepted("white space around", REVIEW_POSTED, b"\r\n\t " + event_with(REVIEW_POSTED) + b"\n"),
    Accepted("a key twice", REVIEW_POSTED, event_with(REVIEW_POSTED)[:-1] + b', "rating": 5}'),
    Accepted("locale with an underscore", REVIEW_POSTED, event_with(REVIEW_POSTED, source_locale="pt_br")),
    Accepted("script and region", REVIEW_POSTED, event_with(REVIEW_POSTED, target_locales=["zh-Hant-TW", "es-419"])),
    Accepted("tombstone", LISTING_UPDATED, None),
    Accepted("tombstone with an envelope", LISTING_UPDATED, None, headers=binary_headers(LISTING_UPDATED)),
    Accepted(
        "id in any script", LISTING_UPDATED, event_with(LISTING_UPDATED, listing_id="商品 é 1"), key="商品 é 1".encode()
    ),
    Accepted(
        "content type with parameters",
        LISTING_UPDATED,
        event_with(LISTING_UPDATED),
        headers=binary_headers(LISTING_UPDATED, content_type=b'Application/JSON; charset="utf-8"; v=1'),
    ),
    Accepted(
        "a JSON media type",
        LISTING_UPDATED,
        event_with(LISTING_UPDATED),
        headers=binary_headers(LISTING_UPDATED, content_type=b"application/vnd.shop+json"),
    ),
    Accepted(
        "no content type, no time",
        LISTING_UPDATED,
        event_with(LISTING_UPDATED),
        headers=binary_headers(LISTING_UPDATED, content_type=None, ce_time=None),
    ),
    Accepted("other headers", LISTING_UPDATED, event_with(LISTING_UPDATED), headers=(("x", b"\xff"), ("x", None))),
    Accepted(
        "header of null",
        LISTING_UPDATED,
        event_with(LISTING_UPDATED),
        headers=(*binary_headers(LISTING_UPDATED), ("ce_subject", None)),
    ),
    Accepted(
        "structured, base64",
        LOGISTICS_EVENT,
        structured(LOGISTICS_EVENT, data=..., data_base64=base64.b64encode(event_with(LOGISTICS_EVENT)).decode()),
        headers=STRUCTURED,
    ),
    Accepted("structured, null attribute", LOGISTICS_EVENT, structured(LOGISTICS_EVENT, time=None), headers=STRUCTURED),
    Accepted(
        "structured, capitals",
        LOGISTICS_EVENT,
        structured(LOGISTICS_EVENT),
        headers=(("content-type", b"Application/CloudEvents+JSON"),),
    ),
]


@pytest.mark.parametrize("case", ODD_BUT_GOOD, ids=lambda case: f"{case.topic}: {case.name}")
def test_an_odd_but_good_record_is_taken(case):
    key = case.key or KEYS[case.topic]
    received = decode(CONTRACTS[case.topic], record(case.topic, case.value, key, case.headers), limit_bytes=LIMIT_BYTES)
    wanted = Tombstone if case.value is None else CONTRACTS[case.topic].event
    assert type(received.event) is wanted
    assert received.warnings == case.warnings
