"""A worker process that runs the chain agent and does to itself what it reads on standard input, a word a line:

`fatal` (the next event finds the ground gone), `pool` (a thread of the pool dies), `hoard` (takes all memory it is
given), `release` (gives it back), `clock S` (the wall clock is S seconds off from now on).
It prints where its health is served. `AT_LEAST_ONCE=1` takes the transactions away, for the control run.
"""

import asyncio
import ctypes
import faulthandler
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from inference.models import LoadedModels
from inference.scheduling.schedule import Schedule
from schemas.settings import load
from schemas.topics import changelog
from streams.logs import configure_logging
from streams.process import run_worker
from streams.transaction import LaneProducer
from streams.worker import Started, Worker
from tests.chaos.chain import CHAIN, Doom

PR_SET_PDEATHSIG = 1
HOARD_BYTES = (256 * 1024, 4096, 600)  # the last is the smallest that does not come out of Python's own pools


class AtLeastOnceProducer(LaneProducer):
    """The same lane without atomicity: outputs first, the offset afterwards, and no state.

    State ahead of the offset is what a lane refuses to open on, so it would stop before it repeated anything.
    """

    async def commit(self, messages, next_offset, progress=None):
        outputs = {topic: rows for topic, rows in messages.items() if topic != changelog(self._tp.topic)}
        async with asyncio.timeout(self._timeout_s):
            await self._producer.begin_transaction()
            self._announce(outputs)
            await self._send(outputs)
            await self._producer.commit_transaction()
            await asyncio.sleep(0.5)  # most of the time: a kill is to meet it here
            await self._producer.begin_transaction()
            await self._producer.send_offsets_to_transaction({self._tp: next_offset}, self._group)
            await self._producer.commit_transaction()


class Obedience:
    """Does what standard input says."""

    def __init__(self) -> None:
        self._schedules: list[Schedule] = []
        self._hoard: list[bytearray] = []
        self._real = time.time, time.time_ns
        remember, first = self._schedules.append, Schedule.__init__

        def init(schedule: Schedule, *args, **kwargs) -> None:
            first(schedule, *args, **kwargs)
            remember(schedule)

        Schedule.__init__ = init
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                said = os.read(sys.stdin.fileno(), 256)
                if not said:
                    os._exit(3)  # whoever started this is gone
                for line in said.decode().splitlines():
                    word, *rest = line.split()
                    getattr(self, word)(*rest)
            except MemoryError:  # this thread is not spared by what it has been told to do
                time.sleep(0.05)

    def fatal(self) -> None:
        Doom.fatal = True

    def pool(self) -> None:
        for thread in threading.enumerate():
            if thread.name.startswith("dragoman-pool-"):
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread.ident), ctypes.py_object(ArithmeticError)
                )
        for schedule in self._schedules:  # it sleeps in there
            with schedule._changed:
                schedule._changed.notify_all()

    def hoard(self) -> None:
        for size in HOARD_BYTES:
            try:
                while True:
                    self._hoard.append(bytearray(size))
            except MemoryError:
                continue

    def release(self) -> None:
        self._hoard.clear()

    def clock(self, seconds: str) -> None:
        # Not libfaketime: CI would have to install it, and nothing here reads the wall clock but Python.
        seconds_s = float(seconds)
        now, now_ns = self._real
        time.time = lambda: now() + seconds_s
        time.time_ns = lambda: now_ns() + int(seconds_s * 1e9)


def end_with_parent() -> None:
    """Ask Linux for SIGKILL when whoever started this has gone, even while this process is stopped."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def say_where(started: Started) -> None:
    sys.stdout.write(f"{started.health_url}\n")
    sys.stdout.flush()


def main() -> None:
    end_with_parent()
    faulthandler.register(signal.SIGUSR1)  # a hung worker is asked where it hangs
    settings = load()
    configure_logging(settings.logs)
    Obedience()
    kind = AtLeastOnceProducer if os.environ.get("AT_LEAST_ONCE") else LaneProducer

    def make(leaving: Callable[[], None]) -> Worker:
        none = LoadedModels((), None)
        return Worker(
            settings,
            agents=(CHAIN,),
            producer=kind,
            load_models=lambda: none,
            on_start=say_where,
            on_leaving=leaving,
        )

    run_worker(make)


if __name__ == "__main__":
    main()
