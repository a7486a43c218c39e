"""Replaying dead letters on the real broker: the very record, exactly once, whoever dies and whoever else is at it."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import RequestTimedOutError

import streams.letters.run
from schemas.attempts import NAMES, past_of
from schemas.errors import Refused
from schemas.handled import LetterId
from schemas.reasons import Reason, Stage, Unfit
from schemas.settings import LaneSettings
from schemas.topics import (
    DAY_MS,
    DEAD_LETTER,
    DEAD_LETTER_LEDGER,
    LISTING_UPDATED,
    LOGISTICS_EVENT,
    REVIEW_POSTED,
    TRANSLATION_FEEDBACK,
)
from streams.broker.server import Broker
from streams.letters.letter import Selection
from streams.letters.plan import plan_replay
from streams.letters.run import Run
from tests.integration.letters.desk import Desk, event

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
CRASHING = Path(__file__).with_name("crashing_replay.py")


@pytest.fixture
async def desk(own_broker: Broker, tmp_path: Path):
    desk = Desk(own_broker, tmp_path)
    await desk.open()
    yield desk
    desk.stop()


class CountingRun(Run):
    """Counts how often it begins anew."""

    sessions = 0

    async def _session(self, left):
        self.sessions += 1
        await super()._session(left)


def unfit(outcomes):
    return [one.hindrance and one.hindrance.unfit for one in outcomes]


async def first_done(run: Run) -> None:
    async with asyncio.timeout(30):
        while not any(one.done for one in run.outcomes):  # noqa: ASYNC110  (a run tells nobody)
            await asyncio.sleep(0.02)


async def test_the_very_record_comes_back_once_however_often_it_is_asked_for(desk: Desk):
    headers = (("x", b"\x00\xff"), ("x", None), ("traceparent", b"no"))
    parcel = event(LOGISTICS_EVENT)
    then_ms = int(time.time() * 1000) - 1_234_567
    sent = await desk.publish(LOGISTICS_EVENT, b"SH-2", parcel, headers=headers, timestamp_ms=then_ms)
    broken = await desk.publish(REVIEW_POSTED, b"\xff\x00", b'\xff{"', partition=0)
    nameless = await desk.publish(REVIEW_POSTED, None, event(REVIEW_POSTED), partition=0)
    ids = await desk.bury(sent, broken, nameless)

    first = await desk.replay(*ids, force=True)
    assert [one.to for one in first] == ["review-posted/0/2", "review-posted/0/3", "logistics-event/1/1"]
    again = await desk.replay(*ids, force=True)
    assert unfit(again) == [Unfit.REPLAYED] * 3
    assert unfit(await desk.replay(Selection(handled=True), force=True)) == [Unfit.REPLAYED] * 3

    _, back = await desk.read(LOGISTICS_EVENT)
    assert (back.key, back.value, back.timestamp, back.partition) == (b"SH-2", parcel, then_ms, 1)
    assert tuple(back.headers[:-3]) == headers
    assert past_of(back.headers).letter == str(ids[0]) == "1/0"
    reviews = await desk.read(REVIEW_POSTED, 0)
    assert [(row.key, row.value) for row in reviews[:2]] == [(row.key, row.value) for row in reviews[2:]]
    assert [[name for name, _ in row.headers] for row in reviews] == [[], [], [*NAMES], [*NAMES]]
    assert {str(one): entry.to for one, entry in (await desk.ledger()).items()} == {
        "0/0": "review-posted/0/2",
        "0/1": "review-posted/0/3",
        "1/0": "logistics-event/1/1",
    }


async def test_what_would_fail_again_is_left_out_and_named(desk: Desk):
    listing, review = event(LISTING_UPDATED), event(REVIEW_POSTED)
    feedback = {"verdict": "corrected", "correction": "2 m cord"}
    records = {
        None: (await desk.publish(LISTING_UPDATED, b"L-1001", listing)),
        "key_mismatch": await desk.publish(REVIEW_POSTED, b"other", review),
        "not_json": await desk.publish(REVIEW_POSTED, b"k", b"{"),
        "locale_not_served": await desk.publish(REVIEW_POSTED, b"L-1001", event(REVIEW_POSTED, target_locales=["ja"])),
        "unknown_partner": await desk.publish(LOGISTICS_EVENT, b"SH-2", event(LOGISTICS_EVENT, partner_id="nobody")),
        "feedback": await desk.publish(
            TRANSLATION_FEEDBACK, b"L-1001", event(TRANSLATION_FEEDBACK, locale="ja", **feedback)
        ),
    }
    outcomes = await desk.replay(*await desk.bury(*records.values()))
    assert unfit(outcomes) == [None, *[Unfit.WOULD_FAIL] * 5]
    assert [one.hindrance.said.partition(":")[0] for one in outcomes[1:]] == [
        "key_mismatch",
        "not_json",
        "locale_not_served",
        "unknown_partner",
        "locale_not_served",
    ]
    poison = Refused(Stage.LOCALIZE, Reason.POISON_TEXT, "it breaks the model")
    fine = await desk.publish(REVIEW_POSTED, b"L-1001", review)
    (poisoned,) = await desk.bury(fine, refused=poison)
    assert unfit(await desk.replay(poisoned)) == [Unfit.NOT_RETRYABLE]
    assert unfit(await desk.replay(poisoned, force=True)) == [None]
    assert (await desk.ledger())[poisoned].forced

    desk.locales = ("en", "es", "ja")  # served from now on
    assert unfit(await desk.replay(*(one.id for one in outcomes[3:4]))) == [None]
    assert len(await desk.read(REVIEW_POSTED)) == 4 + 2


async def test_what_cannot_be_replayed_is_not_even_by_force(desk: Desk):
    sent = await desk.publish(REVIEW_POSTED, b"L-1001", event(REVIEW_POSTED))
    (fine,) = await desk.bury(sent)
    (letter,) = await desk.letters()
    now_ms = int(time.time() * 1000)
    omitted = {"value": None, "value_omitted": True, "value_bytes": 9, "value_sha256": "ab"}
    for change in (
        {"topic": "orders"},
        {"topic": DEAD_LETTER_LEDGER},
        {"partition": 7},
        omitted,
        {"value": "A"},
        {"timestamp_ms": 2**63},
        {"value": "A" * 1_500_000},
        {"topic": LISTING_UPDATED, "key": None},
    ):
        key = None if "key" in change else b"L-1001"
        await desk.publish(DEAD_LETTER, key, json.dumps(letter | change).encode(), timestamp_ms=now_ms)
    await desk.publish(DEAD_LETTER, b"L-1001", json.dumps(letter).encode(), timestamp_ms=now_ms - 91 * DAY_MS)
    await desk.publish(DEAD_LETTER, b"k", b"hello")
    await desk.publish(DEAD_LETTER, b"k", None)
    outcomes = await desk.replay(*(LetterId(1, offset) for offset in range(13)), LetterId(9, 0), force=True)
    assert unfit(outcomes) == [
        None,
        Unfit.NO_SUCH_TOPIC,
        Unfit.NO_SUCH_TOPIC,
        Unfit.NO_SUCH_PARTITION,
        Unfit.ORIGINAL_OMITTED,
        Unfit.UNREADABLE,
        Unfit.UNREADABLE,
        Unfit.RECORD_TOO_LARGE,
        Unfit.NO_KEY,
        Unfit.TOO_OLD,
        *[Unfit.UNREADABLE] * 4,
    ]
    assert list(await desk.ledger()) == [fine]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_crash_around_the_commit_neither_doubles_nor_loses(desk: Desk, when: str):
    """Killed with the second of three transactions written and not committed, or committed and not told."""
    ids = []
    for number in range(6):
        key = f"L-{number}"
        ids += await desk.bury_listings(1, key=key)
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, str(CRASHING), when, *map(str, ids)],
        env=desk.env,
        check=False,
        capture_output=True,
        timeout=60,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    done = 2 if when == "before" else 4
    before = await desk.read(LISTING_UPDATED)
    assert len(before) == 6 + (2 if when == "before" else 4)
    outcomes = await desk.replay(*ids)
    assert unfit(outcomes) == [Unfit.REPLAYED] * done + [None] * (6 - done)
    rows = (await desk.read(LISTING_UPDATED))[6:]
    assert [row.key for row in rows] == [b"L-%d" % number for number in range(6)]
    assert len(await desk.ledger()) == 6


async def test_two_operators_at_once_replay_each_letter_once(desk: Desk):
    """Both have made their plans before either begins: what the first has done, the second learns after the fence."""
    ids = []
    for number in range(8):
        ids += await desk.bury_listings(1, key=f"L-{number}")
    plans = [await plan_replay(desk.settings, ids) for _ in range(2)]
    slow, quick = (
        Run(desk.settings, plan, "replayed", rate=rate) for plan, rate in zip(plans, (2.0, None), strict=True)
    )
    working = asyncio.create_task(slow.work())
    await first_done(slow)
    await quick.work()
    await working
    assert str(slow.ended).startswith("another operator has begun")
    assert quick.ended is None
    mine, theirs = ([one.id for one in run.outcomes if one.done] for run in (slow, quick))
    assert sorted(mine + theirs) == ids
    assert 0 < len(mine) < 8
    assert unfit(one for one in quick.outcomes if one.id in mine) == [Unfit.REPLAYED] * len(mine)
    assert sorted(row.key for row in (await desk.read(LISTING_UPDATED))[8:]) == [b"L-%d" % n for n in range(8)]


async def test_many_operators_that_begin_at_the_same_moment(desk: Desk):
    ids = []
    for number in range(8):
        ids += await desk.bury_listings(1, key=f"L-{number}")
    plans = [await plan_replay(desk.settings, ids) for _ in range(4)]
    runs = [Run(desk.settings, plan, "replayed", rate=50.0) for plan in plans]
    await asyncio.gather(*(run.work() for run in runs))
    await desk.replay(*ids)
    assert sorted(row.key for row in (await desk.read(LISTING_UPDATED))[8:]) == [b"L-%d" % n for n in range(8)]
    assert sum(one.done for run in runs for one in run.outcomes) <= 8


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_transaction_of_unknown_outcome_is_looked_up(desk: Desk, monkeypatch: pytest.MonkeyPatch, when: str):
    """The run goes on by itself: the ledger says whether the transaction that failed has happened."""
    ids = []
    for number in range(6):
        ids += await desk.bury_listings(1, key=f"L-{number}")
    commit_transaction, commits = AIOKafkaProducer.commit_transaction, []

    async def lose_the_second(self):
        commits.append(self)
        if len(commits) != 2:
            await commit_transaction(self)
            return
        if when == "after":
            await commit_transaction(self)
        raise RequestTimedOutError

    monkeypatch.setattr(AIOKafkaProducer, "commit_transaction", lose_the_second)
    monkeypatch.setattr(streams.letters.run, "CHUNK_RECORDS", 2)
    outcomes = await desk.replay(*ids)
    assert [one.done for one in outcomes] == [True] * 6
    assert len(commits) == {"before": 4, "after": 3}[when]
    back = (await desk.read(LISTING_UPDATED))[6:]
    assert [row.key for row in back] == [b"L-%d" % number for number in range(6)]
    assert [one.to for one in outcomes] == [f"listing-updated/1/{row.offset}" for row in back]


async def test_a_broker_that_is_killed_in_the_middle_is_waited_for(desk: Desk):
    ids = []
    for number in range(12):
        ids += await desk.bury_listings(1, key=f"L-{number}")
    impatient = LaneSettings(transaction_timeout_s=1)
    settings = desk.settings.model_copy(update={"lanes": impatient})
    run = CountingRun(settings, await plan_replay(settings, ids), "replayed", rate=4.0)
    working = asyncio.create_task(run.work())
    await first_done(run)
    await asyncio.to_thread(desk.broker.kill)
    async with asyncio.timeout(40):
        while run.sessions < 2:  # noqa: ASYNC110  (a run tells nobody)
            await asyncio.sleep(0.02)
    await asyncio.to_thread(desk.broker.restart)
    await working
    assert run.ended is None
    assert [one.done for one in run.outcomes] == [True] * 12
    assert sorted(row.key for row in (await desk.read(LISTING_UPDATED))[12:]) == sorted(b"L-%d" % n for n in range(12))


async def test_an_old_version_is_not_put_behind_a_newer_one(desk: Desk):
    """The topic is compacted: the old record would take the new one's place, also for every relocalization."""
    (old,) = await desk.bury_listings(1)
    plan = await plan_replay(desk.settings, [old])
    assert [one.hindrance for one in plan.outcomes] == [None]
    await desk.publish(LISTING_UPDATED, b"L-1001", event(LISTING_UPDATED, version=2))  # after the plan was made
    run = Run(desk.settings, plan, "replayed")
    await run.work()
    assert unfit(run.outcomes) == unfit(await desk.replay(old, force=True)) == [Unfit.OVERTAKEN]
    assert await desk.ledger() == {}

    (lower,) = await desk.bury_listings(9, key="late")
    await desk.publish(LISTING_UPDATED, b"late", event(LISTING_UPDATED, listing_id="late", version=8))
    await desk.publish(LISTING_UPDATED, b"late", b"no event")
    (withdrawn,) = await desk.bury_listings(9, key="gone")
    await desk.publish(LISTING_UPDATED, b"gone", None)
    first, second = await desk.bury_listings(1, 2, key="both")
    newer, older = await desk.bury_listings(2, 1, key="disordered")
    again = await desk.replay(lower, withdrawn, first, second, newer, older)
    assert unfit(again) == [None, Unfit.OVERTAKEN, Unfit.OVERTAKEN, None, None, Unfit.OVERTAKEN]


