"""The one place that knows where a lane keeps its state (streams/runner.py)."""

from typing import Any

import msgspec
import pytest
from aiokafka import TopicPartition

import streams.lane
from schemas.topics import changelog
from streams.lane import Lane
from streams.runner import Runner
from tests.integration.faults.chain import Chain
from tests.unit.streams.timing.kafka import Kafka
from tests.unit.streams.timing.story import CHANGELOG

MERGE = (Runner, "_merge")  # the step after a commit that makes new states true


def state_of(lane: Any) -> dict[str, Any]:
    """The states that a lane holds for true, by key."""
    return dict(lane._runner.state)


def ahead(lane: Any, kafka: Kafka) -> str:
    """What a lane holds for true though it is not committed; empty if nothing."""
    rows = [row for row in kafka.logs[CHANGELOG].rows if row.transaction is not None and row.transaction.commits]
    true = {msgspec.json.decode(row.value, type=Chain) for row in rows}
    held = sorted(state.number for state in state_of(lane).values() if state not in true)
    return f"the lane holds for true {held}, which are not committed" if held else ""


def left(lane: Any, kafka: Kafka) -> str:
    """What a lane that is about to open still holds; empty if nothing."""
    return "the lane opens with state that it has not read back" if state_of(lane) else ""


# --- mutations (mutations.py) ----------------------------------------------------------------------------------------


def restore_early(patch: pytest.MonkeyPatch) -> None:
    """State is read back before the producer starts."""
    opens, restore = Lane._open, streams.lane.restore

    async def broken(lane: Lane) -> None:
        topic = TopicPartition(changelog(lane.tp.topic), lane.tp.partition)
        early = await restore(lane._settings.kafka, topic, lane._runner.agent.state)

        async def known(*_: object) -> Any:
            return early

        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(streams.lane, "restore", known)
            await opens(lane)

    patch.setattr(Lane, "_open", broken)


def merge_early(patch: pytest.MonkeyPatch) -> None:
    """New states are true before they are committed."""
    settles, merges = Runner._settle, Runner._merge

    def settle(runner: Runner, *args: Any) -> Any:
        prefix = settles(runner, *args)
        merges(runner, prefix)
        return prefix

    patch.setattr(Runner, "_settle", settle)


def merge_never(patch: pytest.MonkeyPatch) -> None:
    """New states are not taken over."""

    def merge(runner: Runner, prefix: Any) -> None:
        runner.position = prefix.next_offset

    patch.setattr(Runner, "_merge", merge)


def never_forget(patch: pytest.MonkeyPatch) -> None:
    """What a lane knew before a failure stays."""
    forgets = Runner.forget

    def forget(runner: Runner) -> None:
        state, sources = runner.state, runner.sources
        forgets(runner)
        runner.state, runner.sources = state, sources

    patch.setattr(Runner, "forget", forget)
