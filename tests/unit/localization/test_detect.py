import pytest

from localization.detect import Detector

LOCALES = ("en", "pt-BR", "es", "fr", "de", "zh-CN")


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("The cotton shirt feels soft and keeps its shape after many washes.", "en"),
        ("A camisa de algodão é macia e mantém a forma depois de muitas lavagens.", "pt-BR"),
        ("La camisa es suave y mantiene la forma después de muchos lavados.", "es"),
        ("La chemise est douce et garde sa forme après de nombreux lavages.", "fr"),
        ("Das Hemd ist weich und behält nach vielen Wäschen seine Form.", "de"),
        ("这件棉衬衫柔软舒适，多次洗涤后仍能保持形状。", "zh-CN"),
    ],
)
def test_prose_in_a_language_served_is_found(text, locale):
    guess = Detector(LOCALES).guess([text])
    assert guess.locale == locale
    assert guess.probability > 0.9


@pytest.mark.parametrize(
    "text",
    ["", "12345", "👍", "https://example.com", "Футболка мягкая и тёплая", "この商品はとても良いです", "القميص ناعم"],
)
def test_nothing_to_go_by_or_another_script_is_nobodys(text):
    guess = Detector(LOCALES).guess([text])
    assert (guess.locale, guess.probability) == (None, 0.0)


def test_markup_and_codes_do_not_vote():
    texts = [
        '<p class="the best of the">Camisa</p>',
        "WH-1000 https://the.best.of/the",
        "Camisa macia de algodão para homens",
    ]
    assert Detector(LOCALES).guess(texts).locale == "pt-BR"


def test_a_language_the_detector_does_not_know_is_never_guessed():
    assert Detector(("haw",)).guess(["He kukui kēia no ka hale"]).locale is None
