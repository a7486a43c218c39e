"""What operators ask to be replayed is told again exactly once, whatever happens meanwhile, and nothing newer is lost."""

import asyncio
import signal
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from msgspec.structs import replace

from schemas.codec import encode
from schemas.errors import OperatorError
from schemas.relocalization import Relocalization
from schemas.topics import RELOCALIZE, REVIEW_POSTED, review_localized
from streams.broker.server import Broker
from streams.relocalize import read_requests, take_back
from tests.integration.replay.shop import Shop, listing, progress_group, review

pytestmark = [pytest.mark.integration, pytest.mark.timeout(90)]


@pytest.fixture
async def shop(own_broker: Broker, tmp_path: Path):
    shop = Shop(own_broker, tmp_path)
    await shop.open()
    yield shop
    shop.stop()


async def stocked(shop: Shop, count: int) -> None:
    """Have `count` listings told by pipeline p1, and its worker gone."""
    worker = shop.spawn("p1")
    await shop.publish(*(listing(f"k{n}") for n in range(count)))
    await shop.until_caught_up()
    worker.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(worker.wait, 15) == 0


def once(rows) -> None:
    doubled = {identity: count for identity, count in Counter(row.id for row in rows).items() if count > 1}
    assert not doubled


async def test_what_is_asked_for_is_told_again_once_and_live_offsets_stay(shop: Shop) -> None:
    shop.spawn("p1")
    await shop.publish(
        listing("old", 1, category_id="a"),
        *(listing(f"a{n}", category_id="a") for n in range(5)),
        *(listing(f"b{n}", category_id="b") for n in range(5)),
        listing("german", category_id="a", target_locales=["de", "en"]),
        listing("twice", category_id="a"),
        listing("twice", category_id="b", title="The same version, other content, another category"),
        listing("gone", category_id="a"),
        listing("withdrawn", category_id="a"),
        ("broken", b"{"),
        listing("old", 2, category_id="a", title="Newer"),
        listing("gone", 2, category_id="a", operation="delete"),
        ("withdrawn", None),
        listing("withdrawn", 2, category_id="a", title="Back again"),
    )
    await shop.publish(review("old"), review("other", target_locales=["en"]), topic=REVIEW_POSTED)
    await shop.until_caught_up()
    await shop.until_caught_up(REVIEW_POSTED)
    before, letters = await shop.shown(), await shop.dead_letters()
    offsets = await shop.committed()
    assert len(letters) == 1
    shop.end(shop.workers[0])

    again = shop.spawn("p2")
    done = await asyncio.to_thread(
        shop.dragoman, "--topic", "listing-updated", "--locale", "fr-CA", "--category", "a", "--wait"
    )
    assert (done["locales"], done["done"], done["replayed"]) == (["fr"], True, done["total"])
    reviews = await shop.relocalize(REVIEW_POSTED, locales=("fr",))
    await shop.until_replayed(reviews)
    told = [row for row in await shop.shown() if row.pipeline == "p2"]
    assert sorted((row.key, row.version) for row in told) == [
        *((f"a{n}", 1) for n in range(5)),
        ("old", 2),
        ("withdrawn", 2),
    ]
    assert {row.key for row in await shop.shown(review_localized("fr")) if row.pipeline == "p2"} == {"R-old"}
    assert await shop.committed() == offsets
    assert await shop.dead_letters() == letters
    once(await shop.shown())
    assert not {row.id for row in told} & {row.id for row in before}

    repeated = await shop.relocalize(locales=("fr",), category="a")  # nothing has changed since
    await shop.until_replayed(repeated)
    assert [row for row in await shop.shown() if row.pipeline == "p2"] == told
    again.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(again.wait, 15) == 0


async def test_a_worker_killed_in_the_middle_is_taken_up_where_it_was(shop: Shop) -> None:
    count = 300
    await stocked(shop, count)
    name = {"DRAGOMAN_KAFKA__INSTANCE_ID": "w"}  # who comes back under its name need not wait for the session's end
    worker = shop.spawn("p2", **name)
    request = await shop.relocalize(rate=200.0)
    await shop.until_replayed(request, 0.3)
    shop.end(worker)
    group = await shop.committed(group=progress_group("shop", request.id))
    assert 0 < sum(group.values()) < count
    shop.spawn("p2", **name)
    await shop.until_replayed(request)
    rows = await shop.shown()
    once(rows)
    assert sorted(row.key for row in rows if row.pipeline == "p2") == sorted(f"k{n}" for n in range(count))


