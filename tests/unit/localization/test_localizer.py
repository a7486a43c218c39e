"""The whole way of a text with a pool that answers from a table."""

import asyncio
import re
from typing import cast

import pytest

from inference.pool import Pool
from inference.requests import Decoding, PairUnavailable, PoisonText, PoolDead, Priority, RequestTimeout, SegmentTooLong
from localization.localizer import FieldKind, Localizer, Source
from schemas.outputs import LocalizedField
from schemas.reasons import Warn
from schemas.report import GateJudged, MemoryUsed
from schemas.settings import LocalizationSettings
from tests.unit.localization.fakes import FakePool, backwards, localized, localizer


async def test_each_sentence_is_a_request_and_the_layout_stays():
    pool = FakePool({"Soft and warm.": "Macio e quente.", "Made in Italy.": "Feito na Itália."})
    field = await localized(pool, "- Soft and warm.  Made in Italy.\n\n")
    assert field == LocalizedField("- Macio e quente.  Feito na Itália.\n\n", "model", (), "fake@v1")
    assert [text for text, _ in pool.asked] == ["Soft and warm.", "Made in Italy."]


async def test_protected_spans_and_prices_come_through():
    pool = FakePool({"The QK710 bell costs 731.": "A campainha QK710 custa 731."})
    field = await localized(pool, "The Ring bell costs $1,299.90.", protected=("Ring",))
    assert field.text == "A campainha Ring custa $1.299,90."


@pytest.mark.parametrize(
    "text", ["", " ", "-", "12345", "👍👍", "https://a.b/c", "WH-1000XM4", "XL", "10 x 20 cm", "a@b.co"]
)
@pytest.mark.parametrize(("locale", "target"), [("en", "pt-BR"), ("en", "de"), (None, "de")])
async def test_what_says_nothing_is_copied_without_a_warning(text, locale, target):
    pool = FakePool()
    assert await localized(pool, text, locale=locale, target=target) == LocalizedField(text, "copied")
    assert pool.asked == []


@pytest.mark.parametrize(("locale", "target"), [("en-US", "en-GB"), ("pt-PT", "pt-BR"), ("en", "en")])
async def test_the_same_language_is_copied(locale, target):
    assert await localized(FakePool(), "A nice box.", locale=locale, target=target) == LocalizedField(
        "A nice box.", "copied"
    )


async def test_an_unknown_language_and_a_missing_pair_are_marked():
    text = "A nice\u200b box."
    assert await localized(FakePool(), text, locale=None) == LocalizedField(text, "copied", (Warn.LANGUAGE_UNCERTAIN,))
    assert await localized(FakePool(), text, target="de") == LocalizedField(text, "copied", (Warn.PAIR_UNAVAILABLE,))


async def test_mojibake_is_repaired_and_marked():
    pool = FakePool({"Café para você.": "Coffee for you."})
    field = await localized(pool, "CafÃ© para vocÃª.", locale="pt-BR", target="en")
    assert (field.text, field.warnings) == ("Coffee for you.", (Warn.MOJIBAKE_REPAIRED,))


async def test_html_keeps_its_tree_and_a_lost_pair_is_cut_at_its_tags():
    html = "<ul><li>A <b>big</b> box.</li><li><i>One</i> more &amp; done.</li></ul>"
    pool = FakePool(
        {
            "A QK710 big QK711 box.": "Uma caixa QK710 grande QK711.",
            "QK710 One QK711 more & done.": "Mais um e pronto.",
            "one": "Um",
            "more & done.": "mais & pronto.",
        }
    )
    field = await localized(pool, html, FieldKind.HTML)
    assert field.text == "<ul><li>Uma caixa <b>grande</b>.</li><li><i>Um</i> mais &amp; pronto.</li></ul>"
    assert (field.origin, field.warnings) == ("model", ())


async def test_html_is_cleaned_even_where_it_is_copied():
    html = "<p onclick=x>A nice box.</p><script>x()</script>"
    for target in ("de", "en-GB"):
        field = await localized(FakePool(), html, FieldKind.HTML, target=target)
        assert field.text == "<p>A nice box.</p>"
        assert Warn.HTML_CLEANED in field.warnings


async def test_html_that_only_looks_different_is_copied_byte_for_byte():
    html = "<p>A caf&eacute;<br/>box"
    assert await localized(FakePool(), html, FieldKind.HTML, target="en-GB") == LocalizedField(html, "copied")


async def test_capitals_are_asked_as_a_sentence():
    pool = FakePool({"Buy it now!": "Compre agora!"})
    assert (await localized(pool, "BUY IT NOW!")).text == "COMPRE AGORA!"


async def test_a_refused_translation_is_asked_once_more_in_another_way():
    def answer(text, decoding):
        return (
            re.sub("Keep for", "Guarde por", text).replace("days", "dias") if decoding is Decoding.SECOND else "Guarde."
        )

    pool = FakePool(answer)
    field = await localized(pool, "Keep for 30 days")
    assert (field.text, field.origin) == ("Guarde por 30 dias", "model")
    assert pool.asked == [("Keep for 30 days", Decoding.GREEDY), ("Keep for 731 days", Decoding.SECOND)]


