import asyncio
from datetime import datetime

import msgspec
import pytest

from agents.base import KEEP, Outcome
from schemas.dead_letters import original
from schemas.errors import Fatal, OperatorError, Refused, Transient
from schemas.reasons import Drop, Reason, Stage
from schemas.topics import DEAD_LETTER
from streams.changelog import OFFSET_HEADER
from streams.limits import MIN_LIMIT_BYTES, Limits
from tests.unit.streams.runner_kit import CHANGELOG, LIMITS, OUTPUT, Bench, Seen, record, shown

SMALL = Limits({OUTPUT: 3_000, DEAD_LETTER: 100_000, CHANGELOG: 2_000}, 50_000)


def reasons(bench):
    return [letter["reason"] for letter in bench.values(DEAD_LETTER)]


def numbers(bench):
    return [row["numbers"][-1] for row in bench.values(OUTPUT)]


async def test_settled_in_offset_order_however_work_finishes():
    bench = Bench()
    bench.script.hold(0, 1, 2, 3)
    playing = asyncio.create_task(bench.play(*(record(n) for n in range(4))))
    for number in (3, 1, 2, 0):
        await asyncio.sleep(0.01)
        assert bench.script.settled == []
        bench.script.gates[number].set()
    await playing
    assert bench.script.settled == [0, 1, 2, 3]
    assert bench.values(OUTPUT)[-1]["numbers"] == [0, 1, 2, 3]
    assert bench.committed[-1] == 4


async def test_the_next_record_of_a_key_sees_the_state_of_the_one_before_in_the_same_transaction():
    bench = Bench()
    await bench.play(record(0, "a"), record(1, "b"), record(2, "a"))
    assert [row["numbers"] for row in bench.values(OUTPUT)] == [[0], [1], [0, 2]]
    assert len(bench.ledger.transactions) == 1
    rows = {row.key: row for row in bench.ledger.rows(CHANGELOG)}
    assert len(bench.ledger.rows(CHANGELOG)) == 2  # one a key, its last
    assert msgspec.json.decode(rows[b"a"].value, type=Seen).numbers == (0, 2)
    assert {dict(row.headers)[OFFSET_HEADER] for row in rows.values()} == {b"3"}
    assert bench.states("a", "b", "c") == {"a": Seen((0, 2)), "b": Seen((1,))}


async def test_a_state_of_none_deletes_the_key_and_writes_a_tombstone():
    bench = Bench()
    await bench.play(record(0, "a"))
    bench.script.outcomes[1] = Outcome((shown("a", None),), None)
    await bench.play(record(1, "a"), record(2, "a"))
    assert bench.values(OUTPUT)[1] is None
    assert bench.values(OUTPUT)[2]["numbers"] == [2]  # what followed the deletion started anew
    bench.script.outcomes[3] = Outcome((), None)
    await bench.play(record(3, "a"))
    assert bench.ledger.rows(CHANGELOG)[-1].value is None
    assert bench.states("a", "b", "k") == {}


async def test_a_failed_commit_leaves_state_and_window_as_they_were():
    bench = Bench()
    bench.ledger.failures.append(ConnectionError("away"))
    with pytest.raises(ConnectionError):
        await bench.play(record(0))
    assert bench.states("a", "b", "k") == {}
    assert bench.committed == []
    assert len(bench.runner.window) == 1


