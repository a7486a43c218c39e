import asyncio
import itertools
import threading

import pytest

from inference.pool import Pool
from inference.requests import (
    Decoding,
    PairUnavailable,
    PoisonText,
    PoolDead,
    Priority,
    RequestTimeout,
    SegmentTooLong,
)
from inference.scheduling import crew
from schemas.report import ModelFailed, silent
from tests.unit.inference.pool_fakes import Machine, fake_model, loaded, settings


def pool_of(machine, *, models=None, reporter=silent, **values):
    models = models or loaded()
    engines = machine.make_engines(len(models.translation))
    return Pool(models, settings(**values), reporter, make_engines=engines)


async def ask(pool, text, **options):
    return (await pool.translate(text, source="en", target="pt-BR", **options)).text


async def until(condition):
    """Let the loop turn until a worker has done its part; the test's own time-out bounds it."""
    while not condition():  # noqa: ASYNC110  (a thread sets it, and the loop must go on turning)
        await asyncio.sleep(0.001)


def model_statistics(pool):
    return pool.statistics().models[0]


async def test_every_caller_gets_its_own_answer():
    async with pool_of(Machine(), threads=2) as pool:
        texts = [f"text {n}" for n in range(300)]
        assert await asyncio.gather(*(ask(pool, text) for text in texts)) == [text.upper() for text in texts]
        timers = [timer for timer in asyncio.get_running_loop()._scheduled if not timer.cancelled()]
        assert len(timers) <= 1  # pytest's own; a time-out that outlives its request would keep 300
        counted = model_statistics(pool)
    assert (counted.requests, counted.answered, counted.in_flight, counted.depth) == (300, 300, 0, 0)
    assert counted.rows >= 600
    assert 0 < counted.fill <= 1


async def test_routes_prefer_the_exact_pair_and_never_cross_a_territory():
    models = loaded(fake_model("en", "pt-BR", "a"), fake_model("pt-BR", "en", "b"), fake_model("en", "zh-CN", "c"))
    pool = Pool(models, settings())
    routes = {
        ("en", "pt-BR"): "a",
        ("en-US", "pt-BR"): "a",
        ("en-GB", "pt"): "a",
        ("en", "pt-PT"): None,
        ("pt-PT", "en"): "b",
        ("pt", "en-US"): "b",
        ("en", "zh-CN"): "c",
        ("en", "zh-TW"): None,
        ("en", "zh-Hant"): None,
        ("en", "en"): None,
        ("es", "pt-BR"): None,
    }
    found = {pair: pool.translates(*pair) for pair in routes}
    assert {pair: model and model.name for pair, model in found.items()} == routes
    assert pool.embedding_model is None


async def test_what_cannot_be_served_says_so():
    async with pool_of(Machine()) as pool:
        with pytest.raises(PairUnavailable):
            await pool.translate("a", source="en", target="de")
        with pytest.raises(PairUnavailable):
            await pool.embed("a")
        with pytest.raises(SegmentTooLong):
            await ask(pool, "too long")
        for blank in ("", " \n\t"):
            with pytest.raises(ValueError, match="blank"):
                await ask(pool, blank)
        assert model_statistics(pool).too_long == 1


async def test_identical_requests_share_one_computation():
    machine = Machine()
    machine.open.clear()
    async with pool_of(machine) as pool:
        same = [asyncio.create_task(pool.translate("one two", source="en", target="pt-BR")) for _ in range(5)]
        other = asyncio.create_task(ask(pool, "one two", decoding=Decoding.SECOND))
        await asyncio.sleep(0)
        machine.open.set()
        answers = await asyncio.gather(*same)
        await other
    assert [answer.shared for answer in answers] == [False, True, True, True, True]
    assert {answer.text for answer in answers} == {"ONE TWO"}
    assert machine.ran["one two"] == 2


async def test_a_caller_that_leaves_takes_nothing_from_those_who_share():
    machine = Machine()
    machine.open.clear()
    async with pool_of(machine) as pool:
        first, second = (asyncio.create_task(ask(pool, "one two")) for _ in range(2))
        await until(machine.started.is_set)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        machine.open.set()
        assert await second == "ONE TWO"
        assert model_statistics(pool).cancelled == 1


