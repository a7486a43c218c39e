"""One worker process: the real app, driver, lane, runner and producers, over the wire that a case decides.

What Faust does around a rebalance is done here in its order (faust/app/base.py, faust/tables/recovery.py): stop the
flow, clear the channels, and after the assignment seek to what is committed and let records flow.
"""

import asyncio
import contextlib
import contextvars
from types import SimpleNamespace
from typing import Any

import faust.types

import streams.app as apps
from agents.base import Tools
from schemas.settings import Settings
from schemas.topics import LISTING_UPDATED
from tests.unit.streams.timing.current import current
from tests.unit.streams.timing.lanestate import Disk, Rows
from tests.unit.streams.timing.story import CHAIN, LIMITS
from tests.unit.streams.timing.wire import GroupConsumer, Thread, WireClient
from tests.unit.streams.timing.world import Killed, World

TP = faust.types.TP(LISTING_UPDATED, 0)
RESUME_S = 0.004  # between an assignment and the flow of records
SETTINGS = Settings(
    kafka={"group": "shop", "partitions": {LISTING_UPDATED: 1}},
    localization={"locales": ("en",)},
    lanes={
        "window": 8,
        "fetch_records": 4,
        "transaction_records": 4,
        "commit_interval_s": 0.0,
        "localize_timeout_s": 60.0,
        "revoke_flush_s": 2.0,
    },
)


class Process:
    """A worker. `exits`: the errors that would have ended it."""

    def __init__(self, world: World, rows: Rows) -> None:
        self.world = world
        self.disk = Disk(self, rows)
        self.settings = SETTINGS
        self.dead = False
        self.member = False
        self.exits: list[BaseException] = []
        self.reports: list[Any] = []
        self.clients: list[WireClient] = []
        self.known: list[Any] = []
        self._may_start = True
        self._generation = 0
        self._one_at_a_time = asyncio.Lock()
        self._never = asyncio.get_running_loop().create_future()
        self._context = contextvars.copy_context()
        self._context.run(current.set, self)
        world.processes.append(self)
        self._context.run(self._build)

    def _build(self) -> None:
        nothing: Any = None
        tools = Tools(nothing, nothing, locales=("en",), partners=frozenset(), pipeline_version="p1")
        self.app = apps.build_app(
            SETTINGS,
            (CHAIN,),
            tools,
            LIMITS,
            self.disk,
            app_version="0",
            reporter=self.reports.append,
            fail=self.exits.append,
        )
        self.consumer: Any = self.app.consumer
        self.consumer._thread.thread_loop.close()
        self.kafka = GroupConsumer(self)
        self.consumer._thread = Thread(self.kafka, self.consumer)
        self.consumer._on_partitions_revoked = self._on_revoked
        self.consumer._on_partitions_assigned = self._on_assigned
        self.app.on_rebalance_return = lambda: None  # type: ignore[method-assign]
        self.channel: asyncio.Queue[Any] = asyncio.Queue()
        self.app.topics._tp_index[TP] = [SimpleNamespace(queue=self.channel)]
        self._stopped = SimpleNamespace(_stopped=asyncio.Event())
        self.spawn(self._drain())
        self.spawn(apps._start_batches(self))

    def spawn(self, work: Any) -> asyncio.Task[Any]:
        return asyncio.get_running_loop().create_task(work, context=self._context)

    async def _drain(self) -> None:
        try:
            await self.consumer._drain_messages(self._stopped)
        except Exception as error:  # noqa: BLE001  (what ends the drain loop ends the process)
            self.exits.append(error)

    async def noack(self) -> Any:
        """The stream of the Faust agent."""
        while True:
            event = await self.channel.get()
            await self.world.passing("take")
            yield event.value

    # --- life and death ----------------------------------------------------------------------------------------------

    async def alive(self) -> None:
        """Return, unless the process is dead: then nothing of it ever goes on."""
        if self.dead:
            await self._never

    def kill(self) -> None:
        """As SIGKILL: no word to anybody."""
        self.dead = True
        self.member = False

    def acts(self) -> None:
        """What a dead process does, it does not do."""
        if self.dead:
            raise Killed

    @property
    def lane(self) -> Any:
        return self.consumer.lanes.get(TP)

    def beat(self) -> bool:
        """Answer a heartbeat."""
        self._may_start = self.member
        return self.member

    def starts_a_producer(self, client: WireClient) -> None:
        """A lane that opens again must have asked whether it is still a member."""
        if client is self.clients[-1] and not getattr(client, "counted", False):
            client.counted = True  # type: ignore[attr-defined]
            if not self._may_start:
                self.world.violations.append("a lane opened again without a good heartbeat")
            self._may_start = False

    # --- the group ---------------------------------------------------------------------------------------------------

    async def revoke(self) -> None:
        """The first half of a rebalance."""
        await self._one_at_a_time.acquire()
        await self.spawn(self.consumer.on_partitions_revoked({faust.types.TP(*tp) for tp in self.kafka.assigned}))
        self._generation += 1
        self.kafka.assigned, self.kafka.positions = set(), {}

    async def assign(self, *tps: Any) -> None:
        """The second half."""
        self.member, self.kafka.assigned, self.kafka.positions = True, set(tps), {}
        self._may_start = True  # for a lane that is made anew
        await self.spawn(self.consumer.on_partitions_assigned(set(tps), self._generation))
        self._one_at_a_time.release()

    async def join(self, *tps: Any) -> None:
        """Become a member with these partitions."""
        await self.revoke()
        await self.assign(*tps)

    async def _on_revoked(self, revoked: set[Any]) -> None:
        if self.kafka.assigned:
            self.consumer.stop_flow()
            self.consumer.pause_partitions(self.kafka.assigned)
            self._clear_channel()

    def _clear_channel(self) -> None:
        with contextlib.suppress(asyncio.QueueEmpty):
            while True:
                self.channel.get_nowait()

    async def _on_assigned(self, assigned: set[Any], generation: int) -> None:
        self.consumer.pause_partitions(assigned)
        self.consumer.stop_flow()
        self.spawn(self._resume(generation))

    async def _resume(self, generation: int) -> None:
        await asyncio.sleep(RESUME_S)
        if generation != self._generation or self.dead:
            return
        self.consumer.resume_partitions(self.kafka.assigned)
        await self.consumer.perform_seek()
        self._clear_channel()
        self.consumer.resume_flow()

    async def stop(self) -> None:
        """As SIGTERM: finish what is in flight, leave."""
        self.app._stopped.set()
        await self.spawn(self._leave())
        self.kill()

    async def _leave(self) -> None:
        lanes = list(self.consumer.lanes.values())
        await asyncio.gather(*(lane.drain(self.settings.lanes.shutdown_flush_s) for lane in lanes))
        await self.consumer.abandon()
