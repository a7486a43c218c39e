import pytest

from localization.detection.regions import RegionBasis, areas_of, region_of, signs_seen


@pytest.mark.parametrize(
    ("text", "served", "locale"),
    [
        ("Grey jumper in your favourite colour", ("en-US", "en-GB"), "en-GB"),
        ("Gray sweater in your favorite color", ("en-GB", "en-US"), "en-US"),
        ("Favourite colour", ("en-US", "en-AU"), "en-AU"),
        ("Your customized jewelry", ("en-GB", "en-US"), "en-US"),
        ("Estamos a preparar a sua encomenda", ("pt-BR", "pt-PT"), "pt-PT"),
        ("Estamos preparando seu pedido", ("pt-PT", "pt-BR"), "pt-BR"),
        ("Si queréis, elegid el color", ("es-MX", "es-ES"), "es-ES"),
        ("Playera y chamarra de mezclilla", ("es-ES", "es-MX"), "es-MX"),
        ("Remera y campera", ("es-ES", "es-MX", "es-AR"), "es-AR"),
        ("Vuestro ordenador", ("es-MX", "es"), "es"),
        ("Courriel et magasinage", ("fr", "fr-CA"), "fr-CA"),
        ("Grösse und Strasse", ("de-DE", "de-CH"), "de-CH"),
        ("呢件衫好靚，質素唔錯", ("zh-TW", "zh-HK"), "zh-HK"),
    ],
)
def test_spelling_and_words_name_the_region(text, served, locale):
    found = region_of(text, served)
    assert (found.locale, found.basis) == (locale, RegionBasis.EVIDENT)


@pytest.mark.parametrize(
    ("text", "served"),
    [
        ("A shirt", ("en-GB", "en-US")),
        ("They promised an exercise and a surprise", ("en-US", "en-GB")),
        ("An oversized prize", ("en-GB", "en-US")),
        ("Uma camisa", ("pt-PT", "pt-BR")),
        ("Ez egy ing", ("hu", "hu-HU")),
    ],
)
def test_without_a_sign_the_first_one_served_is_assumed(text, served):
    found = region_of(text, served)
    assert (found.locale, found.basis) == (served[0], RegionBasis.ASSUMED)


def test_signs_against_all_that_is_served_are_a_fallback():
    assert region_of("O meu telemóvel", ("pt-BR",)) == region_of("O meu telemóvel", ("pt-BR", "pt-BR"))
    assert region_of("O meu telemóvel", ("pt-BR",)).basis is RegionBasis.FALLBACK


def test_a_region_without_words_of_its_own_uses_its_neighbours():
    assert areas_of("es-CL") == {"419"}
    assert areas_of("es-MX") == {"MX", "419"}
    assert areas_of("en-NZ") == {"GB"}
    assert areas_of("pt-AO") == {"PT"}
    assert areas_of("pt") == frozenset()
    assert areas_of("zh-CN") == frozenset()


def test_signs_are_counted_once_each():
    assert signs_seen("colour colour COLOUR favourite", "en") == {"GB": 2}
    assert signs_seen("colour", "ko") == {}
