from base64 import b64decode

import msgspec
import numpy as np
import pytest

from agents.listing import LISTING_AGENT, ListingState
from inference.requests import ModelId, PoisonText, PoolDead, Priority, RequestTimeout
from localization.localizer import FieldKind
from schemas.errors import Refused
from schemas.events import Attribute, Price, Tombstone
from schemas.outputs import LocalizedField
from schemas.reasons import Drop, Reason
from tests.unit.agents.fakes import FakePool, listing, make_tools, play


def by_topic(outcome):
    return {output.topic: output for output in outcome.outputs}


async def told(events, tools=None):
    outcomes, states = await play(LISTING_AGENT, events, tools or make_tools())
    return outcomes, states


async def test_a_listing_is_told_in_every_locale_served_and_as_a_vector():
    (outcome,), _ = await told([listing()])
    outputs = by_topic(outcome)
    assert sorted(outputs) == [
        "item-embedding",
        "listing-localized.de",
        "listing-localized.en",
        "listing-localized.pt-BR",
    ]
    assert {output.key for output in outcome.outputs} == {"L-1"}
    translated = outputs["listing-localized.pt-BR"].value
    assert translated.status == "localized"
    assert translated.fields.title.text == "[pt-BR] Red kettle"
    assert translated.fields.bullets[0].text == "[pt-BR] Steel"
    assert translated.price_display == "US$\xa010,00"
    assert translated.provenance.model == "en-pt"
    assert translated.detected_locale == "en"
    own = outputs["listing-localized.en"].value
    assert (own.status, own.fields.title.text, own.warnings) == ("passthrough", "Red kettle", ())
    other = outputs["listing-localized.de"].value
    assert (other.status, other.fields.title.text) == ("passthrough", "Red kettle")
    assert other.warnings == ("pair_unavailable",)
    assert other.provenance.model is None


async def test_outputs_are_told_apart_by_topic_and_locale():
    (outcome,), _ = await told([listing()])
    assert len({(output.ce_type, output.locale) for output in outcome.outputs}) == len(outcome.outputs)


async def test_kinds_units_and_protected_terms_reach_the_localizer():
    tools = make_tools(locales=("pt-BR",))
    event = listing(
        description="<p>Boils</p>",
        description_format="html",
        attributes=(Attribute("Power", "2200", "W"),),
        brand="Ring",
        sku="K-1",
        protected_terms=("Ring", "BPA"),
    )
    (outcome,), _ = await told([event], tools)
    kinds = {source.kind for source, _, _ in tools.localizer.sources}
    assert kinds == {
        FieldKind.TITLE,
        FieldKind.HTML,
        FieldKind.BULLET,
        FieldKind.ATTRIBUTE_NAME,
        FieldKind.ATTRIBUTE_VALUE,
    }
    assert {source.protected for source, _, _ in tools.localizer.sources} == {("Ring", "K-1", "BPA")}
    assert {priority for _, _, priority in tools.localizer.sources} == {Priority.LISTING}
    attribute = by_topic(outcome)["listing-localized.pt-BR"].value.fields.attributes[0]
    assert (attribute.name.text, attribute.value.text, attribute.unit) == ("[pt-BR] Power", "2200", "W")


async def test_a_refused_translation_makes_the_listing_partial_and_names_the_field():
    (outcome,), _ = await told([listing()], make_tools(refused=("Red kettle",)))
    value = by_topic(outcome)["listing-localized.pt-BR"].value
    assert value.status == "partial"
    assert value.warnings == ("gate_numbers:title",)
    assert outcome.warnings == ("gate_numbers", "pair_unavailable")


async def test_an_uncertain_language_is_shown_as_it_is():
    (outcome,), _ = await told([listing(source_locale=None)])
    value = by_topic(outcome)["listing-localized.pt-BR"].value
    assert (value.status, value.warnings) == ("passthrough", ("mixed_language", "language_uncertain"))
    assert (value.detected_locale, value.detected_confidence) == (None, 0.2)


async def test_only_the_locales_asked_for_are_told():
    (outcome,), _ = await told([listing(target_locales=("pt", "it"))])
    outputs = by_topic(outcome)
    assert sorted(outputs) == ["item-embedding", "listing-localized.pt-BR"]
    assert outputs["listing-localized.pt-BR"].value.warnings == ("locale_not_served:it",)


async def test_a_listing_nobody_is_served_is_refused():
    with pytest.raises(Refused) as refused:
        await LISTING_AGENT.localize(listing(target_locales=("it",)), make_tools())
    assert (refused.value.reason, refused.value.retryable) == (Reason.LOCALE_NOT_SERVED, True)


@pytest.mark.parametrize("failure", [RequestTimeout("late"), PoolDead("gone")])
async def test_the_runner_decides_about_time_outs_and_dead_pools(failure):
    with pytest.raises(type(failure)):
        await LISTING_AGENT.localize(listing(), make_tools(failure=failure))


