import pytest

from inference.requests import Decoding, Priority
from inference.scheduling.queue import PATIENCE_S, TURN_OF_OVERDUE, Request, RequestQueue, rank_of


class Clock:
    def __init__(self):
        self.now_s = 1000.0

    def request(self, text, priority=Priority.LISTING, timeout_s=30.0):
        rank = rank_of(self.now_s, priority, timeout_s)
        deadline_s = self.now_s + timeout_s
        return Request(text, 0, Decoding.GREEDY, self.now_s, rank, priority=priority, deadline_s=deadline_s)


@pytest.fixture
def clock():
    return Clock()


def take(queue, count, clock):
    return [request.text for request in queue.take(count, clock.now_s)]


def test_equal_ranks_are_served_in_order_of_arrival(clock):
    queue = RequestQueue(10)
    for text in "abcde":
        queue.put(clock.request(text))
    assert take(queue, 3, clock) == ["a", "b", "c"]
    assert take(queue, 3, clock) == ["d", "e"]
    assert take(queue, 3, clock) == []


def test_of_requests_that_arrive_together_the_more_urgent_go_first(clock):
    queue = RequestQueue(10)
    for priority in (Priority.BACKFILL, Priority.LISTING, Priority.REVIEW, Priority.LOGISTICS):
        queue.put(clock.request(priority.name, priority))
    assert queue.urgency == Priority.LOGISTICS
    assert take(queue, 4, clock) == ["LOGISTICS", "REVIEW", "LISTING", "BACKFILL"]
    assert queue.urgency > max(Priority)


def test_a_backlog_without_patience_left_does_not_hold_up_what_is_urgent(clock):
    """A hundred backfills have waited far too long; a parcel that arrives now is not the hundred and first."""
    queue = RequestQueue(1000)
    for number in range(100):
        queue.put(clock.request(f"old {number}", Priority.BACKFILL, timeout_s=1000.0))
    clock.now_s += 100
    for number in range(10):
        queue.put(clock.request(f"parcel {number}", Priority.LOGISTICS))
    served = take(queue, 13, clock)
    assert served.index("parcel 0") == 0
    assert served.index("parcel 9") <= 10
    assert any(text.startswith("old") for text in served)


@pytest.mark.parametrize("priority", [Priority.REVIEW, Priority.LISTING, Priority.BACKFILL])
@pytest.mark.parametrize("load", [1.1, 1.5, 4.0])
def test_one_patient_request_is_served_within_its_patience_under_overload(clock, priority, load):
    """A hundred served a second, `load` times as many parcels arrive: their backlog grows without end."""
    queue, began_s, arrived, served = RequestQueue(100), clock.now_s, 0, []
    queue.put(clock.request("patient", priority))
    while clock.now_s < began_s + 12:
        clock.now_s += 0.01
        while arrived < (clock.now_s - began_s) * 100 * load:
            queue.put(clock.request("parcel", Priority.LOGISTICS))
            arrived += 1
        if take(queue, 1, clock) == ["patient"]:
            served.append(clock.now_s - began_s)
    assert len(served) == 1
    assert PATIENCE_S[priority] <= served[0] <= PATIENCE_S[priority] + 0.01 * TURN_OF_OVERDUE


def test_every_priority_has_a_share_when_all_are_overloaded(clock):
    """Each priority alone would fill the machine. All are served, the most urgent by far the most."""
    queue, served = RequestQueue(100), dict.fromkeys(Priority, 0)
    for _ in range(4000):
        clock.now_s += 0.01
        for priority in Priority:
            queue.put(clock.request("x", priority, timeout_s=1000.0))
        for request in queue.take(1, clock.now_s):
            served[request.priority] += 1
    assert served[Priority.LOGISTICS] >= 4000 * 0.5
    for priority in (Priority.REVIEW, Priority.LISTING, Priority.BACKFILL):
        overdue_s = 40 - PATIENCE_S[priority]
        assert served[priority] >= overdue_s * 100 / TURN_OF_OVERDUE - 1


