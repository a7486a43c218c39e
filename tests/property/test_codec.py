"""Any bytes, key and headers on any input topic: an event or a refusal, and a refusal keeps every byte."""

import json
from datetime import UTC, datetime

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.codec import Received, decode, encode
from schemas.contracts import CONTRACTS
from schemas.dead_letters import dead_letter, original
from schemas.envelope import output_headers
from schemas.errors import Refused
from schemas.events import Tombstone
from schemas.json_faults import DEPTH_MAX, check, suspicious
from schemas.topics import INPUTS, RECORD_BYTES_MAX, dead_letter_bytes_max
from tests.wire import EVENTS, KEYS, LIMIT_BYTES, STRUCTURED, binary_headers, event_with, record, structured, to_json

NOW = datetime(2026, 3, 4, tzinfo=UTC)
NOON_ELSEWHERE = b"2026-03-01T12:00:00+02:00"
FRAGMENTS = [
    *(b'{"', b'":', b"}", b"[", b"]", b",", b"null", b"NaN", b"-", b"1e9", b"9223372036854775808", b"\\", b"\\ud800"),
    *(b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xff", b"\x00", b"[" * 200, b'"', b"\\u0000", b"0", b"\xff\xfe"),
]
topics = st.sampled_from(INPUTS)
keys = st.none() | st.sampled_from(sorted(KEYS.values())) | st.binary(max_size=300)
header_names = st.sampled_from(
    ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "ce_x", "content-type", "traceparent", "locale"]
) | st.text(max_size=12)
header_values = (
    st.none()
    | st.binary(max_size=40)
    | st.sampled_from([b"1.0", b"application/cloudevents+json", b"application/json", b"2026-03-01T12:00:00Z", b"urn:a"])
    | st.sampled_from([contract.ce_type.encode() for contract in CONTRACTS.values()])
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def spliced(draw, value):
    """`value` with up to four places overwritten or grown by bytes that JSON parsers dislike."""
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(value)))
        until = min(len(value), at + draw(st.integers(0, 12)))
        value = value[:at] + draw(st.sampled_from(FRAGMENTS) | st.binary(max_size=6)) + value[until:]
    return value


