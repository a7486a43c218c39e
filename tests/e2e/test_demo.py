"""`dragoman demo` as a newcomer runs it: real broker, real worker, real models; and nothing left behind."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from agents.registry import AGENTS
from cli.demo_events import DemoEvent, load_demo_events
from schemas.codec import decode
from schemas.contracts import CONTRACTS
from schemas.errors import Refused
from schemas.settings import LocalizationSettings
from schemas.topics import INPUTS, TopicSpec
from streams.broker.server import Broker
from streams.topics import create_topics
from tests.unit.agents.fakes import make_tools, play

pytestmark = pytest.mark.e2e

DRAGOMAN = Path(sys.executable).with_name("dragoman")
MARK = "TEST_DEMO_MARK"
EVENTS = load_demo_events()
BAD = {
    "listing-updated": {
        "not_json": 1,
        "utf16": 1,
        "nan": 1,
        "missing_field": 1,
        "key_mismatch": 1,
        "too_deep": 1,
    },
    "review-posted": {"wrong_type": 1, "unknown_locale": 1, "lone_surrogate": 1},
    "logistics-event": {"unknown_partner": 1},
}


@pytest.fixture(scope="module", autouse=True)
def kafka(embedded_kafka):
    """Java and the jars are here."""


@pytest.fixture
def surroundings(tmp_path):
    """An environment that marks every process made in it, and keeps temporary files where they are found."""
    (tmp_path / "tmp").mkdir()
    # Another demo may begin at the same moment: neither asks for the usual port of the page.
    return {**os.environ, MARK: str(tmp_path), "TMPDIR": str(tmp_path / "tmp"), "DRAGOMAN_PAGE__PORT": "0"}


def left_behind(surroundings):
    """Command lines of living processes that were made in these surroundings, and the files they left."""
    mark = f"{MARK}={surroundings[MARK]}".encode()
    # ONNX Runtime leaves .ses, 51 bytes, once for all sessions of a machine; it is not the demo's to remove.
    found = [str(path) for path in Path(surroundings["TMPDIR"]).iterdir() if path.name != ".ses"]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:200])
        except OSError:  # another user's, or gone
            continue
    return found


def demo(surroundings, *arguments):
    command = [DRAGOMAN, "demo", *arguments]
    return subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False, timeout=200)


async def expected_outputs():
    """Records by output topic that the agents tell the world for these events, whatever the models say."""
    emitted, dropped = Counter(), {}
    for agent in AGENTS:
        topic = agent.contract.topic
        told = [event for event in map(read, EVENTS) if event is not None and event[0] == topic]
        tools = make_tools(locales=LocalizationSettings().locales)
        outcomes, _ = await play(agent, [event for _, event in told if not unknown_partner(event)], tools)
        emitted.update(output.topic for outcome in outcomes for output in outcome.outputs)
        if counts := Counter(str(outcome.dropped) for outcome in outcomes if outcome.dropped):
            dropped[topic] = dict(counts)
    return dict(emitted), dropped


def read(event: DemoEvent):
    record = SimpleNamespace(
        topic=event.topic, partition=0, offset=0, timestamp=0, key=event.key, value=event.value, headers=event.headers
    )
    try:
        return event.topic, decode(CONTRACTS[event.topic], record, limit_bytes=1_000_000).event
    except Refused:
        return None


def unknown_partner(event):
    return getattr(event, "partner_id", "default") != "default"


async def test_every_event_is_accounted_for_and_nothing_is_left(surroundings):
    done = demo(surroundings, "--json", "--rate", "60")
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout.splitlines()[-1])
    sent = dict(Counter(event.topic for event in EVENTS))
    emitted, dropped = await expected_outputs()
    assert shown["events"] == len(EVENTS) >= 150
    assert shown["sent"] == shown["consumed"] == sent
    assert shown["lag"] == 0
    assert shown["dead_lettered"] == BAD
    assert shown["emitted"] == emitted
    assert shown["dropped"] == dropped
    for topic in ("listing-localized.pt-BR", "listing-localized.en", "review-localized.pt-BR", "review-localized.en"):
        assert 10 <= shown["by_model"][topic] <= shown["emitted"][topic]
    assert shown["by_model"].keys() <= {topic for topic in emitted if topic.endswith((".pt-BR", ".en", ".default"))}
    assert {"pair_unavailable", "phrase_locale_fallback"} <= shown["fallbacks"].keys()
    assert shown["sentences"] > 300
    assert shown["sentences_per_second"] > 0
    assert left_behind(surroundings) == []


def test_without_json_there_is_a_line_per_localized_event_and_a_summary(surroundings):
    with Broker.start() as broker:
        first = demo(surroundings, "--bootstrap", broker.bootstrap, "--rate", "200")
        assert first.returncode == 0, first.stderr
        lines = first.stdout.splitlines()
        localized = [line.split()[:2] for line in lines if " -> " in line]
        kinds = Counter((locale, kind) for locale, kind in localized)
        assert min(kinds[locale, kind] for locale in ("en", "pt-BR") for kind in ("listing", "review", "parcel")) >= 10
        assert any(line.startswith(f"{len(EVENTS)} events in, ") for line in lines)
        again = demo(surroundings, "--bootstrap", broker.bootstrap)
        assert again.returncode == 2
        assert again.stderr.count("\n") == 1
        assert "already holds records" in again.stderr
    assert left_behind(surroundings) == []


def test_topics_that_are_made_otherwise_are_refused_in_one_line(surroundings):
    async def make(bootstrap):
        await create_topics(bootstrap, [TopicSpec(INPUTS[1], 1)], 1)

    with Broker.start() as broker:
        asyncio.run(make(broker.bootstrap))
        done = demo(surroundings, "--bootstrap", broker.bootstrap)
    assert done.returncode == 2
    assert done.stderr.startswith("dragoman: topic review-posted is not as the demo needs it (partitions: 1")
    assert done.stderr.count("\n") == 1
    assert left_behind(surroundings) == []


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        (signal.SIGINT, "starting Apache Kafka"),
        (signal.SIGTERM, "Apache Kafka answers"),
        (signal.SIGINT, " -> "),
    ],
)
def test_an_interrupt_takes_everything_down(surroundings, number, moment):
    command = [DRAGOMAN, "demo", "--rate", "60"]
    with subprocess.Popen(command, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert any(moment in line for line in run.stdout)
        run.send_signal(number)
        _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    # Python may add a word of its own when the signal meets an event loop that is only half made.
    assert said.startswith("interrupted: worker and Kafka are stopped\n")
    assert left_behind(surroundings) == []


def test_a_worker_that_dies_is_one_line_that_names_its_log(surroundings):
    command = [DRAGOMAN, "demo", "--rate", "60"]
    with subprocess.Popen(command, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert any(" -> " in line for line in run.stdout)
        os.kill(worker_of(surroundings), signal.SIGKILL)
        _, said = run.communicate(timeout=60)
    assert run.returncode == 1
    assert said.startswith("dragoman: the worker ended with status -9")
    assert said.count("\n") == 1
    (folder,) = left_behind(surroundings)
    log = Path(folder) / "worker.log"
    assert str(log) in said
    assert log.stat().st_size > 0


def worker_of(surroundings):
    for process in Path("/proc").glob("[0-9]*"):
        try:
            marked = surroundings[MARK].encode() in (process / "environ").read_bytes()
            if marked and (process / "cmdline").read_bytes().endswith(b"\0worker\0"):
                return int(process.name)
        except OSError:
            continue
    pytest.fail("no worker runs")