def test_a_short_time_out_shortens_patience(clock):
    """A backfill that expires in a second is served before that, though parcels fill the machine."""
    queue = RequestQueue(10)
    queue.put(clock.request("hurried", Priority.BACKFILL, timeout_s=1.0))
    served = []
    for _ in range(100):
        clock.now_s += 0.01
        queue.put(clock.request("parcel", Priority.LOGISTICS))
        queue.put(clock.request("parcel", Priority.LOGISTICS))
        served += take(queue, 1, clock)
    assert "hurried" in served
    assert queue.expired == 0


def test_what_is_past_its_deadline_is_dropped_and_never_taken(clock):
    queue = RequestQueue(10)
    late, fresh = clock.request("late", timeout_s=1.0), clock.request("fresh", timeout_s=5.0)
    queue.put(late)
    queue.put(fresh)
    clock.now_s += 1.0
    assert queue.take(5, clock.now_s) == [fresh]
    assert late.expired
    assert not late.waiting
    assert (queue.expired, queue.depth) == (1, 0)
    assert not queue.withdraw(late)
    assert not queue.join(late, Priority.LOGISTICS, clock.now_s, clock.now_s + 10)


def test_a_later_caller_prolongs_the_deadline(clock):
    queue = RequestQueue(10)
    shared = clock.request("shared", timeout_s=1.0)
    queue.put(shared)
    clock.now_s += 0.9
    assert queue.join(shared, Priority.BACKFILL, rank_of(clock.now_s, Priority.BACKFILL), clock.now_s + 1.0)
    clock.now_s += 0.9
    assert queue.take(1, clock.now_s) == [shared]


def test_a_full_queue_holds_the_rest_at_the_door_and_serves_the_urgent_there_first(clock):
    queue = RequestQueue(2)
    for text in "abc":
        queue.put(clock.request(text))
    queue.put(clock.request("parcel", Priority.LOGISTICS))
    assert (queue.depth, queue.at_door) == (2, 2)
    assert take(queue, 1, clock) == ["parcel"]
    assert (queue.depth, queue.at_door) == (2, 1)
    assert take(queue, 2, clock) == ["a", "b"]
    assert take(queue, 9, clock) == ["c"]


def test_withdrawing_makes_room_for_one_at_the_door(clock):
    queue = RequestQueue(1)
    first, second, third = (clock.request(text) for text in "abc")
    for request in (first, second, third):
        queue.put(request)
    assert queue.withdraw(first)
    assert (queue.depth, queue.at_door) == (1, 1)
    assert queue.withdraw(third)
    assert (queue.depth, queue.at_door) == (1, 0)
    assert queue.take(5, clock.now_s) == [second]
    assert not queue.withdraw(second)


def test_an_urgent_caller_moves_a_request_forward_and_a_patient_one_never_back(clock):
    queue = RequestQueue(10)
    a, b, c = (clock.request(text) for text in "abc")
    for request in (a, b, c):
        queue.put(request)
    queue.join(b, Priority.LISTING, b.rank - 1, b.deadline_s)
    queue.join(a, Priority.BACKFILL, a.rank + 100, a.deadline_s)
    queue.join(c, Priority.LOGISTICS, c.rank, c.deadline_s)
    assert queue.depth == 3
    assert queue.take(2, clock.now_s) == [c, b]
    assert queue.take(2, clock.now_s) == [a]
    assert (queue.depth, queue.urgency) == (0, len(Priority))


def test_only_what_is_urgent_enough_is_taken(clock):
    queue = RequestQueue(10)
    for priority in (Priority.LISTING, Priority.LOGISTICS, Priority.REVIEW):
        queue.put(clock.request(priority.name, priority))
    assert [one.text for one in queue.take(9, clock.now_s, Priority.REVIEW)] == ["LOGISTICS", "REVIEW"]
    assert queue.depth == 1


def test_a_storm_of_cancellations_leaves_nothing_behind(clock):
    queue = RequestQueue(4)
    for number in range(10_000):
        request = clock.request(str(number))
        queue.put(request)
        queue.withdraw(request)
    kept = clock.request("kept")
    queue.put(kept)
    assert sum(len(heap) for heap in queue._heaps) < 100
    assert queue.take(1, clock.now_s) == [kept]
