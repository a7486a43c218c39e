import pytest

from localization.detection.han import read_han
from localization.detection.identify import identify


@pytest.mark.parametrize(
    ("text", "language", "script"),
    [
        ("Questo prodotto è molto buono e lo consiglio a tutti.", "it", "Latn"),
        ("Frete grátis", "pt", "Latn"),
        ("Sehr gut", "de", "Latn"),
        ("この商品はとても良いです", "ja", "Kana"),
        ("무료 배송", "ko", "Hang"),
        ("免费送货", "zh", "Hani"),
        ("Δωρεάν αποστολή", "el", "Grek"),
        ("จัดส่งฟรี", "th", "Thai"),
        ("משלוח חינם לכל הארץ", "he", "Hebr"),
        ("THIS IS A RATHER LONG SENTENCE ABOUT WHAT WE SELL", "en", "Latn"),
    ],
)
def test_a_language_is_named_whoever_is_served(text, language, script):
    found = identify(text)
    assert (found.language, found.script) == (language, script)
    assert found.probability > 0.7


@pytest.mark.parametrize("text", ["", "12345", "👍 !!", "https://example.com/the/best", "<p></p>", "{count} %s :name"])
def test_text_without_words_has_no_language(text):
    assert identify(text).language is None
    assert identify(text).probability == 0.0


def test_chinese_of_hong_kong_is_no_japanese():
    assert read_han("這部掃描器的驅動程式可以在這裏找到").language == "zh"
    assert read_han("選挙開票速報").language == "ja"