async def test_a_vector_is_float32_little_endian_of_the_plain_text():
    tools = make_tools()
    (outcome,), _ = await told([listing(description="<b>Boils</b>", description_format="html")], tools)
    value = by_topic(outcome)["item-embedding"].value
    assert tools.pool.embedded == ["Red kettle\nBoils\nSteel"]
    vector = np.frombuffer(b64decode(value.vector), dtype="<f4")
    assert vector.shape == (value.dim,) == (32,)
    made = await tools.pool.embed(tools.pool.embedded[0])
    assert np.array_equal(vector, made.vector)
    assert (value.model, value.model_version, value.normalized) == ("use", "e1", False)


async def test_a_price_change_tells_every_locale_and_runs_no_embedding():
    tools = make_tools()
    (_, second), _ = await told([listing(), listing(version=2, price=Price("9.00", "USD"))], tools)
    outputs = by_topic(second)
    assert "item-embedding" not in outputs
    assert outputs["listing-localized.en"].value.price_display == "$9.00"
    assert outputs["listing-localized.en"].value.listing_version == 2
    assert len(tools.pool.embedded) == 1


@pytest.mark.parametrize("changes", [{"pool": FakePool(embedding_model=None)}, {"embed_listings": False}])
async def test_without_an_embedding_model_there_is_no_vector(changes):
    (first, gone), states = await told([listing(), Tombstone("L-1")], make_tools(**changes))
    assert "item-embedding" not in by_topic(first)
    assert "item-embedding" not in by_topic(gone)
    assert states["L-1"].embedding is None


async def test_a_vector_no_longer_made_is_withdrawn():
    (first,), states = await told([listing()])
    assert "item-embedding" in by_topic(first)
    event = listing(version=2)
    localized = await LISTING_AGENT.localize(event, make_tools(embed_listings=False))
    outcome = LISTING_AGENT.settle(states["L-1"], event, localized)
    assert by_topic(outcome)["item-embedding"].value is None


async def test_a_text_that_breaks_the_embedding_model_costs_only_the_vector():
    tools = make_tools()
    tools.pool.failure = PoisonText("bad text")
    (outcome,), _ = await told([listing()], tools)
    assert len(outcome.outputs) == 3
    assert "poison_text" in outcome.warnings


async def test_stale_and_repeated_versions_are_dropped():
    (_, stale, repeated), states = await told([listing(version=2), listing(version=1), listing(version=2)])
    assert (stale.dropped, stale.outputs) == (Drop.STALE, ())
    assert (repeated.dropped, repeated.outputs) == (Drop.DUPLICATE, ())
    assert states["L-1"].version == 2


async def test_the_same_version_with_other_content_is_told_with_a_mark():
    (_, second), _ = await told([listing(), listing(title="Blue kettle")])
    value = by_topic(second)["listing-localized.pt-BR"].value
    assert value.fields.title.text == "[pt-BR] Blue kettle"
    assert value.warnings == ("same_version_other_content",)
    assert "same_version_other_content" in second.warnings


async def again(event, states, tools):
    return LISTING_AGENT.settle(states["L-1"], event, await LISTING_AGENT.localize(event, tools))


async def test_a_new_pipeline_tells_the_same_version_again_under_another_basis():
    (first,), states = await told([listing()])
    outcome = await again(listing(), states, make_tools(pipeline_version="p2"))
    assert outcome.dropped is None
    assert sorted(by_topic(outcome)) == ["listing-localized.de", "listing-localized.en", "listing-localized.pt-BR"]
    before = {output.topic: output.basis for output in first.outputs}
    assert all(output.basis != before[output.topic] for output in outcome.outputs)
    repeated = await again(listing(), {"L-1": outcome.state}, make_tools(pipeline_version="p2"))
    assert repeated.dropped is Drop.DUPLICATE


async def test_another_model_tells_only_the_locale_it_translates():
    (_,), states = await told([listing()])
    pool = FakePool()
    pool.translates = lambda _, target: ModelId("en-pt", "w2") if target == "pt-BR" else None
    outcome = await again(listing(), states, make_tools(pool=pool))
    assert sorted(by_topic(outcome)) == ["listing-localized.pt-BR"]
    assert outcome.state.live == ("en", "pt-BR", "de")


async def test_another_embedding_model_tells_only_the_vector():
    (_,), states = await told([listing()])
    outcome = await again(listing(), states, make_tools(pool=FakePool(ModelId("use", "e2"))))
    (output,) = outcome.outputs
    assert (output.topic, output.basis) == ("item-embedding", output.value.source_hash)
    assert (await again(listing(), {"L-1": outcome.state}, make_tools(pool=FakePool(ModelId("use", "e2"))))).dropped


async def test_a_locale_served_anew_is_told_and_the_others_left_alone():
    (_,), states = await told([listing()])
    outcome = await again(listing(), states, make_tools(("en", "pt-BR", "de", "fr")))
    assert sorted(by_topic(outcome)) == ["listing-localized.fr"]


