"""What the topics are, as their broker says: a worker starts only on topics it can write to."""

from collections.abc import Sequence

import structlog

from schemas.errors import OperatorError
from schemas.settings import KafkaSettings
from schemas.topics import TopicSpec
from streams.runner import Limits
from streams.topics import check_topics

log = structlog.get_logger(__name__)


async def read_limits(kafka: KafkaSettings, specs: Sequence[TopicSpec]) -> Limits:
    """Return the largest record each topic takes: what exceeds it becomes a dead letter before it is sent.

    Raises OperatorError for a topic that is missing or has another partition count, because an output goes to the
    partition number of its input. Other differences are logged.
    """
    results = await check_topics(kafka.bootstrap, specs)
    missing = [result.name for result in results if result.state == "missing"]
    if missing:
        raise OperatorError(f"{len(missing)} topics are missing, {missing[0]} among them: run `dragoman topics create`")
    for spec, result in zip(specs, results, strict=True):
        if result.partitions != spec.partitions:
            raise OperatorError(
                f"{spec.name} has {result.partitions} partitions and must have {spec.partitions}: make it anew, or set"
                " kafka.partitions to what the inputs have (`dragoman topics check` shows all)"
            )
        if result.differences:
            log.warning("topic_differs", topic=spec.name, differences=result.differences)
    return Limits({result.name: result.record_bytes_max for result in results}, kafka.max_record_bytes)
