"""The judge, against a good history and against one with a single fault planted, for every kind of fault."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos.chain import linked
from tests.chaos.history import Partition, Sent, Shown, State, Verdict, compare_input, judge

KEYS = ("a", "b", "c")
DEAD = {4, 9}
EVENTS = [
    Sent(offset=offset, number=100 + offset, key=KEYS[offset % 3], dead=offset in DEAD)
    for offset in range(12)
    if offset != 6  # the marker of a transaction stands there
]


def shown(events: list[Sent]) -> list[Shown]:
    """The outputs of a worker that settles these events in this order."""
    states: dict[str, tuple[int, int]] = {}
    rows = []
    for sent in events:
        states[sent.key] = linked(*states.get(sent.key, (0, 0)), sent.number)
        rows.append(Shown(sent.number, sent.key, *states[sent.key]))
    return rows


def partition(effects: list[Sent], letters: list[int] | None = None) -> Partition:
    """A history in which all is as the outputs say."""
    rows = shown(effects)
    return Partition(
        sent=EVENTS,
        shown=rows,
        letters=sorted(DEAD) if letters is None else letters,
        states={row.key: State(row.number, row.count, row.crc) for row in rows},
        committed=12,
        state_offset=12,
    )


SOUND = [sent for sent in EVENTS if not sent.dead]
GOOD = partition(SOUND)


def test_a_good_history_is_all_zero() -> None:
    assert judge({0: GOOD, 1: Partition([], [], [], {}, None)}) == Verdict()


def swapped() -> list[Sent]:
    return [*SOUND[:2], SOUND[3], SOUND[2], *SOUND[4:]]  # of two keys: the order of the partition is promised


def with_crc(row: Shown) -> Shown:
    return row._replace(crc=row.crc ^ 1)


PLANTED: dict[str, tuple[Callable[[], Partition], dict[str, int]]] = {
    "an event without effect": (lambda: partition(SOUND[:5] + SOUND[6:]), {"lost": 1}),
    "a dead event without letter": (lambda: partition(SOUND, [4]), {"lost": 1}),
    "an output that nobody wrote down": (
        lambda: replace(GOOD, shown=[row for row in GOOD.shown if row.number != 101]),
        {"lost": 1, "broken_chain": 2, "state": 1},  # all later ones of its key count what is not there
    ),
    "an event with two effects": (lambda: partition([*SOUND, SOUND[3]]), {"duplicate": 1}),
    "an event with three effects": (lambda: partition([*SOUND, SOUND[3], SOUND[3]]), {"duplicate": 2}),
    "two letters of an event": (lambda: partition(SOUND, [4, 9, 9]), {"duplicate": 1}),
    "two events in the wrong order": (lambda: partition(swapped()), {"reordered": 1}),
    "letters in the wrong order": (lambda: partition(SOUND, [9, 4]), {"reordered": 1}),
    "an output of what was never sent": (
        lambda: partition([*SOUND, Sent(offset=12, number=112, key="a")]),
        {"invented": 1},
    ),
    "an output under another event's key": (
        lambda: partition([*SOUND, SOUND[-1]._replace(key="z")]),
        {"invented": 1},
    ),
    "a letter of what was never sent": (lambda: partition(SOUND, [4, 6, 9]), {"invented": 1}),
    "a chain that was broken": (
        lambda: replace(GOOD, shown=[with_crc(row) if row.number == 105 else row for row in GOOD.shown]),
        {"broken_chain": 1},
    ),
    "a sound event as a letter": (
        lambda: partition([sent for sent in SOUND if sent.offset != 5], [4, 5, 9]),
        {"misjudged": 1},
    ),
    "a dead event as an output": (lambda: partition(EVENTS, []), {"misjudged": 2}),
    "a state that is older": (
        lambda: replace(GOOD, states=GOOD.states | {"a": State(*GOOD.states["b"])}),
        {"state": 1},
    ),
    "a state that is missing": (
        lambda: replace(GOOD, states={key: row for key, row in GOOD.states.items() if key != "a"}),
        {"state": 1},
    ),
    "a state of no output": (lambda: replace(GOOD, states=GOOD.states | {"z": State(1, 1, 1)}), {"state": 1}),
    "an offset that is behind": (lambda: replace(GOOD, committed=11, state_offset=11), {"offset": 1}),
    "an offset that is ahead": (lambda: replace(GOOD, committed=13), {"offset": 1}),
    "no offset at all": (lambda: replace(GOOD, committed=None, state_offset=None), {"offset": 1}),
    "state ahead of the offset": (lambda: replace(GOOD, state_offset=13), {"offset": 1}),
    "a transaction left open": (lambda: replace(GOOD, unsettled=["dead-letter"]), {"unsettled": 1}),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_fault_is_found_and_nothing_else(planted: str) -> None:
    history, broken = PLANTED[planted]
    verdict = judge({0: GOOD, 3: history()})
    assert verdict.broken == broken
    assert all(finding.split(": ")[1].startswith("[3]") for finding in verdict.findings)


def test_every_kind_of_verdict_is_planted() -> None:
    found = {kind for _, broken in PLANTED.values() for kind in broken}
    kinds = set(vars(Verdict())) - {"findings", "input"}
    assert found == kinds


def test_an_effect_in_another_partition_is_lost_in_one_and_invented_in_the_other() -> None:
    there = Partition([], shown(SOUND[:1]), [], {"a": GOOD.states["a"]}, None)
    verdict = judge({0: partition(SOUND[1:]), 1: there})
    assert verdict.lost == verdict.invented == 1


@pytest.mark.parametrize(
    ("acknowledged", "withdrawn", "found"),
    [
        ([(sent.offset, sent.number) for sent in EVENTS], set(), 0),
        ([(0, 100)], set(), 0),  # of the others the producer never heard
        ([(0, 100), (6, 106)], set(), 1),
        ([(0, 101)], set(), 1),
        ([], {106}, 0),
        ([], {105}, 1),
    ],
)
def test_the_input_is_what_the_producer_was_told(acknowledged, withdrawn, found: int) -> None:
    verdict = Verdict()
    compare_input({0: acknowledged}, frozenset(withdrawn), {0: EVENTS}, verdict)
    assert verdict.broken == ({"input": found} if found else {})
