"""`dragoman dead-letters` as an operator types it, on the real broker."""

import asyncio
import json
import signal
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import dead_letters
from schemas.errors import Refused
from schemas.reasons import Reason, Stage
from schemas.topics import LISTING_UPDATED, REVIEW_POSTED
from streams.broker.server import Broker
from tests.integration.letters.desk import DRAGOMAN, Desk, event

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
HOUR_MS = 3_600_000
BAD = Refused(Stage.DECODE, Reason.NOT_UTF8, "not UTF-8")


@pytest.fixture
async def desk(own_broker: Broker, tmp_path: Path):
    return Desk(own_broker, tmp_path)


async def buried(desk: Desk) -> tuple[str, list[str]]:
    """A letter of three hours ago that would fail again, and four of an hour ago and of now that would not: their ids."""
    now_ms = int(time.time() * 1000)
    review = event(REVIEW_POSTED)
    broken = await desk.publish(REVIEW_POSTED, b"\xff\x1b", b"\xff Ana", headers=(("h", b"Ana"),), partition=0)
    fine = [await desk.publish(REVIEW_POSTED, b"L-1001", review) for _ in range(3)]
    listing = await desk.publish(LISTING_UPDATED, b"L-1001", event(LISTING_UPDATED))
    (bad,) = await desk.bury(broken, refused=BAD, at_ms=now_ms - 3 * HOUR_MS)
    return str(bad), [str(one) for one in (*await desk.bury(*fine, at_ms=now_ms - HOUR_MS), *await desk.bury(listing))]


async def listed(desk: Desk, *filters: str) -> list[str]:
    done = await asyncio.to_thread(CliRunner().invoke, dead_letters.app, ["list", "--json", *filters], env=desk.env)
    assert done.exit_code == 0, done.output
    return [letter["id"] for letter in json.loads(done.stdout)["letters"]]


async def test_from_the_first_look_to_the_last_letter(desk: Desk):
    assert "dragoman topics create" in await desk.command("list", code=2)
    await desk.open()
    bad, ids = await buried(desk)
    everything = [bad, *ids]
    assert await listed(desk) == everything
    assert await listed(desk, "--since", "2h") == everything[1:]
    assert await listed(desk, "--until", "2h") == await listed(desk, "--reason", "not_utf8") == [bad]
    assert await listed(desk, "--since", "4h", "--until", "30m", "--limit", "2") == everything[2:4]
    assert await listed(desk, "--topic", LISTING_UPDATED) == everything[4:]
    assert await listed(desk, "--key", "base64:/xs=") == await listed(desk, "--not-retryable") == [bad]
    assert await listed(desk, "--key", "L-1001", "--stage", "localize", "--retryable") == everything[1:]

    table = await desk.command("list")
    assert "base64:/xs=" in table
    assert "Ana" not in table + await desk.command("show", bad) + await desk.command("show", bad, "--json")
    assert "Ana" in await desk.command("show", bad, "--reveal")
    raw = await desk.raw("show", bad, "--reveal", "--raw")
    assert raw == b"\xff Ana"
    assert "there is no dead letter 0/9" in await desk.command("show", "0/9", code=2)

    planned = json.loads(await desk.command("replay", "--since", "4h", "--dry-run", "--json"))
    assert (planned["asked"], planned["done"], planned["left"], planned["refused"]) == (5, 0, 4, {"would_fail": 1})
    assert len(await desk.read(REVIEW_POSTED)) == 3
    done = json.loads(await desk.command("replay", "--reason", "localize_timeout", "--rate", "50/s", "--json"))
    assert (done["asked"], done["done"], done["left"], done["refused"]) == (4, 4, 0, {})
    assert len(await desk.read(REVIEW_POSTED)) == 6
    assert await listed(desk) == [bad]
    dropped = json.loads(await desk.command("drop", bad, "--json"))
    assert (dropped["done"], dropped["letters"][0]["refused"]) == (1, None)
    assert await listed(desk) == []
    handled = json.loads(await desk.command("list", "--all", "--json"))["letters"]
    assert [letter["handled"]["done"] for letter in handled] == ["dropped", *["replayed"] * 4]
    assert {one["id"]: one["to"] for one in done["letters"]} == {
        letter["id"]: letter["handled"]["to"] for letter in handled[1:]
    }
    again = json.loads(await desk.command("replay", "--since", "1d", "--force", "--json"))
    assert again["refused"] == {"replayed": 4}
    assert again["done"] == 1  # what was dropped, by force
    summary = json.loads(await desk.command("list", "--summary", "--all", "--json"))["summary"]
    assert [(group["reason"], group["topic"], group["letters"]) for group in summary] == [
        ("localize_timeout", REVIEW_POSTED, 3),
        ("localize_timeout", LISTING_UPDATED, 1),
        ("not_utf8", REVIEW_POSTED, 1),
    ]


async def test_ctrl_c_ends_behind_the_transaction_in_flight(desk: Desk):
    await desk.open()
    ids = []
    for number in range(5):
        ids += await desk.bury_listings(1, key=f"L-{number}")
    replay = await asyncio.create_subprocess_exec(
        DRAGOMAN,
        *("dead-letters", "replay", "--retryable", "--rate", "0.2", "--json"),
        env=desk.env,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        while not await desk.ledger():  # noqa: ASYNC110  (the broker tells nobody)
            await asyncio.sleep(0.1)
        replay.send_signal(signal.SIGINT)
        said, _ = await replay.communicate()
    document = json.loads(said)
    assert replay.returncode == 130
    assert document["done"] + document["left"] == 5
    assert 0 < document["done"] < 5
    rest = json.loads(await desk.command("replay", "--since", "1h", "--json"))
    assert rest["done"] == document["left"]
    assert sorted(row.key for row in (await desk.read(LISTING_UPDATED))[5:]) == [b"L-%d" % n for n in range(5)]
    assert len(await desk.ledger()) == len(ids)
