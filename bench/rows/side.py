"""The sides of a comparison as processes, run in turn: A B C, A B C, ..."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from msgspec import Struct

ROOT = Path(__file__).absolute().parents[2]
PEERS = ROOT / ".venv-peers" / "bin" / "python"
# What a library's own threads spin on after a run must not be charged to whoever runs next.
PAUSE_S = 0.3

Answer = dict[str, Any]
Request = Mapping[str, Any]


class Side:
    """A module of `bench.sides` in a process of its own; `cores` are all it may use, the first ones of this machine."""

    def __init__(self, module: str, *arguments: object, cores: int = 0, peer: bool = False) -> None:
        python = PEERS if peer else Path(sys.executable)
        command = [str(python), "-m", f"bench.sides.{module}", *map(str, arguments)]
        with confined(cores):
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        self._name = module
        self.ready: Answer = {}

    def __enter__(self) -> Self:
        """Wait until the side has loaded what it needs."""
        self.ready = self._read()
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def ask(self, request: Request) -> Answer:
        """Let the side work once."""
        time.sleep(PAUSE_S)
        with suppress(BrokenPipeError):  # a side that has died is told by reading
            print(json.dumps(request), file=self._process.stdin, flush=True)
        return self._read()

    def _read(self) -> Answer:
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"side {self._name} ended: its words stand above")
        return json.loads(line)


@contextmanager
def confined(cores: int) -> Iterator[None]:
    """Give children started here the first `cores` of the cores this process may use; 0 means all."""
    if not cores or not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[:cores])
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


class Turn(Struct, frozen=True):
    """What one side does in every round, `times` rounds at most: slow ones need fewer."""

    side: Side
    request: Request
    rounds: int = 99


@contextmanager
def opened(sides: Mapping[str, Side]) -> Iterator[Mapping[str, Side]]:
    """Wait for all sides; they load side by side."""
    with ExitStack() as stack:
        for side in sides.values():
            stack.push(side.__exit__)
        for side in sides.values():
            side.__enter__()
        yield sides


def interleaved(turns: Mapping[str, Turn], rounds: int, step: Callable[[str], None]) -> dict[str, list[Answer]]:
    """Run every side once to warm it up and then in turn, `rounds` times; the warm-up is no part of the answers."""
    answers: dict[str, list[Answer]] = {name: [] for name in turns}
    for round_ in range(rounds + 1):
        for name, turn in turns.items():
            if round_ > turn.rounds:
                continue
            step(name)
            answer = turn.side.ask(turn.request)
            if round_:
                answers[name].append(answer)
    return answers


def rates(answers: Sequence[Answer], key: str, seconds: str = "wall_s") -> list[float]:
    """Return what was done in a second, round by round."""
    return [answer[key] / answer[seconds] for answer in answers]
