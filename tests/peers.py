"""The peers' environment (`make peers`): torch, transformers and ctranslate2, reached only through its interpreter."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYTHON = ROOT / ".venv-peers/bin/python"


def run_peers(script: str, *arguments: str | Path) -> str:
    """Run `tests/reference/{script}` there and return its output. Skips without `make peers`; in CI that fails."""
    if not PYTHON.is_file():
        problem = f"no {PYTHON.relative_to(ROOT)}: run `make peers`"
        if os.environ.get("CI"):
            pytest.fail(f"the peers' tests must run in CI: {problem}")
        pytest.skip(problem)
    command = [PYTHON, ROOT / "tests/reference" / script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
