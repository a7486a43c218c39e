"""The past of a replayed record: three headers that decode to what was written, and go when it fails again."""

from datetime import UTC, datetime

import orjson
import pytest

from schemas.attempts import ATTEMPTS, FIRST_FAILED, LETTER, NAMES, Past, past_of, was_replayed, with_past, without_past
from schemas.codec import decode
from schemas.contracts import CONTRACTS
from schemas.dead_letters import dead_letter, original
from schemas.envelope import output_headers
from schemas.errors import Refused
from schemas.handled import Handled, LetterId, parse_letter_id
from schemas.reasons import Reason, Stage
from schemas.topics import DAY_MS, DEAD_LETTER, DEAD_LETTER_DAYS, DEAD_LETTER_LEDGER, topic_specs
from tests.wire import EVENTS, KEYS, LIMIT_BYTES, binary_headers, record

FIRST = datetime(2026, 3, 1, 12, 0, 1, 250_000, tzinfo=UTC)
PAST = Past(3, "2/1041", FIRST)
OWN = (("ce_specversion", b"1.0"), ("h", None), ("h", b"\xff"))
REFUSED = Refused(Stage.LOCALIZE, Reason.LOCALIZE_TIMEOUT, "took too long", retryable=True)
NOW = datetime(2026, 3, 4, tzinfo=UTC)


def test_a_past_is_read_as_it_was_written_and_taken_off_without_a_trace():
    headers = with_past(OWN, PAST)
    assert past_of(headers) == PAST
    assert tuple(without_past(headers)) == OWN
    assert past_of(OWN) is None


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ((ATTEMPTS, b"1"),),
        ((LETTER, b"0/1"), (ATTEMPTS, b"1"), (FIRST_FAILED, b"2026-03-01T00:00:00Z")),
        ((ATTEMPTS, b"0"), (LETTER, b"0/1"), (FIRST_FAILED, b"2026-03-01T00:00:00Z")),
        ((ATTEMPTS, b"-1"), (LETTER, b"0/1"), (FIRST_FAILED, b"2026-03-01T00:00:00Z")),
        ((ATTEMPTS, b"9" * 5000), (LETTER, b"0/1"), (FIRST_FAILED, b"2026-03-01T00:00:00Z")),
        ((ATTEMPTS, b"1"), (LETTER, b"0/1/2"), (FIRST_FAILED, b"2026-03-01T00:00:00Z")),
        ((ATTEMPTS, b"1"), (LETTER, b"0/1"), (FIRST_FAILED, b"yesterday")),
        ((ATTEMPTS, b"1"), (LETTER, b"0/1"), (FIRST_FAILED, b"2026-03-01T00:00:00")),
        ((ATTEMPTS, b"1"), (LETTER, b"0/1"), (FIRST_FAILED, b'\\"2026')),
        ((ATTEMPTS, None), (LETTER, None), (FIRST_FAILED, None)),
        ((ATTEMPTS, b"1"), (LETTER, b"0/1"), (FIRST_FAILED, b"2026-03-01T00:00:00Z"), ("x", b"")),
    ],
)
def test_headers_that_we_have_not_written_are_a_producers_own(headers):
    """They stay in the letter as they came, and the count begins at one."""
    assert past_of(headers) is None
    key, value, _ = dead_letter(record(DEAD_LETTER, b"v", b"k", headers), REFUSED, now=NOW, app_version="1")
    assert original(key, value).headers == headers
    assert "attempts" not in orjson.loads(value)


def test_a_record_that_fails_again_counts_on_and_is_kept_as_it_first_came():
    topic = next(iter(CONTRACTS))
    again = record(topic, b"v", b"k", tuple(with_past(OWN, PAST)))
    key, value, _ = dead_letter(again, REFUSED, now=NOW, app_version="1", attempts=2)
    letter = orjson.loads(value)
    assert (letter["attempts"], letter["previous"]) == (5, "2/1041")
    assert datetime.fromisoformat(letter["first_failed_at"]) == FIRST
    assert original(key, value).headers == OWN


@pytest.mark.parametrize("topic", list(CONTRACTS))
def test_a_past_disturbs_neither_decoding_nor_what_is_told(topic):
    contract = CONTRACTS[topic]
    value = orjson.dumps(EVENTS[topic])
    for own in ((), binary_headers(topic)):
        fresh = record(topic, value, KEYS[topic], own)
        again = record(topic, value, KEYS[topic], tuple(with_past(own, PAST)))
        read, reread = (decode(contract, one, limit_bytes=LIMIT_BYTES) for one in (fresh, again))
        assert read == reread
        told = [
            output_headers(reread, one, ce_type="t", locale="en", subject=None, basis="b") for one in (fresh, again)
        ]
        assert told[0] == told[1]
        assert not {name for name, _ in told[1]} & set(NAMES)
    assert was_replayed(again.headers)
    assert not was_replayed(fresh.headers)


@pytest.mark.parametrize("text", ["", "1", "1/", "/1", "-1/2", "1/2/3", "١/2", "1/2\n", " 1/2", "1/" + "9" * 19])
def test_what_is_no_id_of_a_letter(text):
    with pytest.raises(ValueError, match="no id of a dead letter"):
        parse_letter_id(text)
    assert parse_letter_id("12/345") == LetterId(12, 345)
    assert str(LetterId(12, 345)) == "12/345"


def test_the_ledger_outlives_the_letters():
    specs = {spec.name: spec for spec in topic_specs(dict.fromkeys(CONTRACTS, 4), ("en",), ("default",))}
    ledger = specs[DEAD_LETTER_LEDGER]
    assert (ledger.partitions, set(ledger.policies)) == (1, {"compact", "delete"})
    assert specs[DEAD_LETTER].retention_ms == DEAD_LETTER_DAYS * DAY_MS
    assert ledger.retention_ms > 3 * specs[DEAD_LETTER].retention_ms


def test_an_entry_speaks_of_one_letter_only():
    entry = Handled(done="dropped", at=NOW, run="r", attempts=1, source="t/0/1", letter_ms=5)
    assert entry.speaks_of("t/0/1", 5)
    assert not entry.speaks_of("t/0/1", 6)
    assert not entry.speaks_of("t/0/2", 5)
