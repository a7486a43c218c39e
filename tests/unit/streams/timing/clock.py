"""An event loop whose time passes only while nothing can be done: a time-out of ten seconds costs none."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any


class Stuck(Exception):
    """Nothing will ever happen again, or it has not within the time that a case may take."""


class Clock(asyncio.SelectorEventLoop):
    """`limit_s`: beyond it a case is stuck. Work in threads is waited for before time goes on."""

    def __init__(self, limit_s: float) -> None:
        self.now = 1000.0
        self.limit = self.now + limit_s
        self.jobs = 0
        super().__init__(_Jump(self))
        self.set_exception_handler(lambda *_: None)  # a killed process leaves futures that nobody awaits

    def time(self) -> float:
        return self.now

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        self.jobs += 1
        work = super().run_in_executor(executor, func, *args)
        work.add_done_callback(self._job_done)
        return work

    def _job_done(self, work: object) -> None:
        self.jobs -= 1


class _Jump(selectors.DefaultSelector):
    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> Any:
        clock = self._clock
        if clock.jobs:
            return super().select(timeout and 1)
        if timeout is None:
            raise Stuck("nothing will ever happen again")
        clock.now += timeout
        if clock.now > clock.limit:
            raise Stuck("it takes for ever")
        return []


def run(case: Callable[[], Coroutine[Any, Any, Any]], limit_s: float = 120.0) -> Any:
    """Run a case on a clock of its own; raises Stuck."""
    clock = Clock(limit_s)
    with asyncio.Runner(loop_factory=lambda: clock) as runner:
        try:
            return runner.run(case())
        finally:
            clock.limit = float("inf")
