"""Waiting for one's turn in the pool, told apart from being served: the former is nobody's fault but the load's."""

from asyncio import AbstractEventLoop, Future, TimerHandle
from collections.abc import Callable
from contextvars import ContextVar
from time import monotonic
from typing import Final, NamedTuple

from inference.engine import Answer
from inference.requests import RequestTimeout
from inference.scheduling.queue import Request


class Served(NamedTuple):
    """One request of a piece of work: its model, and when it came, was started (0.0: never) and ended, monotonic."""

    model: str
    arrived_s: float
    started_s: float
    ended_s: float


class QueueWait:
    """The requests that one piece of work has in the pool.

    Whoever bounds that work sets QUEUE_WAIT around it, for its requests are made many calls below, perhaps in tasks of
    their own. `served`, where given, is told of each request when it has ended. Lives on the event loop.
    """

    __slots__ = ("_requests", "_served", "_stalled")

    def __init__(self, served: Callable[[Served], None] | None = None) -> None:
        self._requests: list[Request] = []
        self._served = served
        self._stalled = False

    @property
    def now(self) -> bool:
        """Whether one of them waits for its turn while the pool serves others."""
        return not self._stalled and any(not request.started_s for request in self._requests)

    def begin(self, request: Request) -> None:
        """Count a request in."""
        self._requests.append(request)

    def end(self, request: Request, model: str, *, stalled: bool) -> None:
        """Count it out; `stalled`: it was given up though the pool served nobody else either."""
        self._requests.remove(request)
        self._stalled = stalled
        if self._served is not None:
            self._served(Served(model, request.arrived_s, request.started_s, monotonic()))


QUEUE_WAIT: Final[ContextVar[QueueWait | None]] = ContextVar("QUEUE_WAIT", default=None)


class Patience:
    """Ends a caller's wait with RequestTimeout: `seconds` after the call, or after its request was started.

    The latter where `served_s` is given, which tells when somebody last had an answer (monotonic seconds): a request
    that is not started is then given up only when nobody at all has had one for as long.
    """

    def __init__(
        self,
        waiter: Future[Answer],
        request: Request,
        seconds: float,
        served_s: Callable[[], float] | None,
    ) -> None:
        self._waiter = waiter
        self._request = request
        self._seconds = seconds
        self._served_s = served_s
        self._loop: AbstractEventLoop = waiter.get_loop()
        self._timer: TimerHandle = self._loop.call_later(seconds, self._look)

    def end(self) -> None:
        """Forget it: the wait is over."""
        self._timer.cancel()

    def _look(self) -> None:
        left_s = self._left_s()
        if left_s > 0:
            self._timer = self._loop.call_later(left_s, self._look)
        else:
            self.expire()

    def expire(self) -> None:
        """End the wait now, unless it is over."""
        if not self._waiter.done():
            self._waiter.set_exception(too_late())

    def _left_s(self) -> float:
        if self._served_s is None:
            return 0.0
        since_s = self._request.started_s or max(self._request.arrived_s, self._served_s())
        return since_s + self._seconds - monotonic()


def too_late() -> RequestTimeout:
    """The error of a caller whose patience is at its end; one for each, for raising adds to its traceback."""
    return RequestTimeout("the pool did not answer in time")
