"""Subnormal numbers on one thread and on its neighbours."""

import platform
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from inference.engines.subnormals import flush_subnormals

SUBNORMAL = np.float32(4e-39)


def half() -> float:
    return float((np.full(64, SUBNORMAL) * np.float32(0.5)).max())


@pytest.mark.skipif(platform.machine() != "x86_64" or sys.platform != "linux", reason="x86-64 Linux only")
def test_only_the_thread_that_asks_flushes() -> None:
    with ThreadPoolExecutor(1) as asking, ThreadPoolExecutor(1) as other:
        assert asking.submit(half).result() > 0
        assert asking.submit(flush_subnormals).result()
        assert asking.submit(half).result() == 0
        assert other.submit(half).result() > 0
    assert half() > 0


def test_other_machines_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert not flush_subnormals()
    assert half() > 0


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.engines.subnormals._LIBRARY", "libm-of-nobody.so")
    assert not flush_subnormals()
    assert half() > 0
