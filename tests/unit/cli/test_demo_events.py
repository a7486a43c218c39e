import re
from collections import Counter
from types import SimpleNamespace

import msgspec
import pytest

from agents.registry import AGENTS
from cli.demo_events import load_demo_events
from localization.logistics.status import canonical
from schemas.codec import decode
from schemas.contracts import CONTRACTS
from schemas.errors import Refused
from schemas.events import ListingUpdated, LogisticsEvent, ReviewPosted, Tombstone
from schemas.reasons import Reason
from tests.unit.agents.fakes import make_tools, play

# The records gone wrong, by what a reader finds in them.
BAD = {
    b'"BAD-1"': Reason.NOT_JSON,
    "BAD-2".encode("utf-16-le"): Reason.UTF16,
    b"NaN": Reason.NAN,
    b'"BAD-4"': Reason.MISSING_FIELD,
    b'"five"': Reason.WRONG_TYPE,
    b'"xx-QQ"': Reason.UNKNOWN_LOCALE,
    b'"BAD-7"': Reason.KEY_MISMATCH,
    rb"\ud83d": Reason.LONE_SURROGATE,
    b"[" * 400: Reason.TOO_DEEP,
}
UNKNOWN_PARTNER = b'"unheard-of"'
LIMIT_BYTES = 1_000_000


def record(event, offset=0):
    return SimpleNamespace(
        topic=event.topic,
        partition=0,
        offset=offset,
        timestamp=0,
        key=event.key,
        value=event.value,
        headers=list(event.headers),
    )


def read(event):
    return decode(CONTRACTS[event.topic], record(event), limit_bytes=LIMIT_BYTES)


def compact(event):
    return (event.value or b"").replace(b'": ', b'":')


def is_bad(event):
    return any(mark in compact(event) for mark in (*BAD, UNKNOWN_PARTNER))


DEMO = load_demo_events()
GOOD = [event for event in DEMO if not is_bad(event)]
EVENTS = [read(event).event for event in GOOD]


def of(kind):
    return [event for event in EVENTS if isinstance(event, kind)]


def test_the_demo_is_as_large_as_promised():
    assert len(DEMO) >= 150
    assert len(DEMO) - len(GOOD) == 10
    assert len(of((ListingUpdated, Tombstone))) >= 60
    assert len(of(ReviewPosted)) >= 45
    assert len(of(LogisticsEvent)) >= 45


def test_loading_again_gives_the_same_bytes():
    assert load_demo_events() == DEMO


@pytest.mark.parametrize(("mark", "reason"), BAD.items(), ids=[reason.value for reason in BAD.values()])
def test_a_bad_record_is_refused_for_its_reason(mark, reason):
    (event,) = (event for event in DEMO if mark in compact(event))
    with pytest.raises(Refused) as refused:
        read(event)
    assert refused.value.reason is reason


async def test_a_partner_nobody_knows_is_refused_by_the_agent():
    (event,) = (event for event in DEMO if UNKNOWN_PARTNER in compact(event))
    agent = next(agent for agent in AGENTS if agent.contract.topic == event.topic)
    with pytest.raises(Refused) as refused:
        await agent.localize(read(event).event, make_tools())
    assert refused.value.reason is Reason.UNKNOWN_PARTNER


def test_an_event_id_comes_twice_only_where_a_record_is_delivered_twice():
    by_id = {}
    for event in GOOD:
        ce_id = dict(event.headers).get("ce_id")
        if ce_id:
            by_id.setdefault(ce_id, set()).add((event.key, event.value))
    assert all(len(records) == 1 for records in by_id.values())
    carriers = Counter(event.event_id for event in of(LogisticsEvent) if event.event_id)
    assert [count for count in carriers.values() if count > 1] == [2]  # said twice by the carrier


def test_gtins_have_a_valid_check_digit():
    gtins = {event.gtin for event in of(ListingUpdated) if event.gtin}
    assert len(gtins) >= 45
    for gtin in gtins:
        assert re.fullmatch(r"\d{13}", gtin)
        # GS1 General Specifications, section 7.9: weights 1 and 3 in turn, the sum a multiple of 10.
        assert sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(gtin)) % 10 == 0


def test_names_are_unique_to_a_listing():
    for name in ("sku", "gtin", "title"):
        owners = {}
        for event in of(ListingUpdated):
            if getattr(event, name):
                owners.setdefault(getattr(event, name), set()).add(event.listing_id)
        assert all(len(listings) == 1 for listings in owners.values()), name


def test_reviews_are_about_listings_of_the_demo_and_of_every_mood():
    listings = {event.listing_id for event in of(ListingUpdated)}
    reviews = of(ReviewPosted)
    assert {review.listing_id for review in reviews} <= listings
    assert {review.rating for review in reviews} == {1, 2, 3, 4, 5}
    assert {review.source_locale for review in reviews} == {"en", "pt-BR", None}


def test_texts_are_not_repeated():
    bodies = Counter(event.body for event in of(ReviewPosted) if event.operation == "upsert")
    assert sum(count > 1 for count in bodies.values()) <= 2  # one stale, one delivered twice


def test_parcels_speak_several_vocabularies_and_only_one_code_is_unknown():
    parcels = of(LogisticsEvent)
    assert {parcel.vocabulary for parcel in parcels} == {"upu", "17track", "aftership", "easypost", "iata_fsu"}
    warned = [
        (parcel.code, parcel.sub_code)
        for parcel in parcels
        if canonical(parcel.vocabulary, parcel.code, parcel.sub_code, parcel.classifier).warnings
    ]
    assert warned == [("ZZ9", None)]
    statuses = {canonical(p.vocabulary, p.code, p.sub_code, p.classifier).status for p in parcels}
    assert len(statuses) >= 12


async def test_the_story_has_every_turn_the_agents_know():
    dropped, warnings, tombstones = Counter(), Counter(), 0
    for agent in AGENTS:
        told = [read(event).event for event in GOOD if event.topic == agent.contract.topic]
        outcomes, _ = await play(agent, told, make_tools(locales=("en", "pt-BR", "es", "fr", "de", "zh-CN")))
        dropped.update(outcome.dropped for outcome in outcomes if outcome.dropped)
        warnings.update(word for outcome in outcomes for word in outcome.warnings)
        tombstones += sum(output.value is None for outcome in outcomes for output in outcome.outputs)
    assert dropped == {"stale": 2, "duplicate": 3}
    assert warnings["late_event"] == 1
    assert warnings["locale_not_served"] == 1
    assert warnings["phrase_locale_fallback"] == 1
    assert tombstones >= 14


def test_envelopes_come_in_every_mode():
    modes = Counter(
        "structured" if b"cloudevents+json" in dict(e.headers).get("content-type", b"") else len(e.headers) > 0
        for e in GOOD
    )
    assert set(modes) == {"structured", True, False}


def test_markup_is_balanced():
    void = {"br", "hr", "img"}
    for event in of(ListingUpdated):
        tags = re.findall(r"<(/?)([a-z]+)", event.description)
        assert bool(tags) == (event.description_format == "html")
        opened = Counter(name for slash, name in tags if not slash and name not in void)
        assert opened == Counter(name for slash, name in tags if slash)


def test_a_value_is_utf8_json_as_a_producer_sends_it():
    for event in GOOD:
        if event.value is not None:
            assert isinstance(msgspec.json.decode(event.value), dict)
