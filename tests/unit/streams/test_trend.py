"""Where lag is heading."""

import pytest

from streams.lag import LagStatus, PartitionLag
from streams.trend import Trend

KEY = ("listing-updated", 0)


def lag(end: int, records: int, status: LagStatus = LagStatus.MOVING) -> PartitionLag:
    return PartitionLag(*KEY, 0, end, end - records, records, 1.0, owned=True, status=status)


def test_a_backlog_that_shrinks_is_gone_at_the_rate_at_which_it_shrinks():
    trend = Trend()
    trend.add([lag(100, 80)], 0.0)
    (now,) = trend.add([lag(110, 60)], 10.0)
    pace = trend.paces()[KEY]
    assert (pace.consumed_per_s, pace.arriving_per_s, pace.drain_s) == (3.0, 1.0, 30.0)
    assert now.status is LagStatus.MOVING


def test_what_moves_and_does_not_shrink_is_slow():
    trend = Trend()
    trend.add([lag(100, 50)], 0.0)
    (now,) = trend.add([lag(130, 70)], 10.0)
    assert trend.paces()[KEY].drain_s is None
    assert now.status is LagStatus.SLOW


@pytest.mark.parametrize("status", [LagStatus.STALLED, LagStatus.STOPPED, LagStatus.UNCOMMITTED, LagStatus.BEHIND])
def test_only_what_moves_can_be_slow(status):
    trend = Trend()
    trend.add([lag(100, 50, status)], 0.0)
    (now,) = trend.add([lag(130, 80, status)], 10.0)
    assert now.status is status


def test_nothing_left_takes_no_time_and_one_sample_says_nothing():
    trend = Trend()
    trend.add([lag(100, 0, LagStatus.CAUGHT_UP)], 0.0)
    assert trend.paces() == {}
    trend.add([lag(200, 0, LagStatus.CAUGHT_UP)], 1.0)
    assert trend.paces()[KEY].drain_s == 0.0


def test_a_burst_of_commits_does_not_outweigh_the_last_half_minute():
    trend = Trend(window_s=30.0)
    for second in range(31):
        trend.add([lag(1000, 900 - second)], float(second))
    trend.add([lag(1000, 769)], 31.0)  # 100 in one second
    assert trend.paces()[KEY].consumed_per_s == pytest.approx(130 / 30)
