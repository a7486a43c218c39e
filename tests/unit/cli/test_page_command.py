"""`dragoman page` before it has found anything to show."""

import subprocess
import sys
from pathlib import Path

import pytest

DRAGOMAN = Path(sys.executable).with_name("dragoman")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "the page shows customers' texts: 0.0.0.0 needs a token"),  # noqa: S104
        (["--bootstrap", "127.0.0.1:1"], "cannot use Kafka at 127.0.0.1:1"),
    ],
)
def test_what_only_the_operator_can_mend_is_one_line(arguments, said):
    command = [DRAGOMAN, "page", "--port", "0", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2, done.stderr
    assert done.stderr.splitlines()[-1].startswith(f"dragoman: {said}")  # Kafka's client may log before
    assert "Traceback" not in done.stderr
