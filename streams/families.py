"""The metric families, each with its source: a kind of report, or what lanes, lag reader and pool say when asked.

Labels are bounded: topics, partitions, locales and models of the settings, and words of the code; never an id.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

PREFIX: Final = "dragoman"

# Seconds. A parcel is promised within 5 s and a listing within 30 s: the buckets are dense around both.
END_TO_END_S: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
WORK_S: Final = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0)
STEP_S: Final = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.03, 0.05, 0.1, 0.5)
BLOCKING_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
ROWS: Final = (1, 2, 4, 8, 16, 32, 64, 128)
RATIO: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class Kind(StrEnum):
    """The Prometheus type of a family."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Family(Struct, frozen=True, eq=False):  # compared by identity: it is a key on the hot path
    """One metric as it is exposed, without the prefix. `source`: a report, or what is asked at every scrape."""

    name: str
    kind: Kind
    help: str
    source: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def full_name(self) -> str:
        """The name as it is scraped."""
        return f"{PREFIX}_{self.name}"


def _counter(name: str, labels: tuple[str, ...], source: str, text: str) -> Family:
    return Family(name, Kind.COUNTER, text, source, labels)


def _gauge(name: str, labels: tuple[str, ...], source: str, text: str) -> Family:
    return Family(name, Kind.GAUGE, text, source, labels)


def _histogram(name: str, labels: tuple[str, ...], buckets: tuple[float, ...], source: str, text: str) -> Family:
    return Family(name, Kind.HISTOGRAM, text, source, labels, buckets)


_LANE: Final = ("topic", "partition")
_TX: Final = "TransactionCommitted"
_MODEL: Final = ("model",)
_POOL: Final = "ModelStatistics"

