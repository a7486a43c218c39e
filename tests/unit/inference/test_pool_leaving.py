"""A caller leaves, by cancellation or because its time is over, at every stage of its request's way."""

import asyncio
import threading
import time
from functools import partial

import pytest

from inference import pool as pool_module
from inference.engine import WARM_UP_TEXT, ModelFault, Outcome, Suspect, Work
from inference.models import EmbeddingModel, LoadedModels
from inference.pool import Pool
from inference.requests import ModelId, PoisonText, RequestTimeout
from inference.scheduling.queue_wait import Patience
from tests.unit.inference.pool_fakes import answer, fake_model, settings

STAGES = ("pending", "ready", "row")
LIMIT_S = 20
EMBEDDING = EmbeddingModel(
    ModelId("fake embedding", "1"), None, None, 1, normalized=True, tokens_max=8, provider="none"
)


class Stages:
    """Holds the victim at one stage, or a whole run in native code, until it is released."""

    def __init__(self):
        self.held = None
        self.gates = {}
        self.runs = 0
        self.seen = {}
        self.computed = []
        self.engines = []

    def make_engines(self, _report):
        made = [StagedEngine(self), StagedEngine(self)]
        self.engines += made
        return made

    def hold_run(self, number):
        """Block the thread in the `number`-th run of all engines; return what says that it is there."""
        self.gates[number] = threading.Event(), threading.Event()
        return self.gates[number][0].is_set

    def run(self):
        self.runs += 1
        if self.runs in self.gates:
            running, gate = self.gates[self.runs]
            running.set()
            assert gate.wait(LIMIT_S)

    def release(self):
        self.held = None
        for _, gate in self.gates.values():
            gate.set()


class StagedEngine:
    """Two rows; a request passes pending, ready and row, one stage a step. A run with "poison" in it fails."""

    def __init__(self, stages):
        self.work = Work()
        self.stages = stages
        self.on = {stage: [] for stage in STAGES}

    def warm_up(self):
        """There is nothing to plan here."""

    @property
    def busy(self):
        return any(self.on.values())

    @property
    def room(self):
        return 0 if self.on["pending"] or self.on["ready"] else 4

    def admit(self, requests):
        self.on["pending"] += requests

    def step(self):
        stages = self.stages
        for name, requests in self.on.items():
            wanted = [request for request in requests if not request.withdrawn]
            self.work.evicted += len(requests) - len(wanted)
            self.on[name] = wanted
            for request in wanted:
                stages.seen[request.text] = name
        leaving = [request for request in self.on["row"] if not self._held("row", request)]
        if leaving and leaving[0].text != WARM_UP_TEXT:
            stages.run()
        if any(request.text == "poison" for request in leaving):
            self._drop("row", leaving)
            return [Suspect(request, ModelFault(RuntimeError("bad id"))) for request in leaving]
        self._drop("row", leaving)
        stages.computed += [request.text for request in leaving]
        for source, target, most in (("ready", "row", 2 - len(self.on["row"])), ("pending", "ready", 4)):
            moved = [request for request in self.on[source] if not self._held(source, request)][:most]
            self._drop(source, moved)
            self.on[target] += moved
        if stages.held:
            time.sleep(0.0005)  # the real one would be computing for the others
        return [Outcome(request, answer(request.text)) for request in leaving]

    def _held(self, stage, request):
        return self.stages.held == stage and request.text == "victim"

    def _drop(self, stage, requests):
        self.on[stage] = [request for request in self.on[stage] if request not in requests]


class Scene:
    """A pool of one thread, and time-outs that happen when the test says so."""

    def __init__(self, monkeypatch):
        self.stages = stages = Stages()
        models = LoadedModels((fake_model(),), EMBEDDING)
        self.pool = Pool(models, settings(queue=2), make_engines=stages.make_engines)
        self.patience = {}

        def remember(*args):
            patience = self.patience[asyncio.current_task()] = Patience(*args)
            return patience

        monkeypatch.setattr(pool_module, "Patience", remember)

    async def ask(self, text, embed=False, timeout_s=None):
        """Start a caller; its request is on its way when this returns."""
        translate = partial(self.pool.translate, source="en", target="pt-BR")
        call = (self.pool.embed if embed else translate)(text, timeout_s=timeout_s)
        task = asyncio.create_task(call)
        await asyncio.sleep(0)
        return task

    async def leave(self, task, how):
        if how == "cancel":
            task.cancel()
        else:
            self.patience[task].expire()
        with pytest.raises(asyncio.CancelledError if how == "cancel" else RequestTimeout):
            await task

    async def until(self, condition):
        while not condition():  # noqa: ASYNC110  (a thread sets it, and the loop must go on turning)
            await asyncio.sleep(0.001)

    def at(self, text, stage):
        return lambda: self.stages.seen.get(text) == stage

    async def end(self, *others):
        """Let everything go on: whoever stayed is answered, and nothing of the victim is left."""
        self.stages.release()
        results = await asyncio.gather(*others)
        again = await self.pool.translate("victim", source="en", target="pt-BR")
        assert again.text == "VICTIM"
        assert not again.shared
        await self.until(lambda: not any(engine.busy for engine in self.stages.engines[:2]))
        assert len(self.pool._flights) == 0
        for counted in self.pool.statistics().models:
            assert (counted.depth, counted.at_door, counted.in_flight) == (0, 0, 0)
        assert not any(any(queue._heaps) for queue in self.pool._schedule._queues)
        return results


