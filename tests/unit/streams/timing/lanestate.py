"""The one place that knows where a lane keeps its state (streams/state/partition.py): what a worker has on disk, in memory."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from aiokafka import TopicPartition

import streams.lane
from schemas.topics import LISTING_UPDATED, changelog
from streams.changelog import OFFSET_HEADER
from streams.lane import Lane
from streams.runner import Runner
from streams.state.partition import Change, PartitionState, Place
from tests.chaos.chain import Chain
from tests.unit.streams.timing.kafka import Kafka
from tests.unit.streams.timing.story import CHANGELOG

Rows = dict[bytes, bytes]


class Disk:
    """Stands for the RocksDB of a worker (streams/state/store.py): `rows` stay when their process is killed."""

    def __init__(self, process: Any, rows: Rows) -> None:
        self.rows = rows
        self.life = 0
        self._process = process

    def get(self, name: bytes) -> bytes | None:
        return self.rows.get(name)

    def put(self, entries: Mapping[bytes, bytes | None]) -> None:
        self._process.acts()
        for name, raw in entries.items():
            if raw is None:
                self.rows.pop(name, None)
            else:
                self.rows[name] = raw

    def forget(self, begin: bytes, end: bytes) -> None:
        self._process.acts()
        for name in [name for name in self.rows if begin <= name < end]:
            del self.rows[name]

    def lose(self) -> None:
        """All of it is gone."""
        self.rows.clear()
        self.life += 1

    def now(self) -> float:
        return 0.0


def state_of(rows: Rows) -> tuple[dict[str, Chain], Place | None]:
    """The states on a disk, by key, and the place in the changelog that they say they stand at."""
    state = PartitionState(Disk(None, rows), TopicPartition(LISTING_UPDATED, 0), Chain)  # type: ignore[arg-type]
    state._life = 0
    begin, place = state._rows, rows.get(state._place)
    keys = [name[len(begin) :].decode() for name in rows if name.startswith(begin)]
    known = {key: state.get(key).state for key in keys}  # type: ignore[union-attr]
    return known, None if place is None else msgspec.msgpack.decode(place, type=Place)


def untrue(rows: Rows, kafka: Kafka) -> str:
    """What is wrong with a disk, which must be what is committed up to the place that it names; empty if nothing."""
    held, place = state_of(rows)
    if place is None:
        return "state without a place" if held else ""
    committed = [row for row in kafka.logs[CHANGELOG].written() if row.transaction.commits and row.offset <= place.last]
    true = {row.key.decode(): msgspec.json.decode(row.value, type=Chain) for row in committed}
    offset = int(dict(committed[-1].headers)[OFFSET_HEADER]) if committed else None
    if held != true:
        return f"the disk holds {held} at {place.last}, where {true} is committed"
    return "" if place.input_offset == offset else f"the disk says {place.input_offset} at {place.last}, not {offset}"


STEPS = {"merge": (Runner, "_merge"), "disk": (Disk, "put")}  # after a commit, and while state is read back


# --- mutations (mutations.py) ----------------------------------------------------------------------------------------


def restore_early(patch: pytest.MonkeyPatch) -> None:
    """State is read back before the producer starts."""
    opens, restore = Lane._open, streams.lane.restore

    async def broken(lane: Lane, *args: Any) -> None:
        topic = TopicPartition(changelog(lane.tp.topic), lane.tp.partition)
        early = await restore(lane._settings.kafka, topic, lane._runner.state)

        async def known(*_: object) -> Any:
            return early

        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(streams.lane, "restore", known)
            await opens(lane, *args)

    patch.setattr(Lane, "_open", broken)


def merge_early(patch: pytest.MonkeyPatch) -> None:
    """New states are true before they are committed."""
    settles = Runner._settle

    def settle(runner: Runner, *args: Any) -> Any:
        prefix = settles(runner, *args)
        changes = [Change(key, prefix.sources[key], change.value) for key, change in prefix.changes.items()]
        runner.state.apply(changes, msgspec.structs.replace(runner.state.place, input_offset=prefix.next_offset))
        return prefix

    patch.setattr(Runner, "_settle", settle)


def merge_never(patch: pytest.MonkeyPatch) -> None:
    """New states are not taken over."""

    def merge(runner: Runner, prefix: Any, written: object) -> None:
        runner.position = prefix.next_offset

    patch.setattr(Runner, "_merge", merge)


def place_ahead(patch: pytest.MonkeyPatch) -> None:
    """The place is written for itself, before the states that belong to it."""
    applies = PartitionState.apply

    def apply(state: PartitionState, changes: Any, place: Place) -> None:
        applies(state, (), place)
        applies(state, changes, place)

    patch.setattr(PartitionState, "apply", apply)
