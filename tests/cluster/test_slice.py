"""One fault of a cluster, small enough for every run of the tests; `make cluster` has all of them."""

from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.faults import ONE_S, to_one
from tests.cluster.report import Report
from tests.cluster.trial import Trial, try_out

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]


def assert_exactly_once(trial: Trial) -> None:
    assert trial.verdict.broken == {}, trial.verdict.findings
    assert trial.shown + trial.dead_letters == trial.events
    assert trial.dead_letters > 0
    assert not [code for codes in trial.worker_exits.values() for code in codes if code != 0], trial.worker_exits


async def test_the_leader_of_an_output_is_killed(cluster: Cluster, report: Report, tmp_path: Path) -> None:
    trial = await try_out(cluster, "kill -9", to_one("kill -9", "leader"), tmp_path, ONE_S)
    report.trials.append(trial)
    assert_exactly_once(trial)
