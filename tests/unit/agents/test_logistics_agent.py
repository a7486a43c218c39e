from datetime import timedelta

import msgspec
import pytest

from agents.logistics import LOGISTICS_AGENT, RECENT_EVENTS_MAX, ParcelState
from inference.requests import Priority
from localization.localizer import FieldKind
from schemas.errors import Refused
from schemas.events import Place, Tombstone
from schemas.reasons import Drop, Reason
from tests.unit.agents.fakes import NOON, make_tools, parcel, play

HOUR = timedelta(hours=1)


async def told(events, tools=None):
    return await play(LOGISTICS_AGENT, events, tools or make_tools(locales=("en", "pt-BR")))


def first(outcome):
    return outcome.outputs[0].value


async def test_every_recipient_gets_the_curated_words_on_the_partners_topic():
    (outcome,), _ = await told([parcel(partner_id="acme", recipient_locales=("pt-BR", "en"))])
    assert [(o.topic, o.key, o.locale) for o in outcome.outputs] == [
        ("logistics-localized.acme", "S-1", "pt-BR"),
        ("logistics-localized.acme", "S-1", "en"),
    ]
    portuguese, english = (output.value for output in outcome.outputs)
    assert portuguese.canonical_status == english.canonical_status == "departed_origin"
    assert portuguese.headline != english.headline
    assert (english.detail, english.original) == (None, None)
    assert english.provenance.model is None
    assert english.event_id == "E-1"
    assert english.is_latest


async def test_without_recipients_all_locales_served_are_told():
    (outcome,), _ = await told([parcel()])
    assert [output.locale for output in outcome.outputs] == ["en", "pt-BR"]


async def test_a_recipient_whose_language_has_no_phrases_is_told_in_another_and_marked():
    (outcome,), _ = await told([parcel(recipient_locales=("ca", "en-GB", "ca"))])
    catalan, british = (output.value for output in outcome.outputs)
    assert catalan.locale == "ca"
    assert catalan.warnings == ("phrase_locale_fallback",)
    assert british.warnings == ()


async def test_only_the_carriers_free_text_goes_to_the_model():
    tools = make_tools(locales=("en",))
    event = parcel(description="Retido por decisão da gerência", source_locale="pt-BR")
    (outcome,), _ = await told([event], tools)
    ((source, target, priority),) = tools.localizer.sources
    assert (source.text, source.kind, target, priority) == (
        "Retido por decisão da gerência",
        FieldKind.CARRIER_TEXT,
        "en",
        Priority.LOGISTICS,
    )
    assert source.protected == ("RB1GB", "S-1", "royal-mail")
    message = first(outcome)
    assert (message.detail, message.original) == (
        "[en] Retido por decisão da gerência",
        "Retido por decisão da gerência",
    )
    assert message.provenance.model == "en-pt"


async def test_a_free_text_that_cannot_be_translated_is_shown_and_marked():
    event = parcel(description="Retido", source_locale="pt-BR")
    (outcome,), _ = await told([event], make_tools(locales=("en",), refused=("Retido",)))
    message = first(outcome)
    assert (message.detail, message.warnings) == ("Retido", ("gate_numbers:detail",))


async def test_an_unknown_code_is_in_transit_and_marked():
    (outcome,), _ = await told([parcel(code="QQQ")])
    assert first(outcome).canonical_status == "in_transit"
    assert "unknown_code" in first(outcome).warnings
    assert "unknown_code" in outcome.warnings


@pytest.mark.parametrize("classifier", ["EST", "PLN"])
async def test_what_has_not_happened_is_never_delivered(classifier):
    (outcome,), _ = await told([parcel(code="EMI", classifier=classifier)])
    assert first(outcome).canonical_status != "delivered"


async def test_an_unknown_partner_is_refused():
    with pytest.raises(Refused) as refused:
        await LOGISTICS_AGENT.localize(parcel(partner_id="nobody"), make_tools())
    assert (refused.value.reason, refused.value.retryable) == (Reason.UNKNOWN_PARTNER, True)


async def test_a_tombstone_is_refused():
    with pytest.raises(Refused):
        await LOGISTICS_AGENT.localize(Tombstone("S-1"), make_tools())


async def test_a_late_event_is_told_but_is_not_the_latest():
    events = [parcel(), parcel(event_id="E-0", code="EMB", occurred_at=NOON - HOUR), parcel(event_id="E-2")]
    (_, late, same_time), states = await told(events)
    assert not first(late).is_latest
    assert first(late).warnings == ("late_event",)
    assert late.warnings == ("late_event",)
    assert first(same_time).is_latest
    assert states["S-1"].latest_at == NOON


async def test_times_are_compared_as_moments_not_as_clocks():
    elsewhere = parcel(event_id="E-2", occurred_at=msgspec.convert("2026-03-02T10:30:00-03:00", type=type(NOON)))
    (_, later), _ = await told([parcel(), elsewhere])
    assert first(later).is_latest


async def test_a_repeated_event_is_dropped_even_if_it_was_late():
    late = parcel(event_id="E-0", occurred_at=NOON - HOUR)
    (_, _, again, first_again), _ = await told([parcel(), late, late, parcel()])
    assert (again.dropped, again.outputs) == (Drop.DUPLICATE, ())
    assert first_again.dropped is Drop.DUPLICATE


