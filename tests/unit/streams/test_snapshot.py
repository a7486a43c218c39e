"""What is read of a worker's page is what its metrics were told."""

from prometheus_client import generate_latest

from schemas.report import Ages, BatchRun, TransactionCommitted
from streams.metrics import Metrics
from streams.scrape import LaneSeen
from streams.snapshot import ModelSeen, parse_worker
from streams.status import LaneStatus


def committed(topic, partition, **counts):
    nothing = {"emitted": {}, "dead_letters": {}, "dropped": {}, "warnings": {}}
    return TransactionCommitted(topic=topic, partition=partition, seconds=0.01, end_to_end=Ages(), **(nothing | counts))


def batch(model, rows, waits):
    return BatchRun(model, rows, 16, 10, 12, queue_wait_s=waits, seconds=0.01)


def test_counters_come_back_by_topic_reason_and_model():
    metrics = Metrics()
    metrics(committed("a", 0, records=3, emitted={"a.en": 2}, dropped={"stale": 1}, warnings={"gate_tags:title": 1}))
    metrics(committed("a", 1, records=4, emitted={"a.en": 3, "a.es": 1}, dead_letters={"nan": 1, "utf16": 2}))
    metrics(committed("b", 0, records=1, dead_letters={"nan": 1}, warnings={"pair_unavailable": 2, "late_event": 1}))
    metrics(batch("en-pt", 8, (0.1, 0.2, 0.3)))
    metrics(batch("en-pt", 16, (0.1,)))
    metrics.watch(lambda: [LaneStatus("a", 1, "open", 4, 9, 5, 0.5, 0)])
    seen = parse_worker(generate_latest(metrics.registry).decode())
    assert seen.consumed == {"a": 7, "b": 1}
    assert seen.emitted == {"a.en": 5, "a.es": 1}
    assert seen.dead_letters == {"a": {"nan": 1, "utf16": 2}, "b": {"nan": 1}}
    assert seen.dropped == {"a": {"stale": 1}}
    assert seen.fallbacks == {"gate_tags": 1, "pair_unavailable": 2}
    assert seen.models == {"en-pt": ModelSeen(requests=4, runs=2, rows=12.0, fill=0.75, waiting=0)}
    assert seen.lanes == {("a", 1): LaneSeen(in_flight=5, oldest_unfinished_s=0.5)}


def test_a_worker_that_has_done_nothing_has_nothing():
    seen = parse_worker(generate_latest(Metrics().registry).decode())
    assert seen.consumed == seen.emitted == seen.dead_letters == seen.models == {}
