"""What a person said is shown: for a whole field, for a sentence of it, in HTML, and where no model is."""

from datetime import UTC, datetime
from typing import cast

import pytest

from inference.pool import Pool
from inference.requests import Priority
from localization.localizer import FieldKind, Localizer, Source
from localization.memory import Memory
from schemas.outputs import Correction
from schemas.report import MemoryUsed
from schemas.settings import LocalizationSettings
from tests.unit.localization.fakes import FakePool

MODEL_SAYS = {"It works well.": "Funciona bem.", "The cord is short.": "O fio é curto."}


def said(text, correction, source="en", target="pt-BR"):
    return Correction(
        kind="listing",
        source_id="L-1",
        source_locale=source,
        locale=target,
        source_text=text,
        correction=correction,
        actor_role="seller",
        at=datetime(2026, 3, 4, tzinfo=UTC),
    )


@pytest.fixture
def shop():
    """A localizer, its pool, its memory and what it reported."""
    pool, memory, reports = FakePool(MODEL_SAYS), Memory(100), []

    async def localize(text, kind=FieldKind.TEXT, target="pt-BR", source="en"):
        return await tool.localize(Source(text, kind, source), target, Priority.LISTING)

    tool = Localizer(cast("Pool", pool), LocalizationSettings(), "p1", reports.append, memory)
    return localize, pool, memory.corrections, reports


async def test_a_whole_field_reads_as_a_person_said(shop):
    localize, pool, corrections, reports = shop
    corrections.take(said("It works well. The cord is short.", "Funciona; cabo curto."))
    field = await localize(" It works well. The cord is short.\n")
    assert (field.text, field.origin, field.model, field.warnings) == ("Funciona; cabo curto.", "human", None, ())
    assert pool.asked == []
    assert [report.kind for report in reports if isinstance(report, MemoryUsed)] == ["correction"]


async def test_a_sentence_reads_as_a_person_said_beside_one_of_the_models(shop):
    localize, pool, corrections, _ = shop
    corrections.take(said("The cord is short.", "O cabo é curto."))
    field = await localize("It works well. The cord is short.")
    assert (field.text, field.origin) == ("Funciona bem. O cabo é curto.", "model")
    assert (await localize("It works well. The cord is short.")).origin == "memory"
    assert [text for text, _ in pool.asked] == ["It works well."]
    corrections.take(said("It works well.", "Vai bem."))
    field = await localize("It works well. The cord is short.")
    assert (field.text, field.origin, field.model) == ("Vai bem. O cabo é curto.", "human", None)


async def test_in_html_it_is_text_and_never_more(shop):
    localize, _, corrections, _ = shop
    corrections.take(said("The cord is short.", "Cabo <script>x</script> & curto"))
    field = await localize("<p>The cord is short.</p>", FieldKind.HTML)
    assert (field.origin, "<script>" in field.text, "&amp; curto" in field.text) == ("human", False, True)
    corrections.take(
        said("<p onclick='x'>The cord is short.</p>", "<p onclick='y'>Cabo <b>curto</b><script>z</script></p>")
    )
    field = await localize("<p onclick='x'>The cord is short.</p>", FieldKind.HTML)
    assert (field.text, field.origin) == ("<p>Cabo <b>curto</b></p>", "human")


async def test_people_need_no_model(shop):
    localize, _, corrections, _ = shop
    assert (await localize("The cord is short.", target="fr")).warnings == ("pair_unavailable",)
    corrections.take(said("The cord is short.", "Le câble est court.", target="fr"))
    assert (await localize("The cord is short.", target="fr")).text == "Le câble est court."


async def test_withdrawn_it_is_the_models_turn_again(shop):
    localize, pool, corrections, _ = shop
    corrections.take(said("The cord is short.", "O cabo é curto."))
    assert (await localize("The cord is short.")).origin == "human"
    withdrawn = said("The cord is short.", None)
    corrections.take(withdrawn)
    assert (await localize("The cord is short.")).text == "O fio é curto."
    assert len(pool.asked) == 1
