"""What pools are compared with: batches that are collected, run to their end, and answered together."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Self

from inference.engines.arena import Arena
from inference.engines.decoder_slots import DecoderSlots
from inference.engines.device_slots import DeviceSlots
from inference.engines.slots import Slots
from inference.models import Precision, TranslationModel
from inference.scheduling.background import yield_to_event_loop
from inference.scheduling.worker import usable_cores
from schemas.report import silent
from schemas.settings import PoolSettings

BATCH: Final = 32
WINDOW_S: Final = 0.005


class StaticBatches:
    """An engine of the ordinary kind over a model's own sessions, with a thread per core.

    A batch is closed when 32 requests are there, or 5 ms after its first one, and is taken by the next thread that is
    free: meanwhile it goes on to grow. Sentences that end early leave the decode, so that they cost nothing more;
    their callers are answered with the rest of the batch.
    """

    def __init__(self, model: TranslationModel, settings: PoolSettings) -> None:
        self._model = model
        self._waiting: list[tuple[str, asyncio.Future[str]]] = []
        self._some = asyncio.Event()
        self._full = asyncio.Event()
        threads = settings.threads or usable_cores()
        self._idle = asyncio.Queue[Slots]()
        for _ in range(threads):
            self._idle.put_nowait(_rows(model))
        self._threads = ThreadPoolExecutor(threads, initializer=yield_to_event_loop, initargs=(settings.nice,))
        self._runs: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Begin to take requests."""
        self._collector = asyncio.create_task(self._collect())
        return self

    async def __aexit__(self, *_: object) -> None:
        """End; what is running is awaited."""
        self._collector.cancel()
        await asyncio.gather(*self._runs)
        self._threads.shutdown()

    async def translate(self, text: str) -> str:
        """Translate one sentence with whatever else arrives in its window."""
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append((text, answer))
        self._some.set()
        if len(self._waiting) >= BATCH:
            self._full.set()
        return await answer

    async def _collect(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._some.wait()
            closes = loop.call_later(WINDOW_S, self._full.set)
            await self._full.wait()
            closes.cancel()
            rows = await self._idle.get()
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            for event, needed in ((self._some, 1), (self._full, BATCH)):
                if len(self._waiting) < needed:
                    event.clear()
            run = loop.create_task(self._run(rows, batch))
            self._runs.add(run)
            run.add_done_callback(self._runs.discard)

    async def _run(self, rows: Slots, batch: Sequence[tuple[str, asyncio.Future[str]]]) -> None:
        loop = asyncio.get_running_loop()
        answers = await loop.run_in_executor(self._threads, self._translate, rows, [text for text, _ in batch])
        self._idle.put_nowait(rows)
        for (_, answer), text in zip(batch, answers, strict=True):
            answer.set_result(text)

    def _translate(self, rows: Slots, texts: Sequence[str]) -> list[str]:
        tokenizer = self._model.pairs[0].tokenizer
        memories = rows.encode([tokenizer.encode(text) for text in texts])
        for row, memory in enumerate(memories):
            rows.place(row, memory)
        owners, answers = list(range(len(texts))), [""] * len(texts)
        while owners:
            for row in rows.advance():
                ids, _ = rows.tokens(row)
                answers[owners[row]] = tokenizer.decode(ids)
                rows.remove(row)
                last = owners.pop()
                if row < len(owners):
                    owners[row] = last
        return answers


def _rows(model: TranslationModel) -> Slots:
    """Rows as the pool's own engine has them."""
    if model.precision is Precision.FLOAT16:
        return DeviceSlots(model, BATCH, silent)
    return DecoderSlots(model, BATCH, Arena(model.provider, 2 * BATCH * 64))
