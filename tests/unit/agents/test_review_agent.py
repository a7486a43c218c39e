import pytest

from agents.review import REVIEW_AGENT
from inference.requests import Priority, RequestTimeout
from localization.gate.sentiment import judges_opinions
from localization.localizer import FieldKind
from schemas.errors import Refused
from schemas.events import Tombstone
from schemas.reasons import Drop, Reason
from tests.unit.agents.fakes import make_tools, play, review


def by_topic(outcome):
    return {output.topic: output for output in outcome.outputs}


async def told(events, tools=None):
    return await play(REVIEW_AGENT, events, tools or make_tools())


async def test_a_review_is_told_in_every_locale_under_its_own_key():
    (outcome,), _ = await told([review()])
    outputs = by_topic(outcome)
    assert sorted(outputs) == ["review-localized.de", "review-localized.en", "review-localized.pt-BR"]
    assert {output.key for output in outcome.outputs} == {"R-1"}
    english = outputs["review-localized.en"].value
    assert (english.title, english.body) == ("[en] Ruim", "[en] Quebrou logo.")
    assert (english.original, english.rating, english.listing_id) == ("Quebrou logo.", 2, "L-1")
    assert english.machine_translated
    assert english.sentiment_preserved is True
    assert english.provenance.model == "en-pt"


async def test_the_source_text_is_not_called_machine_translated():
    (outcome,), _ = await told([review(title=None)])
    outputs = by_topic(outcome)
    own, other = outputs["review-localized.pt-BR"].value, outputs["review-localized.de"].value
    assert (own.title, own.machine_translated, own.warnings) == (None, False, ())
    assert (other.body, other.machine_translated, other.warnings) == ("Quebrou logo.", False, ("pair_unavailable",))


async def test_a_refused_body_is_marked():
    (outcome,), _ = await told([review(title=None)], make_tools(refused=("Quebrou logo.",)))
    english = by_topic(outcome)["review-localized.en"].value
    assert (english.body, english.machine_translated) == ("Quebrou logo.", False)
    assert english.sentiment_preserved is None
    assert english.warnings == ("gate_numbers:body",)


async def test_what_is_personal_is_protected():
    tools = make_tools(locales=("en",))
    await told([review(body="Obrigado, Ana Souza.")], tools)
    assert {source.protected for source, _, _ in tools.localizer.sources} == {("Ana Souza",)}


async def test_kinds_and_priority():
    tools = make_tools(locales=("en",))
    await told([review()], tools)
    assert [(source.kind, priority) for source, _, priority in tools.localizer.sources] == [
        (FieldKind.REVIEW_TITLE, Priority.REVIEW),
        (FieldKind.REVIEW, Priority.REVIEW),
    ]


async def test_two_reviews_of_one_listing_do_not_touch_each_other():
    (_, second, gone), states = await told(
        [review(version=9), review(review_id="R-2", version=1), review(operation="delete", version=10)]
    )
    assert second.dropped is None
    assert {output.key for output in gone.outputs} == {"R-1"}
    assert states["R-1"].deleted
    assert not states["R-2"].deleted


async def test_stale_repeated_changed_and_deleted_reviews():
    events = [
        review(version=2),
        review(version=1),
        review(version=2),
        review(version=2, rating=5),
        review(version=3, target_locales=("en",)),
        review(version=4, operation="delete"),
        review(version=3),
        review(version=4, operation="delete"),
    ]
    outcomes, states = await told(events)
    assert [o.dropped for o in outcomes] == [
        None,
        Drop.STALE,
        Drop.DUPLICATE,
        None,
        None,
        None,
        Drop.STALE,
        Drop.DUPLICATE,
    ]
    assert "same_version_other_content" in outcomes[3].warnings
    shrunk = {topic: output.value for topic, output in by_topic(outcomes[4]).items()}
    assert shrunk["review-localized.de"] is None
    assert shrunk["review-localized.en"] is not None
    assert sorted(by_topic(outcomes[5])) == ["review-localized.de", "review-localized.en", "review-localized.pt-BR"]
    assert all(output.value is None for output in outcomes[5].outputs)
    assert states["R-1"].version == 4


async def test_an_unknown_review_that_is_deleted_stays_away():
    (unseen, tombstone, stale), _ = await told(
        [review(version=3, operation="delete"), Tombstone("R-9"), review(version=2)]
    )
    assert (unseen.dropped, tombstone.dropped, stale.dropped) == (Drop.UNCHANGED, Drop.UNCHANGED, Drop.STALE)


async def test_refusal_and_time_out():
    with pytest.raises(Refused) as refused:
        await REVIEW_AGENT.localize(review(target_locales=("it",)), make_tools())
    assert refused.value.reason is Reason.LOCALE_NOT_SERVED
    with pytest.raises(RequestTimeout):
        await REVIEW_AGENT.localize(review(), make_tools(failure=RequestTimeout("late")))


async def test_an_opinion_is_called_preserved_only_between_languages_whose_words_are_known():
    assert judges_opinions("pt-BR", "en")
    assert not judges_opinions("pt-BR", "eo")
    assert not judges_opinions(None, "en")
