"""Formats: what CLDR rules decide, never a model."""

from decimal import Decimal

from babel.numbers import format_currency

from schemas.events import Price
from schemas.locales import cldr_of


def price_display(price: Price, locale: str) -> str:
    """Return a price as readers of the locale write it (`R$ 1.299,90`); the currency is never converted.

    The amount keeps at least the decimals its currency has and all that it was given.
    """
    amount = Decimal(price.amount)
    exponent = amount.as_tuple().exponent
    given = -exponent if isinstance(exponent, int) else 0
    known = cldr_of(locale)
    shown = format_currency(amount, price.currency, locale=known)
    usual = format_currency(Decimal(0), price.currency, locale=known)
    digits = sum(char.isdigit() for char in usual) - 1
    if given <= digits or amount == round(amount, digits):
        return shown
    return format_currency(amount, price.currency, locale=known, decimal_quantization=False)
