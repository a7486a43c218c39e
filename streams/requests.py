"""What operators have asked to be replayed, as every worker knows it from the topic `dragoman-relocalize`."""

import asyncio
from collections.abc import Sequence
from typing import NoReturn

import structlog
from aiokafka import ConsumerRecord, TopicPartition

from schemas.relocalization import Relocalization, read_request
from schemas.settings import KafkaSettings
from schemas.topics import RELOCALIZE
from streams.follow import Follower

log = structlog.get_logger(__name__)


class Requests:
    """The requests that stand, by id; owned by one event loop.

    A record that is no request, or one for a topic with another number of partitions, is logged and ignored.
    """

    def __init__(self, kafka: KafkaSettings) -> None:
        self._partitions = kafka.partitions
        self._standing: dict[str, Relocalization] = {}
        self._follower = Follower(kafka, (RELOCALIZE,), self.take)
        self.known = self._follower.caught_up
        """Set once everything has been read that had been asked before this worker came."""
        self.news = asyncio.Event()
        """Set when something was asked or taken back since this event was made: another one follows it."""

    async def follow(self) -> NoReturn:
        """Read what is asked for as long as the worker lives."""
        await self._follower.run()

    def take(self, records: Sequence[ConsumerRecord]) -> None:
        """Take note of requests, of others in their place, and of those taken back."""
        for record in records:
            try:
                self._take(record.key, record.value)
            except ValueError as error:
                log.warning(
                    "relocalization_ignored", offset=record.offset, error=str(error), consequence="nothing is replayed"
                )
        told, self.news = self.news, asyncio.Event()
        told.set()

    def standing(self, tp: TopicPartition) -> list[Relocalization]:
        """Return what is asked of a partition, the oldest first."""
        asked = [
            request
            for request in self._standing.values()
            if request.topic == tp.topic and request.begins[tp.partition] < request.ends[tp.partition]
        ]
        return sorted(asked, key=lambda request: (request.created_at, request.id))

    def stands(self, request: Relocalization) -> bool:
        """Whether this very request has not been taken back or replaced."""
        return self._standing.get(request.id) == request

    def _take(self, key: bytes | None, value: bytes | None) -> None:
        request_id = (key or b"").decode()
        if value is None:
            self._standing.pop(request_id, None)
            return
        self._standing[request_id] = read_request(key, value, self._partitions)
