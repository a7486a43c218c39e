"""Whatever a text is, detection answers, within its own bounds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from localization.detection.detector import Detector
from localization.detection.identify import identify
from localization.detection.noise import wording

SERVED = ("en", "pt-BR", "pt-PT", "es", "zh-CN", "zh-TW", "ja", "sr", "ar")
DETECTOR = Detector(SERVED)
WORDS = st.sampled_from(
    [
        "the",
        "soft",
        "camisa",
        "muito",
        "telemóvel",
        "это",
        "товар",
        "这件",
        "免運費",
        "かわいい",
        "무료",
        "قميص",
        "13",
        "iPhone",
        "<b>",
        "😍",
        ".",
    ]
)


@settings(deadline=None)  # whoever is first loads the models
@given(st.one_of(st.lists(st.text(max_size=60), max_size=3), st.lists(st.lists(WORDS).map(" ".join), max_size=3)))
def test_a_guess_is_one_of_those_served_or_nobody(texts):
    guess = DETECTOR.guess(texts)
    assert guess.locale is None or guess.locale in SERVED
    assert 0.0 <= guess.probability <= 1.0 + 1e-9
    assert 0.0 <= guess.language_probability <= 1.0 + 1e-9
    assert (guess.language is None) == (guess.script is None)
    assert DETECTOR.guess(texts) == guess


@settings(deadline=None)  # whoever is first loads the models
@given(st.text())
def test_a_language_is_named_only_where_words_are_left(text):
    found = identify(text)
    assert 0.0 <= found.probability <= 1.0 + 1e-9
    assert found.language is None or any(map(str.isalpha, wording(text)))
