import threading
from typing import Any, cast

import pytest

from schemas.errors import Fatal
from streams.process import Exit, run_worker


class FakeWorker:
    def __init__(self, leaving, error=None):
        self.leaving = leaving
        self.error = error

    async def run(self):
        if self.error:
            raise self.error


def test_the_process_is_ended_when_something_hangs():
    ended = threading.Event()
    codes: list[int] = []

    def end(code: int) -> None:
        codes.append(code)
        ended.set()

    leaving = Exit(0.01, end)
    assert not ended.wait(0.05)  # not before it begins to leave
    leaving.begin()
    leaving.begin()
    assert ended.wait(5)
    assert codes == [1]


def test_the_watch_at_the_end_never_keeps_a_process_alive():
    before = set(threading.enumerate())
    Exit(60, [].append).begin()
    assert [thread.daemon for thread in set(threading.enumerate()) - before] == [True]


def test_the_process_is_ended_even_when_no_thread_can_be_started_any_more(monkeypatch):
    ended = threading.Event()
    leaving = Exit(0.01, lambda *_: ended.set())

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    leaving.begin()
    assert ended.wait(5)


def test_what_ended_the_worker_is_raised(monkeypatch):
    begun: list[Any] = []

    def begin(leaving: Exit) -> None:
        begun.append(leaving)

    monkeypatch.setattr(Exit, "begin", begin)
    with pytest.raises(Fatal, match="lost"):
        run_worker(lambda leaving: cast("Any", FakeWorker(leaving, Fatal("lost"))))
    assert len(begun) == 1
