"""The faults, done to a run. Each returns when it has healed; where two want the same thing, one waits."""

import asyncio
import contextlib
import resource
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
from aiokafka import AIOKafkaProducer

from schemas.outputs import MemoryEntry
from schemas.topics import TRANSLATION_MEMORY
from tests.chaos.arena import Arena, Broken
from tests.chaos.fleet import GRACE_S, Worker
from tests.chaos.schedule import Fault

RESET_EVERY_S = 0.3
BREATH_S = 1.0  # after a stop: stragglers of before it come to their end, so that two stops in a row are not one
ENTRIES, ENTRY_CHARACTERS = 300, 2000
SPARE_BYTES = 4 * 1024 * 1024
DEATH_S = 15.0


async def sigkill(arena: Arena, fault: Fault) -> None:
    async with arena.worker(fault) as worker:
        worker.signal(signal.SIGKILL)
        await arena.fleet.until_ended(worker, GRACE_S)


async def sigterm(arena: Arena, fault: Fault) -> None:
    async with arena.worker(fault) as worker:
        await _end(arena, worker)


async def freeze_session(arena: Arena, fault: Fault) -> None:
    async with arena.worker(fault) as worker:
        await _stop_for(fault.seconds, worker)


async def freeze_transaction(arena: Arena, fault: Fault) -> None:
    async with contextlib.AsyncExitStack() as held:
        await held.enter_async_context(arena.fleet_lock)
        for worker in arena.fleet.workers:
            await held.enter_async_context(worker.lock)
        await _stop_for(fault.seconds, *arena.fleet.wanted)


async def join(arena: Arena, fault: Fault) -> None:
    async with arena.fleet_lock:
        await _join(arena)


async def leave(arena: Arena, fault: Fault) -> None:
    async with arena.fleet_lock:
        if len(arena.fleet.wanted) == 1:
            await _join(arena)
        await _leave(arena, arena.fleet.pick(fault.target))


async def rolling(arena: Arena, fault: Fault) -> None:
    async with arena.fleet_lock:
        for worker in arena.fleet.wanted:
            async with worker.lock:
                await arena.fleet.until_ready(worker)
                starts = worker.starts
                await _end(arena, worker)
                await arena.fleet.until_started(worker, starts)
                await arena.fleet.until_ready(worker)


async def scale(arena: Arena, fault: Fault) -> None:
    async with arena.fleet_lock:
        for size in (1, 4, 2):
            while len(arena.fleet.wanted) > size:
                await _leave(arena, arena.fleet.pick(fault.target))
            while len(arena.fleet.wanted) < size:
                _spawn(arena)
            await arena.fleet.until_ready(*arena.fleet.wanted)
            await asyncio.sleep(fault.seconds)


async def broker_kill(arena: Arena, fault: Fault) -> None:
    async with arena.broker_lock:
        await arena.cluster.kill()
        await asyncio.sleep(fault.seconds)
        await arena.cluster.restart()


async def slow_broker(arena: Arena, fault: Fault) -> None:
    async with arena.broker_lock:
        ends = time.monotonic() + fault.seconds
        while time.monotonic() < ends:
            arena.cluster.freeze()
            try:
                await asyncio.sleep(fault.amount)
            finally:
                arena.cluster.thaw()
            await asyncio.sleep(fault.amount / 2)


async def black_hole(arena: Arena, fault: Fault) -> None:
    async with arena.network(fault) as network:
        network.hold()
        await asyncio.sleep(fault.seconds)


async def reset(arena: Arena, fault: Fault) -> None:
    async with arena.network(fault) as network:
        for _ in range(int(fault.seconds / RESET_EVERY_S)):
            network.reset()
            await asyncio.sleep(RESET_EVERY_S)


async def slow_network(arena: Arena, fault: Fault) -> None:
    async with arena.network(fault) as network:
        network.latency_s = fault.amount
        await asyncio.sleep(fault.seconds)


async def full_disk(arena: Arena, fault: Fault) -> None:
    """Every worker is given something to keep while nothing can be kept, and one has to start that way."""
    async with arena.disk_lock, arena.worker(fault) as worker:
        arena.disk.fill()
        try:
            await _tell_memory(arena.cluster.bootstrap)
            await _end(arena, worker)
            await asyncio.sleep(fault.seconds)
        finally:
            arena.disk.free()


