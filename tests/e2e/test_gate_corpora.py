"""The gate on faults planted in published translations, and on those translations: what the README promises.

`test` is made of catalogues that the gate is not tuned on; `bench/gate.py` shows the lines of `dev` only.
"""

import pytest

from bench import gate
from bench.plant_faults import CORPORA, SPLITS, read_lines
from bench.planting import STRICT

RECALL_MIN = 0.95
ALARMS_MAX = 0.02


@pytest.fixture(scope="module", params=SPLITS)
def split(request):
    return request.param


@pytest.fixture(scope="module")
def kinds(split):
    faults = read_lines(CORPORA / "planted" / split)
    return gate.recall(faults, gate.verdicts(faults))


@pytest.mark.parametrize("law", STRICT)
def test_not_one_fault_in_what_can_be_counted_passes(kinds, law):
    passed = {kind: kinds[kind]["faults"] - kinds[kind]["refused"] for kind in STRICT[law]}
    assert not any(passed.values()), passed


def test_nearly_all_faults_are_refused(kinds):
    faults, refused = (sum(row[part] for row in kinds.values()) for part in ("faults", "refused"))
    assert refused / faults >= RECALL_MIN, f"{refused} of {faults}"


def test_no_kind_of_fault_goes_unseen(kinds):
    assert all(row["refused"] / row["faults"] >= 0.5 for row in kinds.values()), {
        kind: row["refused"] / row["faults"] for kind, row in kinds.items() if row["refused"] / row["faults"] < 0.5
    }


def test_published_translations_are_let_through(split):
    clean = read_lines(CORPORA / "clean" / split)
    published = [line for line in clean if line["origin"] != "written for this corpus"]
    for lines in (published, clean):
        found = gate.alarms(lines, gate.verdicts(lines))
        assert found["share"] <= ALARMS_MAX, found
    assert len(published) >= 2000
