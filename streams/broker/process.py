"""A process told apart from a later one with the same id, signalled and waited for."""

import os
import select
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

EXIT_POLL_S: Final = 0.05  # only where the kernel has no pidfd


def started_mark(pid: int) -> str | None:
    """When process `pid` started, as the system writes it; None when there is no such process (a zombie is none)."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            fields = stat.read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] == "Z" else fields[19]  # field 22 of proc(5): start time in ticks since boot
    listed = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607  (a number, and the system's own ps)
    return listed.stdout.strip() or None


def is_running(pid: int, mark: str) -> bool:
    """Whether the process that had `mark` (see `started_mark`) still runs."""
    return started_mark(pid) == mark


def send_signal(pid: int, mark: str, number: signal.Signals) -> None:
    """Signal that very process; nothing happens when it has gone."""
    if is_running(pid, mark):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return


def wait_gone(pid: int, mark: str, timeout_s: float) -> bool:
    """Wait until that very process has gone; False when it still runs after `timeout_s` seconds."""
    deadline = time.monotonic() + timeout_s
    if (handle := _open(pid)) is not None:
        try:
            return not is_running(pid, mark) or bool(select.select([handle], [], [], timeout_s)[0])
        finally:
            os.close(handle)
    while is_running(pid, mark):
        if time.monotonic() >= deadline:
            return False
        time.sleep(EXIT_POLL_S)
    return True


def _open(pid: int) -> int | None:
    """A descriptor that becomes readable when the process ends; None where the system has no such thing."""
    try:
        return os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None
    except OSError:
        return None
