import pytest

from schemas.locales import UnknownLocale, fallback_chain, parse_locale


@pytest.mark.parametrize(
    ("tag", "chain"),
    [
        ("es-MX", ("es-MX", "es-419", "es")),
        ("es-ES", ("es-ES", "es")),
        ("pt-PT", ("pt-PT", "pt")),
        ("pt_br", ("pt-BR", "pt")),
        ("pt-AO", ("pt-AO", "pt-PT", "pt")),
        ("en-AU", ("en-AU", "en-001", "en")),
        ("en-DE", ("en-DE", "en-150", "en-001", "en")),
        ("en-US", ("en-US", "en")),
        ("zh-TW", ("zh-TW", "zh-Hant")),
        ("zh-Hant-TW", ("zh-Hant-TW", "zh-TW", "zh-Hant")),
        ("zh-MO", ("zh-MO", "zh-HK", "zh-Hant")),
        ("zh-Hans-CN", ("zh-Hans-CN", "zh-CN", "zh")),
        ("sr-Latn-RS", ("sr-Latn-RS", "sr-Latn")),
        ("nb", ("nb", "no")),
        ("ht", ("ht",)),
        ("fr", ("fr",)),
    ],
)
def test_a_tag_falls_back_by_the_parents_of_cldr(tag, chain):
    assert fallback_chain(tag) == chain


@pytest.mark.parametrize("tag", ["zh-TW", "zh-HK", "zh-Hant", "zh-Hant-MO"])
def test_traditional_characters_never_fall_back_to_simplified_ones(tag):
    assert not {"zh", "zh-CN", "zh-Hans"} & set(fallback_chain(tag))


@pytest.mark.parametrize(
    ("tag", "canonical"), [("iw", "he"), ("in-ID", "id-ID"), ("eng", "en"), ("POR-br", "pt-BR"), ("cmn-TW", "zh-TW")]
)
def test_a_retired_or_longer_code_of_a_language_is_its_short_one(tag, canonical):
    assert str(parse_locale(tag)) == canonical


@pytest.mark.parametrize("tag", ["", "xx-YY", "klingon", "en-XX-1", "root"])
def test_what_names_no_language_is_refused(tag):
    with pytest.raises(UnknownLocale):
        fallback_chain(tag)