async def test_the_newest_version_stays_on_top_under_live_updates(shop: Shop) -> None:
    count = 200
    await stocked(shop, count)
    shop.spawn("p2")
    request = await shop.relocalize(rate=100.0)
    for version in range(2, 8):
        await shop.publish(*(listing(f"k{n}", version) for n in range(0, count, 2)))
        await shop.publish(*((f"k{n}", None) for n in range(1, count, 20)))
        await asyncio.sleep(0.2)
    await shop.until_replayed(request)
    await shop.until_caught_up()
    rows = await shop.shown()
    once(rows)
    seen: dict[str, int] = {}
    last = {}
    for row in rows:
        if row.version is not None:
            assert row.version >= seen.get(row.key, 0)
            seen[row.key] = row.version
        last[row.key] = row.version
    assert {key: last[key] for key in (f"k{n}" for n in range(0, count, 2))} == {f"k{n}": 7 for n in range(0, count, 2)}
    assert {last[f"k{n}"] for n in range(1, count, 20)} == {None}
    kept = [f"k{n}" for n in range(1, count, 2) if (n - 1) % 20]
    assert sorted(row.key for row in rows if row.pipeline == "p2" and row.key in kept) == sorted(kept)


async def test_a_rebalance_in_the_middle_hands_the_replay_over(shop: Shop) -> None:
    count = 160
    await stocked(shop, count)
    first = shop.spawn("p2")
    request = await shop.relocalize(rate=12.0)  # slower than a second worker starts on a busy machine
    await shop.until_replayed(request, 0.1)
    shop.spawn("p2")
    await shop.until_said("replay_begins")  # the second worker has a share of it
    first.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(first.wait, 15) == 0
    assert not (await shop.progress(request)).done
    await shop.until_replayed(request)
    rows = await shop.shown()
    once(rows)
    assert sorted(row.key for row in rows if row.pipeline == "p2") == sorted(f"k{n}" for n in range(count))


async def test_a_request_taken_back_stops_and_one_that_is_none_is_ignored(shop: Shop) -> None:
    await stocked(shop, 200)
    good = Relocalization(id="x", topic="listing-updated", begins=(0, 0), ends=(9, 9), created_at=datetime.now(UTC))
    bad = [(b"x", b"not json"), (b"\xff", b"{}")]
    bad += [
        (b"x", encode(replace(good, **change))) for change in ({"topic": "nowhere"}, {"begins": (0,), "ends": (9,)})
    ]
    async with AIOKafkaProducer(bootstrap_servers=shop.broker.bootstrap) as producer:
        for key, value in bad:
            await producer.send_and_wait(RELOCALIZE, value, key)
    shop.spawn("p2")
    request = await shop.relocalize(rate=10.0)
    await shop.until_replayed(request, 0.1)
    (known,) = (await asyncio.to_thread(shop.dragoman, "status"))["requests"]
    assert (known["id"], known["done"], known["rate_limit"]) == (request.id, False, 10.0)
    assert known["rate"] > 0
    assert known["seconds_left"] > 0
    assert await asyncio.to_thread(shop.dragoman, "cancel", request.id) == {"id": request.id, "cancelled": True}
    assert await read_requests(shop.kafka) == []
    with pytest.raises(OperatorError, match="status"):
        await take_back(shop.kafka, request.id)

    await shop.until_said("replay_taken_back", 2)
    told = [row for row in await shop.shown() if row.pipeline == "p2"]
    assert 0 < len(told) < 200
    assert shop.said().count("relocalization_ignored") == len(bad)
    await shop.publish(listing("new"))
    await shop.until_caught_up()
    assert len([row for row in await shop.shown() if row.pipeline == "p2"]) == len(told) + 1
