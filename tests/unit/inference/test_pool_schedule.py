import threading

from inference.requests import Decoding
from inference.scheduling.queue import Request
from inference.scheduling.schedule import Schedule


def request(number, model=0):
    return Request(str(number), model, Decoding.GREEDY, float(number), float(number))


def test_a_thread_takes_its_share_and_no_more():
    schedule = Schedule(models=1, threads=2, capacity=100)
    for number in range(10):
        schedule.put(request(number))
    assert len(schedule.take(0, 64)) == 5
    assert len(schedule.take(0, 2)) == 2
    assert [len(schedule.take(0, 64)) for _ in range(3)] == [2, 1, 0]


def test_queues_of_models_are_apart():
    schedule = Schedule(models=2, threads=1, capacity=1)
    schedule.put(request(1, model=0))
    schedule.put(request(2, model=1))
    assert (schedule.at_door(0), schedule.at_door(1)) == (0, 0)
    assert [item.text for item in schedule.take(1, 5)] == ["2"]


def test_an_idle_worker_wakes_for_a_request_and_for_the_end():
    schedule = Schedule(models=1, threads=1, capacity=10)
    woken = []
    began = threading.Semaphore(0)

    def work():
        while True:
            began.release()
            if not schedule.wait():
                woken.append("end")
                return
            woken.extend(item.text for item in schedule.take(0, 9))

    thread = threading.Thread(target=work)
    thread.start()
    began.acquire(timeout=5)
    schedule.put(request(7))
    began.acquire(timeout=5)
    schedule.close()
    thread.join(5)
    assert woken == ["7", "end"]


def test_a_taken_request_is_marked_withdrawn_for_its_worker():
    schedule = Schedule(models=1, threads=1, capacity=10)
    taken, waiting = request(1), request(2)
    schedule.put(taken)
    schedule.take(0, 1)
    schedule.put(waiting)
    assert not schedule.withdraw(taken)
    assert schedule.withdraw(waiting)
    assert taken.withdrawn
    assert waiting.withdrawn
    assert schedule.depth(0) == 0