async def test_terms_and_customs_count_where_they_stand_in_the_text():
    (_,), states = await told([listing()])
    assert (await again(listing(), states, make_tools(protected_terms=("kettles",)))).dropped is Drop.DUPLICATE
    for tools in (make_tools(protected_terms=("kettle",)), make_tools(customs=Glossary({"kettle": "chaleira"}))):
        outcome = await again(listing(), states, tools)
        assert "listing-localized.pt-BR" in by_topic(outcome)
        assert "listing-localized.en" not in by_topic(outcome)  # what is copied has no use for them
    none = Glossary({"saucepan": "caçarola"})
    (_,), without = await told([listing()], make_tools(customs=Glossary({})))
    assert (await again(listing(), without, make_tools(customs=none))).dropped is Drop.DUPLICATE


async def test_a_correction_is_told_where_it_is_shown():
    (_,), states = await told([listing()])
    tools = make_tools()
    told_before = tools.localizer.localize

    async def corrected(source, target_locale, priority):
        if (source.text, target_locale) == ("Red kettle", "pt-BR"):
            return LocalizedField("Chaleira vermelha", "human")
        return await told_before(source, target_locale, priority)

    tools.localizer.localize = corrected
    outcome = await again(listing(), states, tools)
    assert sorted(by_topic(outcome)) == ["listing-localized.pt-BR"]
    assert (await again(listing(), {"L-1": outcome.state}, tools)).dropped is Drop.DUPLICATE


async def test_a_replay_asks_the_pool_after_everybody_else():
    tools = make_tools(replaying=True)
    await LISTING_AGENT.localize(listing(), tools)
    assert {priority for _, _, priority in tools.localizer.sources} == {Priority.BACKFILL}


class Glossary:
    def __init__(self, entries):
        self.entries = entries

    def fingerprint(self, text, source_locale, target_locale):
        return repr([entry for entry in self.entries.items() if entry[0] in text])


async def test_a_locale_no_longer_asked_for_gets_a_tombstone_once():
    events = [
        listing(),
        listing(version=2, target_locales=("pt-BR",)),
        listing(version=3, target_locales=("pt-BR",), title="Blue kettle"),
    ]
    (_, shrunk, later), states = await told(events)
    outputs = by_topic(shrunk)
    assert outputs["listing-localized.en"].value is None
    assert outputs["listing-localized.de"].value is None
    assert outputs["listing-localized.pt-BR"].value is not None
    assert sorted(by_topic(later)) == ["item-embedding", "listing-localized.pt-BR"]
    assert states["L-1"].live == ("pt-BR",)
    assert states["L-1"].published == ("de", "en", "pt-BR")


@pytest.mark.parametrize("delete", [listing(version=3, operation="delete", target_locales=("it",)), Tombstone("L-1")])
async def test_a_delete_reaches_every_locale_ever_told_and_the_vector(delete):
    events = [listing(), listing(version=2, target_locales=("pt-BR",)), delete, listing(version=1)]
    (_, _, gone, stale), states = await told(events)
    outputs = by_topic(gone)
    assert sorted(outputs) == [
        "item-embedding",
        "listing-localized.de",
        "listing-localized.en",
        "listing-localized.pt-BR",
    ]
    assert all(output.value is None for output in gone.outputs)
    assert stale.dropped is Drop.STALE
    assert states["L-1"].deleted


async def test_after_a_tombstone_only_a_higher_version_revives():
    events = [listing(version=4), Tombstone("L-1"), Tombstone("L-1"), listing(version=4), listing(version=5)]
    (_, _, again, same, higher), states = await told(events)
    assert again.dropped is Drop.UNCHANGED
    assert same.dropped is Drop.STALE
    assert "item-embedding" in by_topic(higher)
    assert (states["L-1"].version, states["L-1"].deleted) == (5, False)


async def test_a_delete_that_overtakes_its_listing_keeps_it_away():
    delete = listing(version=7, operation="delete")
    (overtaking, upsert, repeated, newer), states = await told(
        [delete, listing(version=6), delete, listing(version=8, operation="delete")]
    )
    assert (overtaking.dropped, overtaking.outputs) == (Drop.UNCHANGED, ())
    assert upsert.dropped is Drop.STALE
    assert repeated.dropped is Drop.DUPLICATE
    assert newer.dropped is Drop.UNCHANGED
    assert states["L-1"] == ListingState(version=8, deleted=True)


async def test_a_tombstone_of_an_unknown_listing_leaves_nothing():
    (outcome,), states = await told([Tombstone("L-9")])
    assert outcome.dropped is Drop.UNCHANGED
    assert states == {}


async def test_state_is_small_and_survives_its_encoding():
    event = listing(title="t" * 20_000, description="d" * 50_000, bullets=("b" * 1000,) * 40)
    _, states = await told([event])
    encoded = msgspec.json.encode(states["L-1"])
    assert len(encoded) < 500
    assert msgspec.json.decode(encoded, type=ListingState) == states["L-1"]
