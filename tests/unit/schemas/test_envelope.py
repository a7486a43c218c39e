"""Source ids, output ids and output headers: the same bytes for the same event, for ever."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decode
from schemas.contracts import CONTRACTS
from schemas.envelope import ID_NAMESPACE, output_headers, output_id, record_time
from schemas.topics import LISTING_UPDATED, REVIEW_POSTED
from tests.wire import KEYS, LIMIT_BYTES, STRUCTURED, binary_headers, event_with, record, structured

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def received(topic=LISTING_UPDATED, value=None, headers=(), **fields):
    read = record(topic, event_with(topic) if value is None else value, KEYS[topic], headers, **fields)
    return decode(CONTRACTS[topic], read, limit_bytes=LIMIT_BYTES), read


def sent(found, read, **changes):
    given_ = {"ce_type": "dragoman.listing-localized.v1", "locale": "en", "subject": "L-1001", "basis": "7"}
    return output_headers(found, read, **(given_ | changes))


def test_the_namespace_is_derived_as_its_comment_says():
    assert uuid.uuid5(uuid.NAMESPACE_URL, "urn:dragoman:output") == ID_NAMESPACE


@given(st.text(), st.text())
def test_an_output_id_is_a_uuid_version_5(source_id, locale):
    name = f"{source_id}|t.v1|{locale}|7"
    assert output_id(source_id, "t.v1", locale, "7") == str(uuid.uuid5(ID_NAMESPACE, name))


def test_output_ids_are_a_contract():
    assert (
        output_id("urn:shop evt-1", "dragoman.listing-localized.v1", "en", "1")
        == "6e182c51-8b31-542d-9679-22af1ca53c9a"
    )


@pytest.mark.parametrize("change", [{"locale": "es"}, {"ce_type": "x"}, {"basis": "8"}])
def test_another_locale_type_or_basis_is_another_output(change):
    found, read = received()
    assert dict(sent(found, read))["ce_id"] != dict(sent(found, read, **change))["ce_id"]


def test_an_id_is_unique_within_its_source_only():
    one, _ = received(headers=binary_headers(LISTING_UPDATED))
    other, _ = received(headers=binary_headers(LISTING_UPDATED, ce_source=b"urn:other"))
    assert (one.source_id, other.source_id) == ("urn:shop:catalogue evt-1", "urn:other evt-1")


def test_an_event_without_an_envelope_is_named_by_its_place():
    found, _ = received()
    assert (found.source_id, found.ce_source, found.ce_time) == ("listing-updated/2/41", None, None)


def test_the_envelope_is_the_same_in_both_modes():
    binary, _ = received(headers=(*binary_headers(LISTING_UPDATED), ("traceparent", TRACE.encode())))
    whole, _ = received(value=structured(LISTING_UPDATED, traceparent=TRACE), headers=STRUCTURED)
    assert binary == whole
    assert binary.traceparent == TRACE


@pytest.mark.parametrize("name", ["traceparent", "ce_traceparent"])
def test_trace_context_comes_from_either_header(name):
    found, _ = received(headers=(*binary_headers(LISTING_UPDATED), (name, TRACE.encode())))
    assert found.traceparent == TRACE


@pytest.mark.parametrize(
    "value", [b"", b"\xff", b"00-" + b"x" * 52, TRACE.upper().encode(), TRACE.encode() + b"0", None]
)
def test_a_malformed_trace_context_is_left_out(value):
    found, _ = received(headers=(("traceparent", value),))
    assert found.traceparent is None


def test_the_headers_of_an_output():
    found, read = received(headers=(*binary_headers(LISTING_UPDATED), ("traceparent", TRACE.encode())))
    headers = sent(found, read)
    assert len(dict(headers)) == len(headers)
    assert {name: value.decode() for name, value in headers} == {
        "ce_specversion": "1.0",
        "ce_id": output_id("urn:shop:catalogue evt-1", "dragoman.listing-localized.v1", "en", "7"),
        "ce_type": "dragoman.listing-localized.v1",
        "ce_source": "urn:dragoman:pipeline",
        "ce_dataschema": "urn:dragoman:schema:dragoman.listing-localized.v1",
        "ce_subject": "L-1001",
        "ce_time": "2026-03-01T12:00:01Z",
        "content-type": "application/json",
        "traceparent": TRACE,
        "locale": "en",
        "dragoman-source-topic": "listing-updated",
        "dragoman-source-partition": "2",
        "dragoman-source-offset": "41",
    }


def test_a_tombstone_has_no_content_type_and_no_locale_where_there_is_none():
    found, read = received()
    names = dict(sent(found, read, tombstone=True, locale="", subject=None)).keys()
    assert names.isdisjoint({"content-type", "locale", "ce_subject"})
    assert "ce_id" in names


def test_a_replay_repeats_the_same_bytes():
    assert sent(*received()) == sent(*received())


@pytest.mark.parametrize(
    ("ce_time", "said"),
    [
        (b"2026-03-01T12:00:01.123456Z", b"2026-03-01T12:00:01.123456Z"),
        (b"2026-03-01T12:00:01+02:00", b"2026-03-01T10:00:01Z"),
        (b"2026-03-01 12:00:01Z", b"2026-03-01T12:00:01Z"),
        (None, b"2026-02-25T06:13:20.000Z"),
    ],
)
def test_an_output_carries_its_events_time_in_utc(ce_time, said):
    found, read = received(headers=binary_headers(LISTING_UPDATED, ce_time=ce_time))
    assert dict(sent(found, read))["ce_time"] == said


@pytest.mark.parametrize(
    ("timestamp", "said"), [(-1, None), (0, "1970-01-01T00:00:00.000Z"), (2**62, None), (2**50, None)]
)
def test_a_timestamp_that_is_no_time_is_left_out(timestamp, said):
    assert record_time(timestamp) == said
    found, read = received(REVIEW_POSTED, timestamp=timestamp)
    assert dict(sent(found, read)).get("ce_time") == (None if said is None else said.encode())
