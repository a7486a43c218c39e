"""Prometheus metrics: a reporter that counts what the lower rooms say; lanes and pool are asked when scraped."""

from collections import Counter as Counted
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.registry import Collector

from inference.scheduling.statistics import ModelStatistics, PoolStatistics
from schemas.reasons import FALLBACK_WARNINGS, word_of
from schemas.report import (
    BatchRun,
    GateJudged,
    LaneOpened,
    LaneReopening,
    MemoryUsed,
    ModelFailed,
    ModelRebuilt,
    PersonalDataFound,
    ProviderChosen,
    Rebalanced,
    ReplayCommitted,
    Report,
    StageTimed,
    TransactionCommitted,
)
from streams import families as f
from streams.lag import PartitionLag
from streams.logs import fell_back
from streams.memory.metrics import FeedbackCollector, MemoryCollector, MemoryStatistics
from streams.state.metrics import StateCollector
from streams.state.store import StateStore
from streams.status import LaneStatus
from streams.weighted import WeightedHistogram

OF_MODEL: Final[Mapping[f.Family, Callable[[ModelStatistics], float]]] = {
    f.QUEUE: lambda model: model.depth,
    f.QUEUE_LIMIT: lambda model: model.queue,
    f.AT_DOOR: lambda model: model.at_door,
    f.COMPUTING: lambda model: model.in_flight,
    f.REQUESTS: lambda model: model.requests,
    f.SHARED: lambda model: model.shared,
    f.CANCELLED: lambda model: model.cancelled,
    f.DEADLINE_MISSES: lambda model: model.timed_out,
    f.EXPIRED: lambda model: model.expired,
    f.POISONED: lambda model: model.poisoned,
    f.EVICTIONS: lambda model: model.evicted,
    f.STEPS: lambda model: model.steps,
    f.SHORTLIST_MISSES: lambda model: model.shortlist_misses,
    f.BUSY: lambda model: model.busy_s,
}


