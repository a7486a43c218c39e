import asyncio
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import OperatorError
from tests.cluster.cluster import KAFKAS_OWN, QUICK, Cluster
from tests.cluster.report import Report
from tests.cluster.roles import until_healed

REPORT_FILE = "CLUSTER_REPORT"  # where the measurements go as JSON
reports: list[Report] = []


@pytest.fixture(autouse=True)
def quiet_clients(caplog: pytest.LogCaptureFixture) -> None:
    """A broker that is away is what these tests are about: aiokafka need not say so thousands of times."""
    caplog.set_level(logging.CRITICAL, "aiokafka")


def unavailable(why: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"three brokers must run in CI: {why}")
    pytest.skip(f"no cluster: {why}")


def started(settings: dict[str, str]) -> Iterator[Cluster]:
    try:
        cluster = Cluster(settings)
    except OperatorError as error:
        unavailable(str(error))
    try:
        cluster.start()
        asyncio.run(until_healed(cluster.bootstrap))
        yield cluster
    finally:
        cluster.remove()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Three brokers that notice within seconds when one is away."""
    yield from started(QUICK)


@pytest.fixture(scope="module")
def patient_cluster() -> Iterator[Cluster]:
    """Three brokers with the times that Kafka ships with."""
    yield from started(KAFKAS_OWN)


@pytest.fixture(scope="session")
def report() -> Report:
    made = Report()
    reports.append(made)
    return made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in reports:
        if report.trials:
            terminalreporter.write(report.table())
            if file := os.environ.get(REPORT_FILE):
                Path(file).parent.mkdir(parents=True, exist_ok=True)
                Path(file).write_bytes(report.as_json())
