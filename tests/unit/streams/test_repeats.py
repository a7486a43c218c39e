import logging

from streams.repeats import KINDS_MAX, Repeats


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def line(message: str, *args: object, name: str = "aiokafka.client") -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, "f", 1, message, args, None)


def test_a_kind_of_line_is_told_once_and_then_counted():
    clock = Clock()
    repeats = Repeats(10, clock)
    assert repeats.filter(line("cannot reach %s", 1))
    assert not any(repeats.filter(line("cannot reach %s", node)) for node in range(5))
    assert repeats.filter(line("something else"))
    clock.now += 10
    told = line("cannot reach %s", 9)
    assert repeats.filter(told)
    assert told.getMessage() == "cannot reach 9 (and 5 more like it)"
    clock.now += 10
    quiet = line("cannot reach %s", 9)
    assert repeats.filter(quiet)
    assert quiet.getMessage() == "cannot reach 9"


def test_what_dragoman_says_is_never_held_back():
    repeats = Repeats(10, Clock())
    assert all(repeats.filter(line("dead_letters", name="dragoman")) for _ in range(3))


def test_the_memory_is_bounded():
    repeats = Repeats(10, Clock())
    for number in range(3 * KINDS_MAX):
        repeats.filter(line(f"kind {number}"))
    assert len(repeats._kinds) <= KINDS_MAX
