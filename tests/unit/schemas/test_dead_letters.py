"""A dead letter keeps every byte, within the size its topic takes, and leaks nothing in its message."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import orjson
import pytest

from schemas.codec import decode
from schemas.contracts import CONTRACTS
from schemas.dead_letters import dead_letter, original
from schemas.errors import Refused
from schemas.outputs import DeadLetter
from schemas.reasons import Reason, Stage
from schemas.topics import LISTING_UPDATED, RECORD_BYTES_MAX, dead_letter_bytes_max, topic_specs
from tests.wire import record

NOW = datetime(2026, 3, 4, 9, tzinfo=timezone(timedelta(hours=9)))
REFUSED = Refused(Stage.LOCALIZE, Reason.LOCALIZE_TIMEOUT, "took too long", retryable=True)


def bury(read, **changes):
    return dead_letter(read, REFUSED, now=NOW, app_version="1.2.3", **changes)


def wire_bytes(key, value, headers):
    return len(key or b"") + len(value) + sum(len(name) + len(text) + 10 for name, text in headers) + 100


def test_it_says_what_happened_where_and_when():
    _, value, headers = bury(record(LISTING_UPDATED, b"\x00\xff", b"k", (("h", b"\x01"), ("h", None))), attempts=3)
    assert orjson.loads(value) == {
        "value": "AP8=",
        "headers": [["h", "AQ=="], ["h", None]],
        "topic": "listing-updated",
        "partition": 2,
        "offset": 41,
        "timestamp_ms": 1_772_000_000_000,
        "stage": "localize",
        "reason": "localize_timeout",
        "message": "took too long",
        "attempts": 3,
        "retryable": True,
        "first_failed_at": "2026-03-04T00:00:00Z",
        "app_version": "1.2.3",
    }
    assert dict(headers)["dragoman-reason"] == b"localize_timeout"
    assert dict(headers)["dragoman-stage"] == b"localize"
    assert dict(headers)["ce_type"] == b"dragoman.dead-letter.v1"
    assert dict(headers)["dragoman-source-offset"] == b"41"


def test_its_id_depends_on_the_records_place_alone():
    first, again, other = (
        record(LISTING_UPDATED, value, b"k", offset=at) for value, at in ((b"x", 1), (b"y", 1), (b"x", 2))
    )
    ids = [dict(bury(read)[2])["ce_id"] for read in (first, again, other)]
    assert ids[0] == ids[1] != ids[2]


def worst_records():
    """Records as large as an input topic takes, each of a kind that JSON makes much longer."""
    size = RECORD_BYTES_MAX - 100
    yield "a value of any bytes", record(LISTING_UPDATED, bytes(range(256)) * (size // 256), b"k")
    yield "a header name of control characters", record(LISTING_UPDATED, b"", b"k", (("\x01" * size, b""),))
    yield "very many empty headers", record(LISTING_UPDATED, b"", b"k", (("", None),) * (size // 2))
    yield "a large key", record(LISTING_UPDATED, b"", b"k" * size)
    yield "a large header", record(LISTING_UPDATED, None, None, (("h", b"\xff" * size),))


@pytest.mark.parametrize(
    ("kind", "read"), list(worst_records()), ids=lambda part: part if isinstance(part, str) else ""
)
def test_the_largest_record_of_the_worst_kind_fits_whole(kind, read):
    key, value, headers = bury(read)
    assert wire_bytes(key, value, headers) <= dead_letter_bytes_max(RECORD_BYTES_MAX)
    kept = original(key, value)
    assert (kept.key, kept.value, kept.headers) == (read.key, read.value, read.headers)


def test_the_topic_takes_what_a_dead_letter_may_need():
    specs = topic_specs(dict.fromkeys(CONTRACTS, 1), ("en",), ("default",), 2_000_000)
    [spec] = [spec for spec in specs if spec.name == "dead-letter"]
    assert spec.configs()["max.message.bytes"] == str(dead_letter_bytes_max(2_000_000))


@pytest.mark.parametrize("key", [b"k", b"k" * 50_000, None])
def test_a_record_beyond_all_limits_leaves_its_hash_and_its_place(key):
    read = record(LISTING_UPDATED, b"\x01" * 100_000, key, (("h", b"\x02" * 100_000),))
    found, value, headers = bury(read, limit_bytes=16_384)
    assert wire_bytes(found, value, headers) <= 16_384
    assert original(found, value) is None
    letter = msgspec.json.decode(value, type=DeadLetter)
    assert letter.value_omitted
    assert letter.value_bytes == 100_000
    assert letter.value_sha256 == hashlib.sha256(read.value).hexdigest()
    assert (letter.topic, letter.partition, letter.offset) == ("listing-updated", 2, 41)


def test_a_long_message_is_cut():
    refused = Refused(Stage.EMIT, Reason.SETTLE_FAILED, "m" * 10_000)
    _, value, _ = dead_letter(record(LISTING_UPDATED, b"", b"k"), refused, now=datetime.now(UTC), app_version="1")
    assert len(msgspec.json.decode(value, type=DeadLetter).message) == 500


def test_too_large_a_record_is_refused_by_its_own_limit_and_still_kept_whole():
    read = record(LISTING_UPDATED, b"x" * 2_000, b"k")
    with pytest.raises(Refused) as caught:
        decode(CONTRACTS[LISTING_UPDATED], read, limit_bytes=1_999)
    assert caught.value.reason is Reason.TOO_LARGE
    key, value, _ = dead_letter(read, caught.value, now=NOW, app_version="1")
    assert original(key, value).value == read.value
