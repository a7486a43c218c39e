import asyncio

import pytest

from streams.admission import Admission


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_lets_in_what_fits_and_the_rest_in_order() -> None:
    admission = Admission(100)
    await admission.enter(60)
    entered: list[str] = []

    async def come(name: str, size: int) -> None:
        await admission.enter(size)
        entered.append(name)

    tasks = [asyncio.create_task(come(*who)) for who in (("big", 80), ("small", 10), ("last", 95))]
    await turns()
    assert entered == []  # small would fit, and does not overtake
    admission.leave(60)
    await turns()
    assert entered == ["big", "small"]
    admission.leave(80)
    await turns()
    assert entered == ["big", "small"]
    admission.leave(10)
    await turns()
    assert entered == ["big", "small", "last"]
    assert admission.inside == 95
    await asyncio.gather(*tasks)


async def test_what_is_larger_than_all_goes_alone() -> None:
    admission = Admission(100)
    await asyncio.wait_for(admission.enter(5000), 1)
    waiting = asyncio.create_task(admission.enter(1))
    await turns()
    assert not waiting.done()
    admission.leave(5000)
    await asyncio.wait_for(waiting, 1)


async def test_who_is_cancelled_while_waiting_blocks_nobody() -> None:
    admission = Admission(100)
    await admission.enter(90)
    first = asyncio.create_task(admission.enter(50))
    second = asyncio.create_task(admission.enter(10))
    await turns()
    first.cancel()
    await asyncio.wait_for(second, 1)
    assert admission.inside == 100


async def test_who_is_cancelled_in_the_moment_of_entry_keeps_nothing() -> None:
    admission = Admission(100)
    await admission.enter(100)
    waiting = asyncio.create_task(admission.enter(40))
    await turns()
    admission.leave(100)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert admission.inside == 0
