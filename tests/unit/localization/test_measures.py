import re
from datetime import date
from decimal import Decimal

import pytest

from localization.measures import mains, sizes, units
from localization.measures.money import Rates, converted_display, currency_of, read_rates
from localization.measures.written import rewritten
from schemas.errors import OperatorError
from schemas.events import Price
from schemas.outputs import Measurement


@pytest.mark.parametrize(
    ("text", "locale", "shown"),
    [
        ("It is 30 cm long and weighs 2.5 kg.", "en-US", "It is 30 cm (11.8 in) long and weighs 2.5 kg (5.5 lb)."),
        ("A box of 10 x 20 x 5 cm.", "en-US", "A box of 10 x 20 x 5 cm (3.9 x 7.9 x 2 in)."),
        ("10-20 cm (adjustable)", "en-US", "10-20 cm (3.9-7.9 in) (adjustable)"),
        ("Holds 1,500 ml at 40 °C", "en-US", "Holds 1,500 ml (50.7 fl oz) at 40 °C (104°F)"),
        ("(30 cm high)", "en-US", "(30 cm / 11.8 in high)"),
        ("Tem 5 ft e 12 polegadas", "pt-BR", "Tem 5 ft (1,5 m) e 12 polegadas (30,5 cm)"),
        ('Caixa de 6.1" nova', "pt-BR", 'Caixa de 6.1" (15,5 cm) nova'),
        ("Bildschirm mit 27 Zoll", "de", "Bildschirm mit 27 Zoll (68,6 cm)"),
        ("Длина 6,1 дюйма", "ru", "Длина 6,1 дюйма (15,5 см)"),
        ("长度6.1英寸的", "zh-CN", "长度6.1英寸 (15.5厘米)的"),
        ("長さは6.1インチで", "ja", "長さは6.1インチ (15.5 cm)で"),
        ('De 4,7" a 6,8" de largura', "pt-BR", 'De 4,7" (11,9 cm) a 6,8" (17,3 cm) de largura'),
        ('5" x 7" e 12 cm x 8 cm', "pt-BR", '5" x 7" (12,7 x 17,8 cm) e 12 cm x 8 cm'),
        ("-20 to 60 °C", "en-US", "-20 to 60 °C (-4 to 140°F)"),
        ("de 5 a 10 polegadas", "pt-BR", "de 5 a 10 polegadas (12,7 a 25,4 cm)"),
        ("10*5*3 cm", "en-US", "10*5*3 cm (3.9*2*1.2 in)"),
        ("-10°C to 45°C", "en-US", "-10°C (14°F) to 45°C (113°F)"),
        ("A 500 g bag", "en-US", "A 500 g (17.6 oz) bag"),
    ],
)
def test_measures_are_told_in_the_readers_system_too(text, locale, shown):
    assert units.annotated(text, locale) == shown


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("It is 30 cm long.", "de"),
        ("It is 12 in long.", "en-US"),
        ("30 cm (11.8 in)", "en-US"),
        ("30 cm / 11.8 in", "en-US"),
        ("A 3.5 mm jack", "en-US"),
        ("5 m/s and 5G and 2 in 1", "en-US"),
        ("3 in stock, 2 in 1", "en-GB"),
        ('He said "size 5" and left', "en-GB"),
        ("10 miles", "en-GB"),
        ("WH-1000XM4 has 4 GB", "en-US"),
        ("nothing", "en-US"),
        ("Cabo de 1,5 m (5 ft)", "pt-BR"),
        ("pesa 174 g (6,1 oz)", "pt-BR"),
        ("TV de 55 polegadas", "pt-BR"),
        ('Tela de 6,5" e aro 15 pol.', "pt-BR"),
        ("屏幕6.1英寸的", "zh-CN"),
        ("laptops de 13-15 polegadas", "pt-BR"),
        ("10*5*3cm/3,94*1,97*1,18in", "pt-BR"),
        ("50mm f/1.8 and 52 mm lens", "en-US"),
        ("M8 x 30mm, 12 mm bolts", "en-US"),
    ],
)
def test_what_needs_no_telling_stays(text, locale):
    assert units.annotated(text, locale) == text


def test_measurements_name_each_measure_once_in_the_readers_form():
    found = units.measurements(["10 x 20 in and 5 lb", "5 lb again, 2.5 kg"], "en", "pt-BR")
    assert found == (
        Measurement("10 x 20 in", "10 x 20 pol. (25,4 x 50,8 cm)"),
        Measurement("5 lb", "5 lb (2,3 kg)"),
        Measurement("2.5 kg", "2,5 kg"),
    )


@pytest.mark.parametrize(
    ("text", "locale", "display"),
    [
        ("Works with 110 V", "de-DE", "⚠ Deutschland: 230 V, 50 Hz, C/F"),
        ("220 V", "de-DE", "Deutschland: 230 V, 50 Hz, C/F"),
        ("100-240V adapter", "pt-BR", "Brasil: 127/220 V, 60 Hz, C/N"),
        ("127/220V", "pt-BR", "Brasil: 127/220 V, 60 Hz, C/N"),
        ("220 volts", "pt-BR", "⚠ Brasil: 127/220 V, 60 Hz, C/N"),
        ("100 V", "ja-JP", "日本: 100 V, 50/60 Hz, A/B"),
    ],
)
def test_a_mains_voltage_is_told_with_the_readers_own(text, locale, display):
    assert [note.display for note in mains.notes([text], locale)] == [display]


