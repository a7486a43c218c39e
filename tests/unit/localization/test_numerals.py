import pytest

from localization.numerals import rewrite, same_numbers, value


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
    ("source", "shown"),
    [
        ("It holds 1.7 liters", "Tem 1,7 litro"),
        ("It holds 1.7 liters", "Tem 1.7 litro"),
        ("1,500 points", "1.500 pontos"),
        ("I bought two for 30 days", "Comprei 2 por 30 dias"),
        ("Only 3 of 5 left", "Só três de 5"),
        ("The first one", "O 1º"),
        ("no digits at all", "nenhum dígito"),
        ("10 cm and 2 kg", "10 cm e 2 kg"),
    ],
)
def test_the_same_numbers_may_be_written_another_way(source, shown):
    assert same_numbers(source, "en", shown, "pt-BR")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("99.3 cm", "90,3 cm"),
        ("1,500 points", "1,500 pontos"),
        ("from 120 to 89", "de 89 para 120"),
        ("10 cm and 2 kg", "10 kg e 2 cm"),
        ("10 cm", "10 mm"),
        ("30 days", "3 dias"),
        ("30 days", "dias"),
        ("days", "30 dias"),
        ("only 1 left", "só 11"),
        ("2 of 2", "2"),
        ("5 W", "5 kW"),
    ],
)
def test_other_numbers_are_found_out(source, shown):
    assert not same_numbers(source, "en", shown, "pt-BR")
