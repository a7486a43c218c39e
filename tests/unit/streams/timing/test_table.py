"""Each step of a lane, each fault: whatever happens where, every record has its effect once, and in order."""

import pytest

from tests.unit.streams.timing.table import Case, cases, judge


@pytest.mark.parametrize("case", list(cases()), ids=str)
def test_a_fault_at_a_step_costs_nothing(case: Case):
    verdict = judge(case)
    assert verdict.said == []
    assert verdict.fired, "the lane never comes to this step: the case asks nothing"
