"""The demo's run: events go in, localized ones come out, and the board hears of both until nothing is left."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from cli.demo_board import Board, Localized
from cli.demo_events import DemoEvent
from cli.demo_process import DemoProcess
from schemas.errors import Fatal, OperatorError
from schemas.settings import Settings
from schemas.topics import INPUTS, TopicSpec
from streams.access import token_of
from streams.connection import Where, address
from streams.feed import Sent, feed
from streams.harvest import Harvester
from streams.lag import LagReader
from streams.snapshot import WorkerProbe, WorkerSeen
from streams.topics import check_topics, create_topics

LOOK_EVERY_S: Final = 0.25
STALL_S: Final = 60.0  # of no movement at all; loading models on a slow machine takes some seconds

Show = Callable[[Board], None]
Tell = Callable[[Localized], None]


class Flow:
    """One run over a broker whose input topics are empty and a worker that is starting."""

    def __init__(self, settings: Settings, kafka: Where, board: Board, *, show: Show, tell: Tell) -> None:
        self._settings = settings
        self._kafka = kafka
        self._board = board
        self._show = show
        self._tell = tell
        self._moved_s = time.monotonic()
        self._fed = False
        self._ready = asyncio.Event()
        self._reading = asyncio.Lock()  # a LagReader takes one read at a time

    async def run(
        self, events: Sequence[DemoEvent], rate: float, outputs: Mapping[str, int], worker: DemoProcess
    ) -> None:
        """Send all events and return when every one is consumed and every output read.

        Raises Fatal when the worker ends or nothing moves for STALL_S, OperatorError when the broker is lost.
        """
        board = self._board
        async with (
            LagReader(self._kafka, self._settings.kafka.group, INPUTS) as lags,
            Harvester(self._kafka, outputs) as harvester,
            WorkerProbe(worker.url, token_of(self._settings.http)) as probe,
        ):
            try:
                async with asyncio.TaskGroup() as tasks:
                    beside = [
                        tasks.create_task(self._feed(events, rate)),
                        tasks.create_task(self._look(worker, probe)),
                        tasks.create_task(self._follow_lag(lags)),
                    ]
                    await self._harvest(harvester, lags)
                    board.through_s = board.now_s
                    for task in beside:
                        task.cancel()
            except BaseExceptionGroup as errors:
                raise _first(errors) from errors
            board.worker = await _settled(probe, board)
        board.take_sample()
        self._show(board)

    async def _feed(self, events: Sequence[DemoEvent], rate: float) -> None:
        """Send a third while the worker warms up, so that it meets a backlog, and the rest once it is at work."""
        early = len(events) // 3
        await feed(self._kafka, events[:early], rate, self._sent)
        await self._ready.wait()
        await feed(self._kafka, events[early:], rate, self._sent)
        self._fed = True

    def _sent(self, sent: Sent) -> None:
        self._moved_s = time.monotonic()
        self._board.take_sent(sent)

    async def _harvest(self, harvester: Harvester, lags: LagReader) -> None:
        """Read outputs until all is fed, consumed and read."""
        while True:
            records = await harvester.read()
            for record in records:
                if (localized := self._board.take_output(record)) is not None:
                    self._tell(localized)
            if records:
                self._moved_s = time.monotonic()
            if records or not self._fed:
                continue
            if self._board.lag == 0 and await self._is_consumed(lags) and await harvester.is_drained():
                return

    async def _is_consumed(self, lags: LagReader) -> bool:
        await self._read_lag(lags)
        return self._board.lag == 0 and self._board.consumed == dict(self._board.sent)

    async def _look(self, worker: DemoProcess, probe: WorkerProbe) -> None:
        """Ask the worker how it is, and show what is known, a few times a second."""
        board = self._board
        while True:
            worker.require_alive()
            if time.monotonic() - self._moved_s > STALL_S:
                raise Fatal(f"nothing moved for {STALL_S:.0f} s: the worker is {board.worker_says} (log: {worker.log})")
            board.take_readiness(await probe.readiness())
            if board.ready_s is not None:
                self._ready.set()
            board.worker = await probe.seen() or board.worker
            board.take_sample()
            self._show(board)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _follow_lag(self, lags: LagReader) -> None:
        while True:
            await self._read_lag(lags)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _read_lag(self, lags: LagReader) -> None:
        async with self._reading:
            self._board.lags = await lags.read()


async def _settled(probe: WorkerProbe, board: Board) -> WorkerSeen | None:
    """The worker's counters, once they hold all that is consumed: a report may come a moment after its transaction."""
    deadline = time.monotonic() + 2.0
    while True:
        seen = await probe.seen()
        if time.monotonic() > deadline or (seen is not None and seen.consumed == board.consumed):
            return seen
        await asyncio.sleep(0.05)


async def prepare(settings: Settings, kafka: Where, specs: Sequence[TopicSpec], *, own: bool) -> None:
    """Create the topics.

    On a broker that is not the demo's `own`, raises OperatorError before anything is changed when a topic is not as it
    must be, an input holds events already, or a worker is at work on it.
    """
    if not own:
        await _require_unused(settings, kafka)
        for topic in await check_topics(kafka, specs):
            if topic.differences:
                raise OperatorError(f"topic {topic.name} is not as the demo needs it ({topic.differences[0]})")
    await create_topics(kafka, specs, settings.kafka.replication)


async def _require_unused(settings: Settings, kafka: Where) -> None:
    async with LagReader(kafka, settings.kafka.group, INPUTS) as reader:
        for lag in await reader.read():
            if lag.end > lag.start:
                raise OperatorError(
                    f"topic {lag.topic} at {address(kafka)} already holds records, and the demo would publish among"
                    " them: leave --bootstrap out for a Kafka of its own"
                )
            if lag.owned:
                raise OperatorError(
                    f"a worker of group {settings.kafka.group} is at work on {address(kafka)}: stop it, or leave "
                    "--bootstrap out for a Kafka of its own"
                )


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
