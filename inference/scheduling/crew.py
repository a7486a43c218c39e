"""The worker threads as one thing on the event loop: all of them run, or none does."""

import asyncio
from collections.abc import Callable, Sequence

from inference.engine import Engine, EngineFactory
from inference.requests import PoolDead
from inference.scheduling.schedule import Schedule
from inference.scheduling.worker import Delivery, Ended, Message, Ready, Worker

STOP_S = 5.0
"""How long `stop` waits for threads to end. A step takes milliseconds; a thread that needs longer hangs in native
code, and a worker that must leave within 10 s of SIGTERM cannot wait for it."""


class Crew:
    """`threads` workers over one schedule. `on_delivery` and `on_death` are called on the event loop."""

    def __init__(
        self,
        threads: int,
        models: Sequence[str],
        schedule: Schedule,
        make_engines: EngineFactory,
        nice: int,
        on_delivery: Callable[[Delivery], None],
        on_death: Callable[[], None],
    ) -> None:
        self._schedule = schedule
        self._on_delivery = on_delivery
        self._on_death = on_death
        self._workers = [Worker(at, models, schedule, make_engines, self._post, nice) for at in range(threads)]
        self._loop: asyncio.AbstractEventLoop | None = None  # known from start on; the pool may be made outside it
        self._cold = self._alive = 0
        self._warm, self._ended, self._over = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.death: BaseException | None = None

    @property
    def running(self) -> bool:
        """Whether every thread is warm and serves."""
        return self._warm.is_set() and not self._over.is_set()

    def engines(self, model: int) -> list[Engine]:
        """Return the engines of one model on all threads, for their counters."""
        return [worker.engines[model] for worker in self._workers if worker.engines]

    def dead(self) -> PoolDead:
        """Return a new error that says why nothing is served."""
        if self.death is None:
            return PoolDead("the pool is not running")
        error = PoolDead(f"a worker thread of the pool died: {type(self.death).__name__}: {self.death}")
        error.__cause__ = self.death
        return error

    async def start(self) -> None:
        """Start all threads and wait until each is warm; raises PoolDead when one fails, with none left behind."""
        self._loop = asyncio.get_running_loop()
        self._cold = len(self._workers)
        try:
            for worker in self._workers:
                worker.start()
                self._alive += 1
            await self._warm.wait()
        finally:
            if not self.running:
                await self.stop()
        if self.death is not None:
            raise self.dead()

    async def stop(self) -> None:
        """End all threads after the step each is in, and join them."""
        self._over.set()
        self._schedule.close()
        if self._alive:
            try:
                async with asyncio.timeout(STOP_S):
                    await self._ended.wait()
            except TimeoutError:
                return
        for worker in self._workers:
            worker.join()

    async def watch(self) -> None:
        """Wait until the crew is over; raises PoolDead when a thread died."""
        await self._over.wait()
        if self.death is not None:
            raise self.dead()

    def _post(self, message: Message) -> None:
        """Hand a message to the loop: the only call that a worker makes into it."""
        loop = self._loop
        if loop is None:
            raise RuntimeError("a worker posts before the crew is started")
        try:
            loop.call_soon_threadsafe(self._receive, message)
        except RuntimeError:
            # The loop was closed while this thread hung beyond STOP_S: nobody is left to hear it.
            self._schedule.close()

    def _receive(self, message: Message) -> None:
        match message:
            case Delivery():
                self._on_delivery(message)
            case Ready():
                self._cold -= 1
                if not self._cold:
                    self._warm.set()
            case Ended():
                self._one_ended(message.error)

    def _one_ended(self, error: BaseException | None) -> None:
        self._alive -= 1
        if not self._alive:
            self._ended.set()
        if error is not None and self.death is None:
            self.death = error
            self._over.set()
            self._warm.set()
            self._schedule.close()
            self._on_death()
