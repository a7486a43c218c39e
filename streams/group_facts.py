"""What a broker says of a consumer group, asked from the side: its offsets, and who holds which partition.

Each function may be kept waiting by a coordinator that is still loading: the caller bounds the time.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from aiokafka.errors import KafkaError

RETRY_S: Final = 0.1
EMPTY: Final = frozenset({"Empty", "Dead"})
"""States of a group that nobody is in."""
STABLE: Final = EMPTY | {"Stable"}
"""States of a group in which "nobody holds it" is meant; between them nobody knows."""


async def partitions_of(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> list[TopicPartition]:
    """Return the partitions of those of the topics that exist, in order."""
    # All topics are asked for: naming one that does not exist may create it.
    known = {described["topic"]: described["partitions"] for described in await admin.describe_topics()}
    return [
        TopicPartition(topic, number)
        for topic in topics
        for number in sorted(described["partition"] for described in known.get(topic, ()))
    ]


async def committed_offsets(
    admin: AIOKafkaAdminClient, group: str, tps: Sequence[TopicPartition]
) -> dict[TopicPartition, int]:
    """Return the offsets committed, -1 for none. A broker that says "not yet" is asked again."""
    while True:
        try:
            found = await admin.list_consumer_group_offsets(group, partitions=list(tps))
        except KafkaError as error:
            if not error.retriable:
                raise
        else:
            if found.keys() >= set(tps):  # the client overlooks an error of the whole answer, and gives nothing
                return {tp: found[tp].offset for tp in tps}
        await asyncio.sleep(RETRY_S)


async def holders(admin: AIOKafkaAdminClient, group: str) -> tuple[str, dict[TopicPartition, str]]:
    """Return the group's state and, by partition, the member that holds it, as client and host."""
    (answer,) = await admin.describe_consumer_groups([group])
    _error, _group, state, _type, _protocol, members, *_ = answer.groups[0]
    held: dict[TopicPartition, str] = {}
    for _member, client, host, _metadata, assignment, *_ in members:
        if assignment:
            for tp in ConsumerProtocolMemberAssignment.decode(assignment).partitions():
                held[tp] = f"{client}{host}"
    return state, held
