"""Loads a worker's code once, and forks a worker for each line that it reads: its environment, and a file to talk to.

A test that needs many workers one after the other would spend most of its time in imports. Answers with process ids.
"""

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

import msgspec

from tests.integration.faults.probe_worker import main


def _become(env: dict[str, str], log: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(env)
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(said, 1)
    os.dup2(said, 2)
    main()


def nurse() -> None:
    """Fork until there is nothing more to read."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    for line in sys.stdin:
        env, log = msgspec.json.decode(line, type=tuple[dict[str, str], str])
        child = os.fork()
        if not child:
            _become(env, log)
            return
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    nurse()
