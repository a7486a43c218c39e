"""Lanes under Faust: its aiokafka consumer, handing an agent whole batches of one partition, and committing nothing.

Stock Faust acknowledges a record when the agent's loop moves on, whatever became of its output, and commits past gaps
(docs/adr/0001). Here the lanes own position, order and commit; Faust keeps what it is good at: the group, the agents,
the channels, the life of the process. Everything overridden is private to faust-streaming 0.15.3 (pinned).
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, Protocol, cast

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import ConsumerStoppedError, IllegalStateError, KafkaError
from faust.events import Event
from faust.transport.drivers import aiokafka as stock
from faust.types import TP
from mode import Service

import streams.records  # noqa: F401  (from here on aiokafka reads any header name)
from schemas.report import Rebalanced, Reporter
from schemas.settings import Settings
from streams.assignor import SpreadAssignor
from streams.lane import Lane
from streams.window import being_cancelled

log = structlog.get_logger(__name__)
# mode would log the life of these services under our name, and the level of ours; it is a library's book-keeping.
library_log = logging.getLogger("faust.lanes")

FETCH_WAIT_MS = 500  # Faust hard-codes 1500; a quiet topic must not hold back a seek for longer than this
FETCH_WAIT_OPENING_MS = 50  # offset questions wait behind the fetch under way: 12 lanes open in 0.9 s, with 500 in 6 s
GETMANY_TIMEOUT_S = 0.05
HEARTBEAT_TIMEOUT_S = 5.0
LOOK_S = 1.0  # the drain loop looks at lanes and at the group this often when nobody wakes it


class LaneConsumerThread(stock.AIOKafkaConsumerThread):
    """The thread that owns the aiokafka consumer; reads committed records only, and spreads topics evenly."""

    logger = library_log

    def on_crash(self, msg: str, *fmt: Any, **kwargs: Any) -> None:
        """Leave it to `crash`, which logs it: mode prints it as well."""

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"
        consumer._fetch_max_wait_ms = FETCH_WAIT_OPENING_MS
        # Faust's own assignor gives three workers on four partitions 2, 2 and 0.
        consumer._partition_assignment_strategy = (SpreadAssignor,)
        return consumer

    def give_up_name(self) -> None:
        """Have the stop to come say that this member goes: with a static name aiokafka never does."""
        if self._consumer is not None and self._consumer._coordinator is not None:
            self._consumer._coordinator._group_instance_id = None

    async def on_thread_stop(self) -> None:
        """Leave the group, but with a static name only after `give_up_name`.

        With the broker away aiokafka cancels itself in the middle of it: no fault to show.
        """
        try:
            await super().on_thread_stop()
        except (KafkaError, asyncio.CancelledError) as error:
            if being_cancelled():
                raise
            log.warning("group_not_left", error=repr(error), consequence="the group notices when the session is over")

    async def committed(self, tp: TopicPartition) -> int | None:
        """Return the group's committed offset, asked from the broker."""
        offset: int | None = await self.call_thread(self._ensure_consumer().committed, tp)
        return offset

    async def bounds(self, tp: TopicPartition) -> tuple[int, int]:
        """Return the first and the end offset of a partition."""
        consumer = self._ensure_consumer()
        first = await self.call_thread(consumer.beginning_offsets, [tp])
        end = await self.call_thread(consumer.end_offsets, [tp])
        return first[tp], end[tp]

    def wait_for_records(self, fetch_wait_ms: int) -> None:
        """Have the next fetches of a quiet topic wait this long at the broker."""
        self._ensure_consumer()._fetcher._fetch_max_wait_ms = fetch_wait_ms

    async def heartbeat(self) -> bool:
        """Send one heartbeat now; False when the broker no longer knows this member."""
        known: bool = await self.call_thread(self._ensure_consumer()._coordinator._do_heartbeat)
        return known

    async def hear_group(self) -> None:
        """Take note of what aiokafka's coordinator has to say; raises KafkaError when it has given up.

        aiokafka tells it to `getmany` only, which Faust goes around, and waits for ever until it is heard: without this
        a worker would lose its membership in silence. Safe to call from another thread.
        """
        coordinator = None if self._consumer is None else self._consumer._coordinator
        if coordinator is None:  # not started yet
            return
        if coordinator._pending_exception is not None or coordinator._coordination_task.done():
            await self.call_thread(_hear, coordinator)


