import asyncio
from dataclasses import dataclass

import pytest

from schemas.errors import Refused
from schemas.reasons import Reason, Stage
from streams.window import Slot, Window


@dataclass
class FakeRecord:
    offset: int
    value: bytes | None = b"12345678"


class Work:
    """Lets a test decide when each record's work ends."""

    def __init__(self, *, instant: bool = False) -> None:
        self.instant = instant
        self.running = 0
        self.most = 0
        self.gates: dict[int, asyncio.Event] = {}
        self.failures: dict[int, BaseException] = {}
        self.deaf: set[int] = set()

    async def process(self, slot: Slot) -> None:
        offset = slot.record.offset
        slot.admitted = asyncio.get_running_loop().time()
        if offset in self.failures:
            raise self.failures[offset]
        if self.instant:
            return
        self.running += 1
        self.most = max(self.most, self.running)
        gate = self.gates.setdefault(offset, asyncio.Event())
        try:
            while True:
                try:
                    await gate.wait()
                    break
                except asyncio.CancelledError:
                    if offset not in self.deaf:
                        raise
            slot.localized = offset
        finally:
            self.running -= 1

    def finish(self, *offsets: int) -> None:
        for offset in offsets:
            self.gates.setdefault(offset, asyncio.Event()).set()


def expire(slot: Slot) -> None:
    slot.refused = Refused(Stage.LOCALIZE, Reason.LOCALIZE_TIMEOUT, "late")


def window_of(work: Work, capacity: int = 8, capacity_bytes: int = 1000, timeout_s: float = 60.0) -> Window:
    return Window(capacity, capacity_bytes, timeout_s, work.process, expire)


def records(*offsets: int) -> list[FakeRecord]:
    return [FakeRecord(offset) for offset in offsets]


async def settle_loop(turns: int = 40) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


async def test_only_the_finished_prefix_is_shown_and_in_offset_order() -> None:
    work = Work()
    window = window_of(work)
    window.put(records(0, 1, 2, 3))
    work.finish(1, 3)
    await settle_loop()
    assert window.prefix(10) == []
    assert not window.head_done.is_set()
    work.finish(0)
    await asyncio.wait_for(window.head_done.wait(), 5)
    assert [slot.record.offset for slot in window.prefix(10)] == [0, 1]
    window.release(2)
    assert not window.head_done.is_set()
    assert (len(window), window.ready, window.last_offset) == (2, 0, 3)
    work.finish(2)
    await asyncio.wait_for(window.head_done.wait(), 5)
    window.release(2)
    assert window.empty.is_set()


async def test_many_run_at_once_but_never_more_than_the_capacity() -> None:
    work = Work()
    window = window_of(work, capacity=8)
    window.put(records(*range(20)))
    await settle_loop()
    assert (work.running, work.most) == (8, 8)
    assert not window.has_room
    work.finish(*range(20))
    await settle_loop()
    assert work.most == 8
    assert len(window.prefix(100)) == 20


async def test_bytes_bound_the_window_too() -> None:
    window = window_of(Work(), capacity=100, capacity_bytes=30)
    window.put(records(0, 1, 2))
    assert window.has_room
    window.put(records(3))
    assert not window.has_room
    window.clear()
    assert window.has_room


