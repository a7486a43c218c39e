"""Waiting for one's turn is not being late."""

import asyncio
import time

import pytest

from inference.pool import Pool
from inference.requests import Decoding, Priority, RequestTimeout
from inference.scheduling.queue import Request
from inference.scheduling.queue_wait import QUEUE_WAIT, Patience, QueueWait
from tests.unit.inference.pool_fakes import Machine, loaded, settings
from tests.unit.inference.test_pool import ask, model_statistics, until


class Slow:
    """A gate that lets every step through after a while."""

    def __init__(self, seconds):
        self.seconds = seconds

    def wait(self, _timeout):
        time.sleep(self.seconds)


def pool_of(machine, **values):
    return Pool(loaded(), settings(**values), make_engines=machine.make_engines())


async def test_who_waits_longer_than_its_time_behind_others_is_served():
    machine = Machine(slots=1, look_ahead=1)
    machine.open = Slow(0.005)
    async with pool_of(machine, request_timeout_s=0.05) as pool:
        listing = asyncio.create_task(ask(pool, "listing", priority=Priority.LISTING))
        parcels = [asyncio.create_task(ask(pool, f"p{n}", priority=Priority.LOGISTICS)) for n in range(60)]
        assert await listing == "LISTING"  # after 0.3 s of parcels, or what its patience leaves of them
        assert await asyncio.gather(*parcels) == [f"P{n}" for n in range(60)]
        assert model_statistics(pool).timed_out == 0


async def test_a_time_limit_of_the_callers_own_counts_the_wait():
    machine = Machine(slots=1, look_ahead=1)
    machine.open = Slow(0.05)
    async with pool_of(machine) as pool:
        parcels = [asyncio.create_task(ask(pool, f"p{n}", priority=Priority.LOGISTICS)) for n in range(12)]
        with pytest.raises(RequestTimeout):
            await ask(pool, "backfill", priority=Priority.BACKFILL, timeout_s=0.02)  # its turn comes after six of them
        await asyncio.gather(*parcels)


async def test_what_is_computed_for_too_long_fails_and_so_does_all_while_nobody_is_served():
    machine = Machine(slots=1, look_ahead=1)
    machine.open.clear()
    async with pool_of(machine, request_timeout_s=0.05) as pool:
        hanging = asyncio.create_task(ask(pool, "hanging"))
        await until(machine.started.is_set)
        with pytest.raises(RequestTimeout):
            await ask(pool, "behind it")
        with pytest.raises(RequestTimeout):
            await hanging
        machine.open.set()


async def test_a_piece_of_work_knows_whether_it_waits_for_its_turn():
    machine = Machine(slots=1, look_ahead=1)
    machine.open.clear()
    async with pool_of(machine, request_timeout_s=30) as pool:
        blocker = asyncio.create_task(ask(pool, "blocker"))
        await until(machine.started.is_set)
        work = QueueWait()
        QUEUE_WAIT.set(work)
        assert not work.now  # it has nothing in the pool
        mine = asyncio.create_task(ask(pool, "mine"))
        await asyncio.sleep(0)
        assert work.now
        machine.started.clear()
        machine.open.set()
        await blocker
        await mine
        assert not work.now


async def test_work_that_is_being_computed_does_not_wait():
    machine = Machine(slots=1, look_ahead=1)
    machine.open.clear()
    async with pool_of(machine) as pool:
        work = QueueWait()
        QUEUE_WAIT.set(work)
        mine = asyncio.create_task(ask(pool, "mine"))
        await until(machine.started.is_set)
        assert not work.now
        machine.open.set()
        await mine


async def test_a_pool_that_stands_still_keeps_nobody_waiting_for_ever():
    machine = Machine(slots=1, look_ahead=1)
    machine.open.clear()
    async with pool_of(machine, request_timeout_s=0.05) as pool:
        hanging = asyncio.create_task(ask(pool, "hanging", timeout_s=30))
        await until(machine.started.is_set)
        work = QueueWait()
        QUEUE_WAIT.set(work)
        with pytest.raises(RequestTimeout):
            await ask(pool, "mine")
        again = asyncio.create_task(ask(pool, "mine"))
        await asyncio.sleep(0)
        assert not work.now  # from now on its time counts, whatever it asks
        machine.open.set()
        await again
        await hanging


async def test_what_hangs_fails_although_others_are_served():
    """Its time counts from its start, however lively the pool is."""
    served, clock = [0.0], time.monotonic
    loop = asyncio.get_running_loop()
    hanging, waiting = (loop.create_future() for _ in range(2))
    requests = [Request(text, 0, Decoding.GREEDY, clock(), 0.0) for text in ("hanging", "waiting")]
    requests[0].started_s = clock()
    patience = [
        Patience(future, request, 0.1, lambda: served[0])
        for future, request in zip((hanging, waiting), requests, strict=True)
    ]
    for _ in range(20):
        await asyncio.sleep(0.02)
        served[0] = clock()  # somebody else has an answer
    assert isinstance(hanging.exception(), RequestTimeout)
    assert not waiting.done()
    for one in patience:
        one.end()
