"""A worker as a process of its own, which ends when it is told to, whatever hangs in it."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable

from streams.worker import Worker

LEAVE_S = 8.5  # an orchestrator sends SIGKILL after 10 s or more


class Exit:
    """Ends the process `LEAVE_S` after it began to leave.

    Faust runs aiokafka in a thread that Python waits for at exit, and with the broker away that thread may wait longer
    than anybody will. By then all that could be committed has been.
    """

    def __init__(self, leave_s: float = LEAVE_S, end: Callable[[int], None] = os._exit) -> None:
        self._leave_s = leave_s
        self._end = end
        self._timer: threading.Timer | None = None

    def begin(self) -> None:
        """Leave from now on; calling it again changes nothing."""
        if self._timer is None:
            self._timer = threading.Timer(self._leave_s, self._force)
            self._timer.daemon = True
            self._timer.start()

    def _force(self) -> None:
        sys.stderr.write("dragoman: something still hung at the end; what was not committed will be processed again\n")
        sys.stderr.flush()
        self._end(1)


def run_worker(make: Callable[[Callable[[], None]], Worker]) -> None:
    """Run a worker to its end; raises what ended it.

    `make` is given what the worker must call when it begins to leave (`Worker`'s `on_leaving`).
    """
    leaving = Exit()
    try:
        asyncio.run(make(leaving.begin).run())
    finally:
        leaving.begin()