async def test_one_refused_sentence_makes_the_whole_field_the_source():
    reports = []
    pool = FakePool(lambda text, _decoding: "" if "bad" in text else "Muito bom.")
    field = await localized(pool, "Very good. Very bad.", reports=reports)
    assert field == LocalizedField("Very good. Very bad.", "copied", (Warn.GATE_EMPTY,))
    assert GateJudged("pt-BR", Warn.GATE_EMPTY) in reports
    assert [decoding for text, decoding in pool.asked if "bad" in text] == [Decoding.GREEDY, Decoding.SECOND]


async def test_a_price_only_update_runs_no_model():
    reports = []
    pool = FakePool({"Now for 731 only.": "Agora por apenas 731."})
    tool = localizer(pool, reports.append)
    texts = ["A nice box. Now for $20 only.", "A nice box. Now for $1,500.50 only."]
    first, second = [
        await tool.localize(Source(text, FieldKind.TEXT, "en"), "pt-BR", Priority.LISTING) for text in texts
    ]
    assert len(pool.asked) == 2
    assert (first.origin, second.origin) == ("model", "memory")
    assert second.text.endswith("Agora por apenas $1.500,50.")
    assert second.model == "fake@v1"
    assert [report.kind for report in reports if isinstance(report, MemoryUsed)] == ["miss", "miss", "exact", "exact"]


async def test_a_refusal_is_remembered_but_a_new_model_is_asked():
    pool = FakePool(lambda _text, _decoding: "")
    tool = localizer(pool)
    source = Source("A nice box.", FieldKind.TEXT, "en")
    for _ in range(2):
        assert (await tool.localize(source, "pt-BR", Priority.LISTING)).warnings == (Warn.GATE_EMPTY,)
    assert len(pool.asked) == 2
    pool.version = "v2"
    await tool.localize(source, "pt-BR", Priority.LISTING)
    assert len(pool.asked) == 4


async def test_what_is_too_long_is_parted_and_never_cut_off():
    pieces = {
        "It is soft and warm,": "É macio e quente,",
        "but it is also very light;": "mas também é muito leve;",
        "we like it,": "nós gostamos,",
        "and you will like it too.": "e você também vai gostar.",
    }
    pool = FakePool(lambda text, _decoding: pieces.get(text, SegmentTooLong("too long")))
    field = await localized(pool, " ".join(pieces))
    assert (field.text, field.origin) == (" ".join(pieces.values()), "model")
    assert [asked for asked, _ in pool.asked[-4:]] == list(pieces)


async def test_what_is_too_long_and_has_no_border_is_the_source():
    pool = FakePool(lambda _text, _decoding: SegmentTooLong("too long"))
    field = await localized(pool, "x" * 400)
    assert field == LocalizedField("x" * 400, "copied", (Warn.SEGMENT_TOO_LONG,))


@pytest.mark.parametrize(
    ("error", "warning"), [(PoisonText("p"), Warn.POISON_TEXT), (PairUnavailable("p"), Warn.PAIR_UNAVAILABLE)]
)
async def test_a_text_the_model_fails_on_is_the_source_and_asked_again_next_time(error, warning):
    pool = FakePool(lambda _text, _decoding: error)
    tool = localizer(pool)
    for asked in (1, 2):
        field = await tool.localize(Source("A nice box.", FieldKind.TEXT, "en"), "pt-BR", Priority.LISTING)
        assert field == LocalizedField("A nice box.", "copied", (warning,))
        assert len(pool.asked) == asked


@pytest.mark.parametrize("error", [RequestTimeout("late"), PoolDead("dead")])
async def test_what_says_nothing_about_the_text_is_raised_as_it_is(error):
    pool = FakePool(lambda text, _decoding: error if "bad" in text else "Bom.")
    with pytest.raises(type(error)):
        await localized(pool, "One good. Two bad. Three good.")


async def test_cancelling_withdraws_every_request_of_the_field():
    asked, withdrawn = asyncio.Semaphore(0), []

    class Hanging(FakePool):
        async def translate(self, text, **_):
            asked.release()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                withdrawn.append(text)
                raise

    task = asyncio.create_task(localized(Hanging(), "One box. Two boxes."))
    for _ in range(2):
        await asked.acquire()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(withdrawn) == ["One box.", "Two boxes."]


def test_detection_asks_the_producer_then_the_settings_then_the_text():
    texts = ["A camisa de algodão é macia e mantém a forma depois de muitas lavagens."]
    said = localizer(FakePool()).detect(texts, "fr")
    assert (said.locale, said.confidence, said.declared) == ("fr", 1.0, True)
    fixed = localizer(FakePool(), default_source_locale="de").detect(texts, None)
    assert (fixed.locale, fixed.declared) == ("de", False)
    found = localizer(FakePool()).detect(texts, None)
    assert (found.locale, found.declared) == ("pt-BR", False)
    assert found.confidence > 0.9
    assert (said.notes, fixed.notes, found.notes) == ((), (), ())
    unsure = localizer(FakePool(), detect_confidence=1.0).detect(["ok"], None)
    assert unsure.locale is None


