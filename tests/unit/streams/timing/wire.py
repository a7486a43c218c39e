"""What stands where aiokafka's network stands: every request and every answer passes through the world."""

import asyncio
import contextlib
from types import SimpleNamespace
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaConnectionError, NodeNotReadyError, RequestTimedOutError
from aiokafka.structs import ConsumerRecord

from schemas.topics import LISTING_UPDATED
from streams.driver import LaneConsumerThread
from tests.unit.streams.timing.current import current
from tests.unit.streams.timing.kafka import STEPS

IDLE_S = 0.2
TP = TopicPartition(LISTING_UPDATED, 0)


class Cluster:
    """Metadata of one broker that leads everything."""

    def leader_for_partition(self, tp: TopicPartition) -> int:
        return 0

    def partitions_for_topic(self, topic: str) -> set[int]:
        return {0}

    available_partitions_for_topic = partitions_for_topic


class WireClient:
    """Stands for the client of a producer. A request that is on its way arrives, whoever has stopped to wait for it."""

    def __init__(self, *, request_timeout_ms: int, client_id: str, **settings: Any) -> None:
        self.cluster = Cluster()
        self._client_id = client_id
        self._timeout_s = request_timeout_ms / 1000
        self._process = current.get()
        self._world = self._process.world
        self._closed = asyncio.get_running_loop().create_future()
        self._process.clients.append(self)

    @property
    def closed(self) -> bool:
        return self._closed.done()

    async def bootstrap(self) -> None:
        await self._ask("bootstrap", lambda: None)

    async def _wait_on_metadata(self, topic: str) -> set[int]:
        if self.cluster not in self._process.known:
            await self._ask("metadata", lambda: None)
            self._process.known.append(self.cluster)
        return {0}

    async def coordinator_lookup(self, kind: object, key: str) -> int:
        return await self._ask("coordinator", lambda: 0)

    async def ready(self, node: int, group: object = None) -> bool:
        return not self.closed

    def get_random_node(self) -> int:
        return 0

    def force_metadata_update(self) -> asyncio.Future[Any]:
        return asyncio.ensure_future(self._ask("metadata again", lambda: True, lenient=True))

    async def _maybe_wait_metadata(self) -> None:
        pass

    async def send(self, node: int, request: Any, group: object = None) -> Any:
        step = STEPS[type(request)]
        if step == "init":
            self._process.starts_a_producer(self)
        return await self._ask(step, lambda: self._world.kafka.answer(request), request)

    async def _ask(self, step: str, effect: Any, request: Any = None, *, lenient: bool = False) -> Any:
        if self.closed and not lenient:
            raise NodeNotReadyError("closed")
        asked = asyncio.ensure_future(self._world.at(step, self._process, effect, request))
        asked.add_done_callback(lambda task: task.cancelled() or task.exception())
        done, _ = await asyncio.wait(
            [asked, self._closed], timeout=self._timeout_s, return_when=asyncio.FIRST_COMPLETED
        )
        if asked in done:
            if lenient and asked.exception() is not None:
                return False
            return asked.result()
        if lenient:
            return False
        raise KafkaConnectionError("closed") if done else RequestTimedOutError()

    async def close(self) -> None:
        if not self.closed:
            self._closed.set_result(None)


class Producer(AIOKafkaProducer):
    """aiokafka's, real but for its client. A killed process closes nothing."""

    def __del__(self) -> None:
        pass


class ChangelogConsumer:
    """Stands for aiokafka's consumer where a lane reads its state back."""

    reads_all = False

    def __init__(self, **settings: Any) -> None:
        assert settings["isolation_level"] == "read_committed"
        self._process = current.get()
        self._world = self._process.world
        self._at = 0

    async def start(self) -> None:
        await self._world.at("changelog consumer", self._process, lambda: None)

    def assign(self, tps: list[TopicPartition]) -> None:
        (tp,) = tps
        self._log = self._world.kafka.logs[tp.topic]

    async def beginning_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        return await self._world.at("changelog start", self._process, lambda: dict.fromkeys(tps, 0))

    async def end_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        return await self._world.at("changelog end", self._process, lambda: {tps[0]: self._end})

    @property
    def _end(self) -> int:
        return len(self._log.rows) if self.reads_all else self._log.stable

    async def seek_to_beginning(self, *tps: TopicPartition) -> None:
        self._at = 0

    def seek(self, tp: TopicPartition, offset: int) -> None:
        self._at = offset

    async def position(self, tp: TopicPartition) -> int:
        return self._at

    async def getmany(self, *tps: TopicPartition, **limits: int) -> dict[TopicPartition, list[ConsumerRecord]]:
        rows = await self._world.at("changelog", self._process, self._take)
        return {tp: [fetched(tp, row) for row in rows] for tp in tps}

    def _take(self) -> list[Any]:
        there = self._log.written(self._at) if self.reads_all else self._log.committed(self._at)
        rows = there[:3]
        self._at = rows[-1].offset + 1 if len(rows) == 3 else self._end
        return rows

    async def stop(self) -> None:
        pass


