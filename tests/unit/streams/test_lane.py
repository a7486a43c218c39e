import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError, ProducerFenced

from agents.base import Outcome
from schemas.errors import Fatal, OperatorError
from schemas.report import LaneOpened, LaneReopening, TransactionCommitted
from schemas.settings import Settings
from schemas.topics import LISTING_UPDATED
from streams import lane as lanes
from streams.changelog import Restored
from streams.lane import FAULTS_MAX, STALE_MAX, Lane
from streams.limits import Limits
from streams.state.partition import Change, PartitionState, Place
from streams.transaction import TooLarge
from tests.unit.streams.runner_kit import LIMITS, OUTPUT, Bench, Seen, record, shown

TP = TopicPartition(LISTING_UPDATED, 0)


@dataclass
class World:
    """Broker and group as a lane sees them. `failures`: what the named step raises, one error a call."""

    steps: list[str] = field(default_factory=list)
    failures: dict[str, list[BaseException]] = field(default_factory=dict)
    offset: int | None = 0
    end: int = 1000
    state: dict[str, Any] = field(default_factory=dict)
    state_offset: int | None = None
    limits: Limits = LIMITS
    given: list[Any] = field(default_factory=list)
    transactions: list[tuple[dict[str, list[Any]], int]] = field(default_factory=list)
    commit_gate: asyncio.Event | None = None
    not_member: int = 0
    dropped: int = 0

    async def step(self, name: str) -> None:
        self.steps.append(name)
        await asyncio.sleep(0)
        if self.failures.get(name):
            raise self.failures[name].pop(0)

    # the group
    async def committed(self, tp: TopicPartition) -> int | None:
        await self.step("committed")
        return self.offset

    async def bounds(self, tp: TopicPartition) -> tuple[int, int]:
        await self.step("bounds")
        return 0, self.end

    async def is_member(self) -> bool:
        self.steps.append("member")
        self.not_member -= 1
        return self.not_member < 0

    def wake(self) -> None:
        pass

    async def restore(self, kafka: object, tp: TopicPartition, state: PartitionState, tell: Any) -> Restored:
        await self.step("restore")
        state.clear(0)
        changes = [Change(key, -1, msgspec.json.encode(seen)) for key, seen in self.state.items()]
        state.apply(changes, Place(0, at=state.now()))
        return Restored(self.state_offset, len(changes), on_disk=False)

    async def read_limits(self) -> Limits:
        await self.step("limits")
        return self.limits

    def producer(self, limits: Any) -> "FakeProducer":
        self.given.append(limits)
        return FakeProducer(self)


class FakeProducer:
    def __init__(self, world: World) -> None:
        self.world = world
        self.gone = False

    async def start(self) -> None:
        await self.world.step("start")

    async def commit(self, messages: Any, next_offset: int, progress: Any) -> dict[str, int]:
        assert not self.gone
        if self.world.commit_gate is not None:
            await self.world.commit_gate.wait()
        await self.world.step("commit")
        self.world.transactions.append(({topic: list(rows) for topic, rows in messages.items()}, next_offset))
        self.world.offset = next_offset
        return dict.fromkeys(messages, len(self.world.transactions))

    async def drop(self) -> None:
        self.gone = True
        self.world.dropped += 1
        await self.world.step("drop")


class SecondFeed:
    """Stands for a replay: whether it runs, and how often it has begun."""

    def __init__(self) -> None:
        self.running = False
        self.begun = 0
        self.left: int | None = 7

    @asynccontextmanager
    async def beside(self):
        self.running, self.begun = True, self.begun + 1
        try:
            yield
        finally:
            self.running = False


class Rig:
    def __init__(self, world: World, **settings: Any) -> None:
        self.world = world
        self.bench = Bench(**settings)
        self.failed: list[BaseException] = []
        self.second = SecondFeed()
        self.lane = Lane(
            TP,
            world,
            Settings(lanes={"commit_interval_s": 0.0, **settings}),
            self.bench.runner,
            world.producer,
            world.read_limits,
            self.bench.reports.append,
            self.failed.append,
            self.second,
        )

    def reports(self, kind: type) -> list[Any]:
        return [report for report in self.bench.reports if isinstance(report, kind)]

    async def until(self, true) -> None:
        async with asyncio.timeout(10):
            while not true():  # noqa: ASYNC110  (a test: whatever the lane does next is looked at again)
                await asyncio.sleep(0.001)

    async def opened(self) -> None:
        self.lane.start()
        await self.until(lambda: self.lane.is_open)
        self.lane.wants_seek = False  # as the drain loop does

    def feed(self, *numbers: int) -> Any:
        batch = self.lane.feed([record(number) for number in numbers])
        if batch is not None:
            batch.start()
        return batch

    def outputs(self) -> list[int]:
        return [offset for _, offset in self.world.transactions]


