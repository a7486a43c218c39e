"""Whatever callers do, in whatever order: who stays gets the right answer, and nothing is left behind."""

import asyncio

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from inference.bisection import isolate
from inference.pool import Pool
from inference.queue import Request, RequestQueue
from inference.requests import Decoding, PoisonText, Priority, Translation
from tests.unit.inference.pool_fakes import FakeEngine, Machine, loaded, settings

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "take", "withdraw", "hasten"]), st.integers(0, 30), st.floats(0, 10, allow_nan=False)
    ),
    max_size=120,
)


@given(st.integers(1, 6), STEPS)
def test_the_queue_serves_as_two_sorted_lists_would(capacity, steps):
    queue, inside, door = RequestQueue(capacity), [], []
    for number, (action, index, rank) in enumerate(steps):
        live = inside + door
        if action == "put":
            request = Request(str(number), 0, Decoding.GREEDY, 0.0, rank + number * 1e-6)
            queue.put(request)
            (inside if len(inside) < capacity else door).append(request)
        elif action == "take":
            expected = sorted(inside, key=lambda one: one.rank)[:index]
            assert queue.take(index) == expected
            inside = [one for one in inside if one not in expected]
        elif live and action == "withdraw":
            gone = live[index % len(live)]
            assert queue.withdraw(gone)
            inside, door = ([one for one in part if one is not gone] for part in (inside, door))
        elif live:
            chosen = live[index % len(live)]
            queue.hasten(chosen, min(chosen.rank, rank) - number * 1e-6)
        door.sort(key=lambda one: one.rank)
        while door and len(inside) < capacity:
            inside.append(door.pop(0))
        assert (queue.depth, queue.at_door) == (len(inside), len(door))


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