async def test_the_last_caller_to_leave_withdraws_a_queued_request():
    machine = Machine(slots=1, look_ahead=1)
    machine.open.clear()
    async with pool_of(machine) as pool:
        blocker = asyncio.create_task(ask(pool, "blocker"))
        await until(machine.started.is_set)
        queued = [asyncio.create_task(ask(pool, "queued")) for _ in range(2)]
        await until(lambda: model_statistics(pool).depth == 1)
        for task in queued:
            task.cancel()
        await asyncio.gather(*queued, return_exceptions=True)
        assert model_statistics(pool).depth == 0
        machine.open.set()
        await blocker
    assert "queued" not in machine.ran


async def test_a_request_being_decoded_is_evicted_and_its_slot_reused():
    machine = Machine(slots=1)
    machine.open.clear()
    async with pool_of(machine) as pool:
        long = asyncio.create_task(ask(pool, "word " * 1_000_000))
        await until(machine.started.is_set)
        long.cancel()
        await asyncio.gather(long, return_exceptions=True)
        assert model_statistics(pool).in_flight == 0
        machine.open.set()
        assert await ask(pool, "next") == "NEXT"
    assert machine.evicted == 1


async def test_the_same_text_asked_again_after_a_cancellation_is_computed_afresh():
    machine = Machine(slots=1)
    machine.open.clear()
    async with pool_of(machine) as pool:
        first = asyncio.create_task(ask(pool, "again"))
        await until(machine.started.is_set)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        second = asyncio.create_task(ask(pool, "again"))
        await asyncio.sleep(0)
        machine.open.set()
        assert await second == "AGAIN"


async def test_a_full_queue_makes_callers_wait_and_serves_them_all():
    machine = Machine(slots=1, look_ahead=1)
    machine.open.clear()
    async with pool_of(machine, queue=3) as pool:
        tasks = [asyncio.create_task(ask(pool, f"t{n}")) for n in range(20)]
        await until(machine.started.is_set)
        counted = model_statistics(pool)
        assert counted.depth == 3
        assert counted.depth + counted.at_door + counted.in_flight == 20
        for task in tasks[10:15]:
            task.cancel()
        machine.open.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [result for result in results if isinstance(result, str)] == [f"T{n}" for n in range(20) if not 10 <= n < 15]


async def test_urgent_requests_overtake_in_the_queue():
    machine = Machine(slots=1, look_ahead=1)
    machine.open.clear()
    async with pool_of(machine) as pool:
        tasks = [asyncio.create_task(ask(pool, "blocker"))]
        await until(machine.started.is_set)
        for text, priority in (("backfill", Priority.BACKFILL), ("listing", Priority.LISTING)):
            tasks.append(asyncio.create_task(ask(pool, text, priority=priority)))
        tasks.append(asyncio.create_task(ask(pool, "parcel", priority=Priority.LOGISTICS)))
        # A second, urgent caller makes the computation that it shares urgent.
        tasks.append(asyncio.create_task(ask(pool, "backfill", priority=Priority.REVIEW)))
        await asyncio.sleep(0)
        machine.open.set()
        await asyncio.gather(*tasks)
    assert machine.order[-4:] == ["blocker", "parcel", "backfill", "listing"]


async def test_a_request_that_is_not_answered_in_time_expires():
    machine = Machine(slots=1)
    machine.open.clear()
    async with pool_of(machine) as pool:
        with pytest.raises(RequestTimeout):
            await ask(pool, "slow", timeout_s=0.01)
        assert model_statistics(pool).timed_out == 1
        assert model_statistics(pool).in_flight == 0
        machine.open.set()
        assert await ask(pool, "next") == "NEXT"