async def test_work_that_never_suspends_needs_few_tasks() -> None:
    work = Work(instant=True)
    window = window_of(work, capacity=256, capacity_bytes=10**9)
    before = len(asyncio.all_tasks())
    window.put(records(*range(200)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) - before <= 4
    await settle_loop()
    assert len(window.prefix(1000)) == 200


async def test_a_late_record_is_refused_and_does_not_block_the_others() -> None:
    work = Work()
    window = window_of(work, timeout_s=0.05)
    window.put(records(0, 1))
    work.finish(1)
    await asyncio.wait_for(window.head_done.wait(), 5)
    first, second = window.prefix(10)
    assert first.refused is not None
    assert first.refused.reason is Reason.LOCALIZE_TIMEOUT
    assert second.refused is None


async def test_work_that_will_not_be_cancelled_is_given_up() -> None:
    work = Work()
    work.deaf.add(0)
    window = window_of(work, timeout_s=0.05)
    window.put(records(0))
    await asyncio.wait_for(window.head_done.wait(), 5)
    assert window.prefix(1)[0].refused is not None
    window.release(1)
    work.finish(0)
    await settle_loop()
    assert window.ready == 0


async def test_an_error_that_must_end_the_lane_is_kept_and_wakes_it() -> None:
    work = Work()
    work.failures[1] = RuntimeError("pool dead")
    window = window_of(work)
    window.put(records(0, 1))
    await asyncio.wait_for(window.head_done.wait(), 5)
    assert str(window.failure) == "pool dead"


async def test_clear_forgets_results_that_arrive_afterwards() -> None:
    work = Work()
    window = window_of(work)
    window.put(records(0, 1))
    await settle_loop()
    window.clear()
    work.finish(0, 1)
    await settle_loop()
    assert (len(window), window.ready, window.prefix(5)) == (0, 0, [])
    window.put(records(7))
    work.finish(7)
    await asyncio.wait_for(window.head_done.wait(), 5)
    assert [slot.record.offset for slot in window.prefix(5)] == [7]


@pytest.mark.parametrize("filled", [True, False])
async def test_wait_filled_ends_when_enough_is_finished_or_when_told(filled: bool) -> None:
    work = Work(instant=True)
    window = window_of(work)
    waiting = asyncio.create_task(window.wait_filled(2, 60))
    await asyncio.sleep(0)
    if filled:
        window.put(records(0, 1))
    else:
        window.wake()
    await asyncio.wait_for(waiting, 5)


async def test_work_that_swallows_its_cancellation_leaves_no_mark_on_the_next_record() -> None:
    counted: list[int] = []

    async def process(slot: Slot) -> None:
        slot.admitted = asyncio.get_running_loop().time()
        if slot.record.offset == 0:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                return
        task = asyncio.current_task()
        assert task is not None
        counted.append(task.cancelling())

    window = Window(1, 1000, 0.05, process, expire)
    window.put(records(0, 1))
    await asyncio.wait_for(window.head_done.wait(), 5)
    await settle_loop()
    assert len(window.prefix(5)) == 2
    assert counted == [0]


async def test_a_window_full_of_work_that_never_ends_goes_on() -> None:
    work = Work()
    work.deaf |= {0, 1}
    window = window_of(work, capacity=2, timeout_s=0.05)
    window.put(records(0, 1, 2, 3))
    work.finish(2, 3)
    async with asyncio.timeout(5):
        while window.ready < 4:  # noqa: ASYNC110  (a test)
            await asyncio.sleep(0.01)
    assert [slot.refused is None for slot in window.prefix(5)] == [False, False, True, True]
    work.finish(0, 1)
    await settle_loop()


async def test_work_left_over_from_before_a_clear_takes_no_new_records() -> None:
    work = Work()
    work.deaf.add(0)
    window = window_of(work, capacity=1)
    window.put(records(0))
    await settle_loop()
    window.clear()
    window.put(records(7, 8))
    work.finish(7, 8)
    await settle_loop()
    assert len(window.prefix(5)) == 2
    work.failures[9] = RuntimeError("x")
    work.finish(0)
    await settle_loop()
    assert (window.failure, window.ready) == (None, 2)


async def test_a_failure_outlives_the_release_of_what_came_before() -> None:
    work = Work()
    work.failures[1] = RuntimeError("pool dead")
    window = window_of(work)
    window.put(records(0, 1))
    work.finish(0)
    await settle_loop()
    window.release(1)
    assert window.head_done.is_set()
    assert str(window.failure) == "pool dead"


async def test_waiting_while_busy_ends_with_the_last_unfinished_record() -> None:
    work = Work()
    window = window_of(work)
    window.put(records(0, 1))
    waiting = asyncio.create_task(window.wait_filled(8, 60, while_busy=True))
    work.finish(1)
    await settle_loop()
    assert not waiting.done()
    work.finish(0)
    await asyncio.wait_for(waiting, 5)
    assert window.ready == 2


async def test_released_bytes_make_room_again() -> None:
    window = window_of(Work(instant=True), capacity=100, capacity_bytes=16)
    window.put(records(0, 1))
    assert not window.has_room
    await settle_loop()
    window.release(2)
    assert window.has_room
