"""Identical requests in flight share one computation. Lives on the event loop."""

from asyncio import Future
from collections.abc import Callable, Iterator

import msgspec

from inference.engine import Answer
from inference.scheduling.queue import Key, Request
from schemas.errors import DragomanError


class Flight:
    """One computation and the callers that wait for it; the first is the one that started it."""

    __slots__ = ("request", "waiters")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.waiters: dict[Future[Answer], bool] = {}


class SingleFlight:
    """Flights by key. A flight belongs to no caller: it goes on while one of them waits, whoever that is."""

    def __init__(self) -> None:
        self._flights: dict[Key, Flight] = {}

    def __len__(self) -> int:
        """How many computations are wanted."""
        return len(self._flights)

    def __iter__(self) -> Iterator[Flight]:
        return iter(self._flights.values())

    def find(self, key: Key) -> Flight | None:
        """Return the flight under way for a key."""
        return self._flights.get(key)

    def start(self, request: Request) -> Flight:
        """Register a new computation."""
        flight = self._flights[request.key] = Flight(request)
        return flight

    def join(self, flight: Flight, waiter: Future[Answer]) -> None:
        """Add a caller; whoever is not the first is told that its answer is shared."""
        flight.waiters[waiter] = bool(flight.waiters)

    def leave(self, flight: Flight, waiter: Future[Answer]) -> bool:
        """Take a caller off; True when it was the last, so that nobody wants the answer any more."""
        flight.waiters.pop(waiter, None)
        if flight.waiters or self._flights.get(flight.request.key) is not flight:
            return False
        del self._flights[flight.request.key]
        return True

    def land(self, request: Request, result: Answer | DragomanError) -> bool:
        """Hand a result to all who wait; False when nobody does, which is so after the last one left."""
        flight = self._flights.get(request.key)
        if flight is None or flight.request is not request:
            return False
        del self._flights[request.key]
        for waiter, shared in flight.waiters.items():
            if waiter.done():
                continue
            if isinstance(result, DragomanError):
                # One exception raised in several tasks would collect all their tracebacks.
                waiter.set_exception(type(result)(*result.args))
            else:
                waiter.set_result(msgspec.structs.replace(result, shared=True) if shared else result)
        return True

    def crash(self, error: Callable[[], DragomanError]) -> None:
        """Fail every caller, each with an error of its own."""
        flights, self._flights = self._flights, {}
        for flight in flights.values():
            for waiter in flight.waiters:
                if not waiter.done():
                    waiter.set_exception(error())
