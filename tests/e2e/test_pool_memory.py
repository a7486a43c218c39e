"""An outlier's memory goes back. Measured on processes of their own: nothing else has been allocated there before."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(
        not Path("/proc/self/smaps_rollup").exists(), reason="resident memory is read as Linux tells it"
    ),
]
SCRIPT = Path(__file__).parent / "resident.py"
ROOT = Path(__file__).parents[2]


def measure(case):
    command = [sys.executable, str(SCRIPT), case]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_pool_is_back_within_a_tenth_after_512_long_texts_and_after_the_longest():
    seen = measure("pool")
    assert seen["tokens"] >= 55
    for moment in ("many", "longest", "ordinary"):
        assert seen[moment] <= 1.1 * seen["before"], seen


def test_one_huge_run_goes_back_by_shrinking_the_arena_and_not_by_itself():
    kept, given_back = measure("no arena"), measure("arena")
    assert kept["after"] > 2 * kept["before"], kept
    assert given_back["after"] <= 1.1 * given_back["before"], given_back
