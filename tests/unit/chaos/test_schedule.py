"""The same seed is the same run, and a deal of runs meets every fault."""

from collections import Counter

import pytest

from tests.chaos.chain import Kind
from tests.chaos.faults import ACTIONS
from tests.chaos.schedule import HAND, KINDS, draw, event_kinds, keys, runs_per_deal


def test_a_seed_is_a_schedule() -> None:
    for seed in range(20):
        one, again = draw(seed, 1000), draw(seed, 1000)
        assert one == again
        assert (event_kinds(one), keys(one)) == (event_kinds(again), keys(again))
    assert len({repr(draw(seed, 1000)) for seed in range(20)}) == 20


@pytest.mark.parametrize("deal", range(5))
def test_a_deal_meets_every_fault(deal: int) -> None:
    runs = runs_per_deal(len(KINDS))
    met = Counter(name for seed in range(deal * runs, (deal + 1) * runs) for name in draw(seed, 1000).names)
    assert set(met) == {kind.name for kind in KINDS}


def test_every_fault_is_in_the_input_or_done() -> None:
    assert set(ACTIONS) == {kind.name for kind in KINDS if not kind.in_input}


def test_only_some_faults() -> None:
    schedule = draw(3, 1000, ["sigkill", "poison"])
    assert set(schedule.names) <= {"sigkill", "poison"}
    assert len(schedule.faults) + len(schedule.in_input) <= HAND


def test_the_input_holds_what_was_drawn_and_no_more() -> None:
    for fault, kinds in {
        "poison": {Kind.SOUND, Kind.POISON, Kind.BROKEN},
        "oversize": {Kind.SOUND, Kind.HUGE},
        "hanging": {Kind.SOUND, Kind.HANGING},
        "sigkill": {Kind.SOUND},
    }.items():
        drawn = event_kinds(draw(0, 2000, [fault]))
        assert set(drawn) == kinds
        assert len(drawn) == 2000
        assert drawn.count(Kind.SOUND) > 1900


def test_a_fault_lasts_as_long_as_its_kind_says() -> None:
    by_name = {kind.name: kind for kind in KINDS}
    for seed in range(60):
        for fault in draw(seed, 1000).faults:
            kind = by_name[fault.name]
            assert kind.seconds.low <= fault.seconds <= kind.seconds.high
            assert fault.amount in kind.amounts
            assert 0 < fault.at < 1000