@pytest.fixture
async def scene(monkeypatch):
    async with asyncio.timeout(LIMIT_S):
        made = Scene(monkeypatch)
        async with made.pool:
            yield made
            made.stages.release()


leaving = pytest.mark.parametrize("how", ["cancel", "timeout"])


def counted(scene, how, model=0):
    statistics = scene.pool.statistics().models[model]
    assert (statistics.cancelled, statistics.timed_out) == ((1, 0) if how == "cancel" else (0, 1))
    return statistics


@leaving
@pytest.mark.parametrize("where", ["queued", "at the door"])
async def test_leaving_before_a_thread_took_the_request(scene, how, where):
    running = scene.stages.hold_run(1)
    others = [await scene.ask("running")]
    await scene.until(running)
    others += [await scene.ask(f"queued {n}") for n in range(2 if where == "at the door" else 1)]
    victim = await scene.ask("victim")
    statistics = scene.pool.statistics().models[0]
    assert (statistics.depth, statistics.at_door) == (2, where == "at the door")
    await scene.leave(victim, how)
    statistics = counted(scene, how)
    assert statistics.depth + statistics.at_door == len(others) - 1
    await scene.end(*others)
    assert scene.stages.computed.count("victim") == 1  # the second asking only
    assert statistics.evicted == 0


@leaving
@pytest.mark.parametrize("stage", STAGES)
async def test_leaving_while_an_engine_holds_the_request(scene, how, stage):
    scene.stages.held = stage
    victim = await scene.ask("victim")
    neighbour = await scene.ask("neighbour")
    await scene.until(scene.at("victim", stage))
    await scene.leave(victim, how)
    await scene.until(lambda: scene.pool.statistics().models[0].evicted == 1)
    await scene.end(neighbour)
    counted(scene, how)
    assert scene.stages.computed.count("victim") == 1


@leaving
@pytest.mark.parametrize("embed", [False, True], ids=["translation", "embedding"])
async def test_leaving_while_a_run_is_in_native_code(scene, how, embed):
    running = scene.stages.hold_run(1)
    victim = await scene.ask("victim", embed)
    await scene.until(running)
    await scene.leave(victim, how)
    assert counted(scene, how, model=int(embed)).in_flight == 0
    await scene.end()
    assert [one.answered for one in scene.pool.statistics().models] == [1, 0]  # the second asking


@leaving
@pytest.mark.parametrize(
    ("asked", "run", "computed"),
    [
        (("victim", "poison"), 3, 0),
        (("victim", "poison"), 4, 1),
        (("poison", "victim"), 4, 0),
    ],
    ids=["in the run that fails again", "in the part that runs", "in the part that waits"],
)
async def test_leaving_during_the_search_for_a_poison_text(scene, how, asked, run, computed):
    """Run 1 keeps the thread busy, 2 and 3 fail with both texts in them, 4 and 5 have one each."""
    first, searching = scene.stages.hold_run(1), scene.stages.hold_run(run)
    tasks = {"other": await scene.ask("other")}
    await scene.until(first)
    for text in asked:
        tasks[text] = await scene.ask(text)
    scene.stages.gates[1][1].set()
    await scene.until(searching)
    await scene.leave(tasks["victim"], how)
    scene.stages.release()
    with pytest.raises(PoisonText):
        await tasks["poison"]
    assert scene.stages.computed.count("victim") == computed
    await scene.end(tasks["other"])
    assert counted(scene, how).poisoned == 1


@leaving
@pytest.mark.parametrize("who", ["first", "second"])
async def test_leaving_a_shared_flight_takes_nothing_from_who_stays(scene, how, who):
    scene.stages.held = "row"
    first = await scene.ask("victim")
    await scene.until(scene.at("victim", "row"))
    second = await scene.ask("victim")
    gone, stays = (first, second) if who == "first" else (second, first)
    await scene.leave(gone, how)
    (result,) = await scene.end(stays)
    assert (result.text, result.shared) == ("VICTIM", who == "first")
    assert scene.stages.computed.count("victim") == 2  # this one, and the second asking
    assert counted(scene, how).evicted == 0


@leaving
async def test_a_flight_that_all_leave_is_let_go(scene, how):
    scene.stages.held = "row"
    first = await scene.ask("victim")
    await scene.until(scene.at("victim", "row"))
    second = await scene.ask("victim")
    await scene.leave(first, how)
    await scene.leave(second, how)
    await scene.until(lambda: scene.pool.statistics().models[0].evicted == 1)
    await scene.end()


async def test_who_asks_for_what_was_just_dropped_at_its_deadline_is_computed_afresh(scene):
    """The thread drops it a moment before the loop hears of the time-out; a caller may come in between."""
    running = scene.stages.hold_run(1)
    other = await scene.ask("other")
    await scene.until(running)
    late = await scene.ask("victim", timeout_s=30)
    (flight,) = (flight for flight in scene.pool._flights if flight.request.text == "victim")
    assert scene.pool._schedule._queues[0].take(9, flight.request.deadline_s) == []
    fresh = await scene.ask("victim")
    with pytest.raises(RequestTimeout):
        await late
    results = await scene.end(other, fresh)
    assert [result.text for result in results] == ["OTHER", "VICTIM"]
    statistics = scene.pool.statistics().models[0]
    assert (statistics.expired, statistics.timed_out, statistics.shared) == (1, 1, 0)
