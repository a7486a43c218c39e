"""One worker against records that misbehave, a broker that changes its mind or goes away, and operators."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas.dead_letters import original
from schemas.topics import DEAD_LETTER, LISTING_UPDATED, changelog
from streams.broker.server import Broker
from streams.reach import admin_client
from tests.integration.faults.probe import Probe
from tests.integration.faults.probe_agent import OUTPUT

pytestmark = [pytest.mark.integration, pytest.mark.timeout(90)]
LEAVE_S = 10.0
REASONS = ("output_too_large", "localize_timeout", "not_utf8")
DRAGOMAN = Path(sys.executable).with_name("dragoman")


def numbers(rows) -> list[int]:
    return [row["number"] for row in rows]


async def test_a_record_that_misbehaves_costs_itself_and_is_counted(probe: Probe, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    worker = probe.spawn(LOAD_GATE=str(gate))
    loading = await probe.until(lambda: probe.get("/ready"), lambda answer: answer[0] != 0)
    assert loading == (503, "not ready: models are loading\n")
    assert (await probe.get("/live"))[0] == 200
    gate.touch()
    await probe.until_ready()
    assert await probe.metric("dragoman_lane_state", topic=LISTING_UPDATED, state="open") == 1

    broken = b"\xff" * 990_000
    await probe.send("a", "huge", "b", "hang", "deaf", "c", "flaky", broken, "d")
    await probe.until_committed(9)
    assert numbers(await probe.read(OUTPUT)) == [0, 2, 5, 6, 8]
    assert [row["count"] for row in await probe.read(OUTPUT)] == [1, 2, 3, 4, 5]  # no state of a dead letter
    letters = await probe.read(DEAD_LETTER)
    assert [(letter["offset"], letter["reason"]) for letter in letters] == [
        (1, "output_too_large"),
        (3, "localize_timeout"),
        (4, "localize_timeout"),
        (7, "not_utf8"),
    ]
    assert original(b"k", msgspec.json.encode(letters[3])).value == broken

    counted = {reason: await probe.metric("dragoman_dead_letters_total", reason=reason) for reason in REASONS}
    assert counted == {"output_too_large": 1, "localize_timeout": 2, "not_utf8": 1}
    assert await probe.metric("dragoman_events_consumed_total", topic=LISTING_UPDATED) == 9
    assert await probe.metric("dragoman_events_emitted_total", topic=OUTPUT) == 5
    assert await probe.metric("dragoman_lane_reopens_total", topic=LISTING_UPDATED) == 0
    worker.send_signal(signal.SIGTERM)
    code, seconds = await probe.ended()
    assert (code, seconds < LEAVE_S) == (0, True)


async def test_a_limit_lowered_while_a_worker_runs_ends_in_dead_letters(probe: Probe) -> None:
    probe.spawn()
    number = await probe.send("a")
    await probe.until_committed(1)
    async with admin_client(probe.broker.bootstrap, 5) as admin:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, OUTPUT, {"max.message.bytes": "20000"})])
    number = await probe.send(*["b"] * 100, "wide", *["c"] * 100, first=number)
    await probe.until_committed(number)
    letters = await probe.read(DEAD_LETTER)
    assert [(letter["offset"], letter["reason"]) for letter in letters] == [(101, "output_too_large")]
    assert numbers(await probe.read(OUTPUT)) == [n for n in range(number) if n != 101]
    assert 1 <= await probe.metric("dragoman_lane_reopens_total", topic=LISTING_UPDATED) <= 3


async def test_a_dead_pool_ends_the_worker_and_commits_nothing_behind_it(probe: Probe) -> None:
    probe.spawn()
    await probe.until_ready()
    await probe.send("a", "fatal", "b")
    code, _ = await probe.ended()
    assert code == 1
    assert probe.said()[-1] == "dragoman: the pool is dead"
    assert await probe.committed() <= 1
    assert numbers(await probe.read(OUTPUT)) in ([], [0])


async def test_sigterm_finishes_what_is_in_flight_and_a_restart_goes_on_from_there(probe: Probe) -> None:
    worker = probe.spawn(DRAGOMAN_LANES__WINDOW="8", DRAGOMAN_LANES__FETCH_RECORDS="8")
    await probe.until_ready()
    await probe.send(*["slow"] * 40)
    await probe.until(lambda: probe.metric("dragoman_inflight_records"), lambda found: found >= 8)
    worker.send_signal(signal.SIGTERM)
    code, seconds = await probe.ended()
    assert (code, seconds < LEAVE_S) == (0, True)
    committed = await probe.committed()
    assert 8 <= committed < 40
    assert numbers(await probe.read(OUTPUT)) == list(range(committed))

    probe.spawn()
    await probe.until_committed(40)
    rows = await probe.read(OUTPUT)
    assert [(row["number"], row["count"]) for row in rows] == [(n, n + 1) for n in range(40)]
    state = await probe.read(changelog(LISTING_UPDATED))
    assert (state[-1]["number"], state[-1]["count"]) == (39, 40)


async def test_sigterm_while_the_broker_is_away(probe: Probe) -> None:
    worker = probe.spawn()
    await probe.until_ready()
    await probe.send("a", "b", *["slow"] * 8)
    await probe.until(lambda: probe.metric("dragoman_inflight_records"), lambda found: found >= 8)
    os.kill(probe.broker.pid, signal.SIGSTOP)
    try:
        worker.send_signal(signal.SIGTERM)
        _, seconds = await probe.ended()
    finally:
        os.kill(probe.broker.pid, signal.SIGCONT)
    assert seconds < LEAVE_S
    probe.spawn()
    await probe.until_committed(10)
    assert numbers(await probe.read(OUTPUT)) == list(range(10))


async def test_sigterm_while_models_load(probe: Probe, tmp_path: Path) -> None:
    worker = probe.spawn(LOAD_GATE=str(tmp_path / "never"))
    await probe.until(lambda: probe.get("/ready"), lambda answer: answer[0] == 503)
    worker.send_signal(signal.SIGTERM)
    _, seconds = await probe.ended()
    assert seconds < LEAVE_S


async def test_offsets_that_contradict_the_state_are_refused(probe: Probe) -> None:
    worker = probe.spawn()
    await probe.send("a", "b", "c")
    await probe.until_committed(3)
    worker.send_signal(signal.SIGTERM)
    assert (await probe.ended())[0] == 0

    await probe.reset_offset(1)
    probe.spawn()
    assert (await probe.ended())[0] == 2
    assert probe.said()[-1].startswith(f"dragoman: {changelog(LISTING_UPDATED)} is at input offset 3 but")

    async with admin_client(probe.broker.bootstrap, 5) as admin:
        await recreate(admin, LISTING_UPDATED)
    await probe.reset_offset(3)  # Kafka forgets the offsets of a deleted topic; a mirrored cluster brings them back
    probe.spawn()
    assert (await probe.ended())[0] == 2
    assert probe.said()[-1].startswith(f"dragoman: the group has committed 3 of {LISTING_UPDATED}[0], which ends at 0")


async def recreate(admin: AIOKafkaAdminClient, topic: str) -> None:
    await admin.delete_topics([topic])
    async with asyncio.timeout(20):
        while True:
            answer = await admin.create_topics([NewTopic(topic, 1, 1)])
            if answer.topic_errors[0][1] == 0:
                return
            await asyncio.sleep(0.1)


def refusal(bootstrap: str, **env: str) -> str:
    """The one line with which `dragoman worker` refuses to start."""
    settings = {"DRAGOMAN_KAFKA__BOOTSTRAP": bootstrap, "DRAGOMAN_HTTP__PORT": "-1", **env}
    done = subprocess.run(
        [DRAGOMAN, "worker"], env=os.environ | settings, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert len(lines) == 1, done.stderr
    return lines[0]


async def test_a_worker_says_in_one_line_why_it_cannot_start(own_broker: Broker) -> None:
    assert "cannot use Kafka at 127.0.0.1:1" in await asyncio.to_thread(refusal, "127.0.0.1:1")
    assert "run `dragoman topics create`" in await asyncio.to_thread(refusal, own_broker.bootstrap)


async def test_a_broker_without_transactions_is_refused(tmp_path: Path) -> None:
    # The log of transactions cannot be made: it must have three copies, and there is one broker.
    with await asyncio.to_thread(Broker.start, extra={"transaction.state.log.replication.factor": "3"}) as broker:
        probe = Probe(broker, tmp_path)
        await probe.create_topics()
        probe.spawn(DRAGOMAN_KAFKA__REQUEST_TIMEOUT_S="2")
        assert (await probe.ended(30))[0] == 2
        assert "gave no transactional producer" in probe.said()[-1]


async def test_whatever_breaks_inside_ends_the_process(probe: Probe) -> None:
    """Each part is broken in a worker of its own group; all at once, because each needs seconds to come up."""
    await probe.send("a", "b")
    broken = {
        name: probe.spawn(SABOTAGE=name, DRAGOMAN_KAFKA__GROUP=name)
        for name in ("start", "agent", "fetch", "coordinator", "assignment", "recovery")
    }
    codes = {name: await asyncio.to_thread(worker.wait, 60) for name, worker in broken.items()}
    assert codes == dict.fromkeys(broken, 1) | {"coordinator": 2}  # a right, which only an operator can give
    assert await probe.read(OUTPUT) == []
