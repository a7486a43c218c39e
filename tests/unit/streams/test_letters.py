"""Which letters are meant, and whether they would fail again: the code that will read them is asked."""

import pytest
from msgspec.structs import replace

from schemas.attempts import past_of
from schemas.errors import Refused
from schemas.handled import Handled, LetterId
from schemas.reasons import Reason, Stage, Unfit
from schemas.topics import DAY_MS, LISTING_UPDATED, LOGISTICS_EVENT, REVIEW_POSTED, TRANSLATION_FEEDBACK
from streams.letters.fitness import hindrance, resent
from streams.letters.letter import Selection, read_letter, with_handled
from streams.letters.younger import Younger
from tests.unit.streams.letter_kit import HERE, NOW, NOW_MS, PASSING, kept, letter_of
from tests.wire import KEYS, event_with, event_without, record

BAD = Refused(Stage.VALIDATE, Reason.MISSING_FIELD, "no title")
POISON = Refused(Stage.LOCALIZE, Reason.POISON_TEXT, "it breaks the model")


def good(topic=REVIEW_POSTED, **changes):
    return record(topic, event_with(topic, **changes), KEYS[topic])


def verdict(read, refused=PASSING, here=HERE, now_ms=NOW_MS, **given):
    found = hindrance(*letter_of(read, refused, **given), here, now_ms)
    return found and found.unfit


# --- which ones ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "meant"),
    [
        ({}, True),
        ({"reasons": frozenset({"localize_timeout", "nan"})}, True),
        ({"reasons": frozenset({"nan"})}, False),
        ({"stages": frozenset({"localize"})}, True),
        ({"stages": frozenset({"decode"})}, False),
        ({"topics": frozenset({REVIEW_POSTED})}, True),
        ({"topics": frozenset({LISTING_UPDATED})}, False),
        ({"since_ms": NOW_MS}, True),
        ({"since_ms": NOW_MS + 1}, False),
        ({"until_ms": NOW_MS + 1}, True),
        ({"until_ms": NOW_MS}, False),
        ({"key": b"L-1001"}, True),
        ({"key": b""}, False),
        ({"retryable": True}, True),
        ({"retryable": False}, False),
        ({"reasons": frozenset({"localize_timeout"}), "key": b"other"}, False),
    ],
)
def test_every_filter_must_agree(changes, meant):
    letter, _ = letter_of(good())
    assert Selection(**changes).takes(letter) is meant


@pytest.mark.parametrize("size", [0, 1, 2, 3, 100])
def test_a_letter_is_held_without_its_original_and_knows_its_size(size):
    letter, whole = letter_of(record(REVIEW_POSTED, b"x" * size, b"k", (("h", b"secret"),)))
    assert letter.value_bytes == size
    assert (letter.facts.value, letter.facts.headers) == (None, ())
    assert whole.value is not None
    tombstone, _ = letter_of(record(REVIEW_POSTED, None, b"k"))
    assert tombstone.value_bytes is None


@pytest.mark.parametrize("value", [None, b"", b"hello", b"{}", b"\xff", b'{"value":1}', b"[" * 100_000])
def test_a_record_that_is_no_letter_is_none(value):
    assert read_letter(kept(b"k", value)) is None


def test_an_entry_about_another_letter_of_the_same_place_says_nothing():
    letter, _ = letter_of(good(), partition=1, offset=7)
    entry = Handled(done="replayed", at=NOW, run="r", attempts=1, source=letter.source, letter_ms=NOW_MS)
    assert with_handled(letter, {LetterId(1, 7): entry}).handled == entry
    assert with_handled(letter, {LetterId(1, 7): replace(entry, letter_ms=1)}).handled is None
    assert with_handled(letter, {LetterId(1, 8): entry}).handled is None


# --- would it fail again ---------------------------------------------------------------------------------------------


def test_what_was_mended_here_may_be_tried_again():
    assert verdict(good()) is None
    assert verdict(good(), BAD) is None  # the contract takes it now
    assert verdict(good(), POISON) is Unfit.NOT_RETRYABLE  # only running can tell


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (record(REVIEW_POSTED, b"{", b"k"), "not_json"),
        (record(REVIEW_POSTED, None, b"k"), "empty_value"),
        (record(REVIEW_POSTED, event_without(REVIEW_POSTED, "review_id"), b"L-1001"), "missing_field"),
        (record(REVIEW_POSTED, event_with(REVIEW_POSTED), b"other"), "key_mismatch"),
        (good(target_locales=["ja"]), "locale_not_served"),
        (good(LISTING_UPDATED, target_locales=["ja"]), "locale_not_served"),
        (good(LOGISTICS_EVENT, partner_id="nobody"), "unknown_partner"),
        (good(TRANSLATION_FEEDBACK, locale="ja"), "locale_not_served"),
        (good(TRANSLATION_FEEDBACK, correction=" "), "invalid_value"),
    ],
)
def test_what_would_fail_again_is_said_by_the_code_that_would_refuse_it(read, said):
    found = hindrance(*letter_of(read), HERE, NOW_MS)
    assert (found.unfit, found.said.partition(":")[0]) == (Unfit.WOULD_FAIL, said)