@pytest.fixture
def world(monkeypatch) -> World:
    world = World()
    monkeypatch.setattr(lanes, "restore", world.restore)
    monkeypatch.setattr(lanes, "BACKOFF_S", (0.001, 0.002))
    return world


@pytest.fixture
async def rig(world):
    rig = Rig(world)
    rig.lane._pause_s = 0.001
    yield rig
    await rig.lane.close()


async def test_opens_in_order_and_goes_on_at_the_committed_offset(world, rig):
    world.offset, world.state = 7, {"k": Seen((1,))}
    await rig.opened()
    assert world.steps == ["start", "committed", "restore", "bounds"]
    (told,) = rig.reports(LaneOpened)
    assert (told.offset, told.restored) == (7, 1)
    rig.feed(5, 6, 7)
    await rig.until(lambda: world.transactions)
    (messages, offset) = world.transactions[0]
    assert offset == 8
    assert len(messages[OUTPUT]) == 1  # 5 and 6 were dropped, and the state was restored
    assert rig.bench.states("k") == {"k": Seen((1, 7))}


@pytest.mark.parametrize("step", ["start", "committed", "restore", "bounds"])
@pytest.mark.parametrize(
    "error", [KafkaConnectionError("away"), ProducerFenced(), TimeoutError(), asyncio.CancelledError()]
)
async def test_any_failure_while_opening_opens_again_as_a_member_from_the_start(world, rig, step, error):
    world.failures[step] = [error]
    world.not_member = 2
    await rig.opened()
    cut = world.steps.index("drop")
    assert world.steps[cut:] == ["drop", "member", "member", "member", "start", "committed", "restore", "bounds"]
    (told,) = rig.reports(LaneReopening)
    assert told.fenced == isinstance(error, ProducerFenced)
    assert rig.lane.status().reopens == 1


async def test_a_failed_commit_forgets_work_and_state_and_does_the_work_again(world, rig):
    world.failures["commit"] = [ProducerFenced()]
    await rig.opened()
    rig.feed(0, 1)
    await rig.until(lambda: rig.reports(LaneReopening))
    await rig.until(lambda: rig.lane.is_open)
    assert rig.bench.states("k") == {}
    assert (len(rig.bench.runner.window), rig.lane.next_offset, rig.lane.wants_seek) == (0, 0, True)
    rig.lane.wants_seek = False
    rig.feed(0, 1)
    await rig.until(lambda: world.transactions)
    assert rig.outputs() == [2]
    assert rig.bench.states("k") == {"k": Seen((0, 1))}


async def test_batches_fetched_before_a_reopening_are_not_taken(world, rig):
    await rig.opened()
    old = rig.lane.feed([record(0)])
    world.failures["commit"] = [TimeoutError()]
    rig.feed(1)
    await rig.until(lambda: rig.reports(LaneReopening))
    await rig.until(lambda: rig.lane.is_open)
    old.start()
    assert len(rig.bench.runner.window) == 0
    assert rig.lane.status().in_flight == 0


async def test_a_rewind_goes_back_to_what_no_one_has_taken(world, rig):
    rig.bench.script.hold(0)
    await rig.opened()
    rig.feed(0, 1)
    untaken = rig.lane.feed([record(2), record(3)])
    assert (rig.lane.next_offset, rig.lane.status().in_flight) == (4, 4)
    rig.lane.rewind()
    assert (rig.lane.next_offset, rig.lane.wants_seek, rig.lane.status().in_flight) == (2, True, 2)
    untaken.start()
    assert len(rig.bench.runner.window) == 2
    assert rig.lane.feed([record(2)]) is None  # not before the seek
    rig.lane.wants_seek = False
    rig.feed(2, 3)
    rig.bench.script.gates[0].set()
    await rig.until(lambda: world.offset == 4)
    assert rig.bench.script.settled == [0, 1, 2, 3]


async def test_a_full_window_takes_the_lane_out_of_the_fetch(world):
    rig = Rig(world, window=3)
    rig.bench.script.hold(0)
    await rig.opened()
    assert rig.lane.has_room
    rig.feed(0, 1, 2)
    assert not rig.lane.has_room
    rig.bench.script.gates[0].set()
    await rig.until(lambda: rig.lane.has_room)
    await rig.lane.close()


