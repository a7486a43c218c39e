"""The Faust app: one Faust agent per input topic, each over the lanes of its partitions."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

import faust
from aiokafka import TopicPartition
from faust.auth import Credentials, OAuthCredentials, SASLCredentials, SSLCredentials
from msgspec.structs import replace

from agents.base import AnyAgent, Tools
from schemas.relocalization import REPLAYABLE
from schemas.report import Reporter
from schemas.settings import KafkaSettings, LaneSettings, Settings, cache_dir
from streams.admission import Admission
from streams.connection import address, connection
from streams.driver import LaneConsumer, LaneTransport, library_log
from streams.lane import Lane
from streams.limits import Limits, read_limits
from streams.past import open_past
from streams.replay import Replay
from streams.requests import Requests
from streams.runner import Runner
from streams.state.partition import PartitionState
from streams.state.store import StateStore
from streams.status import LaneStatus
from streams.tracing import Tracer
from streams.transaction import LaneProducer

ProducerFactory = Callable[[KafkaSettings, LaneSettings, TopicPartition, Mapping[str, int]], LaneProducer]
# aiokafka leaves the group, never to return, when nothing was fetched for this long (Faust: 1000 s): a worker in
# reserve, with no partition, would be none after a quarter of an hour, and none would survive an outage of that length.
NEVER_S = 10 * 365 * 86_400.0
CHANNEL_BATCHES = 65_536  # batches waiting for an agent; the lanes' windows bound them long before


class LaneApp(faust.App):
    """A Faust app whose transport feeds lanes."""

    logger = library_log
    settings: Settings
    reporter: Reporter
    new_lane: Callable[[TopicPartition], Lane]
    requests: Requests

    def _new_transport(self) -> Any:
        return LaneTransport(self.conf.broker_consumer, self, loop=self.loop)

    def lane_statuses(self) -> list[LaneStatus]:
        """Return the lanes this worker holds now."""
        consumer = self._consumer
        return [lane.status() for lane in consumer.lanes.values()] if isinstance(consumer, LaneConsumer) else []

    def is_pressed(self) -> bool:
        """Whether live events, or the end of this worker, leave no time for replays."""
        consumer = self._consumer
        return self.should_stop or (
            isinstance(consumer, LaneConsumer) and any(lane.is_pressed for lane in consumer.lanes.values())
        )

    @property
    def joined(self) -> bool:
        """Whether the group has ever assigned this worker its share, be it nothing, and its lanes exist."""
        return isinstance(self._consumer, LaneConsumer) and self._consumer.joined

    def give_up_name(self) -> None:
        """Have the stop to come say that a static member goes for good."""
        if isinstance(self._consumer, LaneConsumer):
            self._consumer.give_up_name()

    async def abandon_lanes(self) -> None:
        """Close every lane without committing more."""
        if isinstance(self._consumer, LaneConsumer):
            await self._consumer.abandon()

    async def raise_crash(self) -> None:
        """Wait until Faust gives up, and raise why."""
        await self._crashed.wait()
        raise self.crash_reason or RuntimeError("Faust gave up")


def build_app(
    settings: Settings,
    agents: tuple[AnyAgent, ...],
    tools: Tools,
    limits: Limits,
    store: StateStore,
    *,
    app_version: str,
    reporter: Reporter,
    fail: Callable[[BaseException], None],
    producer: ProducerFactory = LaneProducer,
    tracer: Tracer | None = None,
) -> LaneApp:
    """Make the app. `fail` is told of an error that must end the process; `producer` is replaced only by tests."""
    app = _faust_app(settings)
    read_again = partial(read_limits, settings.kafka, settings.topics())
    admissions = {agent.contract.topic: Admission(settings.lanes.work_bytes) for agent in agents}
    by_topic = {agent.contract.topic: agent for agent in agents}
    requests = Requests(settings.kafka)
    second_admission = Admission(settings.lanes.replay_bytes)
    past = partial(open_past, settings.kafka)

    def new_lane(tp: TopicPartition) -> Lane:
        agent, admission = by_topic[tp.topic], admissions[tp.topic]
        state = PartitionState(store, tp, agent.state)
        runner = Runner(agent, tools, settings.lanes, limits, admission, state, app_version, reporter, tracer)
        new_producer = partial(producer, settings.kafka, settings.lanes, tp)
        group = cast("LaneConsumer", app.consumer)
        replay = None
        if tp.topic in REPLAYABLE:
            again = replace(tools, replaying=True)
            replay = Replay(tp, runner, again, settings, second_admission, requests, past, app.is_pressed, reporter)
        return Lane(tp, group, settings, runner, new_producer, read_again, reporter, fail, replay)

    app.settings, app.reporter, app.new_lane, app.requests = settings, reporter, new_lane, requests
    for agent in agents:
        topic = app.topic(
            agent.contract.topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
        )
        app.agent(topic, name=agent.contract.topic)(_start_batches)
    return app


async def _start_batches(stream: Any) -> None:
    """The Faust agent: every event is a batch of one lane's records; the runner takes it from here."""
    async for batch in stream.noack():
        batch.start()


def _credentials(kafka: KafkaSettings) -> Credentials | None:
    """Return what `connection` says of us in Faust's words; None where nobody asks."""
    options = connection(kafka)
    tls = options.get("ssl_context")
    if tokens := options.get("sasl_oauth_token_provider"):
        return OAuthCredentials(oauth_cb=tokens, ssl_context=tls)
    if username := options.get("sasl_plain_username"):
        return SASLCredentials(
            username=username,
            password=options["sasl_plain_password"],
            ssl_context=tls,
            mechanism=options["sasl_mechanism"],
        )
    return SSLCredentials(tls) if tls else None


def _faust_app(settings: Settings) -> LaneApp:
    kafka, lanes = settings.kafka, settings.lanes
    folder = cache_dir()
    folder.mkdir(parents=True, exist_ok=True)
    return LaneApp(
        kafka.group,
        broker=[f"kafka://{server.strip()}" for server in address(kafka).split(",")],
        broker_credentials=_credentials(kafka),
        store="memory://",
        datadir=folder / "faust",  # Faust makes it though nothing is kept there; not in the current folder
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=kafka.instance_id,
        broker_session_timeout=kafka.session_timeout_s,
        broker_heartbeat_interval=kafka.heartbeat_s,
        # A broker that hangs holds up the consumer for this long, and again when it is asked for metadata. Faust wants
        # more than a session: JoinGroup waits for members that are gone until theirs is over.
        broker_request_timeout=max(kafka.request_timeout_s, kafka.session_timeout_s + 1),
        broker_max_poll_records=lanes.fetch_records,
        broker_max_poll_interval=NEVER_S,
        stream_buffer_maxsize=CHANNEL_BATCHES,
        stream_wait_empty=False,  # the lanes flush themselves; Faust would wait for acknowledgements that never come
        agent_supervisor="mode.supervisors.CrashingSupervisor",
    )
