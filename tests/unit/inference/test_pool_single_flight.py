import asyncio

import pytest

from inference.requests import Decoding, PoisonText
from inference.scheduling.queue import Request
from inference.scheduling.single_flight import SingleFlight
from tests.unit.inference.pool_fakes import answer


def request(text="same"):
    return Request(text, 0, Decoding.GREEDY, 0.0, 0.0)


def waiters(count):
    loop = asyncio.get_running_loop()
    return [loop.create_future() for _ in range(count)]


async def test_a_late_result_of_an_abandoned_computation_does_not_land_on_its_successor():
    flights = SingleFlight()
    old, new = request(), request()
    first, second = waiters(2)
    abandoned = flights.start(old)
    flights.join(abandoned, first)
    assert flights.leave(abandoned, first)
    successor = flights.start(new)
    flights.join(successor, second)
    assert not flights.land(old, answer("old"))
    assert not second.done()
    assert flights.land(new, answer("new"))
    assert second.result().text == "NEW"
    assert len(flights) == 0


async def test_leaving_an_abandoned_flight_does_not_end_its_successor():
    flights = SingleFlight()
    first, second, third = waiters(3)
    flight = flights.start(request())
    flights.join(flight, first)
    flights.land(flight.request, answer("done"))
    successor = flights.start(request())
    flights.join(successor, second)
    assert not flights.leave(flight, first)
    assert flights.find(successor.request.key) is successor
    flights.join(successor, third)
    assert not flights.leave(successor, second)
    assert flights.leave(successor, third)


async def test_every_waiter_gets_an_error_of_its_own():
    flights = SingleFlight()
    both = waiters(2)
    flight = flights.start(request())
    for waiter in both:
        flights.join(flight, waiter)
    flights.land(flight.request, PoisonText("bad"))
    errors = [waiter.exception() for waiter in both]
    assert all(isinstance(error, PoisonText) for error in errors)
    assert errors[0] is not errors[1]
    with pytest.raises(PoisonText, match="bad"):
        raise errors[0]


async def test_a_waiter_that_is_already_done_is_left_alone():
    flights = SingleFlight()
    gone, stays = waiters(2)
    flight = flights.start(request())
    flights.join(flight, gone)
    flights.join(flight, stays)
    gone.cancel()
    assert flights.land(flight.request, answer("kept"))
    assert gone.cancelled()
    assert stays.result().shared
