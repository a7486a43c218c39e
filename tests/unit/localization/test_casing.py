import pytest

from localization.casing import Casing, casing_of, to_model, to_reader


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
