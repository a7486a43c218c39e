"""Exactly once through every fault that `make chaos` knows, on Apache Kafka; and a control run that must fail."""

import os
from pathlib import Path

import pytest

from tests.chaos.__main__ import cannot
from tests.chaos.report import repeat_command
from tests.chaos.run import Run
from tests.chaos.schedule import KINDS, draw, runs_per_deal

pytestmark = [pytest.mark.integration, pytest.mark.timeout(400), pytest.mark.usefixtures("embedded_kafka")]
EVENTS = 2000
RATE = 400.0
DEAL = range(runs_per_deal(len(KINDS)))  # seeds that meet every fault between them


@pytest.mark.parametrize("seed", DEAL)
async def test_everything_has_its_effect_once_and_in_order(seed: int, tmp_path: Path) -> None:
    schedule = draw(seed, EVENTS)
    skip = cannot()
    assert not (skip and os.environ.get("CI")), f"every fault must be done in CI: {skip}"
    result = await Run(schedule, tmp_path / "run", RATE, skip=skip).do()
    told = repeat_command(schedule, RATE, ())
    assert result.verdict.broken == {}, (result.verdict.findings, told)
    assert result.troubles == [], told
    assert result.visible > EVENTS / 2
    assert result.shown + result.dead_letters == result.visible


async def test_without_transactions_the_judge_sees_duplicates(tmp_path: Path) -> None:
    """The control run: a judge that never finds anything proves nothing."""
    schedule = draw(2, EVENTS, ["sigkill"])
    result = await Run(schedule, tmp_path / "run", RATE, env={"AT_LEAST_ONCE": "1"}).do()
    assert result.verdict.duplicate > 0
    assert not result.good
