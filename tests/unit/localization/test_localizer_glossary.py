"""A glossary on its way through the localizer, with a pool that answers from a table."""

from typing import cast

import pytest

from inference.pool import Pool
from inference.requests import Decoding, Priority
from localization.localizer import FieldKind, Localizer, Source
from localization.protection.glossary import Entry, Glossary
from schemas.errors import OperatorError
from schemas.settings import LocalizationSettings
from tests.unit.localization.fakes import FakePool

PILLOW = Entry("en", "pt-BR", "throw pillow", "almofada")


def localizer(pool: FakePool, *entries: Entry) -> Localizer:
    return Localizer(cast("Pool", pool), LocalizationSettings(), "p1", glossary=Glossary(entries))


async def localized(pool: FakePool, text: str, *entries: Entry, kind: FieldKind = FieldKind.TEXT):
    return await localizer(pool, *entries).localize(Source(text, kind, "en"), "pt-BR", Priority.LISTING)


async def test_the_model_is_asked_with_the_fixed_translation_written_in():
    pool = FakePool({"I love my new almofada.": "Adoro minha nova almofada."})
    field = await localized(pool, "I love my new throw pillow.", PILLOW)
    assert (field.text, field.origin, field.warnings) == ("Adoro minha nova almofada.", "model", ())


async def test_a_translation_that_the_model_lost_is_stood_in_for_the_second_time():
    pool = FakePool(
        {
            "I love my new almofada.": "Adoro meu novo sapo.",
            "I love my new QK710.": "Adoro meu novo QK710.",
        }
    )
    field = await localized(pool, "I love my new throw pillow.", PILLOW)
    assert (field.text, field.warnings) == ("Adoro meu novo almofada.", ())
    assert [decoding for _, decoding in pool.asked] == [Decoding.GREEDY, Decoding.SECOND]


async def test_a_text_that_only_misses_a_term_is_shown_and_marked():
    pool = FakePool(
        {"I love my new almofada.": "Adoro meu novo sapo.", "I love my new QK710.": "Adoro meu novo."},
    )
    tool = localizer(pool, PILLOW)
    source = Source("I love my new throw pillow.", FieldKind.TEXT, "en")
    for origin in ("model", "memory"):
        field = await tool.localize(source, "pt-BR", Priority.LISTING)
        assert (field.text, field.origin, field.warnings) == ("Adoro meu novo sapo.", origin, ("glossary_missed",))
    assert len(pool.asked) == 2


async def test_a_text_that_is_a_term_needs_no_model():
    pool = FakePool()
    field = await localized(pool, "Throw pillow", PILLOW, kind=FieldKind.ATTRIBUTE_VALUE)
    assert (field.text, field.origin, field.model) == ("Almofada", "glossary", None)
    assert pool.asked == []


async def test_a_name_that_stays_is_stood_in_for():
    pool = FakePool({"The new QK710 is loud.": "O novo QK710 é alto."})
    field = await localized(pool, "The new SonicWave is loud.", Entry("en", "pt-BR", "SonicWave", "SonicWave"))
    assert field.text == "O novo SonicWave é alto."


async def test_a_new_glossary_asks_again_for_what_it_touches_and_for_nothing_else():
    pool = FakePool(
        {"Nothing of it stays here.": "Nada disso fica aqui.", "I love my new almofada.": "Adoro minha almofada."}
    )
    tool = localizer(pool, PILLOW)
    texts = ("Nothing of it stays here.", "I love my new throw pillow.")
    for text in texts:
        await tool.localize(Source(text, FieldKind.TEXT, "en"), "pt-BR", Priority.LISTING)
    tool.glossary = Glossary([PILLOW, Entry("en", "pt-BR", "cushion", "coxim")])
    for text in texts:
        field = await tool.localize(Source(text, FieldKind.TEXT, "en"), "pt-BR", Priority.LISTING)
        assert field.origin == "memory"
    pool.answers = {"I love my new coxim.": "Adoro meu novo coxim."}
    tool.glossary = Glossary([Entry("en", "pt-BR", "throw pillow", "coxim")])
    origins = [
        (await tool.localize(Source(text, FieldKind.TEXT, "en"), "pt-BR", Priority.LISTING)).origin for text in texts
    ]
    assert origins == ["memory", "model"]


def test_a_glossary_with_a_fault_ends_the_start(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text("en,pt-BR\ncase,\n")
    with pytest.raises(OperatorError, match="line 2"):
        Localizer(cast("Pool", FakePool()), LocalizationSettings(glossary=path), "p1")


async def test_a_word_that_is_a_brand_elsewhere_is_a_word():
    pool = FakePool({"The ring is adjustable and fits well.": "O anel é ajustável e serve bem."})
    source = Source("The ring is adjustable and fits well.", FieldKind.TEXT, "en", ("Ring",))
    field = await localizer(pool).localize(source, "pt-BR", Priority.LISTING)
    assert (field.text, field.warnings) == ("O anel é ajustável e serve bem.", ())
