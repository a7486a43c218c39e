"""Threads that yield to the event loop."""

import ctypes
import os
import platform
import sys
from threading import Thread, get_native_id

import pytest

from inference.scheduling import background

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone gives threads a nice value of their own")
GET_ATTRIBUTES = {"x86_64": 315, "aarch64": 275}


def in_thread(work):
    """What `work` returns on a thread of its own, whose priority ends with it."""
    found = []
    thread = Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


def after(nice):
    background.yield_to_event_loop(nice)
    return os.getpriority(os.PRIO_PROCESS, get_native_id())


def test_the_thread_is_niced_and_no_other() -> None:
    before = os.getpriority(os.PRIO_PROCESS, get_native_id())
    assert in_thread(lambda: after(before + 3)) == before + 3
    assert os.getpriority(os.PRIO_PROCESS, get_native_id()) == before


def test_nice_0_changes_nothing() -> None:
    before = os.getpriority(os.PRIO_PROCESS, get_native_id())
    assert in_thread(lambda: after(0)) == before


@pytest.mark.skipif(platform.machine() not in GET_ATTRIBUTES, reason="the number of the system call is not known")
@pytest.mark.skipif(
    tuple(int(part) for part in platform.release().split("-")[0].split(".")[:2]) < (6, 12),
    reason="older kernels have one slice for all",
)
def test_the_kernel_knows_the_wish_for_long_slices() -> None:
    def slice_ns():
        background.yield_to_event_loop(19)
        buffer = ctypes.create_string_buffer(background._ATTRIBUTES.size)
        number = GET_ATTRIBUTES[platform.machine()]
        assert ctypes.CDLL(None).syscall(number, get_native_id(), buffer, len(buffer), 0) == 0
        _, policy, _, nice, _, runtime, _, _ = background._ATTRIBUTES.unpack(buffer.raw)
        assert (policy, nice) == (os.SCHED_OTHER, 19)
        return runtime

    assert in_thread(slice_ns) == background.SLICE_NS
