"""What an operator does to a running deployment: moving a group's offsets, and asking a worker to leave."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.topics import LISTING_UPDATED, changelog
from tests.integration.faults.probe import Probe
from tests.integration.faults.probe_agent import OUTPUT

pytestmark = [pytest.mark.integration, pytest.mark.timeout(90)]
DRAGOMAN = Path(sys.executable).with_name("dragoman")


def dragoman(probe: Probe, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **probe.settings()}
    return subprocess.run([DRAGOMAN, *arguments], env=env, capture_output=True, text=True, timeout=30, check=False)


async def left(probe: Probe) -> None:
    """The worker has been asked to leave, and has left."""
    address = "\n".join(probe.said()).partition("metrics: ")[2].partition("/ready")[0]
    done = dragoman(probe, "drain", address, "--json")
    assert (done.returncode, json.loads(done.stdout)["gone"]) == (0, [address])
    code, _ = await probe.ended()
    assert code == 0


async def test_a_worker_asked_to_leave_commits_what_is_in_flight(probe: Probe) -> None:
    probe.spawn(DRAGOMAN_LANES__WINDOW="8", DRAGOMAN_LANES__FETCH_RECORDS="8")
    await probe.until_ready()
    await probe.send(*["slow"] * 40)
    await probe.until(lambda: probe.metric("dragoman_inflight_records"), lambda found: found >= 8)
    await left(probe)
    committed = await probe.committed()
    assert 8 <= committed < 40
    assert [row["number"] for row in await probe.read(OUTPUT)] == list(range(committed))
    again = dragoman(probe, "drain", "http://127.0.0.1:1")
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr.startswith("dragoman: no worker to drain at http://127.0.0.1:1")


async def test_offsets_move_only_when_nobody_is_there_and_only_when_told_to(probe: Probe) -> None:
    probe.spawn()
    await probe.until_ready()
    await probe.send("a", "b", "c")
    await probe.until_committed(3)
    shown = json.loads(dragoman(probe, "offsets", "show", "--topic", LISTING_UPDATED, "--json").stdout)
    assert [(one["start"], one["committed"], one["end"]) for one in shown] == [(0, 3, 3)]
    assert shown[0]["owner"]

    move = ("offsets", "reset", "--topic", LISTING_UPDATED, "--to", "latest")
    busy = dragoman(probe, *move, "--execute")
    assert (busy.returncode, busy.stdout) == (2, "")
    assert "stop the workers first" in busy.stderr
    shown_only = dragoman(probe, *move)
    assert shown_only.returncode == 0
    assert shown_only.stderr.endswith(f"add --execute after stopping {shown[0]['owner']}\n")
    await left(probe)
    await probe.send("skipped", "skipped", first=3)

    dry = dragoman(probe, *move, "--json")
    assert json.loads(dry.stdout)["moves"] == [
        {"topic": LISTING_UPDATED, "partition": 0, "before": 3, "after": 5, "skipped": 2, "repeated": 0}
    ]
    assert await probe.committed() == 3
    assert dragoman(probe, *move).stderr.endswith("add --execute\n")
    assert dragoman(probe, *move, "--execute").returncode == 0
    assert await probe.committed() == 5
    await probe.send("d", first=5)
    probe.spawn()
    await probe.until_committed(6)
    assert [row["number"] for row in await probe.read(OUTPUT)] == [0, 1, 2, 5]


async def test_going_back_takes_the_state_along_or_is_refused(probe: Probe) -> None:
    probe.spawn()
    await probe.send("a", "b", "c")
    await probe.until_committed(3)
    await left(probe)
    back = ("offsets", "reset", "--topic", LISTING_UPDATED, "--to", "1", "--execute")
    refused = dragoman(probe, *back)
    assert refused.returncode == 2
    assert "--with-state" in refused.stderr
    assert await probe.committed() == 3

    done = dragoman(probe, *back, "--with-state")
    assert done.returncode == 0, done.stderr
    assert await probe.read(changelog(LISTING_UPDATED)) == []
    probe.spawn()
    await probe.until_committed(3)
    rows = await probe.read(OUTPUT)
    assert [(row["number"], row["count"]) for row in rows] == [(0, 1), (1, 2), (2, 3), (1, 1), (2, 2)]


async def test_an_offset_outside_of_the_topic_is_refused(probe: Probe) -> None:
    await probe.send("a")
    wrong = dragoman(probe, "offsets", "reset", "--topic", LISTING_UPDATED, "--to", "7", "--execute")
    assert wrong.returncode == 2
    assert wrong.stderr == f"dragoman: offset 7 is not in {LISTING_UPDATED}[0], which has 0 to 1\n"
    since = dragoman(probe, "offsets", "reset", "--topic", LISTING_UPDATED, "--to", "1h", "--json")
    assert json.loads(since.stdout)["moves"][0]["after"] == 0
