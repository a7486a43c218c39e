"""Statuses, order, and what is read of a worker's page."""

import aiohttp
import pytest

from schemas.errors import OperatorError
from streams.health import HealthServer
from streams.lag import STILL_S, LagStatus, PartitionLag, judge, worst_first
from streams.metrics import Metrics
from streams.scrape import LaneSeen, parse_lanes, read_lanes
from streams.status import LaneStatus


def lag(
    records: int = 5, committed: int | None = 10, *, owned: bool = True, seconds: float | None = 1.0, partition: int = 0
):
    return PartitionLag("t", partition, 0, 15, committed, records, seconds, owned, LagStatus.BEHIND)


@pytest.mark.parametrize(
    ("now", "before", "status"),
    [
        (lag(0), None, LagStatus.CAUGHT_UP),
        (lag(0, None), lag(0, None), LagStatus.CAUGHT_UP),
        (lag(0, owned=False), lag(0), LagStatus.CAUGHT_UP),
        (lag(5, None), None, LagStatus.UNCOMMITTED),
        (lag(5, None, owned=False), lag(5, None), LagStatus.UNCOMMITTED),
        (lag(), None, LagStatus.BEHIND),
        (lag(seconds=STILL_S), lag(), LagStatus.STALLED),
        (lag(seconds=None), lag(), LagStatus.STALLED),
        (lag(seconds=STILL_S - 0.1), lag(), LagStatus.BEHIND),  # it has come since the sample before
        (lag(committed=11), lag(), LagStatus.MOVING),
        (lag(committed=11, owned=False), lag(), LagStatus.MOVING),
        (lag(committed=3), lag(committed=None), LagStatus.MOVING),
        (lag(owned=False), None, LagStatus.STOPPED),
        (lag(owned=False), lag(owned=False), LagStatus.STOPPED),
    ],
)
def test_status_from_one_or_two_samples(now: PartitionLag, before: PartitionLag | None, status: LagStatus):
    assert judge(now, before).status is status


def test_the_worst_comes_first_and_the_unknown_above_all():
    lags = [
        lag(900, seconds=1.0, partition=0),
        lag(2, seconds=300.0, partition=1),
        lag(0, seconds=0.0, partition=2),
        lag(7, seconds=None, partition=3),
        lag(950, seconds=1.0, partition=4),
    ]
    assert [one.partition for one in worst_first(lags)] == [3, 1, 4, 0, 2]


@pytest.fixture
async def worker():
    metrics = Metrics()
    metrics.watch(lambda: [LaneStatus("listing-updated", 2, "running", 17, 25, 8, 1.5, 0)])
    async with HealthServer("127.0.0.1", 0, metrics.registry, lambda: True, lambda: None) as server:
        yield server


@pytest.mark.parametrize("path", ["", "/", "/metrics"])
async def test_a_running_worker_tells_its_lanes(worker: HealthServer, path: str):
    assert await read_lanes([f"{worker.url}{path}"]) == {("listing-updated", 2): LaneSeen(8, 1.5)}


async def test_no_worker_is_no_lane():
    assert await read_lanes([]) == {}


async def test_a_worker_that_does_not_answer_is_named(worker: HealthServer):
    url = worker.url
    await worker.stop()
    with pytest.raises(OperatorError, match="no metrics of a worker") as caught:
        await read_lanes([str(url)])
    assert "\n" not in str(caught.value)


async def test_a_page_that_is_no_metrics_is_an_operators_error(worker: HealthServer):
    async with aiohttp.ClientSession() as session, session.get(f"{worker.url}/live") as response:
        assert response.status == 200  # the server is there, but the path below is not
    with pytest.raises(OperatorError, match="404"):
        await read_lanes([f"{worker.url}/nothing"])


def test_text_that_is_no_metrics_is_refused():
    with pytest.raises(ValueError, match=r"."):
        parse_lanes("<html><body>hello</body></html>")