async def memory_cap(arena: Arena, fault: Fault) -> None:
    """The worker takes what is left below the cap itself; from then on any allocation may fail, anywhere in it."""
    async with arena.worker(fault) as worker:
        pid = worker.pid
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            limit = _virtual_bytes(pid) + SPARE_BYTES
            before = resource.prlimit(pid, resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
            worker.tell("hoard")
            await asyncio.sleep(fault.seconds)
            resource.prlimit(pid, resource.RLIMIT_AS, before)
            worker.tell("release")


async def clock_jump(arena: Arena, fault: Fault) -> None:
    async with arena.worker(fault) as worker:
        worker.tell("clock", str(fault.amount))
        await asyncio.sleep(fault.seconds)
        worker.tell("clock", "0")


async def pool_death(arena: Arena, fault: Fault) -> None:
    async with arena.worker(fault) as worker:
        await _dies(arena, worker, "pool")


async def fatal(arena: Arena, fault: Fault) -> None:
    async with arena.worker(fault) as worker:
        await _dies(arena, worker, "fatal")


ACTIONS: dict[str, Callable[[Arena, Fault], Awaitable[None]]] = {
    action.__name__.replace("_", "-"): action
    for action in (
        sigkill,
        sigterm,
        freeze_session,
        freeze_transaction,
        join,
        leave,
        rolling,
        scale,
        broker_kill,
        black_hole,
        reset,
        slow_network,
        slow_broker,
        full_disk,
        memory_cap,
        clock_jump,
        pool_death,
        fatal,
    )
}


def _spawn(arena: Arena) -> Worker | None:
    """Start the first worker that does not run; None when all do."""
    for worker in arena.fleet.workers:
        if not worker.wanted and not worker.runs:
            arena.fleet.spawn(worker)
            return worker
    return None


async def _join(arena: Arena) -> None:
    worker = _spawn(arena)
    if worker is not None:
        await arena.fleet.until_ready(worker)


async def _leave(arena: Arena, worker: Worker) -> None:
    async with worker.lock:
        process = worker.process
        await arena.fleet.retire(worker)
        _not_killed(worker, process)


async def _end(arena: Arena, worker: Worker) -> None:
    """SIGTERM: the supervisor starts it again."""
    worker.signal(signal.SIGTERM)
    if not await arena.fleet.until_ended(worker, GRACE_S):
        worker.signal(signal.SIGKILL)
        raise Broken(f"{worker.name} did not end within {GRACE_S:.0f} s of SIGTERM")


def _not_killed(worker: Worker, process: object) -> None:
    if process is not None and worker.exits and worker.exits[-1] == -signal.SIGKILL:
        raise Broken(f"{worker.name} did not end within {GRACE_S:.0f} s of SIGTERM")


async def _dies(arena: Arena, worker: Worker, word: str) -> None:
    """The worker must end by itself, and say by its status that it failed."""
    process = worker.process
    worker.tell(word)
    if not await arena.fleet.until_ended(worker, DEATH_S):
        noticed = word != "fatal" or not arena.idle()  # that takes an event to notice
        worker.signal(signal.SIGKILL)
        if noticed:
            raise Broken(f"{worker.name} lives on after `{word}`")
    elif process is not None and process.returncode == 0:
        raise Broken(f"{worker.name} ended with 0 after `{word}`")


async def _stop_for(seconds: float, *workers: Worker) -> None:
    for worker in workers:
        worker.signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        for worker in workers:
            worker.signal(signal.SIGCONT)
    await asyncio.sleep(BREATH_S)


async def _tell_memory(bootstrap: str) -> None:
    """Write translations that every worker keeps in its store."""
    async with asyncio.timeout(GRACE_S):
        async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
            for number in range(ENTRIES):
                entry = MemoryEntry(
                    source_locale="pt",
                    target_locale="en",
                    segment=f"{number}",
                    model_version="m",
                    pipeline_version="p",
                    glossary="",
                    output="x" * ENTRY_CHARACTERS,
                )
                await producer.send(TRANSLATION_MEMORY, msgspec.json.encode(entry), key=str(number).encode())
            await producer.flush()


def _virtual_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    return pages * resource.getpagesize()
