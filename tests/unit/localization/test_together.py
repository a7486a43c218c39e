import asyncio

import pytest

from inference.requests import PoolDead, RequestTimeout
from localization.together import task_group, together


async def answer(value):
    await asyncio.sleep(0)
    return value


async def fail(error):
    await asyncio.sleep(0)
    raise error


async def test_results_keep_their_order():
    assert await together(answer(n) for n in range(5)) == (0, 1, 2, 3, 4)
    assert await together(()) == ()


async def test_a_failure_is_raised_as_itself_and_withdraws_the_rest():
    withdrawn = asyncio.Event()

    async def never():
        try:
            await asyncio.Event().wait()
        finally:
            withdrawn.set()

    with pytest.raises(RequestTimeout):
        await together((never(), fail(RequestTimeout("late"))))
    assert withdrawn.is_set()


async def test_a_dead_pool_outranks_a_timeout_even_when_nested():
    async def nested():
        return await together((fail(PoolDead("gone")),))

    with pytest.raises(PoolDead):
        await together((fail(RequestTimeout("late")), nested(), fail(RequestTimeout("late"))))


async def test_cancelling_the_caller_withdraws_its_work():
    started = asyncio.Event()
    ended = []

    async def wait():
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def caller():
        async with task_group() as group:
            group.create_task(wait())

    task = asyncio.create_task(caller())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == [True]
