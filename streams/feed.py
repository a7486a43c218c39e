"""Sending records exactly as they are, byte for byte, at a pace that people can follow."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from aiokafka import AIOKafkaProducer
from msgspec import Struct

from streams.connection import Where, connection
from streams.reach import broker_errors


class Record(Protocol):
    """What is to be sent; nothing is added to it and nothing checked."""

    @property
    def topic(self) -> str:
        """The topic it goes to."""
        ...

    @property
    def key(self) -> bytes | None:
        """Decides the partition; None leaves that to the client."""
        ...

    @property
    def value(self) -> bytes | None:
        """None is a tombstone."""
        ...

    @property
    def headers(self) -> tuple[tuple[str, bytes], ...]:
        """In the order they are written."""
        ...


class Sent(Struct, frozen=True):
    """A record that the broker has acknowledged, and where it stands."""

    topic: str
    partition: int
    offset: int
    value: bytes | None


async def feed(kafka: Where, records: Iterable[Record], rate: float, report: Callable[[Sent], None]) -> None:
    """Send the records in order, at most `rate` per second, each acknowledged before the next is sent.

    Raises OperatorError when the broker cannot be used.
    """
    with broker_errors(kafka):
        producer = AIOKafkaProducer(**connection(kafka), enable_idempotence=True)
        try:
            await producer.start()
            began = time.monotonic()
            for number, record in enumerate(records):
                await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
                headers = list(record.headers)
                placed = await producer.send_and_wait(record.topic, record.value, record.key, headers=headers)
                report(Sent(record.topic, placed.partition, placed.offset, record.value))
        finally:
            await producer.stop()
