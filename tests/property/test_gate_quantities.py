"""Whatever CLDR writes in one locale and another for the same quantity passes; one digit changed is refused."""

from datetime import date, time
from decimal import Decimal

from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from localization.gate.case import Case
from localization.gate.quantities.laws import changes_dates, changes_money, changes_numbers
from localization.gate.quantities.weighing import Findings, weigh
from localization.text.numerals import rewrite

LOCALES = [
    "en-US",
    "en-GB",
    "pt-BR",
    "pt-PT",
    "es",
    "es-MX",
    "fr",
    "de",
    "it",
    "nl",
    "pl",
    "cs",
    "sv",
    "da",
    "fi",
    "nb",
    "ro",
    "hu",
    "tr",
    "ru",
    "uk",
    "el",
    "ar",
    "he",
    "hi",
    "ja",
    "ko",
    "zh-CN",
    "zh-TW",
    "vi",
    "id",
    "th",
]
locales = st.sampled_from(LOCALES)
amounts = st.decimals(min_value=Decimal(2), max_value=Decimal(9_999_999), places=2)


def case(source, own, shown, target):
    return Case(source=source, translation=shown, source_locale=own, target_locale=target)


@settings(max_examples=150, deadline=None)
@given(amounts, locales, locales)
def test_a_number_in_another_locales_writing_passes(amount, own, target):
    assume(amount % 1 != 0)
    source, shown = (format_decimal(amount, locale=one.replace("-", "_")) for one in (own, target))
    assert weigh(case(f"({source})", own, f"({shown})", target)) == Findings()


@settings(max_examples=150, deadline=None)
@given(amounts, st.sampled_from(["EUR", "GBP", "BRL", "INR", "PLN", "TRY"]), locales, locales)
def test_money_in_another_locales_writing_passes_and_other_money_does_not(amount, currency, own, target):
    write = [format_currency(amount, currency, locale=one.replace("-", "_")) for one in (own, target)]
    assert weigh(case(write[0], own, write[1], target)) == Findings()
    other = format_currency(amount, "SEK", locale=target.replace("-", "_"))
    assert changes_money(case(write[0], own, other, target))


@settings(max_examples=150, deadline=None)
@given(st.dates(date(1990, 1, 1), date(2039, 12, 31)), st.sampled_from(["medium", "long"]), locales, locales)
def test_a_date_in_another_locales_writing_passes_and_another_year_does_not(day, width, own, target):
    source, shown = (format_date(day, width, locale=one.replace("-", "_")) for one in (own, target))
    assert weigh(case(source, own, shown, target)) == Findings()
    other = format_date(day.replace(year=day.year + 3, day=1), width, locale=target.replace("-", "_"))
    assert changes_dates(case(source, own, other, target)) or changes_numbers(case(source, own, other, target))


@settings(max_examples=100, deadline=None)
@given(st.times(), locales, locales)
def test_a_time_in_another_locales_writing_passes_and_another_hour_does_not(moment, own, target):
    at, later = time(moment.hour, moment.minute), time((moment.hour + 5) % 24, moment.minute)
    source, shown, other = (
        format_time(one, "short", locale=where.replace("-", "_"))
        for one, where in ((at, own), (at, target), (later, target))
    )
    assert weigh(case(source, own, shown, target)) == Findings()
    assert weigh(case(source, own, other, target)) != Findings()


@settings(max_examples=150, deadline=None)
@given(st.integers(2, 99_999), st.data(), locales, locales)
def test_any_changed_digit_is_refused(number, data, own, target):
    digits = str(number)
    at = data.draw(st.integers(0, len(digits) - 1))
    digit = data.draw(st.sampled_from([one for one in "123456789" if one != digits[at]]))
    assert changes_numbers(case(f"({number})", own, f"({digits[:at]}{digit}{digits[at + 1 :]})", target))


@given(st.decimals(min_value=Decimal(1), max_value=Decimal(99_999), places=2), locales, locales)
def test_a_rewritten_numeral_is_worth_the_same(amount, own, target):
    source = format_decimal(amount, locale=own.replace("-", "_"), decimal_quantization=False)
    assume(source.isascii())
    assert weigh(case(f"({source})", own, f"({rewrite(source, own, target)})", target)) == Findings()
