"""The scheduling of threads that must yield to the event loop."""

import ctypes
import os
import platform
import struct
from threading import get_native_id
from typing import Final

SLICE_NS: Final = 20_000_000
"""How long a pool thread asks to run at a stretch, while nobody with a shorter wish waits.

Linux 6.12 and later serve the earliest deadline, so a thread that wishes for long stretches is interrupted at once by
one that woke up for a short one. With all models saturated the event loop's lag p99 is 0.7 to 1.3 ms with 10 to 30 ms,
and 2.9 to 3.5 ms without; throughput is the same. Its share of a contended core does not change.
"""
_SET_ATTRIBUTES: Final = {"x86_64": 314, "aarch64": 274}
"""The number of sched_setattr(2), which the C library has no function for."""
_ATTRIBUTES: Final = struct.Struct("=IIQiIQQQ")  # size, policy, flags, nice, priority, runtime, deadline, period


def yield_to_event_loop(nice: int) -> None:
    """Make the calling thread yield to the event loop; 0 changes nothing.

    Linux gives each thread a nice value of its own. Elsewhere the call would slow the whole process, so it is left.
    """
    if os.uname().sysname != "Linux" or not nice:
        return
    try:
        os.setpriority(os.PRIO_PROCESS, get_native_id(), nice)
    except PermissionError:
        return  # a sandbox that forbids it costs some lag, nothing else
    _ask_for_long_slices(nice)


def _ask_for_long_slices(nice: int) -> None:
    """Older kernels take the wish and ignore it; what refuses it leaves the thread as it was."""
    number = _SET_ATTRIBUTES.get(platform.machine())
    if number is None:
        return
    attributes = _ATTRIBUTES.pack(_ATTRIBUTES.size, os.SCHED_OTHER, 0, nice, 0, SLICE_NS, 0, 0)
    ctypes.CDLL(None).syscall(number, get_native_id(), attributes, 0)
