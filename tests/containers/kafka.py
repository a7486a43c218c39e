"""Apache Kafka's official image for testcontainers, which itself knows only Confluent's."""

import time
from typing import Self

from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

from streams.broker.server import answers
from tests.cluster.cluster import HOST, JVM, SMALL, free_ports

INSIDE = "kafka:9092"  # for containers of its network
HOST_PORT = 9094
UP_S = 60

# The container that sweeps up after a test process that was killed is an image of the hub's; `with` does it otherwise.
testcontainers_config.ryuk_disabled = True


class ApacheKafka:
    """One broker in KRaft mode with a network of its own: `bootstrap` for this machine, `INSIDE` for containers."""

    def __init__(self, image: str) -> None:
        [port] = free_ports(1)
        self.bootstrap = f"{HOST}:{port}"
        self._port = port
        self.network = Network()
        self._container = (
            DockerContainer(image)
            .with_network(self.network)
            .with_network_aliases("kafka")
            .with_envs(**JVM, **{f"KAFKA_{name.upper().replace('.', '_')}": value for name, value in SMALL.items()})
            .with_envs(
                KAFKA_NODE_ID="1",
                KAFKA_PROCESS_ROLES="broker,controller",
                KAFKA_CONTROLLER_QUORUM_VOTERS="1@localhost:9093",
                KAFKA_CONTROLLER_LISTENER_NAMES="CONTROLLER",
                KAFKA_LISTENERS=f"INSIDE://:9092,CONTROLLER://:9093,HOST://:{HOST_PORT}",
                KAFKA_ADVERTISED_LISTENERS=f"INSIDE://{INSIDE},HOST://{self.bootstrap}",
                KAFKA_INTER_BROKER_LISTENER_NAME="INSIDE",
                KAFKA_LISTENER_SECURITY_PROTOCOL_MAP="CONTROLLER:PLAINTEXT,INSIDE:PLAINTEXT,HOST:PLAINTEXT",
                KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR="1",
                KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR="1",
                KAFKA_TRANSACTION_STATE_LOG_MIN_ISR="1",
            )
        )
        # `with_bind_ports` would publish it to everybody; what it writes to is handed to the engine as it stands.
        self._container.ports[f"{HOST_PORT}/tcp"] = (HOST, port)

    def __enter__(self) -> Self:
        self.network.create()
        try:
            self._container.start()
            deadline = time.monotonic() + UP_S
            while not answers(HOST, self._port):
                assert time.monotonic() < deadline, self._container.get_logs()
                time.sleep(0.1)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._container.stop()
        self.network.remove()
