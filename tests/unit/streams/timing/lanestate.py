"""The one place that knows where a lane keeps its state (streams/runner.py)."""

from typing import Any

import msgspec

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
