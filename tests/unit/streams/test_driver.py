"""The consumer under the lanes, without a broker: what it does to lanes when partitions come and go."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka.errors import (
    ConsumerStoppedError,
    GroupAuthorizationFailedError,
    GroupCoordinatorNotAvailableError,
    IllegalStateError,
)
from faust.types import TP

from schemas.settings import Settings
from schemas.topics import LISTING_UPDATED
from streams import driver
from streams.app import build_app
from streams.driver import LaneConsumer
from tests.unit.streams.runner_kit import LIMITS, Script, record


class FakeLane:
    def __init__(self, tp: Any, *, is_open: bool = True) -> None:
        self.tp = tp
        self.is_open = is_open
        self.is_opening = False
        self.wants_seek = False
        self.next_offset: int | None = 5
        self.calls: list[str] = []
        self.batch: Any = object()

    def start(self) -> None:
        self.calls.append("start")

    def rewind(self) -> None:
        self.calls.append("rewind")
        self.wants_seek = True

    async def close(self) -> None:
        self.calls.append("close")

    def feed(self, records: Any) -> Any:
        self.calls.append("feed")
        return self.batch


class FakeThread:
    """The aiokafka thread: what it was told, and what it answers."""

    def __init__(self) -> None:
        self.seeks: list[tuple[Any, int]] = []
        self.lost: set[Any] = set()
        self.beats: list[Any] = []

    fetch_wait_ms = 0

    def wait_for_records(self, fetch_wait_ms: int) -> None:
        self.fetch_wait_ms = fetch_wait_ms

    def seek(self, tp: Any, offset: int) -> None:
        if tp in self.lost:
            raise IllegalStateError(tp)
        self.seeks.append((tp, offset))

    async def heartbeat(self) -> bool:
        beat = self.beats.pop(0)
        if isinstance(beat, BaseException):
            raise beat
        return bool(beat)


def tp(partition: int) -> Any:
    return TP(LISTING_UPDATED, partition)


@pytest.fixture
async def consumer(monkeypatch):
    nothing = cast("Any", None)
    app = build_app(
        Settings(),
        (Script().agent,),
        nothing,
        LIMITS,
        nothing,
        app_version="0",
        reporter=lambda _: None,
        fail=lambda _: None,
    )
    app.new_lane = cast("Any", FakeLane)
    consumer = cast("Any", app.consumer)
    real, consumer._thread = consumer._thread, FakeThread()
    monkeypatch.setattr(LaneConsumer, "assignment", lambda self: set(self.lanes))
    yield consumer
    real.thread_loop.close()


async def test_lanes_that_come_back_keep_their_work_and_only_the_others_are_closed(consumer):
    assert not consumer.joined
    assert await consumer._take_up({tp(0), tp(1), tp(2)}) == 0
    assert consumer.joined
    kept, broken, gone = (consumer.lanes[tp(n)] for n in range(3))
    broken.is_open = False
    assert await consumer._take_up({tp(0), tp(1), tp(3)}) == 1
    assert kept.calls == ["start", "rewind"]
    assert (broken.calls, gone.calls) == (["start", "close"], ["start", "close"])
    assert consumer.lanes[tp(0)] is kept
    assert consumer.lanes[tp(1)] is not broken
    assert set(consumer.lanes) == {tp(0), tp(1), tp(3)}


async def test_a_worker_that_stops_opens_nothing_and_lets_its_lanes_drain(consumer):
    await consumer._take_up({tp(0)})
    lane = consumer.lanes[tp(0)]
    consumer.app._stopped.set()
    await consumer._take_up({tp(1)})
    assert consumer.lanes == {tp(0): lane}
    assert lane.calls == ["start"]


async def test_an_error_in_a_rebalance_crashes_the_app(consumer, caplog):
    def unknown(tp: Any) -> Any:
        raise KeyError(tp.topic)

    consumer.app.new_lane = unknown
    with pytest.raises(KeyError):
        await consumer.on_partitions_assigned({tp(0)})
    assert consumer.app.crashed
    with pytest.raises(KeyError):
        await asyncio.wait_for(consumer.app.raise_crash(), 5)


async def test_a_batch_reaches_the_agents_channel_once(consumer):
    await consumer._take_up({tp(0)})
    queue: asyncio.Queue[Any] = asyncio.Queue()
    consumer.app.topics._tp_index[tp(0)] = [SimpleNamespace(queue=queue)]
    consumer._feed(tp(0), [record(7)])
    assert queue.get_nowait().value is consumer.lanes[tp(0)].batch
    assert queue.empty()


async def test_records_nobody_can_take_are_fetched_again(consumer):
    await consumer._take_up({tp(0)})
    lane = consumer.lanes[tp(0)]
    consumer._feed(tp(0), [record(7)])  # no agent listens yet: taking the batch would lose it
    assert lane.calls == ["start", "rewind"]
    consumer.app.topics._tp_index[tp(0)] = [SimpleNamespace(queue=asyncio.Queue())]
    lane.batch = None
    consumer._feed(tp(0), [record(7)])
    assert lane.calls == ["start", "rewind", "feed", "rewind"]
    consumer._feed(tp(9), [record(7)])  # a lane that has gone


async def test_lanes_seek_when_they_are_open_and_assigned(consumer):
    await consumer._take_up({tp(0), tp(1), tp(2), tp(3)})
    lanes = [consumer.lanes[tp(n)] for n in range(4)]
    for lane in lanes[1:]:
        lane.wants_seek = True
    lanes[2].is_open = False
    consumer._thread.lost.add(tp(3))
    consumer._seek_lanes()
    assert consumer._thread.seeks == [(tp(1), 5)]
    assert [lane.wants_seek for lane in lanes] == [False, False, True, True]


async def test_fetches_are_short_while_a_lane_asks_where_to_begin(consumer, monkeypatch):
    """Its questions wait behind the fetch under way."""
    await consumer._take_up({tp(0)})
    assert consumer._thread.fetch_wait_ms == driver.FETCH_WAIT_OPENING_MS
    monkeypatch.setattr(driver, "LOOK_S", 0.01)
    lane = consumer.lanes[tp(0)]
    for opening, wait_ms in ((True, driver.FETCH_WAIT_OPENING_MS), (False, driver.FETCH_WAIT_MS)):
        lane.is_open, lane.is_opening, lane.has_room = not opening, opening, False
        await consumer._drain_once()
        assert consumer._thread.fetch_wait_ms == wait_ms


async def test_membership_is_one_good_heartbeat_outside_a_rebalance(consumer):
    consumer._thread.beats = [True, False, OSError("away"), asyncio.CancelledError()]
    assert [await consumer.is_member() for _ in range(4)] == [True, False, False, False]
    consumer._revoked_at = 1.0
    assert not await consumer.is_member()


async def test_a_fetch_that_aiokafka_cancels_ends_the_drain_loop_with_an_error(consumer):
    """Faust takes a cancelled fetcher for one that was told to stop: the worker would stand there for ever."""
    broken = asyncio.get_running_loop().create_future()
    broken.cancel()
    consumer._thread.hear_group = lambda: broken
    with pytest.raises(ConsumerStoppedError):
        await consumer._drain_messages(SimpleNamespace(_stopped=asyncio.Event()))


async def test_a_drain_loop_that_is_cancelled_ends_so(consumer):
    forever = asyncio.get_running_loop().create_future()
    consumer._thread.hear_group = lambda: forever
    draining = asyncio.create_task(consumer._drain_messages(SimpleNamespace(_stopped=asyncio.Event())))
    await asyncio.sleep(0)
    draining.cancel()
    with pytest.raises(asyncio.CancelledError):
        await draining


class FakeCoordinator:
    def __init__(self, error: BaseException | None) -> None:
        self.error = error

    def check_errors(self) -> None:
        if self.error is not None:
            raise self.error


async def test_what_the_group_says_is_heard():
    await driver._hear(FakeCoordinator(None))
    await driver._hear(FakeCoordinator(GroupCoordinatorNotAvailableError()))
    with pytest.raises(GroupAuthorizationFailedError):
        await driver._hear(FakeCoordinator(GroupAuthorizationFailedError("g")))


async def test_faust_commits_nothing_of_a_lanes(consumer):
    consumer._acked[tp(0)] = [0, 1, 2]
    assert consumer._new_offset(tp(0)) is None
    assert await consumer.commit() is False


async def test_a_worker_that_fetches_nothing_for_long_stays_in_the_group(consumer):
    thread = consumer._new_consumer_thread()
    try:
        made = thread._create_consumer(thread.thread_loop)
        assert made._max_poll_interval_ms / 1000 >= 86_400 * 365
        assert made._isolation_level == "read_committed"
        made._closed = True  # never started: nothing to stop
    finally:
        thread.thread_loop.close()
