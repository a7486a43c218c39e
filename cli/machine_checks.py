"""What `dragoman doctor` looks at on the machine itself: memory, disk and clocks."""

import asyncio
import ctypes
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cli.findings import Check, Verdict
from schemas.errors import OperatorError
from schemas.settings import Settings, cache_dir
from schemas.topics import INPUTS
from streams.clocks import topics_ahead

MEMORY_BYTES: Final = 1 << 30  # a worker with the bundled models took 0.7 GB under overload (bench/overload.py)
DISK_BYTES: Final = 2 << 30  # five million keys of state took 1.0 GB (bench/state.py), and compaction needs room
AHEAD_S: Final = 5.0  # more than clocks that are kept in step ever differ
ERROR_NOT_IN_STEP: Final = 5  # TIME_ERROR of adjtimex(2): the kernel's clock is not synchronized
CGROUP_LIMITS: Final = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
CGROUP_USED: Final = ("/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory/memory.usage_in_bytes")


def memory(_settings: Settings) -> Iterator[Check]:
    """Whether a worker has room, in this machine and in its container."""
    free = free_memory()
    if free is None:
        return
    if free < MEMORY_BYTES:
        remedy = "give the machine or the container 2 GB, or stop what else runs there"
        yield Check("memory", Verdict.WARN, f"{_gib(free)} free, a worker takes 0.7 GiB and more", remedy)
    else:
        yield Check("memory", Verdict.OK, f"{_gib(free)} free")


def disk(settings: Settings) -> Iterator[Check]:
    """Whether state and translations have room. A full disk stops no worker: what it lacks is read from Kafka again."""
    folders = settings.lanes.state_dir or cache_dir() / "state", settings.localization.memory_dir or cache_dir()
    for folder in dict.fromkeys(_there(folder) for folder in folders):
        free = shutil.disk_usage(folder).free
        if free < DISK_BYTES:
            remedy = "free some, or set DRAGOMAN_LANES__STATE_DIR and DRAGOMAN_LOCALIZATION__MEMORY_DIR"
            yield Check("disk", Verdict.WARN, f"{_gib(free)} free at {folder}", remedy)
        else:
            yield Check("disk", Verdict.OK, f"{_gib(free)} free at {folder}")


def clock(settings: Settings) -> Iterator[Check]:
    """Whether this clock is kept in step, and whether producers' clocks agree: lag in seconds goes by both."""
    in_step = kept_in_step()
    try:
        ahead = asyncio.run(topics_ahead(settings.kafka, INPUTS, AHEAD_S, time.time()))
    except OperatorError:
        ahead = ()  # no broker: another check says so
    if ahead:
        detail = f"{ahead[0]} holds records more than {AHEAD_S:.0f} s in the future"
        yield Check("clock", Verdict.WARN, detail, "run NTP here and where the producers run")
    elif in_step is False:
        yield Check("clock", Verdict.WARN, "not synchronized", "run NTP (chrony, systemd-timesyncd) on this machine")
    else:
        yield Check("clock", Verdict.OK, "synchronized" if in_step else "no record is from the future")


def free_memory() -> int | None:
    """Return the bytes that a new process may take: what the machine has, or what its container may; None unknown."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return None
    machine = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)
    limit, used = _number(CGROUP_LIMITS), _number(CGROUP_USED)
    container = None if limit is None or used is None else max(0, limit - used)
    known = [size for size in (machine, container) if size is not None]
    return min(known) if known else None


def kept_in_step() -> bool | None:
    """Return whether the kernel's clock is synchronized; None where that cannot be asked."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        answer = libc.adjtimex(ctypes.create_string_buffer(512))  # modes 0: only look; a struct timex is 208 bytes
    except (OSError, AttributeError):
        return None
    return None if answer < 0 else answer != ERROR_NOT_IN_STEP


def _number(candidates: tuple[str, ...]) -> int | None:
    for path in candidates:
        try:
            return int(Path(path).read_text("ascii"))
        except (OSError, ValueError):  # not there, or `max`
            continue
    return None


def _there(folder: Path) -> Path:
    return next(parent for parent in (folder, *folder.parents) if parent.exists())


def _gib(size: int) -> str:
    return f"{size / (1 << 30):.1f} GiB"