async def test_a_flush_commits_the_finished_prefix_and_keeps_the_rest_in_flight(world, rig):
    rig.bench.script.hold(2)
    await rig.opened()
    world.commit_gate = asyncio.Event()
    rig.feed(0, 1, 2, 3)
    await rig.until(lambda: rig.bench.runner.window.ready == 2)
    world.commit_gate.set()
    await rig.lane.flush(5)
    assert rig.outputs() == [2]
    assert rig.lane.status().in_flight == 2  # 2 hangs, 3 is finished behind it
    rig.bench.script.gates[2].set()
    await rig.until(lambda: world.offset == 4)
    assert rig.bench.script.settled == [0, 1, 2, 3]  # nothing was done twice


async def test_a_flush_waits_for_the_commit_under_way_and_no_longer_than_told(world, rig):
    world.commit_gate = asyncio.Event()
    await rig.opened()
    rig.feed(0)
    await rig.until(lambda: rig.bench.runner.window.ready == 1)
    await rig.lane.flush(0.05)
    assert rig.outputs() == []
    flushing = asyncio.create_task(rig.lane.flush(5))
    await asyncio.sleep(0.01)
    world.commit_gate.set()
    await flushing
    assert rig.outputs() == [1]


async def test_a_flush_ends_when_the_lane_fails_meanwhile(world, rig):
    world.commit_gate = asyncio.Event()
    world.failures["commit"] = [ProducerFenced()]
    await rig.opened()
    rig.feed(0)
    await rig.until(lambda: rig.bench.runner.window.ready == 1)
    flushing = asyncio.create_task(rig.lane.flush(60))
    await asyncio.sleep(0.01)
    world.commit_gate.set()
    await asyncio.wait_for(flushing, 5)


async def test_a_drain_finishes_what_is_in_flight_and_takes_nothing_more(world, rig):
    rig.bench.script.hold(1)
    await rig.opened()
    rig.feed(0, 1, 2)
    untaken = rig.lane.feed([record(3)])
    draining = asyncio.create_task(rig.lane.drain(5))
    await asyncio.sleep(0.01)
    untaken.start()
    assert rig.lane.feed([record(4)]) is None
    rig.bench.script.gates[1].set()
    await draining
    assert world.offset == 3
    assert rig.bench.script.settled == [0, 1, 2]


async def test_close_ends_a_lane_wherever_it_stands(world, rig):
    world.commit_gate = asyncio.Event()
    await rig.opened()
    rig.feed(0)
    await asyncio.sleep(0.01)
    await rig.lane.close()
    assert world.dropped == 1
    assert (len(rig.bench.runner.window), rig.lane.status().state) == (0, "closed")
    world.commit_gate.set()
    await asyncio.sleep(0.01)
    assert world.transactions == []
    assert rig.failed == []


async def test_a_second_feed_runs_while_the_lane_is_open_and_no_longer(world, rig):
    world.offset = 4
    await rig.opened()
    await rig.until(lambda: rig.second.running)
    assert rig.bench.runner.position == 4
    assert rig.lane.status().replay_left == 7
    world.failures["commit"] = [ProducerFenced()]
    world.failures["start"] = [KafkaConnectionError("away") for _ in range(3)]
    rig.feed(4)
    await rig.until(lambda: not rig.second.running)
    await rig.until(lambda: rig.second.begun == 2)
    assert rig.lane.is_open
    await rig.lane.close()
    assert not rig.second.running


async def test_a_lane_is_pressed_by_an_eighth_of_its_window(world):
    rig = Rig(world, window=16)
    rig.bench.script.hold(0, 1)
    await rig.opened()
    rig.feed(0)
    assert not rig.lane.is_pressed
    rig.feed(1)
    assert rig.lane.is_pressed
    rig.bench.script.gates[1].set()
    await asyncio.sleep(0.01)
    assert rig.lane.is_pressed  # what waits behind an unfinished record counts
    rig.bench.script.gates[0].set()
    await rig.until(lambda: not rig.lane.is_pressed)
    await rig.lane.close()


async def test_a_fatal_error_is_told_and_nothing_more_is_committed(world, rig):
    await rig.opened()
    rig.bench.script.errors[0] = [Fatal("pool dead")]
    rig.feed(0, 1)
    await rig.until(lambda: rig.failed)
    assert isinstance(rig.failed[0], Fatal)
    assert world.transactions == []


