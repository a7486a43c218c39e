"""What a lane asks of the consumer group it belongs to."""

from typing import Protocol

from aiokafka import TopicPartition


class Group(Protocol):
    """What a lane asks of the consumer group it belongs to (streams/driver.py)."""

    async def committed(self, tp: TopicPartition) -> int | None:
        """Return the group's committed offset, from the broker."""

    async def bounds(self, tp: TopicPartition) -> tuple[int, int]:
        """Return the first and the end offset of a partition."""

    async def is_member(self) -> bool:
        """Whether the broker still knows this worker: one good heartbeat."""

    def wake(self) -> None:
        """Have the drain loop look at the lanes again."""