def fetched(tp: TopicPartition, row: Any) -> Any:
    """A record as aiokafka gives it."""
    return ConsumerRecord(tp.topic, tp.partition, row.offset, 1, 0, row.key, row.value, None, -1, -1, row.headers)


class GroupConsumer:
    """Stands for aiokafka's consumer of the group: assignment, positions, the input."""

    def __init__(self, process: Any) -> None:
        self._process = process
        self._world = process.world
        self.assigned: set[TopicPartition] = set()
        self.positions: dict[TopicPartition, int] = {}
        self._max_poll_records = process.settings.lanes.fetch_records
        self._fetcher = SimpleNamespace(_fetch_max_wait_ms=0)
        self._coordinator = SimpleNamespace(
            _pending_exception=None,
            _coordination_task=SimpleNamespace(done=lambda: False),
            _do_heartbeat=self.heartbeat,
        )

    def assignment(self) -> set[TopicPartition]:
        return set(self.assigned)

    def seek(self, tp: TopicPartition, offset: int) -> None:
        if tp not in self.assigned:
            raise IllegalStateError(tp)
        self.positions[tp] = offset

    async def committed(self, tp: TopicPartition) -> int | None:
        group = self._process.settings.kafka.group
        return await self._world.at("committed", self._process, lambda: self._world.kafka.offsets.get(group))

    async def beginning_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        return await self._world.at("first offset", self._process, lambda: dict.fromkeys(tps, 0))

    async def end_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        end = self._world.records[-1].offset + 1
        return await self._world.at("end offset", self._process, lambda: dict.fromkeys(tps, end))

    async def heartbeat(self) -> bool:
        return await self._world.at("heartbeat", self._process, self._process.beat)

    async def fetch(self, active: Any, limit: int) -> dict[Any, list[Any]]:
        found = {}
        with contextlib.suppress(KafkaConnectionError):  # aiokafka's fetcher tries again and tells nobody
            found = await self._world.at("fetch", self._process, lambda: self._take(active, limit))
        if not found:
            await asyncio.sleep(IDLE_S)
        return found

    def _take(self, active: Any, limit: int) -> dict[Any, list[Any]]:
        found = {}
        for tp in active & self.assigned & self.positions.keys():
            rows = [row for row in self._world.records if row.offset >= self.positions[tp]][:limit]
            if rows:
                self.positions[tp] = rows[-1].offset + 1
                found[tp] = rows
        return found


class Thread(LaneConsumerThread):
    """The consumer's thread, without one: what Faust and the lanes ask of it, on the same loop."""

    def __init__(self, consumer: GroupConsumer, host: Any) -> None:
        self.kafka, self.consumer = consumer, host  # and nothing of the service

    async def call_thread(self, call: Any, *args: Any, **kwargs: Any) -> Any:
        answer = call(*args, **kwargs)
        return await answer if asyncio.iscoroutine(answer) else answer

    def _ensure_consumer(self) -> Any:
        return self.kafka

    async def _fetch_records(
        self,
        consumer: Any,
        active: Any,
        timeout: float | None = None,  # noqa: ASYNC109  (Faust's)
        max_records: int = 0,
    ) -> Any:
        return await self.kafka.fetch(active, max_records) if self.consumer.flow_active else {}

    async def seek_to_committed(self) -> dict[Any, int]:
        """What Faust does before records flow."""
        group = self.kafka._process.settings.kafka.group
        offset = self.kafka._world.kafka.offsets.get(group, 0)
        for tp in self.kafka.assigned:
            self.kafka.positions[tp] = offset
        return dict.fromkeys(self.kafka.assigned, offset)