async def test_errors_that_no_broker_explains_end_the_process_after_a_while(world, rig):
    await rig.opened()
    world.failures["commit"] = [TypeError("ours")] * FAULTS_MAX
    for _ in range(FAULTS_MAX):
        seen = len(rig.reports(LaneReopening)), len(rig.failed)
        rig.lane.wants_seek = False
        rig.feed(0)
        await rig.until(lambda seen=seen: (len(rig.reports(LaneReopening)), len(rig.failed)) != seen)
        await rig.until(lambda: rig.lane.is_open)
    (error,) = rig.failed
    assert isinstance(error, Fatal)
    assert "TypeError: ours" in str(error)


async def test_a_broker_that_is_away_for_long_ends_nothing(world, rig):
    world.failures["start"] = [KafkaConnectionError("away") for _ in range(3 * FAULTS_MAX)]
    await rig.opened()
    assert rig.failed == []
    assert len(rig.reports(LaneReopening)) == 3 * FAULTS_MAX


async def test_a_failure_of_the_recovery_itself_is_never_silent(world, rig):
    world.failures["commit"] = [ProducerFenced()]
    world.failures["drop"] = [AttributeError("_sender")]
    await rig.opened()
    rig.feed(0)
    await rig.until(lambda: rig.failed)
    assert isinstance(rig.failed[0], AttributeError)


async def test_a_recovery_that_somebody_else_cancels_is_never_silent(world, rig):
    """A lane's task that ended without a word would stall its partition for ever."""
    world.failures["commit"] = [ProducerFenced()]
    world.failures["drop"] = [asyncio.CancelledError()]
    await rig.opened()
    rig.feed(0)
    await rig.until(lambda: rig.failed)
    assert isinstance(rig.failed[0], Fatal)


async def test_limits_are_read_again_when_the_broker_refuses_a_size(world, rig):
    world.limits = Limits({**LIMITS.topics, OUTPUT: 1500}, LIMITS.input_bytes)
    world.failures["commit"] = [TooLarge(OUTPUT)]
    rig.bench.script.outcomes[0] = Outcome((padded("x" * 1500),), Seen((0,)))
    await rig.opened()
    rig.feed(0, 1)
    await rig.until(lambda: len(world.given) == 2)
    await rig.until(lambda: rig.lane.is_open)
    assert (world.given[0][OUTPUT], world.given[1][OUTPUT]) == (LIMITS.topics[OUTPUT], 1500)
    rig.lane.wants_seek = False
    rig.feed(0, 1)
    await rig.until(lambda: world.offset == 2)
    (report,) = rig.reports(TransactionCommitted)
    assert report.dead_letters == {"output_too_large": 1}
    assert report.emitted == {OUTPUT: 1}


async def test_limits_that_cannot_be_read_are_asked_for_again(world, rig):
    world.failures["commit"] = [TooLarge(OUTPUT)]
    world.failures["limits"] = [OperatorError("away")]
    await rig.opened()
    rig.feed(0)
    await rig.until(lambda: len(world.given) == 2)
    assert rig.failed == []
    assert world.given[1][OUTPUT] == LIMITS.topics[OUTPUT] // 2


async def test_a_partition_that_was_cut_short_is_found_out(world, rig):
    world.offset = 50
    await rig.opened()
    for _ in range(STALE_MAX - 1):
        assert rig.feed(3, 4) is None
    await asyncio.sleep(0.01)
    assert rig.lane.is_open
    rig.feed(50)
    await rig.until(lambda: world.offset == 51)
    world.end = 10
    for _ in range(STALE_MAX):
        rig.feed(3, 4)
    await rig.until(lambda: rig.failed)
    assert "ends at 10" in str(rig.failed[0])


@pytest.mark.parametrize(("offset", "end", "state_offset"), [(5, 10, 6), (11, 10, None), (None, 10, 3)])
async def test_offsets_that_contradict_each_other_are_for_the_operator(world, rig, offset, end, state_offset):
    world.offset, world.end, world.state_offset = offset, end, state_offset
    rig.lane.start()
    await rig.until(lambda: rig.failed)
    assert isinstance(rig.failed[0], OperatorError)
    assert "\n" not in str(rig.failed[0])
    assert rig.reports(LaneReopening) == []


async def test_what_another_owner_commits_while_the_lane_opens_is_no_contradiction(world, rig):
    """It read the offset, was taken for dead, and then read the state of its successor."""
    world.offset, world.state_offset, world.not_member = 5, 9, 2
    rig.lane.start()
    await rig.until(lambda: rig.reports(LaneReopening))
    assert "another worker has committed" in rig.reports(LaneReopening)[0].error
    world.offset = 9
    await rig.until(lambda: rig.lane.is_open)
    assert rig.failed == []
    assert rig.lane.next_offset == 9


def padded(padding: str) -> Any:
    return shown("k", Seen((0,), padding))