async def test_an_event_without_id_is_known_by_what_it_says():
    said = parcel(event_id=None, description="Left the hub", recorded_at=NOON)
    repeated = parcel(event_id=None, description="Left the hub", recorded_at=NOON + HOUR)
    other = parcel(event_id=None, description="Left the hub again")
    (one, again, two), _ = await told([said, repeated, other])
    assert again.dropped is Drop.DUPLICATE
    assert first(one).event_id.startswith("content-")
    assert first(one).event_id != first(two).event_id


async def test_a_correction_of_the_latest_event_takes_its_place():
    delivered = parcel(event_id="E-5", code="EMI")
    correction = parcel(event_id="E-6", code="EMH", occurred_at=NOON - HOUR, corrects_event_id="E-5")
    (_, corrected, between), states = await told(
        [delivered, correction, parcel(event_id="E-7", occurred_at=NOON - HOUR / 2)]
    )
    assert first(corrected).supersedes == "E-5"
    assert first(corrected).is_latest
    assert first(corrected).canonical_status == "attempt_failed"
    assert "late_event" not in first(corrected).warnings
    assert first(between).is_latest
    assert states["S-1"].latest_at == NOON - HOUR / 2


async def test_a_correction_of_an_older_event_is_not_the_latest():
    events = [
        parcel(event_id="E-1", occurred_at=NOON - HOUR),
        parcel(event_id="E-2"),
        parcel(event_id="E-3", occurred_at=NOON - HOUR, corrects_event_id="E-1"),
    ]
    (_, _, correction), _ = await told(events)
    assert first(correction).supersedes == "E-1"
    assert not first(correction).is_latest


async def test_an_estimate_never_outranks_what_happened():
    estimate = parcel(event_id="P-1", classifier="EST", occurred_at=NOON + 10 * HOUR)
    better = parcel(event_id="P-2", classifier="EST", occurred_at=NOON + 8 * HOUR)
    actual = parcel(event_id="E-1")
    after = parcel(event_id="P-3", classifier="PLN", occurred_at=NOON + 20 * HOUR)
    correcting = parcel(event_id="P-4", classifier="EST", corrects_event_id="E-1")
    outcomes, states = await told([estimate, better, actual, after, correcting])
    assert [first(o).is_latest for o in outcomes] == [True, True, True, False, False]
    assert all("late_event" not in first(o).warnings for o in outcomes)
    assert states["S-1"].latest_happened


async def test_the_memory_of_events_is_bounded():
    events = [parcel(event_id=f"E-{n}" + "x" * 200) for n in range(RECENT_EVENTS_MAX + 5)]
    (*_, newest, oldest), states = await told([*events, events[5], events[0]])
    assert newest.dropped is Drop.DUPLICATE
    assert oldest.dropped is None
    state = states["S-1"]
    assert len(state.recent) == RECENT_EVENTS_MAX
    encoded = msgspec.json.encode(state)
    assert len(encoded) < 1500
    assert msgspec.json.decode(encoded, type=ParcelState) == state


async def test_parcels_do_not_touch_each_other():
    (_, other), _ = await told([parcel(), parcel(shipment_id="S-2", occurred_at=NOON - HOUR)])
    assert first(other).is_latest


async def test_what_carriers_write_all_the_time_is_told_in_curated_words():
    tools = make_tools(locales=("en",))
    (outcome,), _ = await told([parcel(description="RETIDO NA ALFÂNDEGA.", source_locale="pt-BR")], tools)
    message = first(outcome)
    assert (message.detail, message.original) == ("In customs clearance", "RETIDO NA ALFÂNDEGA.")
    assert message.provenance.model is None
    assert tools.localizer.sources == []


async def test_what_is_personal_in_a_carriers_text_is_protected():
    tools = make_tools(locales=("en",))
    await told([parcel(description="Recebido por Ana Souza na portaria", source_locale="pt-BR")], tools)
    ((source, _, _),) = tools.localizer.sources
    assert "Ana Souza" in source.protected


async def test_a_delay_is_told_against_the_first_day_announced():
    day = timedelta(days=1)
    events = [
        parcel(event_id="E-1", eta=NOON + 2 * day),
        parcel(event_id="E-2", occurred_at=NOON + HOUR, eta=NOON + 5 * day),
        parcel(event_id="E-3", occurred_at=NOON + 2 * HOUR, eta=NOON + day),
        parcel(event_id="E-4", occurred_at=NOON + 3 * HOUR),
    ]
    outcomes, states = await told(events, make_tools(locales=("en",)))
    announced, later, earlier, silent = map(first, outcomes)
    assert [one.delay_days for one in (announced, later, earlier, silent)] == [0, 3, -1, None]
    assert "Expected delivery: March 4." in announced.explanation
    assert "March 7, 3 days later" in later.explanation
    assert "March 3, 1 day earlier" in earlier.explanation
    assert "xpected" not in silent.explanation
    assert states["S-1"].promised == (NOON + 2 * day).date()


async def test_state_of_before_delays_were_known_is_read():
    old = msgspec.json.decode(
        b'{"latest_at":"2026-03-02T12:00:00Z","latest":"x","latest_happened":true,"recent":["x"]}', type=ParcelState
    )
    assert old.promised is None


async def test_a_carrier_that_writes_utc_is_told_by_the_clock_of_the_place():
    somewhere = parcel(location=Place("JP", "Osaka"))
    (outcome,), _ = await told([somewhere], make_tools(locales=("en",)))
    message = first(outcome)
    assert "9:00" in message.local_time
    assert message.local_time.endswith("GMT+09:00")
    assert "Place: Osaka, Japan." in message.explanation
