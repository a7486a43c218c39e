"""What a worker thread asks of the engine of one model, and how a failing run is told apart from a failing program."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Protocol

from msgspec import Struct

from inference.requests import Embedding, Tagging, Translation
from inference.scheduling.queue import Request
from schemas.errors import DragomanError
from schemas.report import Report


class ModelFault(Exception):
    """A run of a model failed; one of the requests in it may be the cause.

    `memory` is true when memory ran out: that is the machine's fault, never a text's.
    """

    def __init__(self, cause: BaseException) -> None:
        words = str(cause).partition("\n")[0][:200]
        super().__init__(f"{type(cause).__name__}: {words}")
        self.memory = isinstance(cause, MemoryError) or any(mark in str(cause) for mark in _MEMORY_MARKS)


_MEMORY_MARKS = (
    "Failed to allocate memory",
    "is smaller than requested bytes",
    "bad_alloc",
    "out of memory",
    "CUDA_ERROR_OUT_OF_MEMORY",
    "STATUS_ALLOC_FAILED",
)
"""How ONNX Runtime's allocators (the second: at the limit of an arena), CUDA, cuBLAS and cuDNN say that memory ran out;
the exception's class does not tell."""


@contextmanager
def running() -> Iterator[None]:
    """Turn whatever a session raises into ModelFault; anything raised elsewhere stays a defect and ends the thread."""
    try:
        yield
    except Exception as error:
        raise ModelFault(error) from error


Answer = Translation | Embedding | Tagging
WARM_UP_TEXT: Final = "A box."
"""Run through every engine before the first request: the first run of a session allocates and plans."""


class Outcome(Struct, frozen=True):
    """What became of one request: an answer, or an error for its caller."""

    request: Request
    result: Answer | DragomanError


class Suspect(Struct, frozen=True):
    """A request in a run that failed: it, or another of that run, is the cause."""

    request: Request
    fault: ModelFault


class Work(Struct):
    """What one engine has done since it was made. Written by its thread, read by any."""

    steps: int = 0
    rows: int = 0
    capacity: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    evicted: int = 0
    shortlist_misses: int = 0
    busy_s: float = 0.0

    def ran(self, rows: int, capacity: int, tokens: int, seconds: float) -> None:
        """Count one run of whole texts."""
        self.steps += 1
        self.rows += rows
        self.capacity += capacity
        self.tokens_in += tokens
        self.busy_s += seconds


class Engine(Protocol):
    """The requests of one model on one thread. Only that thread calls it, so it locks nothing."""

    work: Work

    def warm_up(self) -> None:
        """Run every shape that matters once, the longest text and full runs, so that no caller waits for memory.

        Called once, before anything is admitted; nothing stays on board. Raises ModelFault.
        """
        ...

    @property
    def busy(self) -> bool:
        """Whether `step` has something to do."""
        ...

    @property
    def room(self) -> int:
        """How many requests `admit` takes now; 0 while there is enough to do."""
        ...

    def admit(self, requests: Sequence[Request]) -> None:
        """Take requests, the most urgent to be begun first.

        A few come without room, when they are more urgent than all that the engine has not begun.
        """
        ...

    def step(self) -> list[Outcome | Suspect]:
        """Do a bounded piece of work; a withdrawn request is let go without an outcome.

        A failing run makes each request in it a suspect, which leaves the engine; all others stay on board.
        """
        ...


EngineFactory = Callable[[Callable[[Report], None]], Sequence[Engine]]
"""Makes the engines of one thread, one per model, in the order of the pool's models; called on that thread."""