CONSUMED: Final = _counter("events_consumed_total", _LANE, _TX, "Input records whose transaction is durable.")
EMITTED: Final = _counter("events_emitted_total", ("topic",), _TX, "Output records, by output topic.")
DEAD_LETTERS: Final = _counter(
    "dead_letters_total", ("topic", "reason"), _TX, "Records sent to dead-letter, by input topic."
)
DROPPED: Final = _counter(
    "events_dropped_total", ("topic", "reason"), _TX, "Good events that led to no output, by input topic."
)
WARNINGS: Final = _counter(
    "warnings_total", ("topic", "warning"), _TX, "Marks on outputs, by input topic, without field or value."
)
FALLBACKS: Final = _counter(
    "fallbacks_total",
    ("topic", "reason"),
    _TX,
    "Events with an output that shows a source text because no translation may be shown.",
)
FEEDBACK: Final = _counter(
    "feedback_total", ("kind", "locale", "verdict"), _TX, "What readers said: understood, misunderstood, corrected."
)
END_TO_END: Final = _histogram(
    "event_end_to_end_seconds",
    ("topic",),
    END_TO_END_S,
    _TX,
    "Record timestamp to commit. A sample of each transaction, weighted: the count is about that of all records.",
)
FRESHNESS: Final = _histogram(
    "freshness_seconds",
    ("topic", "locale"),
    END_TO_END_S,
    _TX,
    "Age of an event, by its record's timestamp, when what readers of a locale see of it became durable.",
)
TRANSACTION: Final = _histogram(
    "transaction_seconds", ("topic",), BLOCKING_S, _TX, "Settling a prefix, and its transaction from begin to commit."
)
TRANSACTION_RECORDS: Final = _histogram(
    "transaction_records", ("topic",), (1, 4, 16, 64, 256, 1024, 4096), _TX, "Input records of one transaction."
)
REPLAYED: Final = _counter(
    "replayed_records_total", ("topic", "outcome"), "ReplayCommitted", "Records of replays, by what became of them."
)
LANE_OPEN: Final = _histogram(
    "lane_open_seconds", ("topic",), BLOCKING_S, "LaneOpened", "Fencing, state restore and seek of a lane."
)
RESTORED: Final = _counter(
    "lane_restored_records_total",
    ("topic",),
    "LaneOpened",
    "Changelog records read by opening, to bring state up to date.",
)
REOPENS: Final = _counter(
    "lane_reopens_total", _LANE, "LaneReopening", "Lanes that lost their transaction or producer and started again."
)
FENCES: Final = _counter(
    "lane_fences_total", _LANE, "LaneReopening", "Reopenings because another owner took the partition over."
)
REBALANCES: Final = _counter("rebalances_total", (), "Rebalanced", "Assignments this worker was given.")
REBALANCE_S: Final = _histogram("rebalance_seconds", (), BLOCKING_S, "Rebalanced", "Stall of one rebalance.")
ASSIGNED: Final = _gauge("assigned_partitions", (), "Rebalanced", "Input partitions of this worker.")
KEPT: Final = _counter("lanes_kept_total", (), "Rebalanced", "Lanes that a rebalance left with their work in flight.")
STAGE: Final = _histogram(
    "stage_duration_seconds",
    ("stage",),
    WORK_S,
    "StageTimed",
    "One stage of one piece of work, a sample: of a record, of a text or of a segment (schemas/stages.py).",
)
GATE: Final = _counter(
    "gate_failures_total",
    ("locale", "reason"),
    "GateJudged",
    "Source texts shown because the gate, or the model, refused: remembered refusals count each time.",
)
MEMORY_HITS: Final = _counter(
    "memory_hits_total",
    ("locale", "kind"),
    "MemoryUsed",
    "Segments found in the memory: exact, normalized (other numbers or capitals), or corrected by a person.",
)
MEMORY_MISSES: Final = _counter("memory_misses_total", ("locale",), "MemoryUsed", "Segments not in the memory.")
PERSONAL: Final = _counter(
    "personal_data_found_total", ("kind",), "PersonalDataFound", "Names, numbers and addresses in what people wrote."
)
BATCH: Final = _histogram("inference_batch_size", ("model",), ROWS, "BatchRun", "Rows of one run of a model.")
FILL: Final = _histogram(
    "inference_batch_fill_ratio", ("model",), RATIO, "BatchRun", "Rows of one run over the rows it had room for."
)
PADDING: Final = _histogram(
    "inference_padding_ratio", ("model",), (0.0, *RATIO), "BatchRun", "Padding over all tokens of one run."
)
QUEUE_WAIT: Final = _histogram(
    "inference_queue_wait_seconds", ("model",), WORK_S, "BatchRun", "How long a request waited for its run."
)
STEP: Final = _histogram(
    "inference_step_seconds", ("model",), STEP_S, "BatchRun", "One decoder step or encoder run, the mean of a report."
)
PROVIDER: Final = _gauge(
    "inference_provider_info",
    ("model", "provider", "wanted"),
    "ProviderChosen",
    "1 for the execution provider that is really active.",
)
PROVIDER_FALLBACK: Final = _gauge(
    "inference_provider_fallback", ("model",), "ProviderChosen", "1 while a model runs on another provider than wanted."
)
MODEL_FAILURES: Final = _counter(
    "model_failures_total", ("model", "poison"), "ModelFailed", "Failed runs; poison once one request is found guilty."
)
MODEL_REBUILDS: Final = _counter(
    "model_rebuilds_total", ("model",), "ModelRebuilt", "Built models that were damaged on disk and built again."
)

