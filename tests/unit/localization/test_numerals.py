import pytest

from localization.text.numerals import readings, rewrite, value


@pytest.mark.parametrize(
    ("numeral", "locale", "worth"),
    [
        ("1,299.99", "en", "1299.99"),
        ("1.299,99", "pt-BR", "1299.99"),
        ("1.299", "pt-BR", "1299"),
        ("1.299", "en", "1.299"),
        ("1.5", "pt-BR", "1.5"),
        ("2,5", "en", "2.5"),
        ("1\u00a0249,90", "fr", "1249.90"),
        ("802.11.5", "en", "802.11.5"),
        ("12000", "de", "12000"),
        ("1,249,90", "pt-BR", "1.249.90"),
        ("3.5", "en-CN", "3.5"),
    ],
)
def test_a_numeral_is_worth_what_its_locale_says(numeral, locale, worth):
    assert value(numeral, locale) == worth


@pytest.mark.parametrize(
    ("text", "source", "target", "shown"),
    [
        ("$1,299.99", "en", "pt-BR", "$1.299,99"),
        ("R$ 1.299,90", "pt-BR", "en", "R$ 1,299.90"),
        ("R$ 49.90", "pt-BR", "en", "R$ 49.90"),
        ("€ 12,50", "en", "pt-BR", "€ 12,50"),
        ("12000 kg", "en", "de", "12000 kg"),
        ("2.5 x 3.75 in", "en", "pt-BR", "2,5 x 3,75 in"),
        ("$5.00", "en", "zh-CN", "$5.00"),
    ],
)
def test_separators_follow_the_target_where_the_source_is_unambiguous(text, source, target, shown):
    assert rewrite(text, source, target) == shown


@pytest.mark.parametrize(
    ("numeral", "locale", "worth"),
    [
        ("1.500", "de", {"1500"}),
        ("1.500", "fr", {"1.500", "1500"}),
        ("1,50,000", "hi", {"150000"}),
        ("1,50,000.5", "en-IN", {"150000.5"}),
        ("12'500", "de-CH", {"12500"}),
        ("1.5", "pt-BR", {"1.5"}),
        ("802.11.5", "en", {"802.11.5"}),
    ],
)
def test_a_numeral_that_breaks_its_locales_rule_may_be_meant_by_any_other(numeral, locale, worth):
    assert readings(numeral, locale) == worth
