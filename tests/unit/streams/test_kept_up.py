import asyncio

import pytest

from streams.kept_up import kept_up


async def test_work_that_fails_or_ends_is_done_again_and_cancelling_ends_it() -> None:
    tries = []
    enough = asyncio.Event()

    async def work() -> None:
        tries.append(len(tries))
        match len(tries):
            case 1:
                raise MemoryError
            case 2:
                raise asyncio.CancelledError  # out of a future that somebody else cancelled
            case 3:
                return
        enough.set()
        await asyncio.Event().wait()

    keeping = asyncio.create_task(kept_up(work, "nothing", (0.001, 0.002)))
    async with asyncio.timeout(10):
        await enough.wait()
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    assert tries == [0, 1, 2, 3]
