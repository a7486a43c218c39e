import pytest

from localization.protection.masking import mask
from localization.text.worth import worth_translating


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "12345",
        "10 x 20 cm",
        "1.5 kg",
        "👍👍",
        "https://a.b/c",
        "XL",
        "USB",
        "WH-1000XM4",
        "a@b.co",
        "€ 20",
        "3/4",
        "P/M/G",
        "50 %",
        '12" L x 8" W x 4" H',
        "30cm (A) x 20cm (L) x 10cm (P)",
    ],
)
def test_what_says_nothing_is_not_worth_a_model(text):
    assert not worth_translating(mask(text, ()).text)


@pytest.mark.parametrize("text", ["red", "Saia", "10 cm long", "USB cable", "红色", "não", "é bom", "100% cotton"])
def test_a_word_is_worth_it(text):
    assert worth_translating(mask(text, ()).text)
