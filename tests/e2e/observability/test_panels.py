"""Apache Kafka, a worker, the demo's events, a real Prometheus: every panel has data, and the rules see what happens."""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiokafka import AIOKafkaProducer

from cli.demo_events import load_demo_events
from cli.demo_worker import worker_process
from deploy.grafana.build import FOLDER
from schemas.settings import Settings
from schemas.topics import INPUTS, LOGISTICS_EVENT
from streams.broker.server import Broker
from streams.feed import feed
from streams.lag import read_lag
from streams.snapshot import READY, WorkerProbe
from streams.topics import create_topics
from tests.e2e.observability.scraper import prometheus

pytestmark = pytest.mark.e2e

DRAGOMAN = Path(sys.executable).with_name("dragoman")
RATE = 60.0
DONE_IN_S = 90.0
DATA_IN_S = 40.0
PERSONAL = SimpleNamespace(
    topic="review-posted",
    key=b"L-1001",
    value=json.dumps(
        {
            "review_id": "R-9001",
            "listing_id": "L-1001",
            "author_ref": "reader-90",
            "rating": 4,
            "source_locale": "en",
            "body": "Good headphones. Write to maria.silva@example.com if you want mine.",
            "posted_at": "2026-03-04T10:00:00Z",
        }
    ).encode(),
    headers=(),
)
LEGEND = re.compile(r"\{\{(\w+)\}\}")
EXPECTED = {"DragomanDeadLetters", "DragomanDeadLetterRatio"}
TARGETS = [
    pytest.param(target["expr"], target["legendFormat"], id=f"{path.stem}-{panel['title']}-{target['refId']}")
    for path in sorted(FOLDER.glob("*.json"))
    for panel in json.loads(path.read_text("utf-8"))["panels"]
    for target in panel.get("targets", ())
]


@pytest.fixture(scope="module", autouse=True)
def kafka(embedded_kafka):
    """Java and the jars are here."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A worker that has been through the demo, a replay and the loss of a lane; and the Prometheus that watched it."""
    folder = tmp_path_factory.mktemp("observability")
    with (
        Broker.start() as broker,
        worker_process(broker.bootstrap, folder / "worker.log") as worker,
        prometheus(folder, worker.url.removeprefix("http://")) as watching,
    ):
        asyncio.run(play(broker.bootstrap, worker))
        yield SimpleNamespace(prometheus=watching)


async def play(bootstrap, worker):
    """The demo's events twice (the memory knows the second ones' texts), the first again as a replay, a lane fenced."""
    settings, events = Settings(), load_demo_events()
    await create_topics(bootstrap, settings.topics(), 1)
    async with WorkerProbe(worker.url) as probe:
        await until(lambda: is_ready(probe, worker))
    await feed(bootstrap, events, RATE, lambda _: None)
    await until(lambda: is_through(bootstrap, len(events)))
    await feed(bootstrap, [*map(newer, events), PERSONAL], 2 * RATE, lambda _: None)
    fencing = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=f"dragoman-{LOGISTICS_EVENT}-0")
    await fencing.start()
    await fencing.stop()
    command = [DRAGOMAN, "relocalize", "--topic", "listing-updated", "--locale", "pt-BR", "--wait", "--json"]
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        env=os.environ | {"DRAGOMAN_KAFKA__BOOTSTRAP": bootstrap},
        capture_output=True,
        text=True,
        check=False,
        timeout=DONE_IN_S,
    )
    assert done.returncode == 0, done.stderr
    await until(lambda: is_through(bootstrap, 2 * len(events) + 1))


def newer(event):
    """The same event as its producer would send it after a change of no text."""
    value = event.value
    if event.topic == "listing-updated" and value:
        value = re.sub(rb'"version":\s*(\d+)', lambda found: b'"version":%d' % (int(found[1]) + 50), value)
    return SimpleNamespace(topic=event.topic, key=event.key, value=value, headers=event.headers)


async def is_ready(probe, worker):
    worker.require_alive()
    return await probe.readiness() == READY


async def is_through(bootstrap, count):
    lags = await read_lag(bootstrap, "dragoman", INPUTS)
    return sum(lag.records for lag in lags) == 0 and sum(lag.end for lag in lags) >= count


async def until(holds):
    async with asyncio.timeout(DONE_IN_S):
        while not await holds():  # noqa: ASYNC110  (a broker and a worker tell nobody when they are through)
            await asyncio.sleep(0.2)


def seen(scene, expression):
    """The series of a query once there are any: the lag is sampled every few seconds, rules run on what is scraped."""
    deadline = time.monotonic() + DATA_IN_S
    while not (found := scene.prometheus.query(expression)) and time.monotonic() < deadline:
        time.sleep(0.5)
    return found


@pytest.mark.parametrize(("expression", "legend"), TARGETS)
def test_a_panel_has_data_and_names_its_curves(scene, expression, legend):
    found = seen(scene, expression.replace("$__rate_interval", "2m").replace("$instance", ".*"))
    assert found
    for name in LEGEND.findall(legend):
        assert all(name in labels for labels, _ in found), found[:3]


def test_every_partition_has_lag_known_to_the_worker(scene):
    partitions = Settings().kafka.partitions
    for series in ("lag_records", "lag_seconds", "end_offset", "partition_owned"):
        found = seen(scene, f"topic_partition:dragoman_consumer_{series}:max")
        places = {(labels["topic"], int(labels["partition"])) for labels, _ in found}
        assert places == {(topic, number) for topic, count in partitions.items() for number in range(count)}
    assert {value for _, value in seen(scene, "dragoman_consumer_partition_owned")} == {1.0}


def test_the_rules_run_and_the_demo_raises_what_it_should(scene):
    assert seen(scene, 'ALERTS{alertname="DragomanDeadLetters", alertstate="firing"}')
    for group in scene.prometheus.get("rules")["groups"]:
        for rule in group["rules"]:
            assert (rule["health"], rule.get("lastError", "")) == ("ok", ""), rule["name"]
    # A fallback or a missed objective may fire beside them on a slow machine; what says that the worker is ill may not.
    assert scene.prometheus.alerts() >= EXPECTED
    assert not scene.prometheus.alerts() & {"DragomanAbsent", "DragomanLagUnknown", "DragomanPartitionUnowned"}


def test_what_was_refused_is_counted_once(scene):
    (labels, letters), *_ = seen(scene, 'sum(dragoman_dead_letters_total{topic="logistics-event"})')
    assert (labels, letters) == ({}, 2.0)  # the demo's unknown partner, sent twice
    found = seen(scene, 'topic_reason:dragoman_dead_letters:increase1h{topic="logistics-event"}')
    assert [labels["reason"] for labels, _ in found] == ["unknown_partner"]
    assert found[0][1] >= 1
