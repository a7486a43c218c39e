"""Where a lane goes on: at the committed offset, unless offsets contradict each other."""

import structlog
from aiokafka import TopicPartition

from schemas.errors import OperatorError
from schemas.topics import changelog
from streams.group import Group

log = structlog.get_logger(__name__)


class Overtaken(Exception):
    """What was read while opening does not fit together, and the group no longer knows this worker: another commits."""


def name_of(tp: TopicPartition) -> str:
    """Return a partition as people write it."""
    return f"{tp.topic}[{tp.partition}]"


def resume_offset(tp: TopicPartition, committed: int | None, state_offset: int | None, bounds: tuple[int, int]) -> int:
    """Return the offset at which to go on.

    `committed` is the group's, `state_offset` the one the restored state belongs to, `bounds` the first and the end
    offset of the partition. Raises OperatorError where they contradict each other: a guess would lose or repeat
    records. Records that expired before they were read cannot be had back: they are logged.
    """
    first, end = bounds
    offset = first if committed is None else committed
    if state_offset is not None and state_offset > offset:
        topic = changelog(tp.topic)
        raise OperatorError(
            f"{topic} is at input offset {state_offset} but the group has committed {offset} of {name_of(tp)}:"
            f" offsets were reset; delete {topic} too and run `dragoman topics create`, or commit {state_offset}"
        )
    if offset > end:
        raise OperatorError(
            f"the group has committed {offset} of {name_of(tp)}, which ends at {end}: the topic was made anew;"
            " delete the group's offsets, or use another group"
        )
    if offset < first:
        log.warning("records_expired", lane=name_of(tp), records=first - offset, consequence="they were never read")
    return max(offset, first)


async def resume(
    group: Group, tp: TopicPartition, committed: int | None, state_offset: int | None, bounds: tuple[int, int]
) -> int:
    """Return `resume_offset`; raises Overtaken where offsets contradict each other because another worker commits.

    It may have begun to between two of the questions, and an operator told to delete the state's records would delete
    good ones: what contradicts itself is for the operator only while the group knows this worker.
    """
    try:
        return resume_offset(tp, committed, state_offset, bounds)
    except OperatorError as error:
        if await group.is_member():
            raise
        raise Overtaken("another worker has committed meanwhile") from error
