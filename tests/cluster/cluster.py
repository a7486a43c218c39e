"""Three Apache Kafka brokers in containers, and what can happen to one of them.

Each broker has two networks. Over `peers` the brokers reach one another; over `clients`, whose port is published on
this machine's loopback, everybody else reaches them. So one may be cut from its peers and still answer its clients.
"""

import contextlib
import socket
import time
from uuid import uuid4

import docker
from docker.models.containers import Container
from docker.models.networks import Network

from deploy.images.build import ensure_images
from streams.broker.server import answers

HOST = "127.0.0.1"
BROKERS = (1, 2, 3)
HOST_PORT = 19092  # inside the container; published on a free port of this machine
LABEL = "dragoman.cluster"  # on everything made here: `docker rm -f $(docker ps -aqf label=dragoman.cluster)`
UP_S = 90
ENGINE_TIMEOUT_S = 60
STOP_S = 30

REPLICATED = {
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    "share.coordinator.state.topic.replication.factor": "3",
    "share.coordinator.state.topic.min.isr": "2",
}
SMALL = {
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": "0",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
    "log.index.size.max.bytes": str(1024 * 1024),
}
# What decides how long the others take to notice.
KAFKAS_OWN = {
    "broker.session.timeout.ms": "9000",
    "broker.heartbeat.interval.ms": "2000",
    "replica.lag.time.max.ms": "30000",
}
QUICK = {
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "replica.lag.time.max.ms": "5000",
}
JVM = {
    "KAFKA_HEAP_OPTS": "-Xmx400m -Xms128m",
    "KAFKA_JVM_PERFORMANCE_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
}


class Cluster:
    """Three brokers, numbered from 1 as Kafka numbers them. Its methods block: call them from a thread in async code."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.settings = settings
        self.name = f"dragoman-{uuid4().hex[:8]}"
        self._image = ensure_images()
        self._engine = docker.from_env(timeout=ENGINE_TIMEOUT_S)
        self.ports = dict(zip(BROKERS, free_ports(len(BROKERS)), strict=True))
        self._containers: dict[int, Container] = {}
        self._networks: list[Network] = []

    @property
    def bootstrap(self) -> str:
        return ",".join(f"{HOST}:{port}" for port in self.ports.values())

    def worker_bootstrap(self, _index: int) -> str:
        """Where a worker connects: like everybody else."""
        return self.bootstrap

    def start(self) -> None:
        self._peers = self._network("peers", internal=True)
        self._clients = self._network("clients")
        for node in BROKERS:
            container = self._engine.containers.create(
                self._image,
                name=f"{self.name}-{node}",
                environment=self._environment(node),
                network=self._clients.name,
                ports={f"{HOST_PORT}/tcp": (HOST, self.ports[node])},
                labels=[LABEL],
            )
            self._containers[node] = container
            self._peers.connect(container, aliases=[alias(node)])
            container.start()
        self.until_up(*BROKERS)

    def _network(self, name: str, *, internal: bool = False) -> Network:
        network = self._engine.networks.create(
            f"{self.name}-{name}", driver="bridge", internal=internal, labels={LABEL: ""}
        )
        self._networks.append(network)
        return network

    def _environment(self, node: int) -> dict[str, str]:
        voters = ",".join(f"{n}@{alias(n)}:9093" for n in BROKERS)
        properties = {
            "process.roles": "broker,controller",
            "node.id": str(node),
            "controller.quorum.voters": voters,
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PEERS://:9092,CONTROLLER://:9093,HOST://:{HOST_PORT}",
            "advertised.listeners": f"PEERS://{alias(node)}:9092,HOST://{HOST}:{self.ports[node]}",
            "inter.broker.listener.name": "PEERS",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PEERS:PLAINTEXT,HOST:PLAINTEXT",
        }
        properties |= REPLICATED | SMALL | self.settings
        named = {f"KAFKA_{name.upper().replace('.', '_')}": value for name, value in properties.items()}
        return named | JVM | {"CLUSTER_ID": "ZHJhZ29tYW4tY2x1c3Rlcg"}

    def until_up(self, *nodes: int) -> None:
        """Wait until these brokers answer their clients."""
        deadline = time.monotonic() + UP_S
        for node in nodes:
            while not answers(HOST, self.ports[node]):
                self._containers[node].reload()
                assert self._containers[node].status == "running", self.log(node)
                assert time.monotonic() < deadline, self.log(node)
                time.sleep(0.1)

    def log(self, node: int) -> str:
        return self._containers[node].logs(tail=40).decode("utf-8", "replace")

    # --- faults ------------------------------------------------------------------------------------------------------

    def kill(self, node: int) -> None:
        """SIGKILL, as a crash would."""
        self._containers[node].kill()

    def stop_broker(self, node: int) -> None:
        """SIGTERM: the broker hands over what it leads and leaves."""
        self._containers[node].stop(timeout=STOP_S)

    def start_broker(self, node: int) -> None:
        self._containers[node].start()

    def pause(self, node: int) -> None:
        """Freeze it: its connections stay open and say nothing."""
        self._containers[node].pause()

    def unpause(self, node: int) -> None:
        self._containers[node].unpause()

    def cut_from_peers(self, node: int) -> None:
        """Its clients reach it, the other brokers do not."""
        self._peers.disconnect(self._containers[node])

    def join_peers(self, node: int) -> None:
        self._peers.connect(self._containers[node], aliases=[alias(node)])

    def cut_off(self, node: int) -> None:
        """Nobody reaches it."""
        self._clients.disconnect(self._containers[node])
        self._peers.disconnect(self._containers[node])

    def join_all(self, node: int) -> None:
        self._peers.connect(self._containers[node], aliases=[alias(node)])
        self._clients.connect(self._containers[node])

    # --- end ---------------------------------------------------------------------------------------------------------

    def remove(self) -> None:
        """Leave nothing behind, whatever state the brokers are in."""
        for container in self._containers.values():
            container.remove(force=True, v=True)
        for network in self._networks:
            network.remove()
        self._engine.close()


def alias(node: int) -> str:
    """The name by which the other brokers know it."""
    return f"kafka-{node}"


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        holders = [stack.enter_context(socket.socket()) for _ in range(count)]
        for holder in holders:
            holder.bind((HOST, 0))
        return [holder.getsockname()[1] for holder in holders]