@pytest.mark.parametrize(
    ("fault", "reason", "stage"),
    [
        (ValueError("secret text"), Reason.SETTLE_FAILED, Stage.EMIT),
        (Refused(Stage.EMIT, Reason.POISON_TEXT, "p"), Reason.POISON_TEXT, Stage.EMIT),
        (Outcome((shown("a", Seen()), shown("a", Seen(), "nowhere")), Seen((9,))), Reason.SETTLE_FAILED, Stage.EMIT),
        (
            Outcome((shown("a", Seen()), shown("a", Seen((), "x" * 3000))), Seen((9,))),
            Reason.OUTPUT_TOO_LARGE,
            Stage.EMIT,
        ),
        (Outcome((shown("a", Seen()),), Seen((9,), "x" * 2000)), Reason.OUTPUT_TOO_LARGE, Stage.EMIT),
        (Outcome((shown("a", Seen()),), object()), Reason.SETTLE_FAILED, Stage.EMIT),
        (Outcome((shown("\ud800", Seen()),), Seen((9,))), Reason.SETTLE_FAILED, Stage.EMIT),
    ],
)
async def test_what_cannot_be_sent_whole_is_a_dead_letter_and_leaves_no_trace(fault, reason, stage):
    bench = Bench(SMALL)
    bench.script.outcomes[1] = fault
    await bench.play(record(0, "a"), record(1, "a"), record(2, "a"))
    assert [row["numbers"] for row in bench.values(OUTPUT)] == [[0], [0, 2]]
    assert bench.states("a", "b") == {"a": Seen((0, 2))}
    letters = bench.values(DEAD_LETTER)
    assert [(letter["reason"], letter["stage"]) for letter in letters] == [(reason, stage)]
    assert "secret" not in letters[0]["message"]
    kept = original(b"a", bench.ledger.rows(DEAD_LETTER)[0].value)
    assert kept.value == record(1, "a").value
    report = bench.reports[-1]
    assert (report.records, report.dead_letters) == (3, {reason: 1})


async def test_what_a_dead_letter_says_quotes_nobody_and_its_bytes_stay():
    bench = Bench()
    bench.script.outcomes[1] = Refused(Stage.EMIT, Reason.POISON_TEXT, "no such user ana@mail.example")
    await bench.play(record(0, "a"), record(1, "a"))
    (letter,) = bench.values(DEAD_LETTER)
    assert letter["message"] == "no such user [email]"
    assert original(b"a", bench.ledger.rows(DEAD_LETTER)[0].value).value == record(1, "a").value


async def test_a_withdrawal_from_a_locale_no_longer_served_costs_the_event_nothing():
    bench = Bench()
    bench.script.outcomes[0] = Outcome((shown("a", Seen((0,))), shown("a", None, "listing-localized.de")), Seen((0,)))
    await bench.play(record(0, "a"))
    assert bench.values(OUTPUT) == [{"numbers": [0], "padding": ""}]
    assert bench.ledger.rows(DEAD_LETTER) == []


async def test_a_state_that_cannot_be_encoded_stops_nothing():
    class Naive(msgspec.Struct):
        at: datetime

    bench = Bench()
    bench.script.outcomes[0] = Outcome((shown("k", Seen()),), Naive(datetime(2026, 1, 1)))  # noqa: DTZ001
    await bench.play(record(0), record(1))
    assert reasons(bench) == [Reason.SETTLE_FAILED]
    assert numbers(bench) == [1]


async def test_what_may_pass_is_tried_again_in_place_and_attempts_are_told():
    bench = Bench()
    bench.script.errors[0] = [Transient("a"), Transient("b"), ValueError("c")]
    bench.script.errors[1] = [Transient("a")]
    await bench.play(record(0), record(1))
    assert numbers(bench) == [1]
    (letter,) = bench.values(DEAD_LETTER)
    assert (letter["attempts"], letter["reason"], letter["retryable"]) == (3, Reason.LOCALIZE_FAILED, True)


@pytest.mark.parametrize("error", [asyncio.CancelledError(), KeyError("x"), RecursionError(), MemoryError()])
async def test_a_fault_in_localize_costs_its_record_and_no_other(error):
    bench = Bench()
    bench.script.errors[1] = [error]
    await bench.play(*(record(n) for n in range(4)))
    assert numbers(bench) == [0, 2, 3]
    assert reasons(bench) == [Reason.LOCALIZE_FAILED]


async def test_a_hanging_localize_times_out_and_its_neighbours_go_through():
    bench = Bench(localize_timeout_s=0.1)
    bench.script.hold(1)
    await bench.play(*(record(n) for n in range(3)))
    assert numbers(bench) == [0, 2]
    assert reasons(bench) == [Reason.LOCALIZE_TIMEOUT]


async def test_a_fatal_error_ends_the_lane_before_anything_behind_it_is_committed():
    bench = Bench()
    bench.script.errors[2] = [Fatal("pool dead")]
    with pytest.raises(Fatal, match="pool dead"):
        await bench.play(*(record(n) for n in range(5)))
    assert all(offset <= 2 for offset in bench.committed)
    assert 3 not in bench.script.settled


