"""A broker of a run's own, with a listener and a network (`Proxy`) for each worker, and one listener without."""

import asyncio
import contextlib
import os
import signal
import socket
from dataclasses import dataclass

from schemas.errors import OperatorError
from schemas.settings import Settings
from schemas.topics import topic_specs
from streams.broker.server import Broker
from streams.topics import create_topics
from tests.chaos.chain import LOCALE
from tests.chaos.proxy import HOST, Proxy
from tests.chaos.schedule import WORKERS_MAX

PARTITIONS = 4
TRIES = 3  # a port that was free may be taken by somebody a moment later
# Workers' sessions and transactions are short here (schedule.py); a broker would not have the first, and look for
# transactions that timed out every 10 s only.
PROPERTIES = {
    "group.min.session.timeout.ms": "1000",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "500",
}


@dataclass
class Cluster:
    """Broker, topics and networks; `bootstrap` is direct, `worker_bootstrap` through a worker's network."""

    broker: Broker
    proxies: list[Proxy]
    ports: list[int]

    @classmethod
    async def start(cls) -> "Cluster":
        """Start with empty topics."""
        for _ in range(TRIES - 1):
            with contextlib.suppress(OperatorError):
                return await cls._try()
        return await cls._try()

    @classmethod
    async def _try(cls) -> "Cluster":
        direct, controller, *inner = free_ports(2 + WORKERS_MAX)
        proxies = [Proxy(port) for port in inner]
        ports = [await proxy.start() for proxy in proxies]
        extra = PROPERTIES | listeners(direct, controller, inner, ports)
        try:
            broker = await asyncio.to_thread(Broker.start, port=direct, controller_port=controller, extra=extra)
        except BaseException:
            for proxy in proxies:
                await proxy.stop()
            raise
        return cls(broker, proxies, ports)

    @property
    def bootstrap(self) -> str:
        """Where the judge and the producer connect: no fault of a worker's network reaches them."""
        return self.broker.bootstrap

    def worker_bootstrap(self, index: int) -> str:
        """Where a worker connects."""
        return f"{HOST}:{self.ports[index]}"

    async def create_topics(self) -> None:
        """Make every topic of a deployment of one locale."""
        kafka = Settings().kafka
        partitions = dict.fromkeys(kafka.partitions, PARTITIONS)
        specs = topic_specs(partitions, (LOCALE,), ("default",), kafka.max_record_bytes)
        await create_topics(self.bootstrap, specs, 1, timeout_s=30)

    async def kill(self) -> None:
        """SIGKILL to the broker."""
        await asyncio.to_thread(self.broker.kill)

    async def restart(self) -> None:
        """Bring the broker back."""
        await asyncio.to_thread(self.broker.restart)

    def freeze(self) -> None:
        """Stop the broker's process where it stands."""
        os.kill(self.broker.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        os.kill(self.broker.pid, signal.SIGCONT)

    async def stop(self) -> None:
        """End everything; the data goes."""
        for proxy in self.proxies:
            await proxy.stop()
        await asyncio.to_thread(self.broker.stop, 0)


def listeners(direct: int, controller: int, inner: list[int], advertised: list[int]) -> dict[str, str]:
    """Broker properties: a listener for each worker, advertised where its proxy listens."""
    names = [f"W{index}" for index in range(len(inner))]
    plain = [("PLAINTEXT", direct), *zip(names, inner, strict=True)]
    shown = [("PLAINTEXT", direct), *zip(names, advertised, strict=True)]
    return {
        "listeners": ",".join(f"{name}://{HOST}:{port}" for name, port in [*plain, ("CONTROLLER", controller)]),
        "advertised.listeners": ",".join(f"{name}://{HOST}:{port}" for name, port in shown),
        "listener.security.protocol.map": ",".join(f"{name}:PLAINTEXT" for name in ["CONTROLLER", "PLAINTEXT", *names]),
        "inter.broker.listener.name": "PLAINTEXT",
    }


def free_ports(count: int) -> list[int]:
    """Ports that are free at this moment, all different."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((HOST, 0))
        return [one.getsockname()[1] for one in sockets]
