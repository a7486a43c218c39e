from typing import get_args

import pytest

from localization.logistics.phrases import CarrierText, _carrier_texts, carrier_text, curated
from localization.logistics.wording import PHRASE_LOCALES, wording
from schemas.outputs import CanonicalStatus

TEXTS = [(language, text) for language, table in _carrier_texts().items() for text in table]


def test_six_languages_have_forty_sentences_each():
    tables = _carrier_texts()
    assert set(tables) == {"en", "pt", "es", "fr", "de", "zh"}
    assert min(map(len, tables.values())) >= 40


@pytest.mark.parametrize(
    ("text", "language", "says"),
    [
        ("Held at customs", "en", CarrierText("customs_processing", True)),
        ("HELD AT CUSTOMS.", "en", CarrierText("customs_processing", True)),
        ("Destinatário ausente!", "pt", CarrierText("recipient-absent", False)),
        ("已 签收", "zh", CarrierText("delivered", True)),
        ("Not delivered", "en", None),
        ("Held at customs in Curitiba", "en", None),
        ("Held at customs", "pt", None),
        ("", "en", None),
    ],
)
def test_only_a_whole_text_says_what_the_table_says(text, language, says):
    assert carrier_text(text, language) == says


def test_whatever_a_text_says_has_words_in_every_locale():
    said = {carrier_text(text, language) for language, text in TEXTS}
    assert {one.says for one in said if one.status} <= set(get_args(CanonicalStatus))
    for locale in PHRASE_LOCALES:
        shown = [curated(one, locale) for one in said]
        assert all(shown)
        assert len(set(shown)) == len(shown)


def test_delivered_is_said_by_few_and_by_no_attempt():
    said = {text for language, text in TEXTS if carrier_text(text, language) == CarrierText("delivered", True)}
    assert len(said) <= 16
    assert not any(word in text for text in said for word in ("not", "não", "nicht", "non", "未", "attempt", "tent"))


def test_the_words_are_those_of_the_catalogue():
    assert curated(CarrierText("delivered", True), "de-AT") == wording("de").words("delivered").headline
