"""A worker process: models, pool, lanes and health, from start to a clean or an honest end.

Ends with OperatorError (exit code 2) for what only the operator can mend, with Fatal (exit code 1, nothing committed
after the failure) when the models, the pool or the lanes' ground is lost, and normally when told to stop.
"""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from importlib.metadata import version
from typing import Any, TypeVar

import structlog
from msgspec import Struct

from agents.base import AnyAgent, Tools
from agents.registry import AGENTS
from inference.library.store import ModelStore
from inference.models import LoadedModels
from inference.pool import Pool
from localization.localizer import Localizer
from localization.measures.money import read_rates
from localization.protection.glossary_file import load_glossary
from localization.version import PIPELINE_VERSION
from schemas.errors import DragomanError, Fatal
from schemas.report import Reporter, silent
from schemas.settings import Settings, cache_dir
from schemas.topics import INPUTS
from streams.access import required_token
from streams.app import LaneApp, ProducerFactory, build_app
from streams.health import NOT_SERVED, HealthServer
from streams.kept_up import kept_up
from streams.lag import LagReader, LagWatch
from streams.limits import Limits, read_limits
from streams.logs import LogReporter, fan_out, log_settings
from streams.memory.shared import SharedMemory
from streams.metrics import Metrics
from streams.reach import cluster_id
from streams.refusals import FORBIDDEN, forbidden
from streams.state.store import StateStore
from streams.tracing import Tracer, open_tracer
from streams.transaction import LaneProducer, require_transactions

log = structlog.get_logger(__name__)
T = TypeVar("T")

STOP_TIMEOUT_S = 7.5  # SIGTERM to the end takes less than 10 s, whatever the broker does (see streams/process.py)


class Started(Struct, frozen=True):
    """What a caller may want to know of a running worker."""

    health_url: str | None


