import pytest

from agents.audience import audience, serving

SERVED = ("en", "pt-BR", "zh-CN")


@pytest.mark.parametrize(
    ("tag", "served", "expected"),
    [
        ("pt-BR", SERVED, "pt-BR"),
        ("pt", SERVED, "pt-BR"),
        ("pt_br", SERVED, "pt-BR"),
        ("en-GB", SERVED, "en"),
        ("en-GB", ("en-US", "en-GB", "en"), "en-GB"),
        ("en-GB", ("en-US", "en"), "en"),
        ("en-GB", ("en-US", "en-AU"), "en-US"),
        ("zh", SERVED, "zh-CN"),
        ("zh-Hans-SG", SERVED, "zh-CN"),
        ("zh-TW", SERVED, None),
        ("zh-Hant", SERVED, None),
        ("it", SERVED, None),
    ],
)
def test_the_nearest_locale_of_the_same_written_language_answers(tag, served, expected):
    assert serving(tag, served) == expected


def test_what_is_asked_for_is_answered_once_and_in_order():
    found = audience(("pt", "en-GB", "pt-BR", "en"), SERVED)
    assert found.locales == ("pt-BR", "en")
    assert found.warnings == ()


@pytest.mark.parametrize("wanted", [None, ()])
def test_asking_for_nothing_asks_for_all(wanted):
    assert audience(wanted, SERVED).locales == SERVED


def test_a_locale_that_is_not_served_is_named():
    found = audience(("it", "en", "IT", "sv"), SERVED)
    assert found.locales == ("en",)
    assert found.warnings == ("locale_not_served:it", "locale_not_served:sv")