def test_settings_that_have_changed_since_count():
    parcel = good(LOGISTICS_EVENT, partner_id="nobody")
    assert verdict(parcel, here=replace(HERE, partners=frozenset({"nobody"}))) is None
    large = good(body="x" * 5000)
    assert verdict(large, here=replace(HERE, input_bytes=1000)) is Unfit.WOULD_FAIL
    assert verdict(good(target_locales=["ja"]), here=replace(HERE, locales=("ja",))) is None


def test_what_forbids_a_replay_comes_before_what_makes_it_useless():
    dropped, replayed = (
        Handled(done=done, at=NOW, run="r", attempts=1, source="s", letter_ms=0, to="review-posted/0/1")
        for done in ("dropped", "replayed")
    )
    broken = record(REVIEW_POSTED, b"{", b"k")
    assert verdict(broken, handled=replayed) is Unfit.REPLAYED
    assert verdict(broken, handled=dropped) is Unfit.DROPPED
    assert (
        verdict(broken, handled=dropped, here=replace(HERE, partitions={REVIEW_POSTED: 2})) is Unfit.NO_SUCH_PARTITION
    )
    assert verdict(broken, here=replace(HERE, partitions={})) is Unfit.NO_SUCH_TOPIC
    assert verdict(broken, now_ms=NOW_MS + 91 * DAY_MS) is Unfit.TOO_OLD
    assert verdict(good(), here=replace(HERE, record_bytes_max={REVIEW_POSTED: 300})) is Unfit.RECORD_TOO_LARGE
    assert verdict(record(LISTING_UPDATED, b"{", None)) is Unfit.NO_KEY
    assert verdict(good(), here=replace(HERE, retention_ms={REVIEW_POSTED: DAY_MS})) is Unfit.PAST_RETENTION
    assert verdict(good(), here=replace(HERE, retention_ms={REVIEW_POSTED: 30 * DAY_MS})) is None
    letter, whole = letter_of(good())
    assert hindrance(letter, replace(whole, value_omitted=True), HERE, NOW_MS).unfit is Unfit.ORIGINAL_OMITTED
    assert {unfit for unfit in Unfit if unfit.forceable} == {
        Unfit.DROPPED,
        Unfit.PAST_RETENTION,
        Unfit.WOULD_FAIL,
        Unfit.NOT_RETRYABLE,
    }


def test_what_goes_back_is_what_came_and_its_past():
    read = record(REVIEW_POSTED, b"\xff", None, (("h", None), ("h", b"\x00")))
    back = resent(*letter_of(read, partition=1, offset=7))
    assert (back.topic, back.partition, back.timestamp, back.key, back.value) == (
        REVIEW_POSTED,
        2,
        1_772_000_000_000,
        None,
        b"\xff",
    )
    assert tuple(back.headers[:2]) == read.headers
    past = past_of(back.headers)
    assert (past.attempts, past.letter, past.first_failed_at) == (1, "1/7", NOW)


# --- has it been overtaken -------------------------------------------------------------------------------------------


def watched(*versions, topic=LISTING_UPDATED):
    """Letters of versions of one listing, at input offsets 10, 11 and so on, and somebody who looks after them."""
    younger = Younger(HERE)
    for number, version in enumerate(versions):
        read = record(topic, event_with(topic, version=version), KEYS[topic], offset=10 + number)
        letter, whole = letter_of(read, offset=number)
        younger.watch(letter, resent(letter, whole))
    return younger


def listing(version, offset=50, **changes):
    return record(
        LISTING_UPDATED, event_with(LISTING_UPDATED, version=version, **changes), KEYS[LISTING_UPDATED], offset=offset
    )


@pytest.mark.parametrize(
    ("newer", "overtaken"),
    [
        (listing(3), False),
        (listing(4), True),
        (listing(5), True),
        (listing(5, offset=10), False),  # the letter's own record
        (listing(5, offset=9), False),
        (record(LISTING_UPDATED, None, b"L-1001", offset=50), True),
        (record(LISTING_UPDATED, b"no event", b"L-1001", offset=50), False),
        (record(LISTING_UPDATED, event_with(LISTING_UPDATED, version=9), b"other", offset=50), False),
    ],
)
def test_a_newer_record_of_the_key_overtakes(newer, overtaken):
    younger = watched(4)
    younger._take([newer])
    assert (LetterId(2, 0) in younger.overtaken) is overtaken


def test_a_letter_is_not_overtaken_by_its_own_copy():
    younger = watched(4)
    letter, whole = letter_of(listing(4, offset=10))
    copy = resent(letter, whole)
    younger._take([record(LISTING_UPDATED, copy.value, copy.key, tuple(copy.headers), offset=60)])
    assert younger.overtaken == {}


def test_letters_of_one_key_go_back_as_far_as_their_versions_rise():
    younger = watched(2, 1, 3, 3)
    younger.among_themselves()
    assert set(younger.overtaken) == {LetterId(2, 1), LetterId(2, 3)}


def test_where_state_drops_what_is_late_nothing_is_watched():
    younger = watched(1, topic=REVIEW_POSTED)
    younger._take([record(REVIEW_POSTED, event_with(REVIEW_POSTED, version=9), b"L-1001", offset=50)])
    younger.among_themselves()
    assert younger.overtaken == {}