@pytest.mark.parametrize(
    ("text", "locale"), [("12 V", "de-DE"), ("400 V", "de-DE"), ("220 V", "de"), ("120 VR", "de-DE")]
)
def test_other_voltages_and_readers_without_a_country_get_no_note(text, locale):
    assert mains.notes([text], locale) == ()


@pytest.mark.parametrize(
    ("text", "locale", "shown"),
    [
        ("Men's running shoes EU 42", "en-US", [("EU 42", "US 8.5")]),
        ("Women's boots, US 7.5", "pt-BR", [("US 7.5", "BR 36")]),
        ("Damen Kleid EU 38", "pt-BR", [("EU 38", "BR 40")]),
        ("Herren Schuhe EU 42", "fr-FR", []),
        ("Shoes EU 42", "en-US", []),
        ("Women's dress and shoes EU 38", "en-US", []),
        ("Women's shoes 38", "en-US", []),
        ("Women's shoes EU 38 cm", "en-US", []),
    ],
)
def test_a_size_is_told_only_where_nothing_is_guessed(text, locale, shown):
    found = sizes.notes([text], [], "en", locale)
    assert [(one.source, one.display) for one in found] == shown
    assert all(one.kind == "size" for one in found)


def test_brazilian_letters_are_read_in_a_size_from_brazil_only():
    attributes = [("Tamanho", "P, GG"), ("Cor", "G")]
    assert sizes.notes([], attributes, "pt-BR", "en-US") == (
        Measurement("P", "S", "size"),
        Measurement("GG", "XL", "size"),
    )
    assert sizes.notes([], attributes, "pt-PT", "en-US") == ()
    assert sizes.notes([], attributes, "pt-BR", "pt-BR") == ()


def test_every_row_of_a_size_table_is_as_long_as_its_others():
    tables = sizes._sizes()
    for table in (tables.women_shoes, tables.men_shoes, tables.women_clothing, tables.letters):
        assert len({len(column) for column in table.values()}) == 1
    assert set(tables.systems["shoes"].values()) | {"EU"} <= set(tables.women_shoes) & set(tables.men_shoes)
    assert set(tables.systems["clothing"].values()) | {"EU"} <= set(tables.women_clothing)


RATES = """
base = "EUR"
date = 2026-11-20
[rates]
USD = 1.0832
BRL = "6.1205"
"""


def test_money_is_converted_by_the_dated_rate_and_by_nothing_else(tmp_path):
    path = tmp_path / "rates.toml"
    path.write_text(RATES)
    rates = read_rates(path)
    assert converted_display(Price("108.32", "USD"), "de-DE", rates) == "≈ 100,00\xa0€ (2026-11-20)"
    assert converted_display(Price("10", "EUR"), "pt-BR", rates) == "≈ R$\xa061,20 (2026-11-20)"
    assert converted_display(Price("10", "EUR"), "de-DE", rates) is None
    assert converted_display(Price("10", "EUR"), "ja-JP", rates) is None
    assert converted_display(Price("10", "GBP"), "pt-BR", rates) is None
    assert converted_display(Price("10", "EUR"), "pt", rates) is None


def test_the_currency_is_that_of_the_territory():
    assert [currency_of(tag) for tag in ("pt-BR", "pt-PT", "de-CH", "ja-JP", "en")] == [
        "BRL",
        "EUR",
        "CHF",
        "JPY",
        None,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "base = 1",
        'base = "EUR"\ndate = 2026-11-20\n[rates]\nusd = 1',
        'base="EUR"\ndate=2026-11-20\n[rates]\nUSD=0',
        "[",
    ],
)
def test_a_wrong_table_of_rates_is_told_in_one_line(tmp_path, text):
    path = tmp_path / "rates.toml"
    path.write_text(text)
    with pytest.raises(OperatorError, match=re.escape(str(path))):
        read_rates(path)


def test_rates_keep_their_digits():
    rates = Rates("EUR", date(2026, 11, 20), {"BRL": Decimal("6.1205")})
    told = rates.converted(Price("0.01", "BRL"), "EUR")
    assert told is not None
    assert told.amount == "0.0016"


@pytest.mark.parametrize(
    ("shown", "written", "pair", "read"),
    [
        ("Retractable sofa 2,10m", "Sofá retrátil 2,10m", ("pt-BR", "en-US"), "Retractable sofa 2.10m"),
        ("Chaleira 1.7L Bluetooth 5.2", "1.7L kettle, Bluetooth 5.2", ("en", "pt-BR"), "Chaleira 1,7L Bluetooth 5.2"),
        ("1,5 kg", "1,5 kg", ("pt-BR", "en-US"), "1.5 kg"),
        ("5.000 mAh for 10,5 %", "5.000 mAh por 10,5 %", ("pt-BR", "en-US"), "5,000 mAh for 10.5 %"),
        ("1.2 lbs", "1.2 lbs", ("en-US", "pt-BR"), "1,2 lbs"),
        ("2.5 liters", "2,5 litros", ("pt-BR", "en-US"), "2.5 liters"),
        ("1,500 ml", "1.500 ml", ("pt-BR", "en-US"), "1,500 ml"),
        ("10.5 x", "10.5 x", ("en-US", "en-GB"), "10.5 x"),
    ],
)
def test_numbers_of_measures_that_a_model_copied_are_written_as_readers_do(shown, written, pair, read):
    assert rewritten(shown, written, *pair) == read
