"""Two clients over librdkafka: confluent-kafka in this process, and kcat as a program."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from itertools import groupby

import pytest
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition

from tests.integration.compat.record import Sent, Written

ALL_READ_S = 30
UNIT = "\x1f"


class Confluent:
    """confluent-kafka, the Python client most people use."""

    name = "confluent"

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    def read(self, topics: Sequence[str], isolation: str) -> list[Written]:
        consumer = Consumer(
            {
                "bootstrap.servers": self._bootstrap,
                "group.id": "compat-never-commits",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": isolation,
            }
        )
        try:
            listed = consumer.list_topics(timeout=10).topics
            unread = {(topic, partition) for topic in topics for partition in listed[topic].partitions}
            consumer.assign([TopicPartition(topic, partition, 0) for topic, partition in unread])
            records = []
            deadline = time.monotonic() + ALL_READ_S
            while unread:
                assert time.monotonic() < deadline, f"no end of {unread}"
                message = consumer.poll(1)
                if message is None:
                    continue
                if message.error() is not None:
                    assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
                    unread.discard((message.topic(), message.partition()))
                    continue
                records.append(
                    Written(
                        message.topic(),
                        message.partition(),
                        message.offset(),
                        message.key(),
                        message.value(),
                        tuple(message.headers() or ()),
                    )
                )
        finally:
            consumer.close()
        return records

    def publish(self, topic: str, records: Sequence[Sent], codec: str) -> None:
        producer = self._producer(codec)
        self._send(producer, topic, records)
        assert producer.flush(30) == 0

    def transact(self, topic: str, records: Sequence[Sent], *, commit: bool) -> None:
        """Send in one transaction, which ends either way only when its records are in the log."""
        producer = self._producer("lz4", **{"transactional.id": f"confluent-{topic}"})
        producer.init_transactions(30)
        producer.begin_transaction()
        self._send(producer, topic, records)
        assert producer.flush(30) == 0
        if commit:
            producer.commit_transaction(30)
        else:
            producer.abort_transaction(30)

    def _producer(self, codec: str, **more: str) -> Producer:
        return Producer(
            {"bootstrap.servers": self._bootstrap, "enable.idempotence": True, "compression.type": codec} | more
        )

    @staticmethod
    def _send(producer: Producer, topic: str, records: Sequence[Sent]) -> None:
        def acknowledged(error: KafkaError | None, _message: object) -> None:
            assert error is None, error

        for record in records:
            producer.produce(
                topic,
                key=record.key,
                value=record.value,
                headers=list(record.headers) or None,
                on_delivery=acknowledged,
            )


def ends(bootstrap: str, topic: str) -> int:
    """The end offsets of a topic's partitions, added up; what is not committed counts."""
    settings = {"bootstrap.servers": bootstrap, "group.id": "compat-never-commits"}
    consumer = Consumer(settings | {"isolation.level": "read_uncommitted"})  # else the end is that of what is committed
    try:
        partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
        return sum(consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=10)[1] for p in partitions)
    finally:
        consumer.close()


def kcat_path() -> str:
    """Where kcat is; without it the test is skipped, but never in CI."""
    found = shutil.which("kcat") or shutil.which("kafkacat")
    if found is None:
        why = "kcat is not installed (Debian and Ubuntu: apt-get install kcat)"
        if os.environ.get("CI"):
            pytest.fail(f"integration tests must run in CI: {why}")
        pytest.skip(why)
    return found


class Kcat:
    """kcat, the tool people look into topics with."""

    name = "kcat"

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._kcat = kcat_path()

    def read(self, topics: Sequence[str], isolation: str) -> list[Written]:
        return [record for topic in topics for record in self._read(topic, isolation)]

    def _read(self, topic: str, isolation: str) -> list[Written]:
        arguments = ["-C", "-q", "-e", "-o", "beginning", "-J", "-t", topic, "-X", f"isolation.level={isolation}"]
        done = subprocess.run(
            [self._kcat, "-b", self._bootstrap, *arguments], capture_output=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr.decode()
        return [_written(json.loads(line)) for line in done.stdout.splitlines()]

    def publish(self, topic: str, records: Sequence[Sent], codec: str) -> None:
        settings = ["-X", "enable.idempotence=true", "-z", codec]
        for headers, rows in groupby(records, key=lambda record: record.headers):  # kcat gives all of a run the same
            done = subprocess.run(
                self._produce(topic, list(headers), settings),
                input=b"".join(_line(row) for row in rows),
                capture_output=True,
                check=False,
                timeout=60,
            )
            assert done.returncode == 0, done.stderr.decode()

    def transact(self, topic: str, records: Sequence[Sent], *, commit: bool) -> None:
        """Send in one transaction. Without a commit kcat is cut short and leaves it open; its next one aborts it."""
        settings = ["-X", f"transactional.id=kcat-{topic}"]
        before = ends(self._bootstrap, topic)
        with subprocess.Popen(
            self._produce(topic, [], settings), stdin=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            process.stdin.write(b"".join(_line(row) for row in records))
            process.stdin.flush()
            if not commit:
                self._until_longer(topic, before)
                process.kill()
            _, said = process.communicate(timeout=60)
        assert process.returncode == 0 or not commit, said

    def _until_longer(self, topic: str, before: int) -> None:
        deadline = time.monotonic() + ALL_READ_S
        while ends(self._bootstrap, topic) == before:
            assert time.monotonic() < deadline, "kcat has written nothing"
            time.sleep(0.05)

    def _produce(self, topic: str, headers: Sequence[tuple[str, bytes | None]], settings: Sequence[str]) -> list[str]:
        named = [f"{name}={value.decode()}" if value is not None else name for name, value in headers]
        with_headers = [part for header in named for part in ("-H", header)]
        return [self._kcat, "-b", self._bootstrap, "-P", "-t", topic, "-Z", "-K", UNIT, *with_headers, *settings]


def _line(record: Sent) -> bytes:
    return (record.key or b"") + UNIT.encode() + (record.value or b"") + b"\n"


def _written(document: dict) -> Written:
    def octets(text: str | None) -> bytes | None:
        return None if text is None else text.encode()

    flat = document.get("headers", [])
    headers = tuple((name, octets(value)) for name, value in zip(flat[::2], flat[1::2], strict=True))
    return Written(
        document["topic"],
        document["partition"],
        document["offset"],
        octets(document["key"]),
        octets(document["payload"]),
        headers,
    )
