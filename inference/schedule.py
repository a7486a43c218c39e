"""Who serves what next: the one place that the event loop and the worker threads share."""

from collections.abc import Sequence
from threading import Condition

from inference.queue import Request, RequestQueue


class Schedule:
    """One queue per model behind one lock, held for microseconds; idle workers sleep here until something waits.

    Every worker serves every model: it keeps an engine per model and gives each engine that has work a turn of some
    milliseconds. So two threads keep two cores busy whatever the mix of models, a model with a short queue waits for
    one turn of each other model at most, and no thread idles while any queue holds something.
    """

    def __init__(self, models: int, threads: int, capacity: int) -> None:
        self._threads = threads
        self._queues = tuple(RequestQueue(capacity) for _ in range(models))
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

    def hasten(self, request: Request, rank: float) -> None:
        """Serve a waiting request sooner."""
        with self._changed:
            self._queues[request.model].hasten(request, rank)

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

    def take(self, model: int, room: int) -> Sequence[Request]:
        """Return up to `room` requests without waiting: at most this thread's fair share of what is queued.

        A thread that took all would leave the others idle at the end of a burst.
        """
        if not self._queues[model].depth:
            return ()
        with self._changed:
            queue = self._queues[model]
            return queue.take(min(room, -(-queue.depth // self._threads)))

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
