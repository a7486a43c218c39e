"""Requests that wait, in the order in which they are served. Imports no ONNX Runtime and owns no thread."""

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from math import inf
from typing import Final

from inference.requests import Decoding, Priority

PATIENCE_S: Final = {Priority.LOGISTICS: 0.0, Priority.REVIEW: 0.5, Priority.LISTING: 2.0, Priority.BACKFILL: 8.0}
"""Seconds a request of each priority lets all that is more urgent pass. All well below
30 s, which callers with a time-out of their own usually give: a backfill under a steady stream of parcels is served."""
PATIENCE_OF_TIMEOUT: Final = 0.5
"""A request with a short time-out is patient for this part of it at most: the rest is left for its turn and its run."""
PASSES: Final = 6
"""How many requests in a row may pass over a priority whose patience has ended: it gets a seventh of what is taken."""
TURN_OF_OVERDUE: Final = PASSES + len(Priority)
"""At the latest so many requests are taken until one of a priority whose patience has ended is among them."""

Key = tuple[int, int, Decoding, str]
"""Model, pair, decoding and text."""
_Entry = tuple[float, int, "Request"]


def rank_of(arrived_s: float, priority: Priority, timeout_s: float = inf) -> float:
    """Return when a request's patience ends (monotonic seconds); of one priority the smallest is served first.

    It is fixed on arrival, so of the same priority nothing that comes after that moment can pass.
    """
    return arrived_s + min(PATIENCE_S[priority], PATIENCE_OF_TIMEOUT * timeout_s)


@dataclass(slots=True, eq=False)
class Request:
    """One text on its way through the pool; made on the event loop, then read by worker threads.

    `pair` is the place of its direction among the model's pairs. The loop alone sets `withdrawn`; a worker alone sets
    `started_s`. Times are monotonic seconds; what is not started by `deadline_s` never is.
    """

    text: str
    model: int
    decoding: Decoding
    arrived_s: float
    rank: float
    pair: int = 0
    withdrawn: bool = False
    waiting: bool = True
    started_s: float = field(default=0.0)
    priority: Priority = Priority.LISTING
    deadline_s: float = inf
    expired: bool = False

    @property
    def key(self) -> Key:
        """What makes two requests the same: the same key gives the same answer."""
        return self.model, self.pair, self.decoding, self.text


class RequestQueue:
    """The requests of one model: `capacity` of them queued, the rest at the door; each has a caller that waits.

    The most urgent priority is served first, within a priority the smallest rank, equal ranks in order of arrival.
    A priority whose first request is out of patience has its turn after PASSES others. So a request whose patience
    has ended is taken within TURN_OF_OVERDUE x (n + 1) requests, where n is how many of its own priority had a
    smaller rank at that moment: their number only falls, and nothing starves, whatever arrives.

    What is past its deadline when its turn comes is dropped and never taken. Entries of withdrawn or hastened
    requests stay behind until they surface or outnumber the live ones. Not thread-safe: `Schedule` guards it.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._heaps: list[list[_Entry]] = [[] for _ in Priority]
        self._live = [0] * len(Priority)
        self._passed = [0] * len(Priority)
        self._arrivals = 0
        self.expired = 0

    @property
    def depth(self) -> int:
        """How many requests are queued."""
        return min(self._capacity, sum(self._live))

    @property
    def at_door(self) -> int:
        """How many wait for a place in the queue. The urgent among them are served first all the same."""
        return max(0, sum(self._live) - self._capacity)

    @property
    def urgency(self) -> int:
        """The most urgent priority that waits; greater than all priorities when nothing does."""
        return next((priority for priority, live in enumerate(self._live) if live), len(Priority))

    def put(self, request: Request) -> None:
        """Queue a request."""
        self._live[request.priority] += 1
        self._push(request)

    def join(self, request: Request, priority: Priority, rank: float, deadline_s: float) -> bool:
        """Let another caller in on a request: the most urgent, the least patient and the longest deadline count.

        False when it was dropped at its deadline: the caller needs a request of its own.
        """
        if request.expired:
            return False
        request.deadline_s = max(request.deadline_s, deadline_s)
        if priority < request.priority or rank < request.rank:
            if request.waiting:
                self._live[request.priority] -= 1
            request.priority = min(priority, request.priority)
            request.rank = min(rank, request.rank)
            if request.waiting:
                self.put(request)
        return True

    def withdraw(self, request: Request) -> bool:
        """Forget a waiting request; False when a worker already took it."""
        if not request.waiting:
            return False
        self._leave(request)
        heap = self._heaps[request.priority]
        if len(heap) > 2 * self._live[request.priority] + 16:
            # A storm of cancellations must not fill memory.
            heap[:] = [entry for entry in heap if _live(entry, request.priority)]
            heapify(heap)
        return True

    def take(self, count: int, now_s: float, least: int = Priority.BACKFILL) -> list[Request]:
        """Remove and return up to `count` requests of priority `least` or more urgent, the best first.

        What has expired is dropped.
        """
        taken: list[Request] = []
        while len(taken) < count and (heap := self._choose(now_s, least)) is not None:
            request = heappop(heap)[2]
            self._leave(request)
            if request.deadline_s > now_s:
                taken.append(request)
            else:
                request.expired = True
                self.expired += 1
        return taken

    def _choose(self, now_s: float, least: int) -> list[_Entry] | None:
        """Return the heap to take from: the most urgent one, or one that has been passed over often enough."""
        chosen = None
        for priority, heap in enumerate(self._heaps[: least + 1]):
            while heap and not _live(heap[0], priority):
                heappop(heap)
            if not heap:
                continue
            if heap[0][0] <= now_s:
                self._passed[priority] += 1
            if chosen is None or self._passed[priority] > max(PASSES, self._passed[chosen]):
                chosen = priority
        if chosen is None:
            return None
        self._passed[chosen] = 0
        return self._heaps[chosen]

    def _leave(self, request: Request) -> None:
        request.waiting = False
        self._live[request.priority] -= 1

    def _push(self, request: Request) -> None:
        self._arrivals += 1
        heappush(self._heaps[request.priority], (request.rank, self._arrivals, request))


def _live(entry: _Entry, priority: int) -> bool:
    """Whether an entry stands for a waiting request; those that do not are leftovers of `join` and `withdraw`."""
    rank, _, request = entry
    return request.waiting and rank == request.rank and priority == request.priority