async def test_a_poison_text_is_found_and_its_neighbours_are_served():
    machine = Machine(slots=8)
    machine.poison = {"bad"}
    machine.open.clear()
    reports = []
    async with pool_of(machine, reporter=reports.append) as pool:
        texts = ["a b", "bad", "c", "d e f", "g"]
        tasks = [asyncio.create_task(ask(pool, text)) for text in texts]
        await asyncio.sleep(0)
        machine.open.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(results.pop(1), PoisonText)
        assert results == ["A B", "C", "D E F", "G"]
        assert await ask(pool, "after") == "AFTER"
        assert model_statistics(pool).poisoned == 1
    failures = [report for report in reports if isinstance(report, ModelFailed)]
    assert [failure.poison for failure in failures].count(True) == 1
    assert all("bad" not in failure.error.split() for failure in failures)


@pytest.mark.parametrize("kind", ["bug", "no_memory"])
async def test_a_worker_that_dies_takes_the_pool_with_it(kind):
    machine = Machine()
    setattr(machine, kind, {"fatal"})
    machine.open.clear()
    async with pool_of(machine, threads=2) as pool:
        watching = asyncio.create_task(pool.watch())
        tasks = [asyncio.create_task(ask(pool, text)) for text in ("x y z", "fatal", "v")]
        await asyncio.sleep(0)
        machine.open.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(results[1], PoolDead)
        assert all(isinstance(result, (PoolDead, str)) for result in results)
        with pytest.raises(PoolDead, match="died"):
            await watching
        with pytest.raises(PoolDead, match="died"):
            await ask(pool, "later")
        assert not pool.statistics().alive
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("dragoman-pool")]


async def test_a_pool_that_cannot_warm_up_does_not_start():
    machine = Machine()
    machine.poison = {"A box."}
    with pytest.raises(PoolDead, match="index out of bounds"):
        async with pool_of(machine, threads=2):
            pytest.fail("it started")
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("dragoman-pool")]


async def test_closing_fails_who_still_waits_and_ends_the_watch():
    machine = Machine(slots=1)
    machine.open.clear()
    pool = pool_of(machine)
    async with pool:
        watching = asyncio.create_task(pool.watch())
        waiting = [asyncio.create_task(ask(pool, f"t{n}")) for n in range(3)]
        await until(machine.started.is_set)
        threading.Timer(0.02, machine.open.set).start()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, PoolDead) for result in results)
    await watching
    with pytest.raises(PoolDead, match="not running"):
        await ask(pool, "later")


async def test_a_thread_that_hangs_does_not_keep_the_pool_from_closing(monkeypatch):
    monkeypatch.setattr(crew, "STOP_S", 0.02)
    machine = Machine(slots=1)
    machine.open.clear()
    async with pool_of(machine) as pool:
        waiting = asyncio.create_task(ask(pool, "held"))
        await until(machine.started.is_set)
    with pytest.raises(PoolDead):
        await waiting
    hung = [thread for thread in threading.enumerate() if thread.name.startswith("dragoman-pool")]
    assert len(hung) == 1
    machine.open.set()
    hung[0].join(5)
    assert not hung[0].is_alive()


async def test_a_busy_model_leaves_turns_to_another():
    """One thread, an endless stream for one model: a request for the other is served meanwhile."""
    machine = Machine()
    models = loaded(fake_model("en", "pt-BR", "a"), fake_model("pt-BR", "en", "b"))
    async with pool_of(machine, models=models) as pool:

        async def stream(lane):
            for number in itertools.count():
                await ask(pool, f"{lane} {number}")

        streams = [asyncio.create_task(stream(lane)) for lane in range(20)]
        await until(machine.started.is_set)
        other = [await pool.translate(f"o {n}", source="pt-BR", target="en") for n in range(5)]
        assert [answer.text for answer in other] == [f"O {n}" for n in range(5)]
        assert not any(task.done() for task in streams)
        for task in streams:
            task.cancel()
        await asyncio.gather(*streams, return_exceptions=True)


async def test_the_loop_turns_while_the_workers_are_held():
    machine = Machine()
    machine.open.clear()
    async with pool_of(machine) as pool:
        task = asyncio.create_task(ask(pool, "held"))
        await until(machine.started.is_set)
        turns = 0
        for _ in range(100):
            await asyncio.sleep(0)
            turns += 1
        assert turns == 100
        assert not task.done()
        machine.open.set()
        await task
    assert threading.main_thread().name not in machine.threads
