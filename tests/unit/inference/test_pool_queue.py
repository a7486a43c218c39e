from inference.queue import PATIENCE_S, Request, RequestQueue, rank_of
from inference.requests import Decoding, Priority


class Clock:
    def __init__(self):
        self.now_s = 1000.0

    def request(self, text, priority=Priority.LISTING):
        return Request(text, 0, Decoding.GREEDY, self.now_s, rank_of(self.now_s, priority))


def texts(requests):
    return [request.text for request in requests]


def test_equal_ranks_are_served_in_order_of_arrival():
    clock, queue = Clock(), RequestQueue(10)
    for text in "abcde":
        queue.put(clock.request(text))
    assert texts(queue.take(3)) == ["a", "b", "c"]
    assert texts(queue.take(3)) == ["d", "e"]
    assert queue.take(3) == []


def test_of_requests_that_arrive_together_the_more_urgent_go_first():
    clock, queue = Clock(), RequestQueue(10)
    for priority in (Priority.BACKFILL, Priority.LISTING, Priority.REVIEW, Priority.LOGISTICS):
        queue.put(clock.request(priority.name, priority))
    assert texts(queue.take(4)) == ["LOGISTICS", "REVIEW", "LISTING", "BACKFILL"]


def test_a_backfill_is_served_under_a_steady_stream_of_parcels():
    clock, queue = Clock(), RequestQueue(100)
    queue.put(clock.request("backfill", Priority.BACKFILL))
    queue.put(clock.request("first", Priority.LOGISTICS))
    served_after_s = None
    for _ in range(200):
        clock.now_s += 0.1
        queue.put(clock.request("parcel", Priority.LOGISTICS))
        if queue.take(1)[0].text == "backfill":
            served_after_s = clock.now_s - 1000.0
            break
    assert served_after_s is not None
    assert served_after_s <= PATIENCE_S[Priority.BACKFILL] + 0.2


def test_a_full_queue_holds_the_rest_at_the_door_and_lets_in_the_most_urgent():
    clock, queue = Clock(), RequestQueue(2)
    for text in "abc":
        queue.put(clock.request(text))
    queue.put(clock.request("parcel", Priority.LOGISTICS))
    assert (queue.depth, queue.at_door) == (2, 2)
    assert texts(queue.take(1)) == ["a"]
    assert (queue.depth, queue.at_door) == (2, 1)
    assert texts(queue.take(2)) == ["parcel", "b"]
    assert texts(queue.take(9)) == ["c"]


def test_withdrawing_makes_room_for_one_at_the_door():
    clock, queue = Clock(), RequestQueue(1)
    first, second, third = (clock.request(text) for text in "abc")
    for request in (first, second, third):
        queue.put(request)
    assert queue.withdraw(first)
    assert (queue.depth, queue.at_door) == (1, 1)
    assert queue.withdraw(third)
    assert (queue.depth, queue.at_door) == (1, 0)
    assert queue.take(5) == [second]
    assert not queue.withdraw(second)


def test_hastening_moves_a_request_forward_and_never_back():
    clock, queue = Clock(), RequestQueue(10)
    a, b = clock.request("a"), clock.request("b")
    queue.put(a)
    queue.put(b)
    queue.hasten(b, b.rank - 1)
    queue.hasten(a, a.rank + 100)
    assert queue.take(2) == [b, a]
    assert queue.take(1) == []


def test_hastening_works_at_the_door():
    clock, queue = Clock(), RequestQueue(1)
    first, second, third = (clock.request(text) for text in "abc")
    for request in (first, second, third):
        queue.put(request)
    queue.hasten(third, third.rank - 1)
    assert queue.take(1) == [first]
    assert queue.take(1) == [third]
    assert queue.take(1) == [second]


def test_a_storm_of_cancellations_leaves_nothing_behind():
    clock, queue = Clock(), RequestQueue(4)
    for number in range(10_000):
        request = clock.request(str(number))
        queue.put(request)
        queue.withdraw(request)
    kept = clock.request("kept")
    queue.put(kept)
    assert len(queue._queued) + len(queue._door) < 100
    assert queue.take(1) == [kept]
