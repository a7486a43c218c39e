"""A worker process: models, pool, lanes and health, from start to a clean or an honest end.

Ends with OperatorError (exit code 2) for what only the operator can mend, with Fatal (exit code 1, nothing committed
after the failure) when the models, the pool or the lanes' ground is lost, and normally when told to stop.
"""

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from importlib.metadata import version

import structlog
from msgspec import Struct

from agents.base import AnyAgent, Tools
from agents.registry import AGENTS
from inference.models import LoadedModels
from inference.pool import Pool
from inference.store import ModelStore
from localization.localizer import Localizer
from localization.version import PIPELINE_VERSION
from schemas.errors import DragomanError, Fatal
from schemas.report import Reporter, silent
from schemas.settings import Settings
from schemas.topics import INPUTS, topic_specs
from streams.app import LaneApp, ProducerFactory, build_app
from streams.health import HealthServer
from streams.lag import LagReader, LagWatch
from streams.limits import read_limits
from streams.logs import LogReporter, fan_out, log_settings
from streams.metrics import Metrics
from streams.transaction import LaneProducer, require_transactions

log = structlog.get_logger(__name__)

STOP_TIMEOUT_S = 8.0  # SIGTERM to the end takes less than 10 s, whatever the broker does


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
    ) -> None:
        self._settings = settings
        self._agents = agents
        self._producer = producer
        self._on_start = on_start
        self._load_models = load_models or self._load_from_store
        self._metrics = Metrics()
        self._reporter: Reporter = fan_out(self._metrics, LogReporter(), also_report)
        self._stop = asyncio.Event()
        self._app: LaneApp | None = None

    def stop(self) -> None:
        """Finish what is in flight, commit it, leave."""
        self._stop.set()

    async def run(self) -> None:
        """Work until stopped."""
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        settings = self._settings
        log_settings(settings)
        local = settings.localization
        specs = topic_specs(settings.kafka.partitions, local.locales, local.partners)
        limits = await read_limits(settings.kafka, [spec.name for spec in specs])
        await require_transactions(settings.kafka)
        with _signals(self.stop):
            async with self._health(), self._pool() as pool:
                self._app = build_app(
                    settings,
                    self._agents,
                    self._tools(pool),
                    limits,
                    app_version=version("dragoman"),
                    reporter=self._reporter,
                    fail=self._fail,
                    producer=self._producer,
                )
                await self._serve(self._app, pool)

    async def _serve(self, app: LaneApp, pool: Pool) -> None:
        """Run the app until a stop is asked for or something fails; then end it in order."""
        settings = self._settings
        lags = LagWatch(lambda: LagReader(settings.kafka.bootstrap, settings.kafka.group, INPUTS))
        self._metrics.watch(app.lane_statuses, lambda: lags.latest)
        await app.start()
        gc.collect()
        gc.freeze()  # models, libraries and catalogues live as long as the process: the collector need not walk them
        async with asyncio.TaskGroup() as watching:
            tasks = {
                "stop": watching.create_task(self._stop.wait()),
                "pool": watching.create_task(_outcome(pool.watch())),
                "lanes": watching.create_task(_outcome(self._failed)),
                "faust": watching.create_task(app.wait_crashed()),
            }
            follower = watching.create_task(lags.follow())
            done, _ = await asyncio.wait(tasks.values(), return_when=asyncio.FIRST_COMPLETED)
            error = next((task.result() for task in done if isinstance(task.result(), BaseException)), None)
            for task in (*tasks.values(), follower):
                task.cancel()
        await _end(app, abandon=isinstance(error, BaseException))
        if isinstance(error, DragomanError):
            raise error
        if isinstance(error, BaseException):
            raise Fatal(f"{type(error).__name__}: {error}") from error

    @contextlib.asynccontextmanager
    async def _pool(self) -> AsyncIterator[Pool]:
        """Load the models outside the event loop and start the pool."""
        models = await asyncio.to_thread(self._load_models)
        async with Pool(models, self._settings.pool, self._reporter) as pool:
            yield pool

    def _load_from_store(self) -> LoadedModels:
        store = ModelStore(self._settings.pool.models_dir)
        return store.load(self._settings.pool, self._reporter)

    @contextlib.asynccontextmanager
    async def _health(self) -> AsyncIterator[None]:
        http = self._settings.http
        server = HealthServer(
            http.host, http.port, self._metrics.registry, lambda: not self._failed.done(), self._unready
        )
        async with server:
            self._on_start(Started(server.url))
            yield

    def _unready(self) -> str | None:
        """Say what is missing until this worker does its share: models, membership, open lanes."""
        if self._app is None:
            return "models are loading"
        if self._stop.is_set():
            return "stopping"
        lanes = self._app.lane_statuses()
        if not lanes and not self._app.joined:
            return "joining the group"
        closed = sum(lane.state != "open" for lane in lanes)
        return f"{closed} of {len(lanes)} lanes are opening" if closed else None

    def _tools(self, pool: Pool) -> Tools:
        local = self._settings.localization
        return Tools(
            localizer=Localizer(pool, local, PIPELINE_VERSION, self._reporter),
            pool=pool,
            locales=local.locales,
            partners=frozenset(local.partners),
            pipeline_version=PIPELINE_VERSION,
            embed_listings=local.embed_listings,
        )

    def _fail(self, error: BaseException) -> None:
        if not self._failed.done():
            self._failed.set_exception(error)


async def _outcome(work: Awaitable[None]) -> BaseException | None:
    """Wait for the end of `work` and return its error, so that one failure is told once."""
    try:
        await work
    except Exception as error:  # noqa: BLE001  (handed on to the one place that decides)
        return error
    return None


async def _end(app: LaneApp, *, abandon: bool) -> None:
    """Leave the group. `abandon` closes the lanes first, so that nothing more is committed."""
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            if abandon:
                await app.abandon_lanes()
            await app.stop()
    except TimeoutError:
        log.warning("stop_timed_out", consequence="what was not committed will be processed again")


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
