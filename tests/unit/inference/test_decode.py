"""Who is encoded with whom, and who gets the next row: over rows that only count."""

import numpy as np
import pytest

from inference.engine import ModelFault
from inference.engines.boarding import PASSES, Boarding, Sentence
from inference.engines.decode import Decode
from inference.requests import Decoding, Priority
from inference.scheduling.queue import Request


class CountedRows:
    """Each sentence takes as many steps as it has tokens; `log` tells what was encoded together and placed where."""

    def __init__(self, *, memory=10**9):
        self.active = 0
        self.left = []
        self.log = []
        self.memory = memory
        self.fails = False

    def encode(self, sentences):
        self.log.append(("encode", [len(ids) for ids in sentences]))
        return list(sentences)

    def fits(self, tokens):
        return not self.active or sum(size for size, _ in self.left) + tokens <= self.memory

    def place(self, row, memory, first=None):
        if self.fails:
            raise ModelFault(RuntimeError("no such row"))
        self.log.append(("place", row, len(memory)))
        if row == self.active:
            self.active += 1
            self.left.append(None)
        self.left[row] = [len(memory), len(memory)]

    def remove(self, row):
        self.active -= 1
        last = self.left.pop()
        if row < self.active:
            self.left[row] = last

    def clear(self):
        self.active = 0
        self.left.clear()

    def advance(self):
        for row in self.left:
            row[1] -= 1
        return [row for row in range(self.active - 1, -1, -1) if not self.left[row][1]]

    def tokens(self, row):
        return [self.left[row][0]], True


def sentence(tokens, priority=Priority.LISTING):
    return Sentence(Request("", 0, Decoding.GREEDY, 0.0, 0.0, priority=priority), np.arange(tokens))


def decode(rows, capacity, group_tokens=1000):
    def encode(running, group):
        running.boarding.encoded(group, running.rows.encode([one.ids for one in group]))

    return Decode(rows, capacity, 1, Boarding(group_tokens, capacity), encode)


def step(running):
    running.refill()
    ended = running.advance()
    running.replace()
    return [len(end.sentence.ids) for end in ended]


def test_sentences_encoded_together_are_alike_and_few():
    rows = CountedRows()
    running = decode(rows, 3, group_tokens=12)
    for tokens in (9, 2, 5, 3, 8):
        running.boarding.add(sentence(tokens))
    running.refill()
    assert rows.log == [("encode", [2, 3, 5]), ("place", 0, 2), ("place", 1, 3), ("place", 2, 5)]
    rows.log.clear()
    assert [step(running) for _ in range(5)] == [[], [2], [3], [], [5]]
    assert [entry for entry in rows.log if entry[0] == "encode"] == [("encode", [8]), ("encode", [9])]


def test_an_urgent_sentence_is_in_the_next_group_and_has_the_next_free_row():
    rows = CountedRows()
    running = decode(rows, 4, group_tokens=40)
    for tokens in [10] * 30:
        running.boarding.add(sentence(tokens))
    for _ in range(3):
        step(running)
    waiting = len(running.boarding)
    running.boarding.add(sentence(7, Priority.LOGISTICS))
    rows.log.clear()
    for _ in range(7):
        step(running)
    # Before the first row is free nothing is encoded; then the urgent one is, alone, and nothing else is placed first.
    assert waiting == 26
    assert rows.log[:2] == [("encode", [7]), ("place", 3, 7)]
    assert [entry for entry in rows.log if entry[0] == "place"][1:] == [
        ("place", 2, 10),
        ("place", 1, 10),
        ("place", 0, 10),
    ]


def test_an_urgent_sentence_goes_before_what_is_encoded_already():
    rows = CountedRows()
    running = decode(rows, 1)
    for tokens in (2, 3, 4):
        running.boarding.add(sentence(tokens))
    step(running)
    running.boarding._group_rows = 8
    running.boarding.add(sentence(9, Priority.REVIEW))
    running.boarding.add(sentence(8, Priority.LOGISTICS))
    step(running)
    placed = [entry[2] for entry in rows.log if entry[0] == "place"]
    assert placed == [2, 8]
    while running.busy:
        step(running)
    assert [entry[2] for entry in rows.log if entry[0] == "place"] == [2, 8, 9, 3, 4]