async def test_a_drop_marks_and_a_replay_by_force_overrules_it(desk: Desk):
    one, other = await desk.bury_listings(1, key="a") + await desk.bury_listings(1, key="b")
    assert [outcome.done for outcome in await desk.drop(one)] == [True]
    assert unfit(await desk.drop(one)) == unfit(await desk.replay(one)) == [Unfit.DROPPED]
    assert unfit(await desk.replay(Selection(newest=9))) == [None]
    assert [outcome.to for outcome in await desk.replay(one, other, force=True)] == ["listing-updated/1/4", None]
    assert unfit(await desk.drop(one)) == [Unfit.REPLAYED]
    assert {str(key): entry.done for key, entry in (await desk.ledger()).items()} == {
        str(one): "replayed",
        str(other): "replayed",
    }


async def test_a_ledger_of_other_letters_says_nothing(desk: Desk):
    """The topic of letters was made anew: its offsets begin again, and what the ledger has is about the old ones."""
    (one,) = await desk.bury_listings(1, key="a")
    await desk.replay(one)
    (entry,) = await desk.read(DEAD_LETTER_LEDGER, 0)
    assert unfit(await desk.replay(one)) == [Unfit.REPLAYED]
    other = json.loads(entry.value) | {"letter_ms": 1}
    await desk.publish(DEAD_LETTER_LEDGER, entry.key, json.dumps(other).encode(), partition=0)
    assert unfit(await desk.replay(one)) == [None]
    await desk.publish(DEAD_LETTER_LEDGER, b"1/0", b"{", partition=0)
    assert "is no entry" in await desk.command("replay", str(one), code=2)
