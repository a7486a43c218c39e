"""The input: events at a rate, and what the broker said of each. Part of it may come in transactions, some aborted."""

import asyncio
import contextlib
import random
from collections import defaultdict
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, KafkaTimeoutError

from schemas.topics import LISTING_UPDATED
from tests.chaos.chain import event_json
from tests.chaos.schedule import Schedule, event_kinds, keys

BLOCK = 20  # events sent between two looks at the clock; also the size of a transaction
IN_TRANSACTION, ABORTED = 0.4, 0.25  # shares: of the blocks, and of the transactions among them
TRANSACTION_S = 15.0
STOP_S = 20.0


class Feed:
    """Publishes a schedule's events. `acknowledged`: (offset, number) by partition; `withdrawn`: numbers aborted.

    An event that is in neither is one whose fate the producer never heard.
    """

    def __init__(self, bootstrap: str, schedule: Schedule, rate: float, request_timeout_s: float = 40.0) -> None:
        self.acknowledged: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self.withdrawn: set[int] = set()
        self.ends: defaultdict[int, int] = defaultdict(int)  # by partition: behind the last event acknowledged
        self.done = 0  # events whose fate is decided
        self._bootstrap = bootstrap
        self._request_timeout_ms = int(request_timeout_s * 1000)
        self._schedule = schedule
        self._rate = rate
        self._kinds = event_kinds(schedule)
        self._keys = keys(schedule)
        self._rng = random.Random(f"transactions {schedule.seed}")
        self._pending: set[asyncio.Future[Any]] = set()
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Publish all, and return when the broker has answered."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            linger_ms=2,
            enable_idempotence=True,
            request_timeout_ms=self._request_timeout_ms,
        )
        await producer.start()
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            for first in range(0, self._schedule.events, BLOCK):
                numbers = range(first, min(first + BLOCK, self._schedule.events))
                if "aborted" in self._schedule.in_input and self._rng.random() < IN_TRANSACTION:
                    await self._transaction(numbers, abort=self._rng.random() < ABORTED)
                else:
                    for number in numbers:
                        await self._send(producer, number)
                await asyncio.sleep(max(0.0, started + first / self._rate - loop.time()))
            await asyncio.gather(*self._pending, return_exceptions=True)
        finally:
            with contextlib.suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(STOP_S):
                    await producer.stop()

    async def until(self, count: int) -> None:
        """Wait until the fate of `count` events is decided."""
        while self.done < count:
            self._news.clear()
            await self._news.wait()

    async def _send(self, producer: AIOKafkaProducer, number: int) -> None:
        future = await self._hand_over(producer, number)
        self._pending.add(future)
        future.add_done_callback(lambda done: self._answered(number, done))

    async def _hand_over(self, producer: AIOKafkaProducer, number: int) -> asyncio.Future[Any]:
        key = self._keys[number]
        value = event_json(number, key, self._kinds[number])
        while True:
            try:
                return await producer.send(LISTING_UPDATED, value, key=key.encode())
            except KafkaTimeoutError:  # there was no room beside what waits for its broker: nothing was taken
                continue

    def _answered(self, number: int, future: asyncio.Future[Any]) -> None:
        self._pending.discard(future)
        if not future.cancelled() and future.exception() is None:
            self._acknowledge(number, future.result())
        self._decided(1)

    def _acknowledge(self, number: int, place: Any) -> None:
        self.acknowledged[place.partition].append((place.offset, number))
        self.ends[place.partition] = max(self.ends[place.partition], place.offset + 1)

    def _decided(self, count: int) -> None:
        self.done += count
        self._news.set()

    async def _transaction(self, numbers: range, *, abort: bool) -> None:
        """Send a block as a transaction. One that fails stays unknown: the topic says what became of it."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap, transactional_id="feed", transaction_timeout_ms=int(TRANSACTION_S * 1000)
        )
        try:
            async with asyncio.timeout(TRANSACTION_S):
                await producer.start()
                await producer.begin_transaction()
                sent = [await self._hand_over(producer, number) for number in numbers]
                places = await asyncio.gather(*sent)
                if abort:
                    await producer.abort_transaction()
                    self.withdrawn.update(numbers)
                else:
                    await producer.commit_transaction()
                    for number, place in zip(numbers, places, strict=True):
                        self._acknowledge(number, place)
        except (KafkaError, TimeoutError):
            pass
        finally:
            with contextlib.suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(1):
                    await producer.stop()
            self._decided(len(numbers))
