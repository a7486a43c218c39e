"""Telling the other workers what the model said, outside the lanes' transactions: to lose it costs a model run."""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from typing import Final, NoReturn

import msgspec
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder

from localization.memory import Key, Verdict
from localization.memory.verdicts import digest
from schemas.outputs import MemoryEntry
from schemas.topics import TRANSLATION_MEMORY
from streams.connection import Where, connection
from streams.follow import BACKOFF_S, BACKOFF_S_MAX, REQUEST_TIMEOUT_MS
from streams.window import being_cancelled

log = structlog.get_logger(__name__)

WAITING_MAX: Final = 10_000  # verdicts; the oldest goes when there is one more
GATHER_S: Final = 0.2
BATCH_BYTES: Final = 262_144
CLOSE_S: Final = 0.3  # a worker that leaves has 8.5 s for everything
_ENCODER: Final = msgspec.json.Encoder()


class MemoryWriter:
    """Writes new verdicts to `translation-memory`, a batch a partition every `GATHER_S`. Owned by one event loop.

    `offer` never waits. While the broker is away the newest WAITING_MAX verdicts wait for it.
    """

    def __init__(self, kafka: Where, topic: str = TRANSLATION_MEMORY) -> None:
        self._kafka = kafka
        self._topic = topic
        self._waiting: deque[tuple[Key, Verdict]] = deque(maxlen=WAITING_MAX)
        self._news = asyncio.Event()
        self._away = False
        self.written = 0
        self.lost = 0

    def offer(self, key: Key, verdict: Verdict) -> None:
        """Have a verdict written soon, or never."""
        if len(self._waiting) == WAITING_MAX:
            self.lost += 1
        self._waiting.append((key, verdict))
        self._news.set()

    async def run(self) -> NoReturn:
        """Write until cancelled; a broker that is away is waited for, with one warning a time."""
        pause_s = BACKOFF_S
        while True:
            try:
                await self._connection()
            except (KafkaError, OSError, TimeoutError, asyncio.CancelledError) as error:
                if being_cancelled():
                    raise
                pause_s = min(BACKOFF_S_MAX, pause_s * 2) if self._away else BACKOFF_S
                if not self._away:
                    self._away = True
                    log.warning(
                        "memory_not_shared",
                        error=str(error) or type(error).__name__,
                        consequence="other workers ask their models for what this one knows, until the broker is back",
                    )
            await asyncio.sleep(pause_s)

    async def _connection(self) -> NoReturn:
        producer = AIOKafkaProducer(
            **connection(self._kafka),
            enable_idempotence=True,
            max_batch_size=BATCH_BYTES,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
        )
        try:
            await producer.start()
            partitions = len(await producer.partitions_for(self._topic))
            self._away = False
            while True:
                await self._news.wait()
                await asyncio.sleep(GATHER_S)
                self._news.clear()
                await self._write(producer, partitions)
        finally:
            await _close(producer)

    async def _write(self, producer: AIOKafkaProducer, partitions: int) -> None:
        """Write what waits and await the acknowledgements. What is refused is lost."""
        by_partition: dict[int, list[tuple[bytes, bytes]]] = {}
        count = len(self._waiting)
        while self._waiting:
            key, verdict = self._waiting.popleft()
            name = digest(key)
            place = int.from_bytes(name[:4], "big") % partitions
            by_partition.setdefault(place, []).append((name.hex().encode(), _ENCODER.encode(entry_of(key, verdict))))
        self.lost += count
        for place, rows in by_partition.items():
            written = await self._write_partition(producer, place, rows)
            self.written += written
            self.lost -= written

    async def _write_partition(
        self, producer: AIOKafkaProducer, partition: int, rows: Sequence[tuple[bytes, bytes]]
    ) -> int:
        """Return how many rows the broker has taken."""
        now_ms = int(time.time() * 1000)
        batches = [_batch()]
        for name, value in rows:
            if batches[-1].append(key=name, value=value, timestamp=now_ms) is None:
                batches.append(_batch())
                batches[-1].append(key=name, value=value, timestamp=now_ms)  # one larger than a batch is lost
        full = [batch for batch in batches if batch.record_count()]
        acks = [await producer.send_batch(batch, self._topic, partition=partition) for batch in full]
        for ack in acks:
            await ack
        return sum(batch.record_count() for batch in full)


def entry_of(key: Key, verdict: Verdict) -> MemoryEntry:
    """Return a verdict as others read it."""
    return MemoryEntry(
        source_locale=key.source_locale,
        target_locale=key.target_locale,
        segment=key.segment,
        model_version=key.model_version,
        pipeline_version=key.pipeline_version,
        glossary=key.glossary,
        output=verdict.output,
        strict=verdict.strict,
        cut=verdict.cut,
        refused=verdict.refused,
    )


def _batch() -> BatchBuilder:
    """An empty batch; memory keeps no segment that comes near to filling one alone."""
    return BatchBuilder(BATCH_BYTES, 0, is_transactional=False)


async def _close(producer: AIOKafkaProducer) -> None:
    """Stop the producer; without a broker its flush would wait for ever."""
    try:
        async with asyncio.timeout(CLOSE_S):
            await producer.stop()
    except (TimeoutError, KafkaError):
        task = producer._sender.sender_task  # noqa: SLF001  (it would go on by itself, and nothing public ends it)
        if task is not None:
            task.cancel()
            await asyncio.wait([task], timeout=CLOSE_S)
        await producer.client.close()
