"""The inference pool."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from math import inf
from time import monotonic
from typing import Self, cast

from inference.engine import Answer, Engine, EngineFactory, Outcome
from inference.engines.embedding_engine import EmbeddingEngine
from inference.engines.tagging_engine import TaggingEngine
from inference.engines.translation_engine import TranslationEngine
from inference.models import EmbeddingModel, LoadedModels, TaggingModel, TranslationModel
from inference.providers import CUDA
from inference.requests import (
    Decoding,
    Embedding,
    ModelId,
    PairUnavailable,
    Priority,
    RequestTimeout,
    SegmentTooLong,
    Tagging,
    Translation,
)
from inference.scheduling.crew import Crew
from inference.scheduling.queue import Request, rank_of
from inference.scheduling.queue_wait import QUEUE_WAIT, Patience, too_late
from inference.scheduling.schedule import Schedule
from inference.scheduling.single_flight import Flight, SingleFlight
from inference.scheduling.statistics import Counters, ModelStatistics, PoolStatistics
from inference.scheduling.worker import Delivery, usable_cores
from schemas.errors import DragomanError
from schemas.locales import parse_locale, same_language
from schemas.report import Report, Reporter, silent
from schemas.settings import PoolSettings

Route = tuple[int, int]
"""A model's place among the pool's models, and a pair's place among the model's pairs."""
Model = TranslationModel | EmbeddingModel | TaggingModel


class Pool:
    """Many callers, few threads: requests one by one in, batches through the models, results back to each caller.

    All methods are called on one event loop. A full queue makes the caller wait. Cancelling a caller withdraws its
    request. `async with Pool(...)` starts and stops the threads, once.

    `make_engines` replaces the engines that each thread makes for `models`: the seam for tests.
    """

    def __init__(
        self,
        models: LoadedModels,
        settings: PoolSettings,
        reporter: Reporter = silent,
        *,
        make_engines: EngineFactory | None = None,
    ) -> None:
        self._settings = settings
        self._reporter = reporter
        self._embedding = models.embedding
        self._tagging = models.tagging
        others = [model for model in (models.embedding, models.tagging) if model is not None]
        self._models: tuple[Model, ...] = (*models.translation, *others)
        self._translators = len(models.translation)
        self._routes = _routes(models.translation)
        self._counters = [Counters() for _ in self._models]
        self._flights = SingleFlight()
        self._served_s = 0.0  # when somebody last had an answer
        self._threads = settings.threads or threads_for(self._models)
        self._schedule = Schedule(len(self._models), self._threads, settings.queue)
        self._crew = Crew(
            self._threads,
            [model.id.name for model in self._models],
            self._schedule,
            make_engines or partial(engines_of, models, settings),
            settings.nice,
            self._deliver,
            self._crash,
        )

    def translates(self, source: str, target: str) -> ModelId | None:
        """Return the model that translates between these two locales, or None."""
        route = self._route(source, target)
        return None if route is None else self._models[route[0]].id

    @property
    def embedding_model(self) -> ModelId | None:
        """Return the embedding model, or None."""
        return None if self._embedding is None else self._embedding.id

    @property
    def tagging_model(self) -> ModelId | None:
        """Return the model that labels entities, or None."""
        return None if self._tagging is None else self._tagging.id

    async def translate(
        self,
        text: str,
        *,
        source: str,
        target: str,
        priority: Priority = Priority.LISTING,
        decoding: Decoding = Decoding.GREEDY,
        timeout_s: float | None = None,
    ) -> Translation:
        """Translate one sentence; raises PairUnavailable, SegmentTooLong, PoisonText, RequestTimeout, PoolDead.

        `complete` is False when the translation was cut at its longest allowed length. Blank text is a ValueError.
        `timeout_s` counts from the call. By default a request has the setting's time once it is started, and waits for
        its turn as long as the pool serves others: how long that takes is the load's affair.
        """
        route = self._route(source, target)
        if route is None:
            raise PairUnavailable(f"no model translates {source} to {target}")
        return cast("Translation", await self._ask(route, text, decoding, priority, timeout_s))

    async def embed(
        self, text: str, *, priority: Priority = Priority.LISTING, timeout_s: float | None = None
    ) -> Embedding:
        """Embed one text; what is longer than the model takes is split and averaged.

        The vector is read-only. Raises PairUnavailable without an embedding model, PoisonText, RequestTimeout,
        PoolDead. Blank text is a ValueError.
        """
        if self._embedding is None:
            raise PairUnavailable("no embedding model is loaded")
        at = self._translators
        return cast("Embedding", await self._ask((at, 0), text, Decoding.GREEDY, priority, timeout_s))

    async def tag(self, text: str, *, priority: Priority = Priority.LISTING, timeout_s: float | None = None) -> Tagging:
        """Label the entities of one text, whatever its length.

        Raises PairUnavailable without a tagging model, PoisonText, RequestTimeout, PoolDead; ValueError for blank text.
        """
        if self._tagging is None:
            raise PairUnavailable("no tagging model is loaded")
        at = len(self._models) - 1  # behind all others
        return cast("Tagging", await self._ask((at, 0), text, Decoding.GREEDY, priority, timeout_s))

    async def watch(self) -> None:
        """Wait until a worker thread dies, then raise PoolDead. Returns when the pool is closed."""
        await self._crew.watch()

    def statistics(self) -> PoolStatistics:
        """Return a snapshot of queues and counters."""
        taken = [0] * len(self._models)
        for flight in self._flights:
            taken[flight.request.model] += not flight.request.waiting
        models = tuple(self._model_statistics(at, in_flight) for at, in_flight in enumerate(taken))
        return PoolStatistics(threads=self._threads, alive=self._crew.running, models=models)

    async def __aenter__(self) -> Self:
        """Start the threads and wait until each has warmed every model; raises PoolDead when one cannot."""
        await self._crew.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop and join the threads after the step each is in; a caller that still waits gets PoolDead."""
        self._crash()
        await self._crew.stop()

    async def _ask(
        self, route: Route, text: str, decoding: Decoding, priority: Priority, timeout_s: float | None
    ) -> Answer:
        """Start or join the computation and wait for its answer; whoever leaves last withdraws it."""
        if not self._crew.running:
            raise self._crew.dead()
        if not text or text.isspace():
            raise ValueError("blank text has no translation and no embedding")
        counters = self._counters[route[0]]
        counters.requests += 1
        waiter: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        seconds = self._settings.request_timeout_s if timeout_s is None else timeout_s
        flight = self._board(route, text, decoding, priority, seconds, from_start=timeout_s is None)
        request = flight.request
        self._flights.join(flight, waiter)
        patience = Patience(waiter, request, seconds, self._last_served if timeout_s is None else None)
        queue_wait, stalled = QUEUE_WAIT.get(), False
        if queue_wait is not None:
            queue_wait.begin(request)
        try:
            return await waiter
        except asyncio.CancelledError:
            counters.cancelled += 1
            raise
        except RequestTimeout:
            counters.timed_out += 1
            stalled = not request.started_s
            raise
        finally:
            patience.end()
            if queue_wait is not None:
                queue_wait.end(request, self._models[request.model].id.name, stalled=stalled)
            if self._flights.leave(flight, waiter):
                self._schedule.withdraw(request)

    def _board(
        self, route: Route, text: str, decoding: Decoding, priority: Priority, seconds: float, *, from_start: bool
    ) -> Flight:
        now_s = monotonic()
        rank, deadline_s = rank_of(now_s, priority, seconds), inf if from_start else now_s + seconds
        model, pair = route
        flight = self._flights.find((model, pair, decoding, text))
        if flight is not None:
            if self._schedule.join(flight.request, priority, rank, deadline_s):
                self._counters[model].shared += 1
                return flight
            # Dropped at its deadline a moment ago: whoever waits for it has no time left either.
            self._flights.land(flight.request, too_late())
        request = Request(text, model, decoding, now_s, rank, pair, priority=priority, deadline_s=deadline_s)
        flight = self._flights.start(request)
        self._schedule.put(request)
        return flight

    def _last_served(self) -> float:
        return self._served_s

    def _route(self, source: str, target: str) -> Route | None:
        """Find the model of a pair: the locales as they are, else one that reads and writes them as well.

        A model reads every territory's form of its source language; it writes for the territory it was made for, or
        for any where either side names none.
        """
        exact = self._routes.get((source, target))
        if exact is not None:
            return exact
        for (reads, writes), candidate in self._routes.items():
            if same_language(source, reads) and _serves(writes, target):
                return candidate
        return None

    def _deliver(self, delivery: Delivery) -> None:
        """Settle all that one step of a worker brought."""
        if delivery.outcomes:
            self._served_s = monotonic()
        for outcome in delivery.outcomes:
            self._land(outcome)
        for report in delivery.reports:
            self._reporter(report)

    def _land(self, outcome: Outcome) -> None:
        result = outcome.result
        counters = self._counters[outcome.request.model]
        if not self._flights.land(outcome.request, result):
            return
        if isinstance(result, SegmentTooLong):
            counters.too_long += 1
        elif isinstance(result, DragomanError):
            counters.poisoned += 1
        else:
            counters.answered += 1
            counters.waited(outcome.request.started_s - outcome.request.arrived_s)

    def _crash(self) -> None:
        self._flights.crash(self._crew.dead)

    def _model_statistics(self, at: int, in_flight: int) -> ModelStatistics:
        counters = self._counters[at]
        works = [engine.work for engine in self._crew.engines(at)]
        return ModelStatistics(
            model=self._models[at].id,
            provider=self._models[at].provider,
            depth=self._schedule.depth(at),
            queue=self._settings.queue,
            at_door=self._schedule.at_door(at),
            in_flight=in_flight,
            requests=counters.requests,
            shared=counters.shared,
            answered=counters.answered,
            cancelled=counters.cancelled,
            timed_out=counters.timed_out,
            too_long=counters.too_long,
            poisoned=counters.poisoned,
            expired=self._schedule.expired(at),
            evicted=sum(work.evicted for work in works),
            shortlist_misses=sum(work.shortlist_misses for work in works),
            steps=sum(work.steps for work in works),
            rows=sum(work.rows for work in works),
            capacity=sum(work.capacity for work in works),
            tokens_in=sum(work.tokens_in for work in works),
            tokens_out=sum(work.tokens_out for work in works),
            busy_s=sum(work.busy_s for work in works),
            queue_wait_total_s=counters.queue_wait_total_s,
            queue_wait_max_s=counters.queue_wait_max_s,
        )