@st.composite
def changed_events(draw, topic):
    """A valid event with fields dropped, replaced by any JSON, or added."""
    event = dict(EVENTS[topic])
    for name in draw(st.lists(st.sampled_from(sorted(event)), max_size=3)):
        event.pop(name, None)
    names = st.sampled_from(sorted(EVENTS[topic])) | st.text(max_size=8)
    event |= draw(st.dictionaries(names, json_values, max_size=3))
    ascii_only = draw(st.booleans())
    return json.dumps(event, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")


@st.composite
def values(draw, topic):
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return draw(st.none() | st.binary(max_size=200))
    if kind == 1:
        return draw(json_values.map(lambda value: json.dumps(value).encode()))
    if kind == 2:
        return draw(spliced(structured(topic)))
    if kind == 3:
        return draw(changed_events(topic))
    return draw(spliced(event_with(topic)))


@st.composite
def records(draw):
    topic = draw(topics)
    sound = st.sampled_from([(), STRUCTURED, binary_headers(topic), binary_headers(topic, ce_time=NOON_ELSEWHERE)])
    anything = st.lists(st.tuples(header_names, header_values), max_size=6).map(tuple)
    headers = draw(anything if draw(st.integers(0, 3)) == 0 else sound)
    key = draw(keys) if draw(st.integers(0, 3)) == 0 else KEYS[topic]
    timestamp = draw(st.sampled_from([-1, 0, 1_772_000_000_000, 2**62]))
    return record(topic, draw(values(topic)), key, headers, timestamp)


def verdict(read):
    """What becomes of a record: its event, or its dead letter from which it is recovered byte for byte."""
    try:
        return decode(CONTRACTS[read.topic], read, limit_bytes=LIMIT_BYTES)
    except Refused as refused:
        key, value, _ = dead_letter(read, refused, now=NOW, app_version="0.1.0")
        kept = original(key, value)
        assert kept is not None
        assert (kept.key, kept.value, kept.headers) == (read.key, read.value, tuple(read.headers))
        return refused


@settings(max_examples=500)
@given(records())
def test_any_record_gives_an_event_or_a_dead_letter_that_keeps_it(read):
    found = verdict(read)
    if isinstance(found, Received):
        headers = output_headers(found, read, ce_type="t.v1", locale="en", subject=None, basis="1")
        assert headers == output_headers(found, read, ce_type="t.v1", locale="en", subject=None, basis="1")
        if not isinstance(found.event, Tombstone):
            assert CONTRACTS[read.topic].record_key(found.event).encode() == read.key


@given(topics, st.data())
def test_the_verdict_on_an_event_is_the_same_in_every_envelope(topic, data):
    value = data.draw(changed_events(topic))
    bare = verdict(record(topic, value, KEYS[topic]))
    binary = verdict(record(topic, value, KEYS[topic], binary_headers(topic)))
    if isinstance(bare, Refused):
        assert isinstance(binary, Refused)
        assert (bare.reason, bare.message) == (binary.reason, binary.message)
    else:
        assert bare.event == binary.event


@given(topics, json_values, st.booleans())
def test_what_is_accepted_is_sound_to_a_strict_parser_too(topic, extra, ascii_only):
    """The decoder skips unknown fields; nothing broken may pass in them."""
    text = json.dumps(EVENTS[topic] | {"x": extra}, ensure_ascii=ascii_only)
    value = text.encode("utf-8", "surrogatepass")
    found = verdict(record(topic, value, KEYS[topic]))
    if isinstance(found, Received):
        check(value)


@given(st.integers(0, 2 * DEPTH_MAX))
def test_depth_is_refused_from_one_level_on(depth):
    value = b'"' + b"[" * 10 + b'"'
    for _ in range(depth):
        value = b"[" + value + b"]"
    found = verdict(record(INPUTS[0], event_with(INPUTS[0])[:-1] + b',"x":' + value + b"}", KEYS[INPUTS[0]]))
    assert isinstance(found, Refused) == (depth > DEPTH_MAX - 1)


@given(st.integers(-(2**70), 2**70))
@example(2**63 - 1)
@example(2**63)
@example(-(2**63))
@example(-(2**63) - 1)
def test_integers_are_signed_and_of_64_bits(number):
    value = to_json(EVENTS[INPUTS[1]] | {"x": [number]})
    found = verdict(record(INPUTS[1], value, KEYS[INPUTS[1]]))
    assert isinstance(found, Received) == (-(2**63) <= number < 2**63)


@settings(max_examples=500)
@given(spliced(b'{"a": [1, "b"]}') | st.binary(max_size=300))
def test_a_value_that_raises_no_suspicion_is_sound_or_no_json_at_all(value):
    """`suspicious` is the cheap half of `check`: what it lets pass, the decoder must be able to judge."""
    assert suspicious(value) or is_sound(value) or not decodes(value)


def is_sound(value):
    try:
        check(value)
    except Refused:
        return False
    return True


def decodes(value):
    try:
        msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


@given(
    st.binary(max_size=2000),
    st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), header_values), max_size=30),
)
def test_a_dead_letter_fits_its_topic_if_the_record_fitted_its_own(value, headers):
    read = record(INPUTS[0], value, b"k", tuple(headers))
    size = len(value) + 1 + sum(2 + len(name.encode()) + len(text or b"") for name, text in headers)
    try:
        decode(CONTRACTS[INPUTS[0]], read, limit_bytes=LIMIT_BYTES)
    except Refused as refused:
        key, letter, own = dead_letter(
            read, refused, now=NOW, app_version="0.1.0", limit_bytes=dead_letter_bytes_max(size)
        )
        sent = len(key or b"") + len(letter) + sum(len(name) + len(text) + 10 for name, text in own)
        assert sent <= dead_letter_bytes_max(size)
        assert original(key, letter) is not None


@given(topics, st.data())
def test_an_event_survives_encoding_and_decoding(topic, data):
    changes = data.draw(
        st.fixed_dictionaries({}, optional={"title": st.text(), "body": st.text(), "description": st.text()})
    )
    read = record(topic, event_with(topic, **changes), KEYS[topic])
    event = decode(CONTRACTS[topic], read, limit_bytes=LIMIT_BYTES).event
    again = decode(CONTRACTS[topic], record(topic, encode(event), KEYS[topic]), limit_bytes=LIMIT_BYTES).event
    assert again == event
    assert b"-03:00" not in encode(event)


def test_the_largest_records_of_the_worst_kind_fit():
    """Near the limit: random bytes, a header name of control characters, and very many empty headers."""
    third = RECORD_BYTES_MAX // 3
    read = record(
        INPUTS[0],
        bytes(range(256)) * (third // 256),
        b"k",
        (("\x01" * third, b""), *((("", None),) * (third // 4))),
    )
    found = verdict(read)
    assert isinstance(found, Refused)
