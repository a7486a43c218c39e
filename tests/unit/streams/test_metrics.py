"""Every report leaves a trace, every family has a source, and labels stay bounded."""

import msgspec
import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from inference.requests import ModelId
from inference.scheduling.statistics import ModelStatistics, PoolStatistics
from schemas.reasons import Warn
from schemas.report import (
    Ages,
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
from streams import families
from streams.lag import LagStatus, PartitionLag
from streams.memory.metrics import MemoryStatistics
from streams.metrics import Metrics
from streams.status import LaneStatus
from tests.unit.streams.runner_kit import store

TOPIC = "listing-updated"
COMMITTED = TransactionCommitted(
    topic=TOPIC,
    partition=3,
    records=10,
    emitted={"listing-localized.es": 6, "listing-localized.fr": 5},
    dead_letters={"not_json": 1},
    dropped={"stale": 2},
    warnings={"gate_tags:title": 2, "pair_unavailable:fr": 1, "late_event": 4},
    seconds=0.02,
    end_to_end=Ages((0.04, 70.0), 5),
    feedback={
        ("listing", "es", "understood"): 70,
        ("listing", "es", "misunderstood"): 20,
        ("listing", "es", "corrected"): 10,
        ("listing", "es", "revoked"): 3,
        ("review", "fr", "revoked"): 1,
    },
    freshness={"es": Ages((0.04,), 6), "fr": Ages((70.0, 0.2), 2)},
)
REPORTS: tuple[Report, ...] = (
    COMMITTED,
    ReplayCommitted(TOPIC, 3, {"told": 5, "duplicate": 2}),
    LaneOpened(topic=TOPIC, partition=3, offset=17, restored=40, on_disk=True, seconds=0.05),
    LaneReopening(topic=TOPIC, partition=3, fenced=True, error="fenced"),
    Rebalanced(assigned=4, kept=2, seconds=0.3),
    StageTimed(stage="gate", seconds=0.0004),
    GateJudged(locale="es", reason="gate_tags"),
    MemoryUsed(locale="es", kind="exact"),
    MemoryUsed(locale="es", kind="miss"),
    PersonalDataFound(kind="email"),
    BatchRun(
        "en-pt",
        rows=8,
        capacity=16,
        tokens=75,
        padded_tokens=100,
        queue_wait_s=(0.002, 0.2),
        seconds=0.01,
        steps=4,
    ),
    ProviderChosen(model="en-pt", provider="CPUExecutionProvider", wanted="cuda"),
    ModelFailed(model="en-pt", error="out of memory", poison=True),
    ModelRebuilt(model="en-pt", problem="encoder.onnx: checksum"),
)
LANE = LaneStatus(TOPIC, 3, "open", position=17, fetched=25, in_flight=8, oldest_unfinished_s=1.5, reopens=1)

MODEL = ModelStatistics(
    model=ModelId("en-pt", "1"),
    provider="CPUExecutionProvider",
    depth=3,
    queue=512,
    at_door=2,
    in_flight=11,
    requests=100,
    shared=7,
    answered=70,
    cancelled=6,
    timed_out=5,
    too_long=1,
    poisoned=4,
    expired=8,
    evicted=9,
    shortlist_misses=12,
    steps=50,
    rows=400,
    capacity=800,
    tokens_in=1000,
    tokens_out=900,
    busy_s=1.5,
    queue_wait_total_s=3.0,
    queue_wait_max_s=0.5,
)

MEMORY = MemoryStatistics(entries=3, disk_entries=40, disk_bytes=5000, corrections=2, shared=7, unshared=1, learned=11)


def lag(partition: int, records: int = 5, seconds: float | None = 2.5) -> PartitionLag:
    return PartitionLag(TOPIC, partition, 0, 22, 17, records, seconds, owned=True, status=LagStatus.BEHIND)


def scraped(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = generate_latest(metrics.registry).decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return scraped(metrics)[f"dragoman_{name}", tuple(sorted(labels.items()))]


@pytest.fixture
def fed() -> Metrics:
    metrics = Metrics(CollectorRegistry())
    metrics.watch(lambda: [LANE], lambda: [lag(3)])
    metrics.watch_pool(lambda: PoolStatistics(threads=2, alive=True, models=(MODEL,)))
    metrics.watch_memory(lambda: MEMORY)
    metrics.watch_state(store())
    for report in REPORTS:
        metrics(report)
    return metrics


def test_every_report_type_is_fed_here_and_has_a_handler():
    kinds = set(Report.__subclasses__())
    assert {type(report) for report in REPORTS} == kinds
    assert set(Metrics().handlers) == kinds


@pytest.mark.parametrize("family", families.FAMILIES, ids=lambda family: family.name)
def test_every_family_is_set_by_its_source(family: families.Family, fed: Metrics):
    names = {name for name, _ in scraped(fed)}
    expected = f"{family.full_name}_count" if family.kind is families.Kind.HISTOGRAM else family.full_name
    assert expected in names
    unfed = {name for name, _ in scraped(Metrics())}
    assert not family.labels or expected not in unfed


def test_only_the_named_source_touches_a_family():
    for family in families.FAMILIES:
        if family in families.PULLED:
            continue
        metrics = Metrics()
        before = scraped(metrics)
        for report in REPORTS:
            if type(report).__name__ != family.source:
                metrics(report)
        after = {key: v for key, v in scraped(metrics).items() if key[0].startswith(family.full_name)}
        assert after == {key: v for key, v in before.items() if key[0].startswith(family.full_name)}


def test_families_have_distinct_names_and_follow_the_conventions():
    names = [family.name for family in families.FAMILIES]
    assert len(names) == len(set(names)) > 35
    for family in families.FAMILIES:
        assert (family.kind is families.Kind.COUNTER) == family.name.endswith("_total")
        assert not {"id", "offset", "key"} & set(family.labels)


def test_a_transaction_is_counted_by_topic_and_reason(fed: Metrics):
    assert value(fed, "events_consumed_total", topic=TOPIC, partition="3") == 10
    assert value(fed, "events_emitted_total", topic="listing-localized.fr") == 5
    assert value(fed, "dead_letters_total", topic=TOPIC, reason="not_json") == 1
    assert value(fed, "events_dropped_total", topic=TOPIC, reason="stale") == 2


def test_a_sample_counts_for_the_records_it_stands_for(fed: Metrics):
    assert value(fed, "event_end_to_end_seconds_bucket", topic=TOPIC, le="0.025") == 0
    assert value(fed, "event_end_to_end_seconds_bucket", topic=TOPIC, le="0.05") == 5
    assert value(fed, "event_end_to_end_seconds_bucket", topic=TOPIC, le="+Inf") == 10
    assert value(fed, "event_end_to_end_seconds_count", topic=TOPIC) == 10
    assert value(fed, "event_end_to_end_seconds_sum", topic=TOPIC) == pytest.approx(5 * 70.04)
    assert value(fed, "freshness_seconds_count", topic=TOPIC, locale="es") == 6
    assert value(fed, "freshness_seconds_bucket", topic=TOPIC, locale="fr", le="0.25") == 2
    fed(COMMITTED)
    assert value(fed, "freshness_seconds_count", topic=TOPIC, locale="fr") == 8


def test_marks_lose_their_field_and_value_and_fallbacks_are_told_apart(fed: Metrics):
    assert value(fed, "warnings_total", topic=TOPIC, warning="gate_tags") == 2
    assert value(fed, "fallbacks_total", topic=TOPIC, reason="gate_tags") == 2
    assert value(fed, "fallbacks_total", topic=TOPIC, reason="pair_unavailable") == 1
    assert ("dragoman_fallbacks_total", (("reason", "late_event"), ("topic", TOPIC))) not in scraped(fed)


def test_a_thousand_fields_make_no_new_series():
    metrics = Metrics()
    for number in range(1000):
        metrics(
            TransactionCommitted(TOPIC, 0, 1, {}, {}, {}, {f"{Warn.GATE_NUMBERS}:attribute{number}": 1}, 0.01, Ages())
        )
    series = [key for key in scraped(metrics) if key[0] == "dragoman_warnings_total"]
    assert len(series) == 1
    assert value(metrics, "warnings_total", topic=TOPIC, warning="gate_numbers") == 1000


def test_what_readers_say_becomes_the_ratios_of_the_field(fed: Metrics):
    assert value(fed, "feedback_total", kind="listing", locale="es", verdict="misunderstood") == 20
    shown = {
        "misunderstanding_ratio": 0.2,
        "communication_efficiency_ratio": 0.8,
        "comprehension_accuracy_ratio": 0.7,
        "translation_quality_ratio": 0.9,
        "barrier_score": 0.2,
        "barrier_score_published": 0.5,
    }
    for name, expected in shown.items():
        assert value(fed, f"feedback_{name}", kind="listing", locale="es") == pytest.approx(expected)
    # A withdrawn correction alone says nothing of a text.
    assert ("dragoman_feedback_barrier_score", (("kind", "review"), ("locale", "fr"))) not in scraped(fed)


def test_memory_is_asked_at_every_scrape_and_hits_are_told_by_kind(fed: Metrics):
    assert value(fed, "memory_hits_total", locale="es", kind="exact") == 1
    assert value(fed, "memory_misses_total", locale="es") == 1
    assert value(fed, "memory_entries", layer="disk") == 40
    assert value(fed, "memory_disk_bytes") == 5000
    assert value(fed, "memory_learned_total") == 11


def test_a_run_shows_its_padding_fill_and_waits(fed: Metrics):
    assert value(fed, "inference_padding_ratio_sum", model="en-pt") == pytest.approx(0.25)
    assert value(fed, "inference_batch_fill_ratio_sum", model="en-pt") == pytest.approx(0.5)
    assert value(fed, "inference_queue_wait_seconds_count", model="en-pt") == 2
    assert value(fed, "inference_step_seconds_sum", model="en-pt") == pytest.approx(0.0025)


def test_the_pool_is_asked_at_every_scrape():
    statistics = [MODEL]
    metrics = Metrics()
    metrics.watch_pool(lambda: PoolStatistics(threads=2, alive=True, models=tuple(statistics)))
    shown = {
        "queue_limit": 512,
        "queue_door": 2,
        "inflight_requests": 11,
        "requests_total": 100,
        "shared_total": 7,
        "cancelled_total": 6,
        "deadline_misses_total": 5,
        "expired_total": 8,
        "poisoned_total": 4,
        "evictions_total": 9,
        "steps_total": 50,
        "shortlist_misses_total": 12,
        "busy_seconds_total": 1.5,
    }
    for name, expected in shown.items():
        assert value(metrics, f"inference_{name}", model="en-pt") == expected
    assert value(metrics, "inference_tokens_total", model="en-pt", direction="in") == 1000
    assert value(metrics, "inference_tokens_total", model="en-pt", direction="out") == 900
    statistics[0] = msgspec.structs.replace(MODEL, evicted=20)
    assert value(metrics, "inference_evictions_total", model="en-pt") == 20


def test_an_empty_run_divides_by_nothing():
    metrics = Metrics()
    metrics(BatchRun("m", rows=0, capacity=0, tokens=0, padded_tokens=0, queue_wait_s=(), seconds=0.0))
    assert value(metrics, "inference_batch_fill_ratio_sum", model="m") == 0


def test_a_provider_that_changes_leaves_one_active(fed: Metrics):
    assert value(fed, "inference_provider_fallback", model="en-pt") == 1
    fed(ProviderChosen("en-pt", "CUDAExecutionProvider", "cuda"))
    assert value(fed, "inference_provider_fallback", model="en-pt") == 0
    active = {key: v for key, v in scraped(fed).items() if key[0] == "dragoman_inference_provider_info"}
    assert sum(active.values()) == 1


def test_pulled_gauges_follow_the_lanes():
    lanes = [LANE]
    metrics = Metrics()
    metrics.watch(lambda: lanes, lambda: [lag(3)])
    assert value(metrics, "inflight_records", topic=TOPIC, partition="3") == 8
    assert value(metrics, "oldest_unfinished_seconds", topic=TOPIC, partition="3") == 1.5
    assert value(metrics, "lane_state", topic=TOPIC, partition="3", state="open") == 1
    assert value(metrics, "replay_running", topic=TOPIC, partition="3") == 0
    lanes[0] = replace(LANE, replay_left=40)
    assert value(metrics, "replay_running", topic=TOPIC, partition="3") == 1
    assert value(metrics, "replay_lag_records", topic=TOPIC, partition="3") == 40
    lanes.clear()
    assert not [name for name, _ in scraped(metrics) if name == "dragoman_inflight_records"]


def test_lag_is_that_of_the_group_and_what_is_unknown_is_absent():
    lags = [
        lag(3, seconds=None),
        replace(lag(2), committed=None, records=22, seconds=90.0, owned=False),
        lag(1, records=0, seconds=0.0),
    ]
    metrics = Metrics()
    metrics.watch(lambda: [LANE], lambda: lags)  # this worker has lane 3 alone

    def shown(name: str) -> dict[str, float]:
        return {dict(labels)["partition"]: v for (n, labels), v in scraped(metrics).items() if n == f"dragoman_{name}"}

    assert shown("consumer_lag_records") == {"3": 5, "2": 22, "1": 0}  # nothing committed: the whole backlog, never 0
    assert shown("consumer_lag_seconds") == {"2": 90, "1": 0}
    assert shown("consumer_committed_offset") == {"3": 17, "1": 17}
    assert shown("consumer_end_offset") == {"3": 22, "2": 22, "1": 22}
    assert shown("consumer_partition_owned") == {"3": 1, "2": 0, "1": 1}
    lags.clear()  # the broker is away
    assert shown("consumer_lag_records") == shown("consumer_partition_owned") == {}


def test_the_lanes_are_not_asked_before_the_first_scrape():
    def no_lanes() -> list[LaneStatus]:
        raise AssertionError("asked too early")

    Metrics().watch(no_lanes)
