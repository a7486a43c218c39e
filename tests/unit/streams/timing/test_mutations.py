"""The table is worth something: it notices every lane that does its steps in another order."""

import pytest

from tests.unit.streams.timing.mutations import MUTATIONS, Mutation
from tests.unit.streams.timing.table import cases, judge


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_the_table_notices(mutation: Mutation):
    step = MUTATIONS[mutation]
    said = (judge(case, mutation).said for case in cases() if case.meeting.step == step)
    assert any(said), f"no fault at {step} shows it"
