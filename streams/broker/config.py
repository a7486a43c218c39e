"""Settings of the embedded broker: one node, loopback, small, and nothing that changes what Kafka promises."""

import base64
import uuid
from array import array
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"
HEAP: Final = "-Xmx400m"

# One node cannot hold three copies; small logs and few internal partitions start fast on a small machine. Transactions,
# idempotence and the verification of KIP-890 are left as Kafka ships them.
SINGLE_NODE: Final = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "auto.create.topics.enable": "false",
}
SMALL_MACHINE: Final = {
    "group.initial.rebalance.delay.ms": "0",
    "broker.session.timeout.ms": "3000",  # after SIGKILL a broker waits this long to register again; Kafka's own is 9 s
    "broker.heartbeat.interval.ms": "500",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),  # taken from the heap at start; Kafka's own is 128 MiB
    "log.index.size.max.bytes": str(1024 * 1024),  # each segment maps two of them
}

JVM_FLAGS: Final = (
    HEAP,
    "-XX:+UseSerialGC",  # the smallest start and footprint
    "-XX:TieredStopAtLevel=1",  # a broker that lives for minutes never earns back the second compiler
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
    "--sun-misc-unsafe-memory-access=allow",  # Kafka unmaps its index files that way; Java 25 warns of it
    "--enable-native-access=ALL-UNNAMED",  # the codecs of lz4, snappy and zstd
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    # Kafka asks log4j's interface which engine it has; there is none here, and this answers without an error.
    "-Dlog4j2.loggerContextFactory=org.apache.logging.log4j.simple.SimpleLoggerContextFactory",
)


def server_properties(log_dir: Path, port: int, controller_port: int, extra: dict[str, str] | None = None) -> str:
    """Text of `server.properties`; `extra` wins over every default."""
    settings = SINGLE_NODE | SMALL_MACHINE
    settings |= {
        "controller.quorum.voters": f"1@{HOST}:{controller_port}",
        "listeners": f"PLAINTEXT://{HOST}:{port},CONTROLLER://{HOST}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
        "log.dirs": str(log_dir),
    }
    settings |= extra or {}
    return "".join(f"{key}={_escaped(value)}\n" for key, value in settings.items())


def _escaped(value: str) -> str:
    """A value as java.util.Properties reads it: Latin-1 with escapes."""
    units = array("H", value.replace("\\", "\\\\").encode("utf-16"))[
        1:
    ]  # Java's escapes are UTF-16; [0] is the order mark
    return "".join(chr(unit) if 0x20 <= unit <= 0x7E else f"\\u{unit:04x}" for unit in units)


def cluster_id() -> str:
    """A random cluster id as Kafka writes them: a UUID in 22 characters of URL-safe base64."""
    # With the first bit cleared the text never starts with a dash, which StorageTool would take for an option.
    value = uuid.uuid4()
    return base64.urlsafe_b64encode(bytes([value.bytes[0] & 0x7F]) + value.bytes[1:]).decode().rstrip("=")
