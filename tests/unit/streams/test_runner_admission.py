"""The seam of window and admission: a record's time begins when it is admitted, and nothing keeps a place for ever."""

import asyncio

import msgspec

from inference.requests import Decoding
from inference.scheduling.queue import Request
from inference.scheduling.queue_wait import QUEUE_WAIT
from schemas.topics import DEAD_LETTER
from tests.unit.streams.runner_kit import Bench, record


async def test_time_spent_waiting_for_admission_is_not_the_records_own() -> None:
    bench = Bench(work_bytes=1, localize_timeout_s=1.0)
    for number in range(5):
        bench.script.hold(number)

    async def finish_slowly() -> None:
        for number in range(5):
            await asyncio.sleep(0.3)
            bench.script.gates[number].set()

    finishing = asyncio.create_task(finish_slowly())
    await bench.play(*(record(number) for number in range(5)))
    await finishing
    assert bench.script.settled == [0, 1, 2, 3, 4]  # 1.5 s in all, and none took more than 1 s of its own


async def test_forgotten_work_that_will_not_end_gives_its_place_back() -> None:
    bench = Bench(work_bytes=1)
    end = asyncio.Event()

    async def deaf(_event: object, _tools: object) -> None:
        while not end.is_set():
            try:
                await end.wait()
            except asyncio.CancelledError:
                continue

    bench.runner.agent = type("A", (), {"contract": bench.script.agent.contract, "localize": staticmethod(deaf)})()
    try:
        bench.runner.window.put([record(0)])
        while not bench.admission.inside:  # noqa: ASYNC110  (a test)
            await asyncio.sleep(0)
        bench.runner.forget()
        await asyncio.sleep(0)
        assert bench.admission.inside == 0
    finally:
        end.set()
        await asyncio.sleep(0.01)


async def test_expired_work_that_will_not_end_gives_its_place_back() -> None:
    bench = Bench(work_bytes=1, localize_timeout_s=0.05)
    end = asyncio.Event()

    async def deaf_first(event: object, tools: object) -> object:
        while event.version == 0 and not end.is_set():
            try:
                await end.wait()
            except asyncio.CancelledError:
                continue
        return event.version

    agent = bench.script.agent
    bench.runner.agent = type(agent)(
        contract=agent.contract,
        state=agent.state,
        localize=deaf_first,
        settle=agent.settle,
        state_key=agent.state_key,
        priority=agent.priority,
    )
    try:
        await asyncio.wait_for(bench.play(record(0), record(1)), 8)
        assert bench.script.settled == [1]
    finally:
        end.set()
        await asyncio.sleep(0.01)


async def test_time_spent_waiting_for_ones_turn_in_the_pool_is_not_the_records_own() -> None:
    bench = Bench(localize_timeout_s=0.3)
    ended = []

    async def wait_then_work(event: object, _tools: object) -> object:
        wait = QUEUE_WAIT.get()
        assert wait is not None
        request = Request("text", 0, Decoding.GREEDY, 0.0, 0.0)
        wait.begin(request)
        try:
            await asyncio.sleep(0.8)  # others are served
            request.started_s = 1.0
            await asyncio.sleep(0.8 if event.version == 1 else 0)
        finally:
            wait.end(request, "model", stalled=False)
        ended.append(event.version)
        return event.version

    bench.runner.agent = msgspec.structs.replace(bench.script.agent, localize=wait_then_work)
    await bench.play(record(0), record(1), record(2))
    assert bench.script.settled == [0, 2]
    assert ended == [0, 2]  # what is computed for longer than its time is cancelled
    assert len(bench.ledger.rows(DEAD_LETTER)) == 1
