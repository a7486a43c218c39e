"""Who serves what next: the one place that the event loop and the worker threads share."""

from collections.abc import Callable, Sequence
from threading import Condition
from time import monotonic

from inference.requests import Priority
from inference.scheduling.queue import Request, RequestQueue


class Schedule:
    """One queue per model behind one lock, held for microseconds; idle workers sleep here until something waits.

    Every worker serves every model, see `Worker`. So two threads keep two cores busy whatever the mix of models, and
    no thread idles while any queue holds something. `clock`: monotonic seconds.
    """

    def __init__(self, models: int, threads: int, capacity: int, clock: Callable[[], float] = monotonic) -> None:
        self._threads = threads
        self._queues = tuple(RequestQueue(capacity) for _ in range(models))
        self._clock = clock
        self._changed = Condition()
        self._idle = 0
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the workers are asked to end."""
        return self._closed

    def put(self, request: Request) -> None:
        """Queue a request and wake one idle worker."""
        with self._changed:
            self._queues[request.model].put(request)
            if self._idle:
                self._changed.notify()

    def join(self, request: Request, priority: Priority, rank: float, deadline_s: float) -> bool:
        """Let another caller in on a request; False when it was dropped at its deadline."""
        with self._changed:
            return self._queues[request.model].join(request, priority, rank, deadline_s)

    def withdraw(self, request: Request) -> bool:
        """Mark a request as no longer wanted; True when it was still waiting, False when a worker holds it."""
        request.withdrawn = True
        with self._changed:
            return self._queues[request.model].withdraw(request)

    def depth(self, model: int) -> int:
        """Return how many requests of a model are queued."""
        return self._queues[model].depth

    def at_door(self, model: int) -> int:
        """Return how many callers wait for a place in a model's queue."""
        return self._queues[model].at_door

    def expired(self, model: int) -> int:
        """Return how many requests of a model were dropped at their deadline before they were started."""
        return self._queues[model].expired

    def urgency(self, model: int) -> int:
        """Return the most urgent priority that waits for a model; greater than all priorities when none does."""
        return self._queues[model].urgency

    def take(self, model: int, room: int, least: int = Priority.BACKFILL) -> Sequence[Request]:
        """Return up to `room` requests of priority `least` or more urgent, without waiting: a thread's fair share.

        A thread that took all would leave the others idle at the end of a burst.
        """
        queue = self._queues[model]
        if not queue.depth:
            return ()
        with self._changed:
            waiting = queue.depth + queue.at_door
            return queue.take(min(room, -(-waiting // self._threads)), self._clock(), least)

    def wait(self) -> bool:
        """Sleep until a request is queued; False once closed."""
        with self._changed:
            self._idle += 1
            while not self._closed and not any(queue.depth for queue in self._queues):
                self._changed.wait()
            self._idle -= 1
            return not self._closed

    def close(self) -> None:
        """Ask all workers to end; what waits is left where it is."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
