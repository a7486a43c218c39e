"""Whose turn it is on a worker thread that never rests, by a clock that only the engines move."""

import itertools

import pytest

from inference.engine import WARM_UP_TEXT, Outcome, Work
from inference.requests import Decoding, Priority
from inference.scheduling.queue import PATIENCE_S, TURN_OF_OVERDUE, Request, rank_of
from inference.scheduling.schedule import Schedule
from inference.scheduling.worker import EXPRESS, TURN_S, Aboard, Worker
from tests.unit.inference.pool_fakes import answer

LOOK_AHEAD = 8


class World:
    """A clock, a schedule, and who arrives when. `begun_s`: when each text was first in a step."""

    def __init__(self, step_s, *, ends_s=2.0, slots=4):
        self.now_s = 0.0
        self.step_s = step_s
        self.slots = slots
        self.ends_s = ends_s
        self.schedule = Schedule(len(step_s), threads=1, capacity=64, clock=lambda: self.now_s)
        self.arrivals = []
        self.took_s, self.begun_s, self.done_s = {}, {}, {}
        self.busy_s = dict.fromkeys(range(len(step_s)), 0.0)
        self.aboard_max = 0

    def arrive(self, at_s, model, priority, text, steps=3, timeout_s=1000.0):
        self.arrivals.append((at_s, model, priority, f"{text}:{steps}", timeout_s))

    def stream(self, model, priority, every_s, name, steps=3, began_s=0.0):
        for number in itertools.count():
            at_s = began_s + number * every_s
            if at_s >= self.ends_s:
                return
            self.arrive(at_s, model, priority, f"{name} {number}", steps)

    def advance(self, seconds):
        self.now_s += seconds
        while self.arrivals and self.arrivals[-1][0] <= self.now_s:
            at_s, model, priority, text, timeout_s = self.arrivals.pop()
            rank = rank_of(at_s, priority, timeout_s)
            deadline_s = at_s + timeout_s
            request = Request(text, model, Decoding.GREEDY, at_s, rank, priority=priority, deadline_s=deadline_s)
            self.schedule.put(request)
        if self.now_s >= self.ends_s:
            self.schedule.close()

    def run(self):
        self.arrivals.sort(key=lambda arrival: -arrival[0])
        self.advance(0.0)
        ended = []
        models = [str(model) for model in range(len(self.step_s))]
        engines = [SimulatedEngine(self, model) for model in range(len(self.step_s))]
        worker = Worker(0, models, self.schedule, lambda _: engines, ended.append, 0, lambda: self.now_s)
        worker.start()
        worker.join()
        assert ended[-1].error is None
        return self


class SimulatedEngine:
    """Rows and a list of those that wait for one, the most urgent first, as the real engines have them."""

    def __init__(self, world, model):
        self.work = Work()
        self.world = world
        self.model = model
        self.pending, self.rows = [], []

    def warm_up(self):
        """There is nothing to plan here."""

    @property
    def busy(self):
        return bool(self.pending or self.rows)

    @property
    def room(self):
        return 0 if self.pending else LOOK_AHEAD

    def admit(self, requests):
        for request in requests:
            self.world.took_s[request.text] = self.world.now_s
        self.pending = sorted([*self.pending, *requests], key=lambda request: request.priority)
        self.world.aboard_max = max(self.world.aboard_max, len(self.pending) + len(self.rows))

    def step(self):
        world = self.world
        while self.pending and len(self.rows) < world.slots:
            request = self.pending.pop(0)
            request.started_s = world.now_s or 1e-9
            if request.text != WARM_UP_TEXT:
                world.begun_s[request.text] = world.now_s
            self.rows.append([request, int(request.text.partition(":")[2] or 1)])
        if self.rows[0][0].text != WARM_UP_TEXT:
            world.busy_s[self.model] += world.step_s[self.model]
            world.advance(world.step_s[self.model])
        for row in self.rows:
            row[1] -= 1
        ended = [request for request, left in self.rows if left <= 0]
        self.rows = [row for row in self.rows if row[1] > 0]
        for request in ended:
            world.done_s[request.text] = world.now_s
        return [Outcome(request, answer(request.text)) for request in ended]


@pytest.mark.parametrize("models", [2, 4])
@pytest.mark.parametrize("step_s", [0.001, 0.004, 0.03])
def test_an_urgent_request_waits_for_one_step_of_another_model(models, step_s):
    """All models but one are flooded with listings; parcels for that one come at every phase of the others' turns."""
    apart_s = 3.07 * (models + 1) * step_s + TURN_S
    world = World([step_s] * models, ends_s=0.2 + 30 * apart_s)
    for model in range(1, models):
        world.stream(model, Priority.LISTING, step_s / 4, f"flood {model}")
    parcels = {f"parcel {n}:3": 0.1 + n * apart_s for n in range(30)}
    for name, at_s in parcels.items():
        world.arrive(at_s, 0, Priority.LOGISTICS, name.partition(":")[0])
    world.run()
    for name, at_s in parcels.items():
        assert world.took_s[name] - at_s <= step_s + 1e-9
        # Its three steps, each after one of every other model at most.
        assert world.done_s[name] - at_s <= step_s * (1 + 3 * models) + 1e-9