@pytest.mark.parametrize("urgent", [Priority.LOGISTICS, Priority.LISTING])
def test_nobody_starves_under_a_stream_that_suits_better(urgent):
    """One long listing against a row and a stream of short sentences, each more urgent or just shorter."""
    rows = CountedRows()
    running = decode(rows, 1, group_tokens=2)
    long = sentence(50)
    running.boarding.add(long)
    running.boarding.add(sentence(1, urgent))
    steps = 0
    while running.boarding._pending or running.boarding._ready:
        assert steps < 3 * PASSES
        running.boarding.add(sentence(1, urgent))
        step(running)
        steps += 1
        if ("place", 0, 50) in rows.log:
            break
    assert ("place", 0, 50) in rows.log
    assert steps >= PASSES


def test_the_withdrawn_are_let_go_wherever_they_are():
    rows = CountedRows()
    running = decode(rows, 1)
    running.boarding._group_rows = 2
    first, ready, pending, kept = sentence(5), sentence(6), sentence(7), sentence(8)
    for one in (first, ready, pending, kept):
        running.boarding.add(one)
    step(running)
    assert rows.log[0] == ("encode", [5, 6])
    for one in (first, ready, pending):
        one.request.withdrawn = True
    step(running)
    assert rows.log[2:] == [("encode", [8]), ("place", 0, 8)]
    assert running.evicted == 3
    assert running.active == 1


def test_what_does_not_fit_waits_until_rows_are_free_and_nobody_passes():
    rows = CountedRows(memory=20)
    running = decode(rows, 4)
    running.boarding.add(sentence(3, Priority.REVIEW))
    step(running)
    for tokens in (2, 30):
        running.boarding.add(sentence(tokens))
    step(running)
    running.boarding.add(sentence(4, Priority.BACKFILL))
    ended = [tokens for _ in range(40) for tokens in step(running)]
    assert [entry[2] for entry in rows.log if entry[0] == "place"] == [3, 2, 30, 4]
    assert ended == [2, 3, 30, 4]


def test_a_fault_while_a_row_is_filled_loses_nothing_that_ended():
    rows = CountedRows()
    running = decode(rows, 2)
    for tokens in (1, 1, 4, 9):
        running.boarding.add(sentence(tokens))
    running.refill()
    ended = running.advance()
    rows.fails = True
    with pytest.raises(ModelFault):
        running.replace()
    assert [len(end.sentence.ids) for end in ended] == [1, 1]
    # Of the two rows that ended one was being filled; whose the other was has its answer already.
    assert [len(owner.ids) for owner in running.abandon()] == [4]
    assert rows.active == running.active == 0
    assert len(running.boarding) == 1


def test_what_is_encoded_waits_for_so_many_urgent_ones_only():
    rows = CountedRows()
    running = decode(rows, 1)
    running.boarding._group_rows = 2
    running.boarding.add(sentence(1))
    running.boarding.add(sentence(3))
    running.refill()
    steps = 0
    while ("place", 0, 3) not in rows.log:
        running.boarding.add(sentence(2, Priority.LOGISTICS))
        step(running)
        steps += 1
        assert steps < 4 * PASSES
    assert rows.log[0] == ("encode", [1, 3])
    assert sum(entry == ("place", 0, 2) for entry in rows.log) >= PASSES


def test_a_sentence_that_becomes_urgent_on_board_goes_next():
    """Somebody in a hurry joins the computation of a backfill: the priority of its request rises where it waits."""
    boarding = Boarding(1000, 16)
    ready, waiting = sentence(3), sentence(3, Priority.BACKFILL)
    boarding.add(ready)
    boarding.encoded(boarding.group(), ["memory"])
    boarding.add(waiting)
    assert boarding.group() == []
    waiting.request.priority = Priority.LOGISTICS
    assert boarding.group() == [waiting]
