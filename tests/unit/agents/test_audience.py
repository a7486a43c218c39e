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
        ("en-GB", ("en-US", "en-AU"), "en-AU"),
        ("en-CA", ("en-US", "en"), "en"),
        ("es-MX", ("es-ES", "es-AR", "es"), "es"),
        ("es-MX", ("es-ES", "es-AR"), "es-AR"),
        ("es-MX", ("es", "es-419"), "es-419"),
        ("pt-AO", ("pt-BR", "pt-PT"), "pt-PT"),
        ("pt-PT", ("en", "pt-BR"), "pt-BR"),
        ("zh-Hant-TW", ("zh-CN", "zh-TW"), "zh-TW"),
        ("zh-HK", ("zh-CN", "zh-TW"), "zh-TW"),
        ("zh-Hans-CN", ("zh-TW", "zh-CN"), "zh-CN"),
        ("nb-NO", ("no",), "no"),
        ("sr-Latn", ("sr",), None),
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


def test_a_reader_answered_in_the_words_of_another_region_is_named():
    found = audience(("pt-PT", "es-MX", "en-GB"), ("pt-BR", "es", "en"))
    assert found.locales == ("pt-BR", "es", "en")
    assert found.warnings == ("region_fallback:pt-PT",)