def _routes(models: Sequence[TranslationModel]) -> dict[tuple[str, str], Route]:
    """Return where each pair is served; of two models that serve it, the first."""
    routes: dict[tuple[str, str], Route] = {}
    for at, model in enumerate(models):
        for place, pair in enumerate(model.pairs):
            routes.setdefault((pair.source, pair.target), (at, place))
    return routes


def threads_for(models: Sequence[Model]) -> int:
    """One thread per core, each with a decode of its own; one alone where a decode takes a GPU's memory."""
    decodes = [model for model in models if isinstance(model, TranslationModel)]
    return 1 if any(model.provider == CUDA for model in decodes) else usable_cores()


def engines_of(models: LoadedModels, settings: PoolSettings, report: Callable[[Report], None]) -> list[Engine]:
    """Make one thread's engines: buffers of its own over the sessions that all threads share."""
    engines: list[Engine] = [
        TranslationEngine(model, settings.slots, report, settings.beam) for model in models.translation
    ]
    if models.embedding is not None:
        engines.append(EmbeddingEngine(models.embedding, report))
    if models.tagging is not None:
        engines.append(TaggingEngine(models.tagging, report))
    return engines


def _serves(writes: str, target: str) -> bool:
    """Whether text written for one locale may be shown in another."""
    made_for, wanted = parse_locale(writes), parse_locale(target)
    any_territory = made_for.territory is None or wanted.territory is None
    return same_language(writes, target) and (any_territory or made_for.territory == wanted.territory)
