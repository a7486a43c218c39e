"""What the page remembers stays within its bounds, and what it forgets first is what nobody misses."""

from msgspec.structs import replace

from streams.lag import LagStatus, PartitionLag
from streams.page import history
from streams.page.history import Journeys, Letter, Letters, Recent, Series
from streams.page.hub import BROWSERS_MAX, QUEUE_MAX, Full, Hub
from streams.page.page import PARTITIONS_MAX, Counted, lag_values, rate_values
from streams.page.shown import Kind, Shown, Step, Text


def event(kind=Kind.LISTING, locale="en", number=0, text="text", step=None, key="K"):
    place = f"topic/0/{number}"
    return Shown(kind=kind, locale=locale, key=key, place=place, at_ms=number, texts=(Text("title", text, text),), step=step)  # fmt: skip


def step(event_id, occurred_at, **changes):
    known = Step(
        event_id=event_id,
        status="in_transit",
        severity="info",
        action_required=False,
        headline=f"headline {event_id}",
        explanation="",
        local_time="",
        occurred_at=occurred_at,
    )
    return replace(known, **changes)


def test_series_share_their_moments_and_forget_the_oldest():
    series = Series(3)
    for number in range(5):
        series.take(number, {"a": float(number)} | ({"late": 1.0} if number > 3 else {}))
    assert series.columns() == {"at": [2, 3, 4], "series": {"a": [2.0, 3.0, 4.0], "late": [None, None, 1.0]}}
    for number in range(5, 9):
        series.take(number, {"a": 0.0})
    assert list(series.columns()["series"]) == ["a"]
    series.take(9, {f"s{number}": 1.0 for number in range(5000)})
    assert len(series.columns()["series"]) == history.SERIES_MAX


def test_a_rare_locale_is_kept_beside_a_frequent_one(monkeypatch):
    recent = Recent()
    recent.take(event(Kind.REVIEW, "fr"))
    for number in range(1000):
        recent.take(event(number=number))
    kept = list(recent)
    assert len(kept) == 1 + history.RECENT_MAX
    assert b'"fr"' in kept[0]
    assert b"topic/0/999" in kept[-1]
    monkeypatch.setattr(history, "RECENT_BYTES_MAX", 100_000)
    for number in range(100):
        recent.take(event(locale=f"l{number % 7}", number=number, text="x" * 10_000))
    assert sum(map(len, recent)) <= 100_000
    for number in range(history.GROUPS_MAX + 50):
        recent.take(event(locale=f"x{number}"))
    assert len(recent._groups) <= history.GROUPS_MAX
    assert recent._bytes == sum(map(len, recent))


def test_a_journey_is_in_the_order_of_what_happened_whatever_came_first():
    journeys = Journeys()
    for number, (event_id, at) in enumerate([("b", "2026-03-02T"), ("a", "2026-03-01T"), ("c", "2026-03-03T")]):
        for locale in ("en", "de"):
            journeys.take(event(Kind.PARCEL, locale, number, step=step(event_id, at), key="S-1"))
    journeys.take(event(Kind.PARCEL, "en", 9, step=step("c", "2026-03-03T", headline="told again"), key="S-1"))
    told = [one.step.headline for one in journeys.of("S-1") if one.locale == "en"]
    assert told == ["headline a", "headline b", "told again"]
    assert [(one.shipment_id, one.steps, one.locales) for one in journeys.parcels()] == [("S-1", 3, ("de", "en"))]
    assert journeys.of("S-2") == []


def test_parcels_and_their_steps_are_bounded():
    journeys = Journeys()
    for number in range(history.PARCELS_MAX + 100):
        journeys.take(event(Kind.PARCEL, step=step("a", ""), key=f"S-{number}"))
    for number in range(1000):
        journeys.take(event(Kind.PARCEL, step=step(str(number), ""), key="S-599"))
    assert len(journeys.parcels()) == history.PARCELS_MAX
    assert journeys.of("S-0") == []
    assert len(journeys.of("S-599")) == history.STEPS_MAX


def test_reasons_of_dead_letters_are_words_of_the_code():
    letters = Letters()
    for number in range(200):
        letters.take(Letter(number, "t", 0, number, "decode", "not_json" if number % 2 else f"invented {number}"))
    assert letters.counts == {"not_json": 100, "other": 100}
    assert len(letters.latest) == history.LETTERS_MAX
    assert letters.latest[0].offset == 199


async def test_a_slow_browser_loses_the_oldest_and_delays_nobody():
    hub = Hub()
    with hub.browser() as slow, hub.browser() as quick:
        heard = []
        for number in range(QUEUE_MAX + 10):
            hub.send("sample", b"%d" % number)
            async for message in quick.messages():
                heard.append(message)
                break
        hub.end()
        left = [message async for message in slow.messages()]
    assert len(heard) == QUEUE_MAX + 10
    assert (len(left), slow.lost, quick.lost) == (QUEUE_MAX, 10, 0)
    assert left[0] == b"event: sample\ndata: 10\n\n"
    assert hub.browsers == 0


def test_browsers_are_bounded():
    hub = Hub()
    held = [hub.browser() for _ in range(BROWSERS_MAX)]
    for one in held:
        one.__enter__()
    try:
        with hub.browser():
            raise AssertionError("one too many")
    except Full:
        pass
    held[0].__exit__(None, None, None)
    with hub.browser():
        assert hub.browsers == BROWSERS_MAX


def lag(topic="listing-updated", partition=0, records=0, seconds=0.0):
    return PartitionLag(topic, partition, 0, 10, 10 - records, records, seconds, owned=True, status=LagStatus.BEHIND)


def test_every_partition_has_a_line_or_the_worst_of_each_topic():
    values = lag_values([lag(records=3, seconds=None), lag(partition=1)])
    assert values == {
        "lag/listing-updated/0": 3.0,
        "lag/listing-updated/1": 0.0,
        "lag_s/listing-updated/0": None,
        "lag_s/listing-updated/1": 0.0,
    }
    many = [lag(partition=number, records=number, seconds=float(number)) for number in range(PARTITIONS_MAX)]
    values = lag_values([*many, lag("review-posted", 0, 7, 7.0)])
    assert values == {
        "lag/listing-updated/worst": 31.0,
        "lag/review-posted/worst": 7.0,
        "lag_s/listing-updated/worst": 31.0,
        "lag_s/review-posted/worst": 7.0,
    }


def test_rates_count_what_has_come_since_and_never_fall_below_nothing():
    before, now = Counted(10.0, {"a": 100, "b": 50}, {}), Counted(12.0, {"a": 110, "b": 0, "c": 9}, {"listing": 4})
    assert rate_values(before, now) == {"in/a": 5.0, "in/b": 0.0, "in/c": 0.0, "out/listing": 2.0}
    assert rate_values(now, now) == {}
