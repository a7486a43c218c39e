"""The translation memory of a worker, shared with all others through two topics, and kept on disk.

`translation-memory` holds what models said: written beside the work, read into the store. `translation-corrections`
holds what people said: written by the lanes of `translation-feedback`, exactly once, and read into memory.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

import msgspec
import structlog
from aiokafka import ConsumerRecord

from localization.memory import Key, Memory, Verdict
from localization.memory.rows import row_of
from localization.memory.slots import Opened, open_store
from schemas.outputs import Correction, MemoryEntry
from schemas.reasons import Warn
from schemas.settings import Settings, cache_dir
from schemas.topics import TRANSLATION_CORRECTIONS, TRANSLATION_MEMORY
from streams.follow import Follower
from streams.kept_up import kept_up
from streams.memory.metrics import MemoryStatistics
from streams.memory.writer import MemoryWriter

log = structlog.get_logger(__name__)
T = TypeVar("T")

QUIET_MS: Final = 500  # nobody waits for an entry, and a fetch that finds nothing costs as much as one that does
ENTRIES_AT_ONCE: Final = 100  # some 3 ms of the event loop
_ENTRY: Final = msgspec.json.Decoder(MemoryEntry)
_CORRECTION: Final = msgspec.json.Decoder(Correction)


class SharedMemory:
    """Opens the store and follows both topics; `async with`. Owned by one event loop.

    `memory` is what a localizer takes. `corrected` is set once every correction of before is in force. A broker that
    goes away later leaves memory as it is until it comes back. `cluster` is what the broker's cluster calls itself: the
    store of another one has other offsets. Raises OperatorError when the store can be kept nowhere.
    """

    memory: Memory
    corrected: asyncio.Event

    def __init__(self, settings: Settings, cluster: str) -> None:
        self._settings = settings
        self._origin = f"{cluster}/{TRANSLATION_MEMORY}"
        self._writer = MemoryWriter(settings.kafka)
        self._learned = 0
        self._strange: set[str] = set()
        self._opened: Opened
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        kafka, local = self._settings.kafka, self._settings.localization
        opened = open_store(memory_dir(self._settings), kafka.group, local.memory_disk_entries, self._origin)
        if opened.problem:
            log.warning(
                "memory_rebuilt", problem=opened.problem, consequence="the store is filled again from its topic"
            )
        self._opened = opened
        self.memory = Memory(
            local.memory_entries,
            store=opened.store.get,
            share=self._writer.offer,
        )
        corrections = Follower(kafka, (TRANSLATION_CORRECTIONS,), self._take_corrections)
        entries = Follower(
            kafka,
            (TRANSLATION_MEMORY,),
            self._take_entries,
            start=opened.store.offsets,
            records_max=ENTRIES_AT_ONCE,
            fetch_wait_ms=QUIET_MS,
        )
        self.corrected = corrections.caught_up
        self._tasks = [
            asyncio.create_task(kept_up(work, what))
            for work, what in (
                (corrections.run, "new corrections are not heard of"),
                (entries.run, "nothing is learned from other workers"),
                (self._writer.run, "nothing is told to other workers"),
            )
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._opened.close()

    def statistics(self) -> MemoryStatistics:
        """Return what it amounts to now."""
        return MemoryStatistics(
            entries=len(self.memory),
            disk_entries=self._opened.store.entries,
            disk_bytes=self._opened.store.size_bytes,
            corrections=len(self.memory.corrections),
            shared=self._writer.written,
            unshared=self._writer.lost,
            learned=self._learned,
        )

    def _take_corrections(self, records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            self._read(record, lambda value: self.memory.corrections.take(_CORRECTION.decode(value)))

    def _take_entries(self, records: Sequence[ConsumerRecord]) -> None:
        made = (self._read(record, lambda value: row_of(*verdict_of(value))) for record in records)
        rows = [row for row in made if row is not None]
        last = records[-1]
        self._opened.store.write(rows, {(last.topic, last.partition): last.offset + 1})
        self._learned += len(rows)
        problem = self._opened.store.problem
        if problem is not None and "store" not in self._strange:
            self._strange.add("store")
            log.warning("memory_disk_lost", problem=problem, consequence="only what is at hand is recalled")

    def _read(self, record: ConsumerRecord, decode: Callable[[bytes], T]) -> T | None:
        """Return what `decode` makes of a value, or None: what something else wrote there is not ours to judge."""
        if record.value is None:
            return None
        try:
            return decode(record.value)
        except ValueError as error:  # msgspec's, UTF-8's, an unknown locale's, and a word of another version
            if record.topic not in self._strange:
                self._strange.add(record.topic)
                log.warning(
                    "strange_record",
                    topic=record.topic,
                    partition=record.partition,
                    offset=record.offset,
                    error=type(error).__name__,
                    consequence="it is passed over, and others like it without a word",
                )
            return None


def verdict_of(value: bytes) -> tuple[Key, Verdict]:
    """Read a record of `translation-memory`; raises ValueError for what is none."""
    entry = _ENTRY.decode(value)
    key = Key(
        entry.source_locale,
        entry.target_locale,
        entry.segment,
        entry.model_version,
        entry.pipeline_version,
        entry.glossary,
    )
    refused = None if entry.refused is None else Warn(entry.refused)
    return key, Verdict(entry.output, entry.strict, entry.cut, refused)


def memory_dir(settings: Settings) -> Path:
    """Where the stores of this machine lie."""
    return settings.localization.memory_dir or cache_dir() / "memory"