class LaneHost(Protocol):
    """What the app that owns this consumer must hold (streams/app.py)."""

    settings: Settings
    reporter: Reporter
    new_lane: Callable[[TopicPartition], Lane]


class LaneConsumer(stock.Consumer):
    """Feeds lanes: `app.new_lane` makes one for an assigned partition; `app.reporter` is told of rebalances."""

    logger = library_log
    _thread: LaneConsumerThread

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lanes: dict[TP, Lane] = {}
        self.joined = False  # whether an assignment has ever been taken up, lanes and all
        self._wake = asyncio.Event()
        self._revoked_at: float | None = None
        self._host = cast("LaneHost", self.app)
        self._times = self._host.settings.lanes

    def _new_consumer_thread(self) -> LaneConsumerThread:
        return LaneConsumerThread(self, loop=self.loop, beacon=self.beacon)

    # --- what a lane asks of its group -------------------------------------------------------------------------------

    async def committed(self, tp: TopicPartition) -> int | None:
        """Return the group's committed offset of a partition."""
        return await self._thread.committed(tp)

    async def bounds(self, tp: TopicPartition) -> tuple[int, int]:
        """Return the first and the end offset of a partition."""
        return await self._thread.bounds(tp)

    async def is_member(self) -> bool:
        """Whether one heartbeat goes through, and no rebalance is about to say who owns what."""
        if self._revoked_at is not None:
            return False
        try:
            async with asyncio.timeout(HEARTBEAT_TIMEOUT_S):
                return await self._thread.heartbeat()
        except asyncio.CancelledError:
            if being_cancelled():
                raise
            return False  # aiokafka has cancelled what the heartbeat waited for
        except Exception as error:  # noqa: BLE001  (any failure means the same: not known to be a member)
            log.debug("heartbeat_failed", error=repr(error))
            return False

    def wake(self) -> None:
        """Look at the lanes again: one has room, or wants to seek."""
        self._wake.set()

    @Service.task
    async def _hear_group(self) -> None:
        """Hear the group until it has given an assignment: the drain loop does from then on, but not before."""
        while not (self.should_stop or self.joined):
            await self._thread.hear_group()
            await self.sleep(LOOK_S)

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        """Faust lets these partitions flow again."""
        super().resume_partitions(tps)
        self.wake()

    # --- the drain loop ----------------------------------------------------------------------------------------------

    async def _drain_messages(self, fetcher: Any) -> None:
        """Fetch for the lanes that have room and hand each batch to its agent, until stopped."""
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):
                await self._thread.hear_group()
                if not self.flow_active:
                    await self.wait_first(self.can_resume_flow.wait(), fetcher._stopped.wait(), timeout=LOOK_S)
                    continue
                await self._drain_once()
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise
        except asyncio.CancelledError as error:
            if self.app.should_stop:
                return
            if being_cancelled():
                raise
            raise ConsumerStoppedError("aiokafka has cancelled what the fetch waited for") from error

    async def _drain_once(self) -> None:
        self._wake.clear()
        opening = any(lane.is_opening for lane in self.lanes.values())
        self._thread.wait_for_records(FETCH_WAIT_OPENING_MS if opening else FETCH_WAIT_MS)
        self._seek_lanes()
        active = {tp for tp in self._get_active_partitions() if tp in self.lanes and self.lanes[tp].has_room}
        if not active:  # never an empty set: to aiokafka that means every partition
            await self.wait_first(self._wake.wait(), self.suspend_flow.wait(), timeout=LOOK_S)
            return
        fetched = await self._getmany(active, GETMANY_TIMEOUT_S)
        if not self.flow_active:  # a rebalance began meanwhile: the position has moved past what nobody took
            for tp in fetched:
                self._rewind(TP(*tp))
            return
        for tp, records in fetched.items():
            self._feed(TP(*tp), records)

    def _seek_lanes(self) -> None:
        """Move the consumer to where lanes want it: only here, never while a getmany is under way."""
        assigned = self.assignment()
        for tp, lane in self.lanes.items():
            if lane.wants_seek and lane.is_open and tp in assigned and lane.next_offset is not None:
                with contextlib.suppress(IllegalStateError):  # revoked since: the assignment to come seeks again
                    self._thread.seek(tp, lane.next_offset)
                    lane.wants_seek = False

    def _feed(self, tp: TP, records: list[Any]) -> None:
        lane = self.lanes.get(tp)
        channels = cast("Any", self.app.topics)._tp_index.get(tp)
        batch = lane.feed(records) if lane is not None and channels else None
        if batch is None:
            self._rewind(tp)
            return
        message = self._to_message(tp, records[-1])
        message.tracked = True  # Faust would count acknowledgements of it otherwise
        for channel in channels:
            channel.queue.put_nowait(Event(self.app, None, batch, None, message))

    def _rewind(self, tp: TP) -> None:
        lane = self.lanes.get(tp)
        if lane is not None:
            lane.rewind()

    # --- Faust commits nothing of a lane's ---------------------------------------------------------------------------

    def _new_offset(self, tp: TP) -> int | None:
        return None

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Faust's livelock warnings judge by its own commits; lanes show their age themselves (streams/lane.py)."""

    # --- rebalance and stop ------------------------------------------------------------------------------------------

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Stop feeding and commit what is finished; lanes are kept until it is known who gets them."""
        self._revoked_at = time.monotonic()
        async with self._or_crash():
            for lane in self.lanes.values():
                lane.rewind()
            await _together(lane.flush(self._times.revoke_flush_s) for lane in self.lanes.values())
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Keep open lanes that came back with their work in flight, close the others, open the new ones."""
        mine = {TP(*tp) for tp in assigned}
        async with self._or_crash():
            kept = await self._take_up(mine)
        await super().on_partitions_assigned(assigned, generation_id)
        seconds = 0.0 if self._revoked_at is None else time.monotonic() - self._revoked_at
        self._revoked_at = None
        self._host.reporter(Rebalanced(assigned=len(mine), kept=kept, seconds=seconds))

    @contextlib.asynccontextmanager
    async def _or_crash(self) -> AsyncIterator[None]:
        """End the process on an error in here: aiokafka would log it and go on with lanes that are not there."""
        try:
            yield
        except Exception as error:
            await self.crash(error)
            raise

    async def _take_up(self, mine: set[TP]) -> int:
        """Have exactly the lanes of `mine`; returns how many were kept."""
        if self.app.should_stop:  # the lanes are draining: one that now belongs to another worker is fenced by it
            return len(self.lanes)
        gone = {tp: lane for tp, lane in self.lanes.items() if tp not in mine or not lane.is_open}
        for tp in gone:
            del self.lanes[tp]
        await _together(lane.close() for lane in gone.values())
        kept = len(self.lanes)
        for lane in self.lanes.values():
            lane.rewind()
        self._thread.wait_for_records(FETCH_WAIT_OPENING_MS)
        for tp in mine - self.lanes.keys():
            lane = self.lanes[tp] = self._host.new_lane(TopicPartition(*tp))
            lane.start()
        self.joined = True
        return kept

    def give_up_name(self) -> None:
        """Let others have the partitions as soon as this worker stops, and not when its session is over."""
        self._thread.give_up_name()

    async def abandon(self) -> None:
        """Close every lane as it stands: what is not committed is done again by whoever comes next."""
        lanes = list(self.lanes.values())
        self.lanes.clear()
        await _together(lane.close() for lane in lanes)

    async def on_stop(self) -> None:
        """Finish and commit what is in flight, then leave the group."""
        await _together(lane.drain(self._times.shutdown_flush_s) for lane in self.lanes.values())
        await self.abandon()
        await super().on_stop()


class LaneTransport(stock.Transport):
    """Faust's Kafka transport with lanes."""

    Consumer = LaneConsumer


async def _hear(coordinator: Any) -> None:
    try:
        coordinator.check_errors()
    except KafkaError as error:
        if not error.retriable:
            raise
        log.warning("group_trouble", error=repr(error), consequence="the group is asked again")


async def _together(steps: Iterable[Any]) -> None:
    await asyncio.gather(*steps)
