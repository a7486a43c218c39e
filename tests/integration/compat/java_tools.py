"""Apache Kafka's own command-line tools, run on the Java and the jars that the embedded broker has."""

import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from streams.broker.config import JVM_FLAGS
from streams.broker.jars import ensure_jars
from streams.broker.lock import read_lock
from streams.broker.server import find_java
from tests.integration.compat.record import Headers, Sent, Written

TOOLS = Path(__file__).with_name("tools.lock")
NULL = "\x1anull"
UNIT, HEADER, LINE = "\x1f", "\x1e", "\x1d\n"  # separators that no JSON text holds
CONSUMER = "org.apache.kafka.tools.consumer.ConsoleConsumer"
PRODUCER = "org.apache.kafka.tools.ConsoleProducer"
COPIER = "org.apache.kafka.tools.TransactionalMessageCopier"
QUIET_MS = 5000  # a console consumer ends when nothing came for so long; joining its group counts


def tools_command() -> list[str]:
    jars = ensure_jars(jars=[*read_lock(), *read_lock(TOOLS)])
    return [str(find_java()), *JVM_FLAGS, "-cp", ":".join(str(jar) for jar in jars)]


class JavaTools:
    """The Java client, by way of the tools that come with Kafka."""

    name = "java"

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._command = tools_command()

    def _run(self, tool: str, *arguments: str, given: bytes = b"") -> bytes:
        done = subprocess.run(
            [*self._command, tool, *arguments], input=given, capture_output=True, check=False, timeout=90
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def read(self, topics: Sequence[str], isolation: str) -> list[Written]:
        with ThreadPoolExecutor() as pool:  # each waits for silence, so they wait together
            return list(chain.from_iterable(pool.map(lambda topic: self._read(topic, isolation), topics)))

    def _read(self, topic: str, isolation: str) -> list[Written]:
        shown = {f"print.{part}": "true" for part in ("partition", "offset", "headers", "key", "value")}
        shown |= {"key.separator": UNIT, "headers.separator": HEADER, "line.separator": LINE, "null.literal": NULL}
        properties = [f"--property={name}={value}" for name, value in shown.items()]
        output = self._run(
            CONSUMER,
            f"--bootstrap-server={self._bootstrap}",
            f"--topic={topic}",
            "--from-beginning",
            f"--timeout-ms={QUIET_MS}",
            f"--consumer-property=isolation.level={isolation}",
            *properties,
        )
        return [_written(topic, line) for line in output.decode().split(LINE)[:-1]]

    def publish(self, topic: str, records: Sequence[Sent], codec: str) -> None:
        settings = {"parse.key": "true", "parse.headers": "true", "null.marker": NULL, "headers.delimiter": UNIT}
        settings |= {"key.separator": UNIT, "headers.separator": HEADER, "headers.key.separator": ":"}
        self._run(
            PRODUCER,
            f"--bootstrap-server={self._bootstrap}",
            f"--topic={topic}",
            f"--compression-codec={codec}",
            "--producer-property=enable.idempotence=true",
            *(f"--property={name}={value}" for name, value in settings.items()),
            given=b"".join(_line(record) for record in records),
        )

    def copy(self, source: str, partition: int, target: str, count: int) -> None:
        """Copy a partition in transactions of two records; about a third of them is aborted and tried again."""
        self._run(
            COPIER,
            f"--broker-list={self._bootstrap}",
            f"--input-topic={source}",
            f"--input-partition={partition}",
            f"--output-topic={target}",
            f"--max-messages={count}",
            f"--consumer-group=copier-{source}",
            "--transaction-size=2",
            f"--transactional-id=copier-{source}",
            "--enable-random-aborts",
        )


def _written(topic: str, line: str) -> Written:
    partition, offset, headers, key, value = line.split(UNIT)
    return Written(
        topic,
        int(partition.removeprefix("Partition:")),
        int(offset.removeprefix("Offset:")),
        _or_null(key),
        _or_null(value),
        _headers(headers),
    )


def _line(record: Sent) -> bytes:
    def text(content: bytes | None) -> str:
        return NULL if content is None else content.decode()

    headers = HEADER.join(f"{name}:{text(value)}" for name, value in record.headers) or NULL
    return UNIT.join((headers, text(record.key), text(record.value))).encode() + b"\n"


def _or_null(text: str) -> bytes | None:
    return None if text == NULL else text.encode()


def _headers(text: str) -> Headers:
    if text == "NO_HEADERS":
        return ()
    pairs = (header.partition(":") for header in text.split(HEADER))
    return tuple((name, _or_null(value)) for name, _, value in pairs)
