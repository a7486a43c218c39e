"""Workers of this project over the topic of reviews, which takes records without a key."""

import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient

from schemas.settings import Settings
from schemas.topics import REVIEW_POSTED, TopicSpec, review_localized, topic_specs
from tests.integration.compat.record import Written

GROUP = "compat"
STAGE = "compat-stage"  # what the Java client copies from
LOCALES = ("en", "pt-BR")
OUTPUTS = tuple(review_localized(locale) for locale in LOCALES)
WORKER = Path(__file__).with_name("compat_worker.py")
WORK_S = 60


@dataclass
class Deployment:
    bootstrap: str
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def topics(self) -> list[TopicSpec]:
        kafka = Settings().kafka
        ours = topic_specs(kafka.partitions, LOCALES, ("default",), kafka.max_record_bytes)
        return [*ours, TopicSpec(STAGE, 1)]

    def spawn(self, **env: str) -> subprocess.Popen[bytes]:
        settings = {
            "DRAGOMAN_KAFKA__BOOTSTRAP": self.bootstrap,
            "DRAGOMAN_KAFKA__GROUP": GROUP,
            "DRAGOMAN_LOCALIZATION__LOCALES": '["en", "pt-BR"]',
            "DRAGOMAN_HTTP__PORT": "-1",
            "DRAGOMAN_POOL__THREADS": "1",
            "DRAGOMAN_LOCALIZATION__MEMORY_DIR": str(self.folder / "memory"),
        }
        with (self.folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, str(WORKER)], env={**os.environ, **settings, **env}, stdout=log, stderr=log
            )
        self.workers.append(worker)
        return worker

    def until(self, true) -> None:
        """Wait until something is true, while the latest worker works."""
        deadline = time.monotonic() + WORK_S
        while not true():
            assert self.workers[-1].poll() is None, (self.folder / "worker.log").read_text()
            assert time.monotonic() < deadline, (self.folder / "worker.log").read_text()
            time.sleep(0.1)

    def all_done(self) -> bool:
        """Whether the group has committed every partition of the input to its end."""
        partitions = [TopicPartition(REVIEW_POSTED, p) for p in range(Settings().kafka.partitions[REVIEW_POSTED])]
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        answer = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(GROUP, partitions)])
        committed = answer[GROUP].result(10).topic_partitions
        reader = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "compat-never-commits"})
        try:
            return all(_done(reader.get_watermark_offsets(tp, timeout=10)[1], tp) for tp in committed)
        finally:
            reader.close()

    def stop(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
            worker.wait()


def _done(end: int, committed: TopicPartition) -> bool:
    # The marker of a transaction stands last in a log and is no record: a lane's offset stays before it.
    return end == 0 or committed.offset >= end - 1


def sources(outputs: list[Written]) -> Counter[tuple[int, int]]:
    """How often each input record, by partition and offset, is told of."""
    return Counter(
        (int(headers[b"partition"]), int(headers[b"offset"]))
        for headers in (
            {name.removeprefix("dragoman-source-").encode(): value for name, value in written.headers}
            for written in outputs
        )
    )