class Worker:
    """One worker. `run` returns when told to stop, or raises what ended it."""

    def __init__(
        self,
        settings: Settings,
        *,
        agents: tuple[AnyAgent, ...] = AGENTS,
        producer: ProducerFactory = LaneProducer,
        load_models: Callable[[], LoadedModels] | None = None,
        also_report: Reporter = silent,
        on_start: Callable[[Started], None] = lambda _: None,
        on_leaving: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._agents = agents
        self._producer = producer
        self._on_start = on_start
        self._on_leaving = on_leaving
        self._load_models = load_models or self._load_from_store
        self._metrics = Metrics()
        self._reporter: Reporter = fan_out(self._metrics, LogReporter(), also_report)
        self._stop = asyncio.Event()
        self._for_good = settings.kafka.leave_on_stop
        self._memory: SharedMemory | None = None
        self._app: LaneApp | None = None
        self._tracer: Tracer | None = None

    def stop(self) -> None:
        """Finish what is in flight, commit it, leave."""
        log.info("stopping")
        self._stop.set()
        self._on_leaving()

    def drain(self) -> None:
        """Stop, and leave what a static name holds to the others at once."""
        self._for_good = True
        self.stop()

    async def run(self) -> None:
        """Work until stopped."""
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        settings = self._settings
        # What an operator may have got wrong is looked at first: a mistake should not cost the time that models take to
        # load, and its line should be the first.
        self._glossary = load_glossary(settings.localization.glossary)
        self._rates = read_rates(settings.localization.rates) if settings.localization.rates else None
        self._tracer = open_tracer(settings.tracing, settings.kafka.group)
        self._token = required_token(settings.http) if settings.http.port != NOT_SERVED else None
        log_settings(settings)
        limits = await read_limits(settings.kafka, settings.topics())
        await require_transactions(settings.kafka)
        with _signals(self.stop):
            async with self._health():
                cluster = await cluster_id(settings.kafka)
                with self._open_state(cluster) as store:
                    self._metrics.watch_state(store)
                    await self._with_models(limits, store, cluster)
        log.info("stopped", consequence="what was in flight is committed, or will be processed again")

    async def _with_models(self, limits: Limits, store: StateStore, cluster: str) -> None:
        models = await self._unless_stopped(asyncio.to_thread(self._load_models))
        if models is None:
            return
        async with (
            Pool(models, self._settings.pool, self._reporter) as pool,
            SharedMemory(self._settings, cluster) as memory,
        ):
            self._metrics.watch_memory(memory.statistics)
            self._memory = memory
            # An event is localized once: what people have corrected must be known before the first one.
            if await self._unless_stopped(memory.corrected.wait()):
                await self._work(pool, memory, limits, store)

    def _open_state(self, cluster: str) -> StateStore:
        lanes = self._settings.lanes
        return StateStore.claim(lanes.state_dir or cache_dir() / "state", self._settings.kafka.group, cluster)

    async def _unless_stopped(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Wait for `work` (the models, loaded outside the event loop); None when told to stop meanwhile."""
        waiting = asyncio.create_task(work)
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait((waiting, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if waiting.done():
            return await waiting
        waiting.cancel()
        return None

    async def _work(self, pool: Pool, memory: SharedMemory, limits: Limits, store: StateStore) -> None:
        """Run the app until a stop is asked for or something fails; then end it in order."""
        app = self._app = build_app(
            self._settings,
            self._agents,
            self._tools(pool, memory),
            limits,
            store,
            app_version=version("dragoman"),
            reporter=self._reporter,
            fail=self._fail,
            producer=self._producer,
            tracer=self._tracer,
        )
        error: BaseException | None
        try:
            error = await self._serve(app, pool)
        except asyncio.CancelledError:
            await _end(app, abandon=True)
            raise
        except Exception as failure:  # noqa: BLE001  (Faust could not start, or a fault of ours: told below)
            error = failure
        self._on_leaving()
        if self._for_good and error is None:  # after a failure somebody starts it again under its name
            app.give_up_name()
        await _end(app, abandon=error is not None)
        if self._tracer is not None:
            await asyncio.to_thread(self._tracer.close)
        failed = self._failed.exception() if self._failed.done() else None  # perhaps only while draining
        error = error or failed
        if isinstance(error, DragomanError):
            raise error
        if isinstance(error, FORBIDDEN):
            raise forbidden(self._settings.kafka, error, self._settings.kafka.group) from error
        if error is not None:
            raise Fatal(f"{type(error).__name__}: {error}") from error

    async def _serve(self, app: LaneApp, pool: Pool) -> BaseException | None:
        """Return what failed, or None once a stop is asked for."""
        kafka = self._settings.kafka
        lags = LagWatch(lambda: LagReader(kafka, kafka.group, INPUTS))
        self._metrics.watch(app.lane_statuses, lambda: lags.latest)
        self._metrics.watch_pool(pool.statistics)
        await app.start()
        _tune()
        follower = asyncio.create_task(kept_up(lags.follow, "lag is not exported meanwhile"))
        requests = asyncio.create_task(kept_up(app.requests.follow, "nothing new is replayed meanwhile"))
        watched = [
            asyncio.create_task(_outcome(work))
            for work in (self._stop.wait(), pool.watch(), asyncio.shield(self._failed), app.raise_crash())
        ]
        try:
            done, _ = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*watched, follower, requests):
                task.cancel()
        return next((error for task in done if (error := task.result()) is not None), None)

    def _load_from_store(self) -> LoadedModels:
        store = ModelStore(self._settings.pool.models_dir)
        return store.load(self._settings.pool, self._reporter)

    @contextlib.asynccontextmanager
    async def _health(self) -> AsyncIterator[None]:
        http = self._settings.http
        server = HealthServer(
            http.host,
            http.port,
            self._metrics.registry,
            lambda: not self._failed.done(),
            self._unready,
            self.drain,
            token=self._token,
        )
        async with server:
            self._on_start(Started(server.url))
            yield

    def _unready(self) -> str | None:
        """Say what is missing until this worker does its share: models, corrections, membership, open lanes."""
        if self._app is None:
            return "models are loading" if self._memory is None else "corrections are being read"
        if self._stop.is_set():
            return "stopping"
        lanes = self._app.lane_statuses()
        if not lanes and not self._app.joined:
            return "joining the group"
        closed = [lane for lane in lanes if lane.state != "open"]
        if not closed:
            return None
        reading = min(closed, key=lambda lane: lane.restored)
        share = f", {reading.topic}[{reading.partition}] has read {reading.restored:.0%} of its state"
        return f"{len(closed)} of {len(lanes)} lanes are opening{share if 0 < reading.restored < 1 else ''}"

    def _tools(self, pool: Pool, memory: SharedMemory) -> Tools:
        local = self._settings.localization
        localizer = Localizer(pool, local, PIPELINE_VERSION, self._reporter, memory.memory, self._glossary)
        return Tools(
            localizer=localizer,
            pool=pool,
            locales=local.locales,
            partners=frozenset(local.partners),
            pipeline_version=PIPELINE_VERSION,
            embed_listings=local.embed_listings,
            protected_terms=local.protected_terms,
            units=local.units,
            customs=localizer.glossary,
            glossary_version=localizer.glossary.version,
            rates=self._rates,
        )

    def _fail(self, error: BaseException) -> None:
        if not self._failed.done():
            self._failed.set_exception(error)


async def _outcome(work: Awaitable[object]) -> BaseException | None:
    """Wait for the end of `work` and return its error, so that one failure is told once."""
    try:
        await work
    except Exception as error:  # noqa: BLE001  (handed on to the one place that decides)
        return error
    return None


def _tune() -> None:
    """Set the interpreter up for a long life beside threads that want every core.

    Models, libraries and catalogues live as long as the process: the collector need not walk them. A pool thread that
    comes back from a run waits for the interpreter's lock, by default up to 5 ms while its core idles; half a
    millisecond gave 6% more sentences a second through the whole worker (bench/endtoend.py).
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(0.0005)


async def _end(app: LaneApp, *, abandon: bool) -> None:
    """Leave the group. `abandon` closes the lanes first, so that nothing more is committed."""
    consequence = "what was not committed will be processed again"
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            if abandon:
                await app.abandon_lanes()
            await app.stop()
    except TimeoutError:
        log.warning("stop_timed_out", consequence=consequence)
    except Exception as error:  # noqa: BLE001  (we are leaving anyway, and why has been decided already)
        log.warning("stop_failed", error=repr(error), consequence=consequence)


@contextlib.contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and SIGINT mean: finish and leave."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
