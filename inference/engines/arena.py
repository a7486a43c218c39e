"""Give memory back after a run that needed much more than runs usually do."""

import ctypes
from functools import cache
from typing import Final

import onnxruntime as ort

from inference.providers import CUDA

OUTLIER_FACTOR: Final = 2
"""A run of more than this many times an engine's ordinary tokens is an outlier."""
AFTERMATH_RUNS: Final = 16
"""How many runs after an outlier shrink the arena too. What the outlier returned is freed only after its own run, and
a run on another thread may hold a piece of a region just then: a region goes back only when all of it is free."""
_SHRINK: Final = "memory.enable_memory_arena_shrinkage"


class Arena:
    """Decides which runs of one engine shrink the arena of its session. Owned by the engine's thread.

    ONNX Runtime keeps what it once allocated, doubled at each extension: one run of 512 x 60 tokens through a small
    encoder leaves 680 MB behind for ever. Shrinking is cheap, but what is given back is faulted in again by the
    next large run, so ordinary runs do not shrink. When the aftermath is over the C library is asked to do the same: of
    large blocks freed once it keeps as much again for later ones, 12 MB in that case.

    `ordinary_tokens`: what the engine's fullest ordinary run holds, padding included. `gpu`: which one, under CUDA.
    """

    def __init__(self, provider: str, ordinary_tokens: int, gpu: int = 0) -> None:
        self._limit = OUTLIER_FACTOR * ordinary_tokens
        self._aftermath = 0
        self._options = ort.RunOptions()
        self._options.add_run_config_entry(_SHRINK, f"cpu:0;gpu:{gpu}" if provider == CUDA else "cpu:0")

    def options(self, tokens: int) -> ort.RunOptions | None:
        """Return the options of a run of this many tokens, padding included; None for an ordinary one."""
        if tokens > self._limit:
            self._aftermath = AFTERMATH_RUNS
        elif self._aftermath:
            self._aftermath -= 1
            if not self._aftermath:
                _trim()
        else:
            return None
        return self._options


def _trim() -> None:
    """Give the C library's free memory back, in milliseconds and without the interpreter's lock; glibc alone can."""
    library = _c_library()
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


@cache
def _c_library() -> ctypes.CDLL:
    return ctypes.CDLL(None)
