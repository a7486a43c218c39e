"""A worker as a process of its own, which ends when it is told to, whatever hangs in it."""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable

from streams.worker import Worker

THREAD_NAME = "dragoman-exit"
LEAVE_S = 8.5  # an orchestrator sends SIGKILL after 10 s or more


class Exit:
    """Ends the process `LEAVE_S` after it began to leave.

    Faust runs aiokafka in a thread that Python waits for at exit, and with the broker away that thread may wait longer
    than anybody will. By then all that could be committed has been.

    Its thread waits from the start: a process without memory gets no new one, and Python hangs in the attempt.
    """

    def __init__(self, leave_s: float = LEAVE_S, end: Callable[[int], None] = os._exit) -> None:
        self._leave_s = leave_s
        self._end = end
        self._leaving = threading.Event()
        threading.Thread(target=self._watch, name=THREAD_NAME, daemon=True).start()

    def begin(self) -> None:
        """Leave from now on; calling it again changes nothing."""
        self._leaving.set()

    def _watch(self) -> None:
        self._leaving.wait()
        time.sleep(self._leave_s)
        try:
            sys.stderr.write(
                "dragoman: something still hung at the end; what was not committed will be processed again\n"
            )
            sys.stderr.flush()
        finally:
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