@pytest.mark.parametrize("models", [2, 4])
def test_equals_share_the_thread_by_time_not_by_steps(models):
    step_s = [0.0005 * 4**model for model in range(models)]
    world = World(step_s, ends_s=4.0)
    for model in range(models):
        world.stream(model, Priority.LISTING, step_s[model] / 4, f"m{model}")
    world.run()
    turns = [max(TURN_S, step) + step for step in step_s]
    for model in range(models):
        assert world.busy_s[model] >= 4.0 * max(TURN_S, step_s[model]) / sum(turns) * 0.9


@pytest.mark.parametrize("urgent_load", [1.2, 4.0])
def test_a_model_with_patient_work_only_still_has_a_step_in_each_round(urgent_load):
    """Parcels for one model are more than the thread can do. The other model's backfills go on all the same."""
    world = World([0.002, 0.004])
    # Four rows of three steps: 667 parcels a second is all that one model alone could do.
    world.stream(0, Priority.LOGISTICS, 1 / (667 * urgent_load), "parcel")
    for number in range(4):
        world.arrive(0.0, 1, Priority.BACKFILL, f"backfill {number}", steps=20)
    world.run()
    rounds_s = TURN_S + 0.002 + 0.004
    done_s = [world.done_s[f"backfill {number}:20"] for number in range(4)]
    assert max(done_s) <= 20 * rounds_s + 0.004
    assert world.busy_s[0] > 0.7 * sum(world.busy_s.values())


def test_what_is_urgent_is_begun_before_what_its_own_engine_has_taken():
    """The engine holds a look-ahead of long listings. A parcel does not wait for them, only for a row to end."""
    world = World([0.002])
    world.stream(0, Priority.LISTING, 0.002, "listing", steps=20)
    parcels = {f"parcel {n}:1": 0.2 + n * 0.031 for n in range(30)}
    for name, at_s in parcels.items():
        world.arrive(at_s, 0, Priority.LOGISTICS, name.partition(":")[0], steps=1)
    world.run()
    for name, at_s in parcels.items():
        assert world.begun_s[name] - at_s <= 0.002 * 21


def test_what_is_on_board_is_bounded_under_a_storm_of_urgent_requests():
    world = World([0.002], ends_s=0.5)
    world.stream(0, Priority.BACKFILL, 0.001, "backfill", steps=50)
    for priority in (Priority.LISTING, Priority.REVIEW, Priority.LOGISTICS):
        world.stream(0, priority, 0.001, priority.name, steps=50, began_s=0.02)
    world.run()
    assert world.aboard_max <= world.slots + LOOK_AHEAD + 3 * EXPRESS


def test_a_backfill_is_begun_within_its_patience_while_parcels_flood_every_model():
    """From the queue to the decoder, two models, twice the work the thread can do: the fake clock proves the bound."""
    world = World([0.002, 0.003], ends_s=PATIENCE_S[Priority.BACKFILL] + 1)
    for model in range(2):
        world.stream(model, Priority.LOGISTICS, 1 / 1000, f"parcel {model}")
    world.arrive(0.01, 1, Priority.BACKFILL, "backfill")
    world.run()
    # Four rows of three steps of 3 ms, half of the thread, and a look-ahead that was taken before it.
    service_s = 3 * 0.003 / 4 * 2.5
    patience_s = PATIENCE_S[Priority.BACKFILL]
    taken_s = world.took_s["backfill:3"] - 0.01
    assert patience_s <= taken_s <= patience_s + (TURN_OF_OVERDUE + LOOK_AHEAD) * service_s


def test_what_expires_in_the_queue_is_never_begun():
    world = World([0.002], ends_s=3.0)
    world.stream(0, Priority.LISTING, 0.0005, "listing")
    for number in range(50):
        world.arrive(1.0 + number * 0.01, 0, Priority.BACKFILL, f"hopeless {number}", timeout_s=0.01)
    world.run()
    expired = world.schedule.expired(0)
    begun = {name for name in world.begun_s if name.startswith("hopeless")}
    assert expired > 0
    for name in begun:
        number = int(name.split()[1].partition(":")[0])
        assert world.begun_s[name] <= 1.0 + number * 0.01 + 0.01 + 0.002 * 3 * LOOK_AHEAD


def aboard(*priorities, begun=()):
    """What an engine holds: requests of these priorities, those at the places `begun` started."""
    held = Aboard()
    requests = [
        Request(str(at), 0, Decoding.GREEDY, 0.0, 0.0, priority=priority) for at, priority in enumerate(priorities)
    ]
    for at in begun:
        requests[at].started_s = 1.0
    held.admit(requests)
    return held


@pytest.mark.parametrize("priority", Priority)
def test_among_equals_nobody_goes_before_an_engine_asks_for_more(priority):
    assert not aboard(priority, priority, begun=(0, 1)).yields(priority)


def test_the_urgent_goes_first_unless_as_urgent_a_one_has_yet_to_start():
    assert aboard(Priority.LISTING, Priority.LISTING).yields(Priority.LOGISTICS)
    assert aboard(Priority.LISTING, Priority.LOGISTICS, begun=(1,)).yields(Priority.LOGISTICS)
    assert not aboard(Priority.LISTING, Priority.LOGISTICS).yields(Priority.LOGISTICS)
    assert not aboard(Priority.LISTING).yields(Priority.BACKFILL)


def test_who_left_is_forgotten_at_the_next_admission():
    held = Aboard()
    for number in range(100):
        request = Request(str(number), 0, Decoding.GREEDY, 0.0, 0.0)
        held.admit([request])
        request.withdrawn = True
    assert len(held._requests) == 1
