"""Every step, every fault: what may happen to a lane, and how a case is run and judged."""

import asyncio
import copy
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from types import NoneType, SimpleNamespace
from typing import Any, NamedTuple

import aiokafka.producer.producer
import pytest
from aiokafka.errors import KafkaError
from msgspec import Struct

import streams.runner
import streams.scan
import streams.transaction
from streams.lane import Lane
from streams.runner import Runner
from streams.window import Window
from tests.unit.streams.timing import clock, faults, lanestate
from tests.unit.streams.timing.current import current
from tests.unit.streams.timing.history import expected, faults_in
from tests.unit.streams.timing.kafka import Kafka
from tests.unit.streams.timing.lanestate import Rows
from tests.unit.streams.timing.process import SETTINGS, TP, Process
from tests.unit.streams.timing.story import PAST, offset_of, story
from tests.unit.streams.timing.wire import ChangelogConsumer, Producer, WireClient
from tests.unit.streams.timing.world import Fault, Killed, World

GROUP = SETTINGS.kafka.group
QUIET_S = 1.0  # after the end: what is late comes now
OPENING = (
    "bootstrap", "coordinator", "init", "metadata", "committed",
    "changelog consumer", "changelog start", "changelog end", "changelog", "first offset", "end offset",
)  # fmt: skip
REOPENING = ("heartbeat", "init", "committed", "changelog end", "changelog", "end offset")
TRANSACTION = ("add partitions", "produce", "add offsets", "offsets", "end")
WITHIN = {
    "settle": (Runner, "_settle"),
    **lanestate.STEPS,
    "release": (Window, "release"),
    "committed told": (Lane, "_committed"),
    "rewind": (Lane, "rewind"),
}  # steps that cannot wait


class Meeting(NamedTuple):
    """A fault, and the passage of a step that it comes to."""

    step: str
    nth: int
    fault: faults.Happening

    def __str__(self) -> str:
        return f"{self.fault.__name__} at {self.step} {self.nth}".replace(" ", "-")


class Case(NamedTuple):
    """One fault at one passage of one step. `before`: what happens first; passages are counted from then on."""

    meeting: Meeting
    before: tuple[Meeting, ...] = ()

    def __str__(self) -> str:
        return "-after-".join(str(meeting) for meeting in (self.meeting, *self.before))


FENCED = Meeting("produce", 2, faults.fenced)
REBALANCED = Meeting("produce", 2, faults.rebalance_begins)
SLOW = (Meeting("add partitions", 1, faults.delayed), Meeting("take", 1, faults.held))


def cases() -> Iterator[Case]:
    """The table."""
    for step, fault in product(OPENING, faults.REMOTE):
        yield Case(Meeting(step, 1, fault))
    for step, fault in product(REOPENING, faults.REMOTE):
        yield Case(Meeting(step, 1, fault), (FENCED,))
    for step, nth, fault in product(TRANSACTION, (1, 2, 3), faults.REMOTE):
        if nth < 3 or step == "produce":  # a transaction has three batches
            yield Case(Meeting(step, nth, fault))
    for step, nth, fault in product(("fetch", "localize", "take"), (1, 2, 3), faults.WAITING):
        yield Case(Meeting(step, nth, fault))
    for fault in faults.WAITING:  # records fetched, fed and being committed, all at once
        yield Case(Meeting("fetch", 1, fault), SLOW)
    yield from _within()


def _within() -> Iterator[Case]:
    for step, when, nth, fault in product(WITHIN, ("begins", "ends"), (1, 2), faults.SUDDEN):
        if step == "disk" and fault is faults.disk_lost:
            continue  # a disk is found lost as it is read
        if step == "rewind" and fault is faults.fails:
            continue  # a fault of ours in a rebalance ends the process
        yield Case(Meeting(f"{step} {when}", nth, fault), (REBALANCED,) if step == "rewind" else ())


class Verdict(Struct):
    """What is wrong after a case; nothing if all is well. `fired`: whether the fault met its step."""

    said: list[str]
    fired: bool


def judge(case: Case | None, mutate: Callable[[pytest.MonkeyPatch], None] | None = None) -> Verdict:
    """Run a case on a world that an earlier process has left behind; `mutate` breaks what runs in it."""
    before = copy.deepcopy(past())
    with pytest.MonkeyPatch.context() as patch:
        if mutate is not None:
            mutate(patch)
        _prepare(patch)
        worlds: list[World] = []
        try:
            return clock.run(lambda: _play(case, before, worlds))
        except clock.Stuck as error:
            exits = [f"a process ended: {error!r}" for process in worlds[0].processes for error in process.exits]
            return Verdict([*worlds[0].violations, *exits, f"stuck: {error}"], fired=True)


