"""Everything that may happen to three brokers while workers work: nothing lost, repeated or out of order."""

from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.faults import ONE_S, ROLLING_S, SINGLE, TWO_AWAY_S, rolling_restart, to_one, two_away
from tests.cluster.report import Report
from tests.cluster.roles import ROLES
from tests.cluster.test_slice import assert_exactly_once
from tests.cluster.trial import try_out

IMPATIENT = {"kafka.request_timeout_s": "2", "lanes.transaction_timeout_s": "5"}

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(420)]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("fault", SINGLE)
async def test_one_broker(cluster: Cluster, report: Report, tmp_path: Path, fault: str, role: str) -> None:
    trial = await try_out(cluster, fault, to_one(fault, role), tmp_path, ONE_S)
    report.trials.append(trial)
    assert_exactly_once(trial)


async def test_all_are_restarted_one_after_the_other(cluster: Cluster, report: Report, tmp_path: Path) -> None:
    trial = await try_out(cluster, "rolling restart", rolling_restart, tmp_path, ROLLING_S)
    report.trials.append(trial)
    assert_exactly_once(trial)


async def test_two_of_three_are_away(cluster: Cluster, report: Report, tmp_path: Path) -> None:
    trial = await try_out(cluster, "two of three away", two_away, tmp_path, TWO_AWAY_S)
    report.trials.append(trial)
    assert_exactly_once(trial)


@pytest.mark.parametrize("fault", ["kill -9", "pause"])
async def test_one_broker_with_workers_of_little_patience(
    cluster: Cluster, report: Report, tmp_path: Path, fault: str
) -> None:
    trial = await try_out(cluster, fault, to_one(fault, "leader"), tmp_path, ONE_S, IMPATIENT)
    report.trials.append(trial)
    assert_exactly_once(trial)


@pytest.mark.parametrize("fault", ["kill -9", "pause"])
async def test_one_broker_at_the_pace_that_kafka_ships_with(
    patient_cluster: Cluster, report: Report, tmp_path: Path, fault: str
) -> None:
    trial = await try_out(patient_cluster, fault, to_one(fault, "leader"), tmp_path, ONE_S)
    report.trials.append(trial)
    assert_exactly_once(trial)
