"""What faults are done to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from tests.chaos.cluster import Cluster
from tests.chaos.disk import Disk
from tests.chaos.fleet import Fleet, Worker
from tests.chaos.proxy import Proxy
from tests.chaos.schedule import WORKERS_MAX, Fault


class Broken(Exception):
    """Something did not do what it has promised, whatever the history says."""


@dataclass
class Arena:
    """What faults are done to, and the locks that keep them apart. `idle`: whether no event is left to be done."""

    cluster: Cluster
    fleet: Fleet
    disk: Disk
    idle: Callable[[], bool]
    broker_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    fleet_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    disk_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    network_locks: list[asyncio.Lock] = field(default_factory=lambda: [asyncio.Lock() for _ in range(WORKERS_MAX)])

    @contextlib.asynccontextmanager
    async def worker(self, fault: Fault) -> AsyncIterator[Worker]:
        """Give the fault its worker for itself, running."""
        while True:
            worker = self.fleet.pick(fault.target)
            async with worker.lock:
                if not worker.wanted:  # it was retired meanwhile
                    continue
                await self.fleet.until_ready(worker)
                yield worker
                return

    @contextlib.asynccontextmanager
    async def network(self, fault: Fault) -> AsyncIterator[Proxy]:
        """Give the fault its worker's network for itself."""
        index = self.fleet.pick(fault.target).index
        async with self.network_locks[index]:
            try:
                yield self.cluster.proxies[index]
            finally:
                self.cluster.proxies[index].heal()
