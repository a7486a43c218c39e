"""Requests that wait, in the order in which they are served. Imports no ONNX Runtime and owns no thread."""

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Final

from inference.requests import Decoding, Priority

PATIENCE_S: Final = {Priority.LOGISTICS: 0.0, Priority.REVIEW: 0.5, Priority.LISTING: 2.0, Priority.BACKFILL: 8.0}
"""Seconds a request of each priority lets newer, more urgent ones pass. All below the default time-out of 30 s, so
that a backfill under a steady stream of parcels is served before it expires."""

Key = tuple[int, int, Decoding, str]
"""Model, pair, decoding and text."""


def rank_of(arrived_s: float, priority: Priority) -> float:
    """Return when a request's patience ends (monotonic seconds); the smallest is served first.

    The rank is fixed on arrival, and waiting still raises it against all that arrive later: once a request has waited
    for its patience, nothing new can pass it, so nothing starves.
    """
    return arrived_s + PATIENCE_S[priority]


@dataclass(slots=True, eq=False)
class Request:
    """One text on its way through the pool; made on the event loop, then read by worker threads.

    `pair` is the place of its direction among the model's pairs. The loop alone sets `withdrawn`; a worker alone sets
    `started_s`. Times are monotonic seconds.
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

    @property
    def key(self) -> Key:
        """What makes two requests the same: the same key gives the same answer."""
        return self.model, self.pair, self.decoding, self.text


class RequestQueue:
    """The requests of one model: at most `capacity` queued, the rest held at the door together with their callers.

    Both parts are served by rank, equal ranks in order of arrival, and a place that becomes free goes to the best at
    the door. Entries of withdrawn or promoted requests stay behind until they surface or outnumber the live ones.
    Not thread-safe: `Schedule` guards it.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._queued: list[tuple[float, int, Request]] = []
        self._door: list[tuple[float, int, Request]] = []
        self._inside: set[Request] = set()
        self._outside: set[Request] = set()
        self._arrivals = 0

    @property
    def depth(self) -> int:
        """How many requests are queued."""
        return len(self._inside)

    @property
    def at_door(self) -> int:
        """How many callers wait for a place in the queue."""
        return len(self._outside)

    def put(self, request: Request) -> None:
        """Queue a request, or hold it at the door while the queue is full."""
        if len(self._inside) < self._capacity:
            self._inside.add(request)
            self._push(self._queued, request)
        else:
            self._outside.add(request)
            self._push(self._door, request)

    def hasten(self, request: Request, rank: float) -> None:
        """Give a waiting request a better rank; a worse one, or a request that was taken, changes nothing."""
        if rank < request.rank and request.waiting:
            request.rank = rank
            self._push(self._queued if request in self._inside else self._door, request)

    def withdraw(self, request: Request) -> bool:
        """Forget a waiting request; False when a worker already took it."""
        if not request.waiting:
            return False
        request.waiting = False
        self._inside.discard(request)
        self._outside.discard(request)
        self._queued = self._swept(self._queued, len(self._inside))
        self._door = self._swept(self._door, len(self._outside))
        self._let_in()
        return True

    def take(self, count: int) -> list[Request]:
        """Remove and return up to `count` requests, the best ranks first."""
        taken: list[Request] = []
        while len(taken) < count and self._inside:
            request = self._pop(self._queued)
            self._inside.remove(request)
            request.waiting = False
            taken.append(request)
        self._let_in()
        return taken

    def _let_in(self) -> None:
        while self._outside and len(self._inside) < self._capacity:
            request = self._pop(self._door)
            self._outside.remove(request)
            self._inside.add(request)
            self._push(self._queued, request)

    def _push(self, heap: list[tuple[float, int, Request]], request: Request) -> None:
        self._arrivals += 1
        heappush(heap, (request.rank, self._arrivals, request))

    @staticmethod
    def _pop(heap: list[tuple[float, int, Request]]) -> Request:
        """Return the best live request; there is one. An entry with an outdated rank is a leftover of `hasten`."""
        while True:
            rank, _, request = heappop(heap)
            if request.waiting and rank == request.rank:
                return request

    @staticmethod
    def _swept(heap: list[tuple[float, int, Request]], live: int) -> list[tuple[float, int, Request]]:
        """Drop leftovers once they outnumber the live entries: a storm of cancellations must not fill memory."""
        if len(heap) <= 2 * live + 16:
            return heap
        kept = [entry for entry in heap if entry[2].waiting and entry[0] == entry[2].rank]
        heapify(kept)
        return kept
