"""What a worker makes of records that come back: another try, counted, and nothing of the past in what it tells."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from schemas.attempts import NAMES
from schemas.envelope import CONTENT_TYPE
from schemas.topics import LISTING_UPDATED, REVIEW_POSTED, listing_localized, review_localized
from streams.broker.server import Broker
from streams.letters.letter import Selection
from streams.letters.plan import plan_replay
from streams.letters.run import Run
from streams.letters.younger import Younger
from tests.integration.letters.desk import Desk, event

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
HEADERS = ((CONTENT_TYPE, b"application/json"), ("x-shop", b"\x00\x01"))


@pytest.fixture
async def desk(own_broker: Broker, tmp_path: Path):
    desk = Desk(own_broker, tmp_path)
    await desk.open()
    yield desk
    desk.stop()


async def replay_all(desk: Desk, *, force: bool = False):
    outcomes = await desk.replay(Selection(retryable=True), force=force)
    assert [one.hindrance for one in outcomes] == [None]
    return outcomes


async def serve_japanese_too(desk: Desk, worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    await asyncio.to_thread(worker.wait, 20)
    desk.locales = ("en", "es", "ja")
    await desk.open()
    desk.spawn()


async def test_a_worker_counts_the_tries_and_tells_what_passes_at_last(desk: Desk):
    worker = desk.spawn()
    review = event(REVIEW_POSTED, target_locales=["ja"])
    await desk.publish(REVIEW_POSTED, b"L-1001", review, headers=HEADERS)
    (first,) = await desk.until_letters(1)
    assert (first["reason"], first.get("attempts", 1), first.get("previous")) == ("locale_not_served", 1, None)

    (letter,) = await replay_all(desk, force=True)
    _, second = await desk.until_letters(2)
    assert (second["attempts"], second["previous"]) == (2, str(letter.id))
    for same in ("first_failed_at", "value", "headers", "timestamp_ms", "reason", "topic", "partition"):
        assert second[same] == first[same]
    assert [name for name, _ in second["headers"]] == [name for name, _ in HEADERS]

    await serve_japanese_too(desk, worker)
    await replay_all(desk)
    (told,) = await desk.until(lambda: desk.read(review_localized("ja")), bool)
    assert not {name for name, _ in told.headers} & set(NAMES)
    third = (await desk.read(REVIEW_POSTED))[-1]
    assert dict(third.headers)[NAMES[0]] == b"2"
    assert dict(told.headers)["dragoman-source-offset"] == b"%d" % third.offset
    assert len(await desk.letters()) == 2


async def test_an_old_version_that_comes_back_after_all_is_stale_and_overwrites_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    """A newer version may still come between the last look and the transaction: then the agent's state has the say."""
    worker = desk.spawn()
    shown = listing_localized("en")
    for version, readers in ((1, ["ja"]), (2, ["en"])):
        changed = event(LISTING_UPDATED, version=version, target_locales=readers)
        await desk.publish(LISTING_UPDATED, b"L-1001", changed)
    before = await desk.until(lambda: desk.read(shown), bool)
    assert len(await desk.letters()) == 1
    await serve_japanese_too(desk, worker)

    async def blind(self, consumer, tell=None):
        return None

    monkeypatch.setattr(Younger, "look", blind)
    run = Run(desk.settings, await plan_replay(desk.settings, Selection(retryable=True)), "replayed")
    await run.work()
    assert [one.done for one in run.outcomes] == [True]
    await desk.publish(LISTING_UPDATED, b"last", event(LISTING_UPDATED, listing_id="last", target_locales=["en"]))
    rows = await desk.until(lambda: desk.read(shown), lambda rows: rows[-1].key == b"last")
    assert [row.value for row in rows[:-1]] == [row.value for row in before]
    assert await desk.read(listing_localized("ja")) == []  # which only the old version asks for
