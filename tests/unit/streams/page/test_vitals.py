"""Latency, fill and queue from the metrics of workers that come, go and start again."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client import generate_latest

from schemas.report import Ages, BatchRun, TransactionCommitted
from streams.metrics import Metrics
from streams.page.page import vital_values
from streams.page.vitals import Vitals, Workers, growth, parse_vitals, quantile, total


def worker(*seconds, rows=(), topic="listing-updated"):
    """The page of a worker whose events took so long and whose runs had so many of 8 rows."""
    metrics = Metrics()
    committed = TransactionCommitted(
        topic=topic,
        partition=0,
        records=len(seconds),
        emitted={},
        dead_letters={},
        dropped={},
        warnings={},
        end_to_end=Ages(seconds),
        seconds=0.1,
    )
    metrics(committed)
    for count in rows:
        metrics(
            BatchRun(
                model="tiny",
                rows=count,
                capacity=8,
                tokens=10,
                padded_tokens=10,
                queue_wait_s=(0.01,),
                seconds=0.01,
                steps=1,
            )
        )
    return generate_latest(metrics.registry).decode()


def test_quantiles_are_prometheuss():
    buckets = {0.1: 0.0, 0.5: 50.0, 1.0: 100.0, float("inf"): 100.0}
    assert quantile(0.5, buckets) == pytest.approx(0.5)
    assert quantile(0.75, buckets) == pytest.approx(0.75)
    assert quantile(0.99, {0.1: 0.0, 300.0: 1.0, float("inf"): 10.0}) == 300.0
    assert quantile(0.5, {0.1: 0.0, float("inf"): 0.0}) is None
    assert quantile(0.5, {}) is None


def test_a_page_of_metrics_is_read():
    values = vital_values(parse_vitals(worker(0.02, 0.02, 0.02, 2.0, rows=(8, 4))))
    assert values["fill/tiny"] == pytest.approx(0.75)
    assert 0.01 < values["p50/listing-updated"] < 0.025
    assert 1.0 < values["p99/listing-updated"] <= 2.5
    assert values["p99/all"] == values["p99/listing-updated"]


def test_only_what_has_grown_counts_and_a_restart_begins_anew():
    first, later = parse_vitals(worker(0.02)), parse_vitals(worker(0.02, 5.0, 5.0, rows=(2,)))
    grown = growth(later, first)
    assert grown.latency["listing-updated"][float("inf")] == 2
    assert growth(first, later).latency["listing-updated"][float("inf")] == 1
    assert growth(later, later).fill_runs == {"tiny": 0.0}
    assert vital_values(growth(later, later))["fill/tiny"] is None


def test_workers_add_up():
    both = total([parse_vitals(worker(0.02)), parse_vitals(worker(0.02, topic="review-posted")), Vitals()])
    assert sorted(both.latency) == ["listing-updated", "review-posted"]
    same = total([parse_vitals(worker(0.02)), parse_vitals(worker(5.0, 5.0))])
    assert same.latency["listing-updated"][float("inf")] == 3


async def test_a_worker_that_is_silent_or_no_worker_is_told_and_counts_for_nothing():
    pages = [worker(0.02), worker(0.02, 0.02)]

    async def metrics(_request):
        return web.Response(text=pages.pop(0) if pages else "<html>")

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    async with TestServer(app, host="127.0.0.1") as server:
        url = str(server.make_url("/"))
        async with Workers([f"{url}metrics", url, "http://127.0.0.1:1"]) as workers:
            assert [one.url for one in workers.seen] == [url.rstrip("/"), "http://127.0.0.1:1"]
            first = await workers.look()
            assert first.latency["listing-updated"][float("inf")] == 0  # of the time before nothing is known
            second = await workers.look()
            assert second.latency["listing-updated"][float("inf")] == 1
            assert [one.answers for one in workers.seen] == [True, False]
            assert workers.seen[1].said == "ClientConnectorError"


def test_readings_are_kept_for_a_window_only():
    now = 0.0
    workers = Workers(["http://127.0.0.1:1"], clock=lambda: now)
    for number in range(1000):
        now = float(number)
        workers.take("http://127.0.0.1:1", Vitals(fill_runs={"tiny": float(number)}))
    readings = workers._readings["http://127.0.0.1:1"]
    assert len(readings) == 16
    assert growth(readings[-1][1], readings[0][1]).fill_runs == {"tiny": 15.0}
