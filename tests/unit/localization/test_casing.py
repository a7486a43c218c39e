import pytest

from localization.text.casing import Casing, casing_of, to_model, to_reader


@pytest.mark.parametrize(
    ("text", "casing"),
    [
        ("BUY NOW", Casing.CAPITALS),
        ("CORRA!", Casing.CAPITALS),
        ("USB", Casing.AS_WRITTEN),
        ("QK710 XL", Casing.AS_WRITTEN),
        ("Battery Life", Casing.LABEL),
        ("Saia", Casing.LABEL),
        ("Country of Origin", Casing.LABEL),
        ("Great product!", Casing.AS_WRITTEN),
        ("Great product", Casing.AS_WRITTEN),
        ("Charger QK710", Casing.AS_WRITTEN),
        ("", Casing.AS_WRITTEN),
    ],
)
def test_how_a_text_is_written(text, casing):
    assert casing_of(text) is casing


def test_capitals_are_asked_as_a_sentence_and_shown_as_capitals():
    assert to_model("BUY QK710 NOW!", Casing.CAPITALS) == "Buy QK710 now!"
    assert to_reader("Compre QK710 já!", "BUY QK710 NOW!", Casing.CAPITALS) == "COMPRE QK710 JÁ!"


def test_a_label_is_asked_small_and_shown_with_a_capital():
    assert to_model("Battery Life USB", Casing.LABEL) == "battery life USB"
    assert to_reader("duração da bateria", "Battery Life", Casing.LABEL) == "Duração da bateria"
    assert to_model("Cor", Casing.LABEL, again=True) == "cor."
    assert to_reader("color.", "Cor", Casing.LABEL, again=True) == "Color"


def test_a_sentence_keeps_its_capital_and_a_name_its_small_letter():
    assert to_reader("the shelf", "A prateleira", Casing.AS_WRITTEN, again=True) == "The shelf"
    assert to_reader("iPhone cover", "Capa iPhone", Casing.AS_WRITTEN) == "iPhone cover"
    assert to_reader("a box", "uma caixa", Casing.AS_WRITTEN) == "a box"


PT_EN, EN_PT = ("pt", "en"), ("en", "pt")


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Bicicleta Aro 29 Freio A Disco", "Bicicleta aro 29 freio a disco"),
        ("Capinha Anti-Impacto Moto G52", "Capinha anti-impacto Moto G52"),
        ("Capinha Anti-Impacto Moto QK711", "Capinha anti-impacto Moto QK711"),
        ("Caixa De Som USB Tipo C QK710 Preta", "Caixa de som USB tipo C QK710 preta"),
        ("Jaqueta Masculina Inverno Tamanho M", "Jaqueta masculina inverno tamanho M"),
        ("Azeite Extra Virgem Espanha 500ml", "Azeite extra virgem Espanha 500ml"),
    ],
)
def test_a_title_is_asked_as_a_sentence_and_shown_as_a_title_of_english(written, asked):
    assert casing_of(written) is Casing.TITLE
    assert to_model(written, Casing.TITLE, languages=PT_EN) == asked
    assert to_model(written, Casing.TITLE, again=True, languages=PT_EN) == written
    assert to_reader("Rim bike 29 with anti-theft QK710", written, Casing.TITLE, languages=PT_EN) == (
        "Rim Bike 29 with Anti-Theft QK710"
    )


def test_titles_of_other_languages_are_left_as_they_are_because_names_would_lose_their_capitals():
    assert to_model("Case for Samsung Galaxy Phones", Casing.TITLE, languages=EN_PT) == "Case for Samsung Galaxy Phones"
    assert to_reader("Capa para celular", "Case for Samsung Galaxy Phones", Casing.TITLE, languages=EN_PT) == (
        "Capa para celular"
    )


@pytest.mark.parametrize(
    "text",
    [
        "This Works well in Rain and Snow 2",
        "Buy It Now At Our Shop Today 2!",
        "Garden Hose 15m",
    ],
)
def test_what_is_no_title(text):
    assert casing_of(text) is not Casing.TITLE


@pytest.mark.parametrize(
    ("output", "label", "languages", "shown"),
    [
        ("a cor", "Color", EN_PT, "Cor"),
        ("O tipo", "Type", EN_PT, "Tipo"),
        ("the guide", "Guia", PT_EN, "Guide"),
        ("o tamanho", "The Size", EN_PT, "O tamanho"),
        ("um tamanho", "One Size", EN_PT, "Um tamanho"),
        ("A4", "Format", EN_PT, "A4"),
        ("a", "Letter", EN_PT, "A"),
    ],
)
def test_a_label_gets_no_article_that_its_source_has_not(output, label, languages, shown):
    assert to_reader(output, label, Casing.LABEL, languages=languages) == shown


def test_a_label_with_a_country_is_asked_as_written():
    assert to_model("Made in Italy", Casing.LABEL, languages=EN_PT) == "Made in Italy"
    assert to_model("Tamanho P", Casing.LABEL, languages=PT_EN) == "tamanho P"
    assert to_model("Made in Steel", Casing.LABEL, languages=EN_PT) == "made in steel"


@pytest.mark.parametrize(
    ("output", "source", "shown"),
    [
        ("Black / White", "Preto/Branco", "Black/White"),
        ("Black / White", "Preto / Branco", "Black / White"),
        ("front / back and 'x'", "frente/verso e 'x'", "front/back and 'x'"),
        ("Women 's shoes", "Sapatos femininos", "Women's shoes"),
        ("it says 'so'", "diz 'isso'", "it says 'so'"),
        ("Fabric 180 g/m2, M2", "Tecido 180 g/m², M2", "Fabric 180 g/m², M2"),
        ("Easy - no tools", "Fácil – sem ferramentas", "Easy – no tools"),
        ("A - b - c", "A – b", "A - b - c"),
        ("Lixo (em inglês).", "Junk.", "Lixo."),
        ("Caixa (em couro)", "Box (leather)", "Caixa (em couro)"),
    ],
)
def test_what_a_model_puts_in_goes_out(output, source, shown):
    assert to_reader(output, source, Casing.AS_WRITTEN) == shown


def test_marks_are_asked_once_and_shown_as_often_as_they_were_written():
    assert to_model("Maravilhoso!!!!! Vai??? Quê?!?!", Casing.AS_WRITTEN) == "Maravilhoso! Vai? Quê?!"
    assert to_reader("Wonderful! Going? What?!", "Maravilhoso!!!!! Vai??? Quê?!?!", Casing.AS_WRITTEN) == (
        "Wonderful!!!!! Going??? What?!?!"
    )
    assert to_reader("Wonderful. Going?", "Maravilhoso!!! Vai???", Casing.AS_WRITTEN) == "Wonderful. Going?"


def test_an_ordinal_gets_its_sign():
    written = "3rd one, 10th generation"
    assert (
        to_reader("3o que tenho, 10a geração", written, Casing.AS_WRITTEN, languages=EN_PT)
        == "3º que tenho, 10ª geração"
    )
    assert to_reader("Modelo 3a", "Model 3a", Casing.AS_WRITTEN, languages=EN_PT) == "Modelo 3a"