class Metrics:
    """Counts reports; callable, from any thread. `registry` None makes one of its own, so that tests share nothing."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = CollectorRegistry() if registry is None else registry
        ProcessCollector(registry=self.registry)
        made: dict[f.Family, Any] = {family: self._make(family) for family in f.FAMILIES if family not in f.PULLED}
        self._plain = {family: metric for family, metric in made.items() if not family.labels}
        # Looking a child up by its labels takes a lock; the hot path finds it in a C cache instead. The caches are
        # bounded as the labels are.
        self._child: dict[f.Family, Any] = {
            family: cache(metric.labels) for family, metric in made.items() if family.labels
        }
        self._providers: dict[str, tuple[str, str, str]] = {}
        self._said: Counted[tuple[str, str, str]] = Counted()
        self.registry.register(FeedbackCollector(self._said))
        self.handlers: Mapping[type[Report], Callable[[Any], None]] = {
            TransactionCommitted: self._committed,
            ReplayCommitted: self._replayed,
            LaneOpened: self._opened,
            LaneReopening: self._reopening,
            Rebalanced: self._rebalanced,
            StageTimed: self._stage,
            GateJudged: self._gate,
            MemoryUsed: self._memory,
            PersonalDataFound: self._personal,
            BatchRun: self._batch,
            ProviderChosen: self._provider,
            ModelFailed: self._model_failed,
            ModelRebuilt: self._model_rebuilt,
        }

    def __call__(self, report: Report) -> None:
        """Count one report."""
        self.handlers[type(report)](report)

    def watch(
        self,
        lanes: Callable[[], Sequence[LaneStatus]],
        lags: Callable[[], Sequence[PartitionLag]] = tuple,
    ) -> None:
        """Ask these at every scrape. `lags` are the group's, partitions of other workers and of nobody included."""
        self.registry.register(LaneCollector(lanes, lags))

    def watch_pool(self, statistics: Callable[[], PoolStatistics]) -> None:
        """Ask the pool at every scrape."""
        self.registry.register(PoolCollector(statistics))

    def watch_memory(self, statistics: Callable[[], MemoryStatistics]) -> None:
        """Ask the translation memory at every scrape."""
        self.registry.register(MemoryCollector(statistics))

    def watch_state(self, store: StateStore) -> None:
        """Ask the state on disk at every scrape."""
        self.registry.register(StateCollector(store))

    def _make(self, family: f.Family) -> MetricWrapperBase | WeightedHistogram:
        if family in f.WEIGHTED:
            return WeightedHistogram(
                family.full_name, family.help, family.labels, buckets=family.buckets, registry=self.registry
            )
        if family.kind is f.Kind.HISTOGRAM:
            return Histogram(
                family.full_name, family.help, family.labels, buckets=family.buckets, registry=self.registry
            )
        kind = Counter if family.kind is f.Kind.COUNTER else Gauge
        return kind(family.full_name, family.help, family.labels, registry=self.registry)

    def _committed(self, report: TransactionCommitted) -> None:
        topic, child = report.topic, self._child
        child[f.CONSUMED](topic, report.partition).inc(report.records)
        for output, count in report.emitted.items():
            child[f.EMITTED](output).inc(count)
        for reason, count in report.dead_letters.items():
            child[f.DEAD_LETTERS](topic, reason).inc(count)
        for reason, count in report.dropped.items():
            child[f.DROPPED](topic, reason).inc(count)
        for warning, count in report.warnings.items():
            word = word_of(warning)
            child[f.WARNINGS](topic, word).inc(count)
            if word in FALLBACK_WARNINGS:
                child[f.FALLBACKS](topic, word).inc(count)
        for said, count in report.feedback.items():
            child[f.FEEDBACK](*said).inc(count)
            self._said[said] += count
        child[f.TRANSACTION](topic).observe(report.seconds)
        child[f.TRANSACTION_RECORDS](topic).observe(report.records)
        child[f.END_TO_END](topic).observe(report.end_to_end.seconds, report.end_to_end.each)
        for age_s, trace in report.end_to_end.traced:
            child[f.END_TO_END](topic).point_at(age_s, trace)
        for locale, ages in report.freshness.items():
            child[f.FRESHNESS](topic, locale).observe(ages.seconds, ages.each)

    def _replayed(self, report: ReplayCommitted) -> None:
        for outcome, count in report.outcomes.items():
            self._child[f.REPLAYED](report.topic, outcome).inc(count)

    def _opened(self, report: LaneOpened) -> None:
        self._child[f.LANE_OPEN](report.topic).observe(report.seconds)
        self._child[f.RESTORED](report.topic).inc(report.restored)

    def _reopening(self, report: LaneReopening) -> None:
        self._child[f.REOPENS](report.topic, report.partition).inc()
        self._child[f.FENCES](report.topic, report.partition).inc(int(report.fenced))

    def _rebalanced(self, report: Rebalanced) -> None:
        self._plain[f.REBALANCES].inc()
        self._plain[f.REBALANCE_S].observe(report.seconds)
        self._plain[f.ASSIGNED].set(report.assigned)
        self._plain[f.KEPT].inc(report.kept)

    def _stage(self, report: StageTimed) -> None:
        self._child[f.STAGE](report.stage).observe(report.seconds)

    def _gate(self, report: GateJudged) -> None:
        self._child[f.GATE](report.locale, word_of(report.reason)).inc()

    def _memory(self, report: MemoryUsed) -> None:
        if report.kind == "miss":
            self._child[f.MEMORY_MISSES](report.locale).inc()
        else:
            self._child[f.MEMORY_HITS](report.locale, report.kind).inc()

    def _personal(self, report: PersonalDataFound) -> None:
        self._child[f.PERSONAL](report.kind).inc()

    def _batch(self, report: BatchRun) -> None:
        model, child = report.model, self._child
        child[f.BATCH](model).observe(report.rows)
        child[f.FILL](model).observe(report.rows / max(1, report.capacity))
        child[f.PADDING](model).observe(1.0 - report.tokens / max(1, report.padded_tokens, report.tokens))
        child[f.STEP](model).observe(report.seconds / max(1, report.steps))
        wait = child[f.QUEUE_WAIT](model)
        for seconds in report.queue_wait_s:
            wait.observe(seconds)

    def _provider(self, report: ProviderChosen) -> None:
        labels = (report.model, report.provider, report.wanted)
        before = self._providers.get(report.model)
        if before is not None and before != labels:
            self._child[f.PROVIDER](*before).set(0)
        self._providers[report.model] = labels
        self._child[f.PROVIDER](*labels).set(1)
        self._child[f.PROVIDER_FALLBACK](report.model).set(int(fell_back(report)))

    def _model_failed(self, report: ModelFailed) -> None:
        self._child[f.MODEL_FAILURES](report.model, str(report.poison).lower()).inc()

    def _model_rebuilt(self, report: ModelRebuilt) -> None:
        self._child[f.MODEL_REBUILDS](report.model).inc()


