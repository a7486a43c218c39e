"""What a transaction says of the ages of its records."""

import dataclasses
import time
from datetime import UTC, datetime

from schemas.attempts import Past, with_past
from streams.prefix import AGES_MIN, Prefix, committed_report
from streams.window import Slot
from tests.unit.streams.runner_kit import record


def slots(count, **fields):
    stamp = int(time.time() * 1000) - 5_000
    return [Slot(dataclasses.replace(record(number, timestamp=stamp), **fields)) for number in range(count)]


def ages(live):
    return committed_report(live[0].record, live, Prefix(len(live)), 0.1).end_to_end


def test_few_records_are_all_looked_at_and_many_stand_for_others():
    few, many = ages(slots(AGES_MIN)), ages(slots(100))
    assert (len(few.seconds), few.each) == (AGES_MIN, 1)
    assert (len(many.seconds), many.each) == (AGES_MIN, 5)
    assert all(5.0 <= age < 60.0 for age in (*few.seconds, *many.seconds))


def test_what_operators_have_put_back_and_what_has_no_timestamp_has_no_age():
    past = Past(2, "0/7", datetime(2026, 1, 1, tzinfo=UTC))
    assert ages(slots(3, headers=with_past((), past))).seconds == ()
    assert ages(slots(3, timestamp=-1)).seconds == ()
