"""Whatever callers do, in whatever order: who stays gets the right answer, and nothing is left behind."""

import asyncio

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from inference.pool import Pool
from inference.requests import Decoding, PoisonText, Priority, Translation
from inference.scheduling.bisection import isolate
from inference.scheduling.queue import PASSES, TURN_OF_OVERDUE, Request, RequestQueue, rank_of
from tests.unit.inference.pool_fakes import FakeEngine, Machine, loaded, settings

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "take", "withdraw", "join", "later"]),
        st.integers(0, 30),
        st.sampled_from(list(Priority)),
        st.floats(0, 10, allow_nan=False),
    ),
    max_size=120,
)


@given(st.integers(1, 6), STEPS)
def test_the_queue_serves_as_sorted_lists_would(capacity, steps):
    queue, waiting, now_s = RequestQueue(capacity), [], 0.0
    passed = dict.fromkeys(Priority, 0)
    for number, (action, index, priority, seconds) in enumerate(steps):
        rank = now_s + seconds + number * 1e-6
        if action == "put":
            request = Request(str(number), 0, Decoding.GREEDY, now_s, rank, priority=priority, deadline_s=now_s + 5)
            queue.put(request)
            waiting.append(request)
        elif action == "take":
            expected = [_best(waiting, passed, now_s) for _ in range(min(index % 3, len(waiting)))]
            assert queue.take(len(expected), now_s) == expected
        elif action == "later":
            now_s += seconds / 10
            gone = [one for one in waiting if one.deadline_s <= now_s]
            waiting = [one for one in waiting if one not in gone]
            for one in gone:
                queue.withdraw(one)
        elif waiting and action == "withdraw":
            assert queue.withdraw(waiting.pop(index % len(waiting)))
        elif waiting:
            chosen = waiting[index % len(waiting)]
            queue.join(chosen, priority, rank, now_s)
        assert queue.depth + queue.at_door == len(waiting)
        assert queue.depth == min(capacity, len(waiting))
        assert queue.urgency == min((one.priority for one in waiting), default=len(Priority))


def _best(waiting, passed, now_s):
    """The rule in its plainest words: the most urgent, unless a priority out of patience was passed over too often."""
    heads = {}
    for one in sorted(waiting, key=lambda one: one.rank):
        heads.setdefault(one.priority, one)
    for priority, head in heads.items():
        passed[priority] += head.rank <= now_s
    due = [priority for priority in sorted(heads) if passed[priority] > PASSES]
    chosen = max(due, key=lambda priority: passed[priority], default=min(heads))
    if passed[chosen] <= passed[min(heads)]:
        chosen = min(heads)
    passed[chosen] = 0
    waiting.remove(heads[chosen])
    return heads[chosen]


ARRIVALS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.01, 0.1, 1.0, 9.0]), st.sampled_from(list(Priority)), st.integers(1, 40)),
    max_size=20,
)


@given(ARRIVALS, st.sampled_from([0.01, 0.05, 0.3]), st.integers(1, 5))
def test_nothing_starves_whatever_arrives(arrivals, service_s, at_once):
    """From the end of a request's patience on, only so many others are taken before it, whoever else comes."""
    queue, now_s, next_arrival_s, taken = RequestQueue(8), 0.0, 0.0, 0
    coming, watched = [], {}
    for gap_s, priority, count in reversed(arrivals):
        coming += [(0.0, priority)] * (count - 1) + [(gap_s, priority)]
    alive = []
    while coming or queue.depth:
        while coming and (next_arrival_s + coming[-1][0] <= now_s or not queue.depth):
            gap_s, priority = coming.pop()
            next_arrival_s += gap_s
            now_s = max(now_s, next_arrival_s)
            rank = rank_of(next_arrival_s, priority)
            request = Request(str(len(coming)), 0, Decoding.GREEDY, next_arrival_s, rank, priority=priority)
            queue.put(request)
            alive.append(request)
        for request in alive:
            if request.rank <= now_s and request not in watched:
                ahead = sum(one.priority == request.priority and one.rank <= request.rank for one in alive)
                watched[request] = taken + TURN_OF_OVERDUE * ahead
        for request in queue.take(at_once, now_s):
            taken += 1
            assert taken <= watched.get(request, taken)
            alive.remove(request)
        now_s += service_s
    assert not alive


@given(st.sets(st.integers(0, 20)), st.integers(1, 21), st.integers(1, 5))
def test_bisection_finds_exactly_the_guilty(guilty, count, slots):
    machine = Machine(slots=slots)
    machine.poison = {f"t{n}" for n in guilty if n < count}
    suspects = [Request(f"t{n}", 0, Decoding.GREEDY, 0.0, 0.0) for n in range(count)]
    outcomes = isolate(FakeEngine(machine), suspects, lambda _fault, _found: None)
    assert sorted(outcome.request.text for outcome in outcomes) == sorted(one.text for one in suspects)
    for outcome in outcomes:
        expected = PoisonText if outcome.request.text in machine.poison else Translation
        assert isinstance(outcome.result, expected)


CALLS = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from(list(Priority)), st.sampled_from(["stay", "stay", "leave", "later"])),
    max_size=40,
)


@examples(deadline=None, max_examples=40)
@given(CALLS, st.sets(st.integers(1, 12), max_size=2), st.integers(1, 5), st.integers(1, 3))
def test_who_stays_is_served_and_nothing_is_left_behind(calls, guilty, queue, slots):
    asyncio.run(_scene(calls, guilty, queue, slots))


async def _scene(calls, guilty, queue, slots):
    machine = Machine(slots=slots, look_ahead=2)
    machine.poison = {f"t{n}" for n in guilty}
    async with Pool(loaded(), settings(queue=queue, threads=2), make_engines=machine.make_engines()) as pool:
        tasks = []
        for number, priority, what in calls:
            call = pool.translate(f"t{number}", source="en", target="pt-BR", priority=priority)
            tasks.append(asyncio.create_task(call))
            if what == "leave":
                tasks[-1].cancel()
            elif what == "later":
                asyncio.get_running_loop().call_later(0.0005, tasks[-1].cancel)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        for (number, _, what), result in zip(calls, results, strict=True):
            if isinstance(result, asyncio.CancelledError):
                assert what != "stay"
            elif number in guilty:
                assert isinstance(result, PoisonText)
            else:
                assert result.text == f"T{number}"
        counted = pool.statistics().models[0]
        assert (counted.depth, counted.at_door, counted.in_flight) == (0, 0, 0)
        assert pool.statistics().alive