class LaneCollector(Collector):
    """Reads the lanes and the latest lag when scraped: a gauge of a lane that has gone disappears with it."""

    def __init__(self, lanes: Callable[[], Sequence[LaneStatus]], lags: Callable[[], Sequence[PartitionLag]]) -> None:
        self._lanes = lanes
        self._lags = lags

    def describe(self) -> Iterable[f.Pulled]:
        """Name the families without asking the lanes, which may not exist yet."""
        return f.pulled(f.PULLED_OF_LANES).values()

    def collect(self) -> Iterable[f.Pulled]:
        """Return the families of this moment."""
        gauges = f.pulled(f.PULLED_OF_LANES)
        for lane in self._lanes():
            labels = [lane.topic, str(lane.partition)]
            gauges[f.IN_FLIGHT].add_metric(labels, lane.in_flight)
            gauges[f.OLDEST].add_metric(labels, lane.oldest_unfinished_s)
            gauges[f.LANE_STATE].add_metric([*labels, lane.state], 1)
            gauges[f.LANE_RESTORED].add_metric(labels, lane.restored)
            gauges[f.REPLAYING].add_metric(labels, lane.replay_left is not None)
            gauges[f.REPLAY_LEFT].add_metric(labels, lane.replay_left or 0)
            if lane.position is not None:
                gauges[f.POSITION].add_metric(labels, lane.position)
        for lag in self._lags():
            labels = [lag.topic, str(lag.partition)]
            gauges[f.LAG_RECORDS].add_metric(labels, lag.records)
            gauges[f.END].add_metric(labels, lag.end)
            gauges[f.OWNED].add_metric(labels, lag.owned)
            if lag.seconds is not None:
                gauges[f.LAG_SECONDS].add_metric(labels, lag.seconds)
            if lag.committed is not None:
                gauges[f.COMMITTED].add_metric(labels, lag.committed)
        return gauges.values()


class PoolCollector(Collector):
    """Reads the pool's counters when scraped: what a step counts for itself costs no report."""

    def __init__(self, statistics: Callable[[], PoolStatistics]) -> None:
        self._statistics = statistics

    def describe(self) -> Iterable[f.Pulled]:
        """Name the families."""
        return f.pulled(f.PULLED_OF_POOL).values()

    def collect(self) -> Iterable[f.Pulled]:
        """Return the families of this moment."""
        families = f.pulled(f.PULLED_OF_POOL)
        for model in self._statistics().models:
            for family, read in OF_MODEL.items():
                families[family].add_metric([model.model.name], read(model))
            families[f.TOKENS].add_metric([model.model.name, "in"], model.tokens_in)
            families[f.TOKENS].add_metric([model.model.name, "out"], model.tokens_out)
        return families.values()
