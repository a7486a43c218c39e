"""Names and values of attributes that are told by a table."""

import pytest

from localization.localizer import FieldKind
from localization.text.labels import _tables, headed, told
from schemas.outputs import LocalizedField
from tests.unit.localization.fakes import FakePool, localized

LANGUAGES = ("en", "pt", "es", "fr", "de")


@pytest.mark.parametrize(
    ("text", "kind", "pair", "shown"),
    [
        ("Manga", "attribute_name", ("pt-BR", "en-US"), "Sleeve"),
        ("Manga", "attribute_value", ("pt-BR", "en-US"), None),
        ("Manga", "html", ("pt-BR", "en-US"), None),
        ("Manga", "cell", ("pt-BR", "en-US"), "Sleeve"),
        ("Preto", "cell", ("pt-BR", "en-US"), "Black"),
        ("Cor: Preto", "cell", ("pt-BR", "en-US"), "Color: Black"),
        ("COR:", "html", ("pt-BR", "en-GB"), "COLOUR:"),
        ("Chest (cm)", "attribute_name", ("en", "pt-BR"), "Peito (cm)"),
        ("Hip (cm)", "attribute_name", ("en", "pt-PT"), "Anca (cm)"),
        ("Novo", "attribute_value", ("pt-BR", "en"), "New"),
        ("preto / branca", "attribute_value", ("pt-BR", "en"), "black / white"),
        ("Preto/Xadrez", "attribute_value", ("pt-BR", "en"), None),
        ("Cor: Preto, Azul marinho", "bullet", ("pt-BR", "en"), "Color: Black, Navy blue"),
        ("Cor: Preto", "title", ("pt-BR", "en"), None),
        ("Estados Unidos", "attribute_value", ("pt-BR", "de"), "Vereinigte Staaten"),
        ("Jersey", "attribute_value", ("en", "pt-BR"), None),
        ("Color", "attribute_name", ("en", "ja"), None),
        ("Größe", "attribute_name", ("de", "fr"), "Taille"),
    ],
)
def test_what_a_label_is_told_as(text, kind, pair, shown):
    assert told(text, kind, *pair) == shown


def test_a_name_before_a_colon_is_told_and_the_rest_is_left():
    assert headed("Cons: noisy, heavy.", "review", "en", "pt-BR") == ("Contras: ", "noisy, heavy.")
    assert headed("Nothing: noisy.", "review", "en", "pt-BR") is None
    assert headed("Cons: noisy", "title", "en", "pt-BR") is None


@pytest.mark.parametrize("table", ["names", "values"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_form_of_a_language_means_one_thing(table, language):
    forms = [form.casefold() for concept in _tables()[table].values() for form in concept[language].split("|")]
    assert sorted(set(forms)) == sorted(forms)


async def test_labels_ask_no_model_and_what_stands_behind_one_is_asked_alone():
    pool = FakePool({"noisy and heavy.": "barulhento e pesado."})
    assert await localized(pool, "Black/White", FieldKind.ATTRIBUTE_VALUE) == LocalizedField(
        "Preto/Branco", "generated"
    )
    field = await localized(pool, "Cons: noisy and heavy.", FieldKind.REVIEW)
    assert (field.text, field.origin) == ("Contras: barulhento e pesado.", "model")
    assert [text for text, _ in pool.asked] == ["noisy and heavy."]
    bold = await localized(pool, "<p>Condition: <b>Brand New</b></p>", FieldKind.HTML)
    assert bold == LocalizedField("<p>Condição: <b>Novo</b></p>", "generated")
    assert await localized(pool, "Black", FieldKind.ATTRIBUTE_VALUE, protected=("Black",)) == LocalizedField(
        "Black", "copied"
    )


async def test_a_label_before_a_measure_needs_no_model():
    pool = FakePool()
    field = await localized(pool, "<p>Peso: 1,5 kg</p>", FieldKind.HTML, locale="pt-BR", target="en-US")
    assert (field.text, field.origin, pool.asked) == ("<p>Weight: 1.5 kg (3.3 lb)</p>", "generated", [])


async def test_names_and_values_stand_alone_in_the_cells_of_a_table():
    pool = FakePool()
    html = "<table><tbody><tr><th>Manga</th><td>Preto</td></tr></tbody></table>"
    field = await localized(pool, html, FieldKind.HTML, locale="pt-BR", target="en-US")
    assert (field.text, pool.asked) == ("<table><tbody><tr><th>Sleeve</th><td>Black</td></tr></tbody></table>", [])
    await localized(pool, "<p>Manga</p>", FieldKind.HTML, locale="pt-BR", target="en-US")
    assert [text for text, _ in pool.asked] == ["manga"]
