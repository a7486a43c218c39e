"""Putting records back and writing down that it was done, in one transaction: both happen, or neither.

All who handle dead letters share one `transactional.id`, whatever their group: the input topics and the ledger are the
same for all of them. Whoever starts fences whoever was at it, and the broker has settled that one's open transaction
by then: a ledger that is read after `start` says all that has been done.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.producer.message_accumulator import BatchBuilder

from schemas.codec import encode
from schemas.handled import Handled, LetterId
from schemas.settings import Settings
from schemas.topics import DEAD_LETTER_LEDGER
from streams.connection import connection
from streams.letters.fitness import Resent
from streams.transaction import BATCH_BYTES, RECORD_OVERHEAD_BYTES, let_go

TRANSACTIONAL_ID: Final = DEAD_LETTER_LEDGER
Place = tuple[str, int, int]
"""Topic, partition and offset of a record that has been put back."""


class LetterProducer:
    """Fences every other one. After any failure it is dead: `drop` it and open a new one."""

    def __init__(self, settings: Settings, record_bytes_max: Mapping[str, int]) -> None:
        self._timeout_s = settings.lanes.transaction_timeout_s
        self._open_timeout_s = settings.lanes.open_timeout_s
        self.last_entry: int | None = None
        """Offset of the last entry that was written to the ledger."""
        largest = max((BATCH_BYTES, *record_bytes_max.values()))
        self._producer = AIOKafkaProducer(
            **connection(settings.kafka),
            acks="all",
            linger_ms=0,
            max_batch_size=largest,
            max_request_size=largest + RECORD_OVERHEAD_BYTES,
            retry_backoff_ms=20,
            request_timeout_ms=int(settings.kafka.request_timeout_s * 1000),
            transactional_id=TRANSACTIONAL_ID,
            transaction_timeout_ms=int(self._timeout_s * 1000),
        )

    async def start(self) -> None:
        """Fence the others. Raises KafkaError or TimeoutError."""
        async with asyncio.timeout(self._open_timeout_s):
            await self._producer.start()

    async def commit(
        self, records: Sequence[Resent], entries: Callable[[Sequence[Place]], Mapping[LetterId, Handled]]
    ) -> Mapping[LetterId, Handled]:
        """Put `records` back, and write the entries that follow from where they stand; returns these.

        Raises KafkaError or TimeoutError; whether it has happened, the ledger says.
        """
        async with asyncio.timeout(self._timeout_s):
            await self._producer.begin_transaction()
            made = entries(await self._send(records))
            now_ms = int(time.time() * 1000)
            rows = [
                Resent(DEAD_LETTER_LEDGER, 0, now_ms, str(one).encode(), encode(entry), ())
                for one, entry in made.items()
            ]
            self.last_entry = (await self._send(rows))[-1][2]
            await self._producer.commit_transaction()
        return made

    async def _send(self, records: Sequence[Resent]) -> list[Place]:
        """Write all and await every acknowledgement: `commit_transaction` succeeds after a refused batch."""
        handed: list[tuple[Resent, int, asyncio.Future[object]]] = []
        for tp in dict.fromkeys(TopicPartition(record.topic, record.partition) for record in records):
            await self._producer.partitions_for(tp.topic)
            rows = [record for record in records if (record.topic, record.partition) == tp]
            handed += await self._send_rows(tp, rows)
        await asyncio.gather(*(ack for _, _, ack in handed))
        placed = {id(record): _place(record, index, ack) for record, index, ack in handed}
        return [placed[id(record)] for record in records]

    async def _send_rows(
        self, tp: TopicPartition, rows: Sequence[Resent]
    ) -> list[tuple[Resent, int, asyncio.Future[object]]]:
        """Hand aiokafka the records of one partition in batches; returns each with its place in its batch."""
        handed: list[tuple[Resent, int, asyncio.Future[object]]] = []
        left = list(rows)
        while left:
            batch = BatchBuilder(max(BATCH_BYTES, left[0].size()), 0, is_transactional=True)
            taken = 0
            while taken < len(left) and _append(batch, left[taken]):
                taken += 1
            batch.close()
            ack = await self._producer.send_batch(batch, tp.topic, partition=tp.partition)
            handed += [(record, index, ack) for index, record in enumerate(left[:taken])]
            left = left[taken:]
        return handed

    async def drop(self) -> None:
        """Let go of the producer without a word to the broker; an open transaction is settled by the next one."""
        await let_go(self._producer)


def _append(batch: BatchBuilder, record: Resent) -> bool:
    headers = list(record.headers)  # aiokafka's C code takes nothing else
    return batch.append(timestamp=record.timestamp, key=record.key, value=record.value, headers=headers) is not None


def _place(record: Resent, index: int, ack: asyncio.Future[object]) -> Place:
    first: int = ack.result().offset  # type: ignore[attr-defined]  # aiokafka's RecordMetadata
    return record.topic, record.partition, first + index
