"""Formats: what CLDR rules decide, never a model."""

from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency

from schemas.events import Price
from schemas.locales import parse_locale


def price_display(price: Price, locale: str) -> str:
    """Return a price as readers of the locale write it (`R$ 1.299,90`); the currency is never converted.

    The amount keeps at least the decimals its currency has and all that it was given.
    """
    amount = Decimal(price.amount)
    exponent = amount.as_tuple().exponent
    given = -exponent if isinstance(exponent, int) else 0
    known = cldr(locale)
    shown = format_currency(amount, price.currency, locale=known)
    usual = format_currency(Decimal(0), price.currency, locale=known)
    digits = sum(char.isdigit() for char in usual) - 1
    if given <= digits or amount == round(amount, digits):
        return shown
    return format_currency(amount, price.currency, locale=known, decimal_quantization=False)


def cldr(locale: str) -> Locale:
    """The locale as CLDR knows it; a valid combination without data (`en-CN`) reads like its language."""
    tag = parse_locale(locale)
    try:
        return Locale.parse(str(tag), sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(tag.language)