IN_FLIGHT: Final = _gauge("inflight_records", _LANE, "LaneStatus", "Records taken and not yet committed.")
OLDEST: Final = _gauge("oldest_unfinished_seconds", _LANE, "LaneStatus", "Age of the oldest record in flight.")
POSITION: Final = _gauge("lane_position", _LANE, "LaneStatus", "Next offset to commit.")
LANE_STATE: Final = _gauge("lane_state", (*_LANE, "state"), "LaneStatus", "1 for the state a lane is in.")
LANE_RESTORED: Final = _gauge(
    "lane_restored_ratio", _LANE, "LaneStatus", "How far an opening lane has read its state, 0 to 1; 1 when it is open."
)
REPLAYING: Final = _gauge("replay_running", _LANE, "LaneStatus", "1 while a replay of the partition is under way.")
REPLAY_LEFT: Final = _gauge(
    "replay_lag_records", _LANE, "LaneStatus", "Offsets that a replay under way has yet to pass; 0 without one."
)
# Every worker tells the lag of every input partition: a partition that nobody owns has lag too. Take `max by (topic,
# partition)` over the workers; the samples differ by a few seconds of age and in nothing else.
_LAG: Final = "PartitionLag"
LAG_RECORDS: Final = _gauge(
    "consumer_lag_records",
    _LANE,
    _LAG,
    "Offsets from the first uncommitted record to the end, for the group; the same from every worker.",
)
LAG_SECONDS: Final = _gauge(
    "consumer_lag_seconds",
    _LANE,
    _LAG,
    "Age of the first uncommitted record, 0 without one; absent where it could not be read in time.",
)
COMMITTED: Final = _gauge(
    "consumer_committed_offset", _LANE, _LAG, "The group's committed offset; absent while nothing is committed."
)
END: Final = _gauge("consumer_end_offset", _LANE, _LAG, "Where a partition ends for read_committed readers.")
OWNED: Final = _gauge(
    "consumer_partition_owned",
    _LANE,
    _LAG,
    "1 while a live member of the group holds the partition, and during a rebalance, when nobody knows.",
)

QUEUE: Final = _gauge("inference_queue_depth", _MODEL, _POOL, "Requests queued now.")
QUEUE_LIMIT: Final = _gauge("inference_queue_limit", _MODEL, _POOL, "Requests that may be queued; then callers wait.")
AT_DOOR: Final = _gauge("inference_queue_door", _MODEL, _POOL, "Callers that wait for a place in a full queue, now.")
COMPUTING: Final = _gauge("inference_inflight_requests", _MODEL, _POOL, "Requests that a thread has taken, now.")
REQUESTS: Final = _counter("inference_requests_total", _MODEL, _POOL, "Calls of the pool.")
SHARED: Final = _counter("inference_shared_total", _MODEL, _POOL, "Calls that joined another's computation.")
CANCELLED: Final = _counter("inference_cancelled_total", _MODEL, _POOL, "Calls whose caller left.")
DEADLINE_MISSES: Final = _counter(
    "inference_deadline_misses_total", _MODEL, _POOL, "Calls that were not answered in their time."
)
EXPIRED: Final = _counter(
    "inference_expired_total", _MODEL, _POOL, "Requests whose deadline passed in the queue: they were never started."
)
POISONED: Final = _counter("inference_poisoned_total", _MODEL, _POOL, "Texts that make the model fail alone.")
EVICTIONS: Final = _counter(
    "inference_evictions_total", _MODEL, _POOL, "Requests that a thread let go of because nobody wanted them any more."
)
STEPS: Final = _counter("inference_steps_total", _MODEL, _POOL, "Decoder steps and encoder runs.")
TOKENS: Final = _counter(
    "inference_tokens_total", ("model", "direction"), _POOL, "Real tokens read (in) and written (out) by a model."
)
SHORTLIST_MISSES: Final = _counter(
    "inference_shortlist_misses_total",
    _MODEL,
    _POOL,
    "Sentences with a word of which a reduced head lacks translations.",
)
BUSY: Final = _counter("inference_busy_seconds_total", _MODEL, _POOL, "Seconds that threads spent in a model.")

_STATE: Final = "StateStore"
STATE_KEYS: Final = _gauge("state_keys", (), _STATE, "Keys of state on disk, an estimate.")
STATE_BYTES: Final = _gauge("state_disk_bytes", (), _STATE, "Bytes of the state on disk.")
STATE_WAITING: Final = _gauge("state_waiting_changes", (), _STATE, "Changes kept in memory because the disk is full.")
_MEMORY: Final = "MemoryStatistics"
MEMORY_ENTRIES: Final = _gauge(
    "memory_entries", ("layer",), _MEMORY, "Translations in the memory, at hand and on disk."
)
MEMORY_BYTES: Final = _gauge("memory_disk_bytes", (), _MEMORY, "Bytes of the memory on disk.")
CORRECTIONS: Final = _gauge("corrections_in_force", (), _MEMORY, "Texts that people have corrected.")
MEMORY_SHARED: Final = _counter("memory_shared_total", (), _MEMORY, "New translations told to the other workers.")
MEMORY_UNSHARED: Final = _counter(
    "memory_unshared_total", (), _MEMORY, "New translations that were not told, for the broker was away too long."
)
MEMORY_LEARNED: Final = _counter("memory_learned_total", (), _MEMORY, "Translations read from the shared memory.")

