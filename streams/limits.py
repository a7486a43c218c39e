"""What the topics are, as their broker says: a worker starts only on topics it can write to."""

from collections.abc import Mapping, Sequence
from typing import Final

import structlog
from msgspec import Struct

from schemas.errors import OperatorError
from schemas.settings import KafkaSettings
from schemas.topics import DEAD_LETTER, TopicSpec
from streams.refusals import perhaps_hidden
from streams.topics import check_topics

log = structlog.get_logger(__name__)
MIN_LIMIT_BYTES: Final = 16_384


class Limits(Struct, frozen=True):
    """Largest record each topic takes, bytes. A topic that is not here does not exist."""

    topics: Mapping[str, int]
    input_bytes: int

    def lowered(self, topic: str, told: "Limits") -> "Limits":
        """Return what to believe after the broker has refused a record or a batch for `topic` and now says `told`.

        If that is not less than what it has refused, take half of it: a record that the broker will not have becomes a
        dead letter after a few tries, and never an endless reopen.
        """
        refused = self.topics[topic]
        limit = told.topics[topic] if told.topics[topic] < refused else refused // 2
        if topic == DEAD_LETTER and limit < MIN_LIMIT_BYTES:
            raise OperatorError(
                f"the broker refuses what {DEAD_LETTER} must take: raise its max.message.bytes"
                " (`dragoman topics check` says to what)"
            )
        kept = {name: min(size, told.topics.get(name, size)) for name, size in self.topics.items()}
        return Limits({**kept, topic: limit}, self.input_bytes)


async def read_limits(kafka: KafkaSettings, specs: Sequence[TopicSpec]) -> Limits:
    """Return the largest record each topic takes: what exceeds it becomes a dead letter before it is sent.

    Raises OperatorError for a topic that is missing or has another partition count, because an output goes to the
    partition number of its input. Other differences are logged.
    """
    results = await check_topics(kafka, specs)
    missing = [result.name for result in results if result.state == "missing"]
    if missing:
        what = f"topic {missing[0]} is" if len(missing) == 1 else f"{len(missing)} topics, {missing[0]} among them, are"
        raise OperatorError(f"{what} missing: run `dragoman topics create`{perhaps_hidden(kafka)}")
    for spec, result in zip(specs, results, strict=True):
        if result.partitions != spec.partitions:
            raise OperatorError(
                f"{spec.name} has {result.partitions} partitions and must have {spec.partitions}: make it anew, or set"
                " kafka.partitions to what the inputs have (`dragoman topics check` shows all)"
            )
        if result.differences:
            log.warning("topic_differs", topic=spec.name, differences=result.differences)
    return Limits({result.name: result.record_bytes_max for result in results}, kafka.max_record_bytes)