def _prepare(patch: pytest.MonkeyPatch) -> None:
    """Put the double under aiokafka, and a seam around each step that cannot wait."""
    patch.setattr(aiokafka.producer.producer, "AIOKafkaClient", WireClient)
    patch.setattr(streams.transaction, "AIOKafkaProducer", Producer)
    patch.setattr(streams.scan, "AIOKafkaConsumer", ChangelogConsumer)
    patch.setattr(streams.runner, "time", SimpleNamespace(monotonic=lambda: asyncio.get_running_loop().time()))
    for step, (owner, name) in WITHIN.items():
        patch.setattr(owner, name, _seamed(step, getattr(owner, name)))


def _seamed(step: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        world = current.get().world
        world.touch(f"{step} begins")
        answer = call(*args, **kwargs)
        world.touch(f"{step} ends")
        return answer

    return run


@cache
def past() -> tuple[Kafka, Rows, Rows]:
    """What an earlier process has left: some records done, the markers of its last transaction not written yet.

    With it its disk, which lacks the last transaction, and that of a worker which had the partition long before.
    """
    with pytest.MonkeyPatch.context() as patch:
        _prepare(patch)
        return clock.run(_earlier)


async def _earlier() -> tuple[Kafka, Rows, Rows]:
    world = World(Kafka(), story()[:PAST])
    process = world.owner = Process(world, {})
    disks: list[Rows] = []
    await process.join(TP)
    group, end = process.settings.kafka.group, offset_of(PAST - 1) + 1
    while True:
        await asyncio.sleep(0.001)
        pending = [owner.transaction for owner in world.kafka.ids.values() if owner.transaction is not None]
        ends = pending and pending[0].commits and pending[0].offsets.get(group) == end
        if not ends and process.disk.rows not in disks:
            disks.append(dict(process.disk.rows))
        if ends:
            process.kill()
            return copy.deepcopy((world.kafka, disks[-1], disks[2]))


async def _play(case: Case | None, before: tuple[Kafka, Rows, Rows], worlds: list[World]) -> Verdict:
    kafka, disk, spare = before
    world = World(kafka, story(), spare)
    worlds.append(world)
    kafka.on_commit = lambda: world.violations.extend(faults_in(kafka, world.records, GROUP))
    world.owner = Process(world, disk)
    if case is not None:
        for meeting in (*case.before, case.meeting):
            world.faults.append(Fault(*meeting, world.faults[-1] if world.faults else None))
    await world.victim.join(TP)
    await _end(world)
    return Verdict(_wrong(world), all(fault.fired for fault in world.faults))


async def _end(world: World) -> None:
    """Wait until all is done, and then for what is late."""
    await faults.finished(world)
    while any(not errand.done() for errand in world.errands):  # noqa: ASYNC110  (they start others)
        await asyncio.sleep(0.05)
    await asyncio.sleep(QUIET_S)


def _wrong(world: World) -> list[str]:
    said = list(dict.fromkeys(world.violations + world.kafka.violations)) + faults_in(world.kafka, world.records, GROUP)
    said += [f"a process ended: {error!r}" for process in world.processes for error in process.exits]
    said += [f"the double: {errand!r}" for errand in world.errands if _broken(errand)]
    lane, end = world.owner.lane, world.records[-1].offset + 1
    if lane is None or not lane.is_open:
        said.append("nobody has the lane open")
    elif lane.status().position != end or lanestate.state_of(world.owner.disk.rows)[0] != expected(world.records)[2]:
        said.append("the lane is not where the group is")
    for process in world.processes:
        said += [told] if (told := lanestate.untrue(process.disk.rows, world.kafka)) else []
        clients = sum(not client.closed for client in process.clients)
        if not process.dead and clients > (process.lane is not None):
            said.append(f"{clients} producers are open")
    return said


def _broken(errand: asyncio.Task[Any]) -> bool:
    """Whether something that a case does has failed in another way than Kafka does."""
    return not errand.cancelled() and not isinstance(errand.exception(), (KafkaError, Killed, NoneType))