_FEEDBACK: Final = "Feedback"
_SAID: Final = ("kind", "locale")
MISUNDERSTANDING: Final = _gauge(
    "feedback_misunderstanding_ratio", _SAID, _FEEDBACK, "Misunderstood over all that readers said."
)
EFFICIENCY: Final = _gauge(
    "feedback_communication_efficiency_ratio", _SAID, _FEEDBACK, "Not misunderstood over all that readers said."
)
ACCURACY: Final = _gauge(
    "feedback_comprehension_accuracy_ratio", _SAID, _FEEDBACK, "Understood as it was shown over all that readers said."
)
QUALITY: Final = _gauge(
    "feedback_translation_quality_ratio", _SAID, _FEEDBACK, "Not corrected over all that readers said."
)
BARRIER: Final = _gauge(
    "feedback_barrier_score", _SAID, _FEEDBACK, "(misunderstanding + 1 - efficiency) / 2: 0 is best, 1 is worst."
)
BARRIER_PUBLISHED: Final = _gauge(
    "feedback_barrier_score_published",
    _SAID,
    _FEEDBACK,
    "(misunderstanding + efficiency) / 2, as published: 0.5 whatever happens.",
)

WEIGHTED: Final = (END_TO_END, FRESHNESS)
FAMILIES: Final = tuple(value for value in list(globals().values()) if isinstance(value, Family))
PULLED_OF_LANES: Final = tuple(family for family in FAMILIES if family.source in {"LaneStatus", "PartitionLag"})
PULLED_OF_POOL: Final = tuple(family for family in FAMILIES if family.source == _POOL)
PULLED_OF_MEMORY: Final = tuple(family for family in FAMILIES if family.source == _MEMORY)
PULLED_OF_STATE: Final = tuple(family for family in FAMILIES if family.source == _STATE)
PULLED_OF_FEEDBACK: Final = tuple(family for family in FAMILIES if family.source == _FEEDBACK)
PULLED: Final = PULLED_OF_LANES + PULLED_OF_POOL + PULLED_OF_STATE + PULLED_OF_MEMORY + PULLED_OF_FEEDBACK


Pulled = GaugeMetricFamily | CounterMetricFamily


def pulled(families: Iterable[Family]) -> dict[Family, Pulled]:
    """Return gauges and counters without a sample yet, as a collector gives them out at a scrape."""
    kinds = {Kind.COUNTER: CounterMetricFamily, Kind.GAUGE: GaugeMetricFamily}
    return {family: kinds[family.kind](family.full_name, family.help, labels=family.labels) for family in families}


def markdown(alerts: Mapping[str, Sequence[str]]) -> str:
    """Return the table of all metrics for people; `docs/metrics.md` holds exactly this.

    `alerts`: by metric, the alerts that use it, directly or through what is recorded.
    """
    lines = [
        "# Metrics",
        "",
        "Served by a worker at `/metrics`. Times are seconds. Labels are bounded: topics, partitions, locales and",
        "models of the settings, and words of the code; never an id. Counters begin at 0 with the process.",
        "",
        "A partition's lag is told by every worker: take `max by (topic, partition)` of it, never a sum over workers.",
        "The rules are in `deploy/prometheus/rules/`, what to do about an alert in [the runbook](runbook.md).",
        "",
        "| metric | type | labels | meaning | set by | alerts |",
        "|---|---|---|---|---|---|",
    ]
    for f in FAMILIES:
        named = ", ".join(f"[{alert}](runbook.md#{alert.lower()})" for alert in alerts.get(f.full_name, ())) or "-"
        labels = ", ".join(f.labels) or "-"
        lines.append(f"| `{f.full_name}` | {f.kind} | {labels} | {f.help} | {f.source} | {named} |")
    return "\n".join(lines) + "\n"
