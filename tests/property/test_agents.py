"""Whatever producers do (repeat, reorder, rewrite, delete), readers see time go forward and replays agree."""

import asyncio
from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.base import KEEP
from agents.listing import LISTING_AGENT
from agents.logistics import LOGISTICS_AGENT
from agents.review import REVIEW_AGENT
from schemas.events import Tombstone
from tests.unit.agents.fakes import NOON, listing, make_tools, parcel, play, review

LOCALES = ("en", "pt-BR", "de")
TARGETS = st.one_of(
    st.none(), st.lists(st.sampled_from(("en", "pt", "de", "it")), max_size=3).map(lambda tags: ("en", *tags))
)
VERSIONED = {
    "version": st.integers(0, 5),
    "operation": st.sampled_from(("upsert", "upsert", "upsert", "delete")),
    "target_locales": TARGETS,
    "title": st.sampled_from(("Kettle", "Blue kettle")),
}
LISTINGS = st.lists(
    st.one_of(
        st.builds(listing, listing_id=st.sampled_from(("L-1", "L-2")), **VERSIONED),
        st.sampled_from(("L-1", "L-2")).map(Tombstone),
    ),
    max_size=25,
)
REVIEWS = st.lists(st.builds(review, review_id=st.sampled_from(("R-1", "R-2")), **VERSIONED), max_size=25)
PARCELS = st.lists(
    st.builds(
        parcel,
        event_id=st.sampled_from(("A", "B", "C", "D", None)),
        code=st.sampled_from(("EMA", "EMC", "EMH", "EMI", "??")),
        classifier=st.sampled_from(("ACT", "ACT", "EST", "PLN")),
        corrects_event_id=st.sampled_from((None, None, "A", "B")),
        occurred_at=st.integers(-3, 3).map(lambda hours: NOON + timedelta(hours=hours)),
    ),
    max_size=25,
)
EXAMPLES = settings(max_examples=60, deadline=None)


def told(agent, events):
    async def run():
        return await play(agent, events, make_tools(locales=LOCALES))

    return asyncio.run(run())


def wire(outcomes):
    """Everything the world is told, and everything remembered, as bytes."""
    encode = msgspec.json.Encoder().encode
    return [
        (
            [(o.topic, o.key, o.locale, None if o.value is None else encode(o.value)) for o in outcome.outputs],
            None if outcome.state is KEEP else encode(outcome.state),
            outcome.dropped,
            outcome.warnings,
        )
        for outcome in outcomes
    ]


def check_versioned(events, outcomes, states, version_of):
    shown = {}  # (topic, key) -> what a reader of the compacted topic holds
    highest = {}  # the version last told, tombstones aside
    ever = {}
    for event, outcome in zip(events, outcomes, strict=True):
        assert bool(outcome.outputs) != bool(outcome.dropped)
        places = [(output.topic, output.key) for output in outcome.outputs]
        assert len(places) == len(set(places))
        for output in outcome.outputs:
            place = (output.topic, output.key)
            shown[place] = output.value
            if output.value is not None:
                assert version_of(output.value) >= highest.get(place, 0)
                highest[place] = version_of(output.value)
                ever.setdefault(output.key, set()).add(place)
        if isinstance(event, Tombstone) or event.operation == "delete":
            assert all(output.value is None for output in outcome.outputs)
            if outcome.outputs:
                assert {(o.topic, o.key) for o in outcome.outputs} >= {
                    place for place in ever.get(outcome.outputs[0].key, ()) if shown[place] is not None
                }
    for key, state in states.items():
        held = {place for place, value in shown.items() if place[1] == key and value is not None}
        if state.deleted:
            assert not held
        else:
            localized = {topic.rpartition(".")[2] for topic, _ in held if "localized" in topic}
            assert localized == set(state.live)


@EXAMPLES
@given(LISTINGS)
def test_listings(events):
    outcomes, states = told(LISTING_AGENT, events)
    check_versioned(events, outcomes, states, lambda value: value.listing_version)
    replayed, again = told(LISTING_AGENT, events)
    assert wire(replayed) == wire(outcomes)
    assert again == states


@EXAMPLES
@given(LISTINGS)
def test_a_delete_reaches_every_topic_ever_told(events):
    final = [*events, listing(version=9, target_locales=("en",)), listing(version=10, operation="delete")]
    outcomes, _ = told(LISTING_AGENT, final)
    ever = {o.topic for outcome in outcomes for o in outcome.outputs if o.key == "L-1" and o.value is not None}
    assert {output.topic for output in outcomes[-1].outputs} == ever


@EXAMPLES
@given(LISTINGS, st.data())
def test_redelivery_of_any_tail_tells_nothing_older(events, data):
    tail = events[data.draw(st.integers(0, len(events))) :]
    outcomes, states = told(LISTING_AGENT, [*events, *tail])
    check_versioned([*events, *tail], outcomes, states, lambda value: value.listing_version)


@EXAMPLES
@given(REVIEWS)
def test_reviews(events):
    outcomes, states = told(REVIEW_AGENT, events)
    check_versioned(events, outcomes, states, lambda value: value.review_version)
    assert wire(told(REVIEW_AGENT, events)[0]) == wire(outcomes)


@EXAMPLES
@given(PARCELS)
def test_parcels(events):
    outcomes, _ = told(LOGISTICS_AGENT, events)
    seen = set()
    happened = False
    for event, outcome in zip(events, outcomes, strict=True):
        assert bool(outcome.outputs) != bool(outcome.dropped)
        if outcome.dropped:
            continue
        told_now = [output.value for output in outcome.outputs]
        assert len({value.is_latest for value in told_now}) == 1
        assert told_now[0].event_id not in seen
        seen.add(told_now[0].event_id)
        if event.classifier != "ACT":
            assert told_now[0].canonical_status != "delivered"
            assert not (happened and told_now[0].is_latest)
        happened = happened or event.classifier == "ACT"
    assert wire(told(LOGISTICS_AGENT, events)[0]) == wire(outcomes)


@EXAMPLES
@given(PARCELS)
def test_without_corrections_the_latest_is_the_last_that_happened(events):
    plain = [msgspec.structs.replace(event, corrects_event_id=None, classifier="ACT") for event in events]
    outcomes, _ = told(LOGISTICS_AGENT, plain)
    latest = [o.outputs[0].value.occurred_at for o in outcomes if o.outputs and o.outputs[0].value.is_latest]
    assert latest == sorted(latest)
    told_times = [o.outputs[0].value.occurred_at for o in outcomes if o.outputs]
    assert not told_times or latest[-1] == max(told_times)