def test_a_text_in_two_languages_or_of_another_region_is_noted():
    mixed = localizer(FakePool()).detect(["Great product. Muy buena calidad, me encantó."], None)
    assert mixed.notes == ("mixed_language",)
    elsewhere = localizer(FakePool()).detect(["Capa para telemóvel com portes grátis"], None)
    assert (elsewhere.locale, elsewhere.notes) == ("pt-BR", ("region_fallback",))


def test_settings_terms_are_protected_too():
    settings = LocalizationSettings(protected_terms=("Shark",))
    pool = FakePool({"A QK710 brush": "Uma escova QK710"})
    tool = Localizer(cast("Pool", pool), settings, "p1")
    field = asyncio.run(tool.localize(Source("A Shark brush", FieldKind.TITLE, "en"), "pt-BR", Priority.LISTING))
    assert field.text == "Uma escova Shark"


async def test_a_remembered_second_reading_that_does_not_fit_another_code_is_made_anew() -> None:
    """Its stand-ins for plain numbers are chosen from what the text does not hold, and here one text holds 731."""

    def answer(text: str, decoding: Decoding) -> str:
        if decoding is Decoding.GREEDY:
            return "Guarde."
        return text.replace("keeps for", "guarda por").replace("days", "dias").replace("model", "modelo")

    pool = FakePool(answer)
    one = localizer(pool)
    for code in ("AB-12", "AB-731"):
        shown = await one.localize(
            Source(f"The model {code} keeps for 30 days", FieldKind.TEXT, "en"), "pt-BR", Priority.LISTING
        )
        assert shown.origin == "model", (code, shown, pool.asked)
        assert code in shown.text
        assert "30 dias" in shown.text


async def test_what_readers_see_of_a_tag_is_localized_too():
    pool = FakePool({"Red shoe": "Sapato vermelho", "buy now": "comprar", "A box.": "Uma caixa."})
    html = '<p title="Buy now">A box.</p><img src="https://x.example/a.jpg" alt="Red shoe">'
    field = await localized(pool, html, FieldKind.HTML)
    assert field.text == '<p title="Comprar">Uma caixa.</p><img src="https://x.example/a.jpg" alt="Sapato vermelho">'
    assert field.origin == "model"
    only = await localized(pool, '<img src="https://x.example/a.jpg" alt="Red shoe">', FieldKind.HTML)
    assert (only.text, only.origin) == ('<img src="https://x.example/a.jpg" alt="Sapato vermelho">', "model")


async def test_a_refused_tooltip_stays_alone_as_it_was():
    pool = FakePool(lambda text, _how: "comprar 3" if "buy" in text else "Uma caixa.")
    field = await localized(pool, '<p title="buy 2 now">A box.</p>', FieldKind.HTML)
    assert field.text == '<p title="buy 2 now">Uma caixa.</p>'
    assert (field.origin, field.warnings) == ("model", (Warn.GATE_PROTECTED,))


async def test_what_sellers_shorten_is_asked_in_whole_words_and_copied_as_written():
    pool = FakePool({"Cabo com carregador": "Cable with charger"})
    field = await localized(pool, "Cabo c/ carregador", FieldKind.TITLE, locale="pt-BR", target="en")
    assert field.text == "Cable with charger"
    refused = await localized(
        FakePool(lambda _text, _how: ""), "Cabo c/ carregador", FieldKind.TITLE, locale="pt-BR", target="en"
    )
    assert (refused.text, refused.origin) == ("Cabo c/ carregador", "copied")


async def test_a_sentence_refused_twice_is_asked_in_its_clauses():
    whole = "The first part of it holds 12 cups in a box, and the second part of it holds 30 more of them."
    pool = FakePool(lambda text, _how: backwards(text) if len(text) < 60 else "Nada.")
    field = await localized(pool, whole)
    assert field.origin == "model"
    assert "12" in field.text
    assert "30" in field.text


@pytest.mark.parametrize(
    ("kind", "text", "pair", "shown"),
    [
        (FieldKind.ATTRIBUTE_VALUE, "1,5 kg", ("pt-BR", "en-US"), "1.5 kg (3.3 lb)"),
        (FieldKind.ATTRIBUTE_VALUE, "1.2 lbs", ("en-US", "pt-BR"), "1,2 lbs (0,54 kg)"),
        (FieldKind.ATTRIBUTE_VALUE, "250 g", ("en", "en-US"), "250 g"),
        (FieldKind.TITLE, "R$ 1.299,90", ("pt-BR", "en-US"), "R$ 1,299.90"),
        (
            FieldKind.HTML,
            "<ul><li>1,5 kg</li><li>90 cm</li></ul>",
            ("pt-BR", "en-US"),
            "<ul><li>1.5 kg</li><li>90 cm</li></ul>",
        ),
    ],
)
async def test_a_bare_measure_is_written_as_readers_do_without_a_model(kind, text, pair, shown):
    pool = FakePool()
    field = await localized(pool, text, kind, locale=pair[0], target=pair[1])
    assert field == LocalizedField(shown, "copied" if shown == text else "generated", field.warnings)
    assert pool.asked == []