async def test_a_fatal_error_during_a_commit_is_not_forgotten():
    bench = Bench()
    bench.ledger.gate = asyncio.Event()
    bench.script.hold(1)
    bench.script.errors[1] = [Fatal("pool dead")]
    playing = asyncio.create_task(bench.play(record(0), record(1)))
    await asyncio.wait_for(bench.ledger.started.wait(), 5)
    bench.script.gates[1].set()
    await asyncio.sleep(0.01)
    bench.ledger.gate.set()
    with pytest.raises(Fatal):
        await asyncio.wait_for(playing, 5)
    assert bench.committed == [1]


async def test_counts_are_those_of_the_transaction():
    bench = Bench()
    bench.script.outcomes[1] = Outcome(dropped=Drop.STALE)
    bench.script.outcomes[2] = Outcome((), KEEP, None, ("late_event", "gate_length:title", "gate_length:bullets"))
    await bench.play(record(0), record(1), record(2), record(3, value=b"\xef\xbb\xbf{}"), record(4, timestamp=-1))
    assert len(bench.reports) == 1
    told = bench.reports[0]
    assert (told.topic, told.partition, told.records) == ("listing-updated", 0, 5)
    assert told.emitted == {OUTPUT: 2}
    assert told.dropped == {Drop.STALE: 1}
    assert told.warnings == {"late_event": 1, "gate_length:title": 1, "gate_length:bullets": 1}
    assert told.dead_letters == {Reason.MISSING_FIELD: 1}
    assert len(told.end_to_end.seconds) == 4  # a record without a timestamp has no age
    assert {locale: len(ages.seconds) for locale, ages in told.freshness.items()} == {"en": 1}  # nor has what it tells
    assert bench.committed == [5]


async def test_the_first_of_sixteen_is_timed_at_every_stage():
    bench = Bench()
    await bench.play(*(record(n) for n in range(17)))
    assert [bench.timed.count(stage) for stage in ("decode", "localize")] == [2, 2]
    assert set(bench.timed) == {"decode", "localize", "settle", "commit"}


async def test_a_transaction_takes_no_more_records_than_the_settings_say():
    bench = Bench(transaction_records=2)
    await bench.play(*(record(n) for n in range(5)))
    assert bench.committed == [2, 4, 5]


async def test_a_near_limit_original_keeps_its_bytes():
    bench = Bench(Limits({OUTPUT: 3_000, DEAD_LETTER: 6 * 40_000 + 16_384, CHANGELOG: 2_000}, 30_000))
    value = bytes(range(256)) * 156
    await bench.play(record(0, value=value))
    (row,) = bench.ledger.rows(DEAD_LETTER)
    assert original(row.key, row.value).value == value
    assert reasons(bench) == [Reason.TOO_LARGE]


def test_a_refused_size_is_believed_or_halved_for_its_topic_alone():
    runner = Bench().runner
    runner.lower_limit(OUTPUT, Limits({**LIMITS.topics, OUTPUT: 70_000}, LIMITS.input_bytes))
    assert runner.limits.topics[OUTPUT] == 70_000
    runner.lower_limit(OUTPUT, Limits({**LIMITS.topics, OUTPUT: 70_000}, LIMITS.input_bytes))
    assert runner.limits.topics[OUTPUT] == 35_000
    runner.lower_limit(CHANGELOG, LIMITS)  # one topic's refusal does not take back another's
    assert (runner.limits.topics[CHANGELOG], runner.limits.topics[OUTPUT]) == (50_000, 35_000)
    assert runner.limits.topics[DEAD_LETTER] == LIMITS.topics[DEAD_LETTER]


def test_a_dead_letter_topic_that_takes_nothing_is_the_operators_to_mend():
    runner = Bench().runner
    told = Limits({**LIMITS.topics, DEAD_LETTER: MIN_LIMIT_BYTES - 1}, LIMITS.input_bytes)
    with pytest.raises(OperatorError, match=r"raise its max\.message\.bytes"):
        runner.lower_limit(DEAD_LETTER, told)
