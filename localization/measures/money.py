"""Money in the reader's currency, by a table of dated rates and by nothing else.

The table is the operator's file (`localization.rates`), TOML:

    base = "EUR"
    date = 2026-11-20
    [rates]            # what one unit of the base buys
    USD = 1.0832
    BRL = 6.1205
"""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec
from babel.core import get_global
from msgspec import Struct

from localization.measures.formats import price_display
from schemas.errors import OperatorError
from schemas.events import Price
from schemas.locales import cldr_of, parse_locale

# Digits of a converted amount; the currency's own number of decimals is what is shown.
_DIGITS: Final = Decimal("0.0001")


class Rates(Struct, frozen=True, forbid_unknown_fields=True):
    """What one unit of `base` bought of each currency on `date`; currencies are ISO 4217."""

    base: str
    date: date
    rates: dict[str, Decimal]

    def converted(self, price: Price, currency: str) -> Price | None:
        """Return a price in another currency, or None where the table does not know one of the two."""
        known = {**self.rates, self.base: Decimal(1)}
        if price.currency not in known or currency not in known:
            return None
        amount = Decimal(price.amount) / known[price.currency] * known[currency]
        return Price(f"{amount.quantize(_DIGITS):f}", currency)


def read_rates(path: Path) -> Rates:
    """Read a table of rates; raises OperatorError with one line that says what is wrong with the file."""
    try:
        rates = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Rates, strict=False)
    except msgspec.ValidationError as error:
        shape = 'base = "EUR", date = 2026-11-20, and a table [rates] with USD = 1.0832'
        raise OperatorError(f"cannot read rates from {path}: {error}; write {shape}") from error
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OperatorError(f"cannot read rates from {path}: {error}") from error
    wrong = next((code for code, rate in rates.rates.items() if rate <= 0 or not code.isupper()), None)
    if wrong is not None:
        raise OperatorError(f"rates in {path}: {wrong} needs an ISO 4217 name and a positive rate")
    return rates


def currency_of(locale: str) -> str | None:
    """The currency in which readers of a locale pay, by CLDR; None where the locale names no territory."""
    territory = parse_locale(locale).territory
    known = get_global("territory_currencies").get(territory or "", ())
    return next((code for code, _start, end, tender in known if end is None and tender), None)


def converted_display(price: Price, locale: str, rates: Rates) -> str | None:
    """A price in the reader's own currency with the day of its rate (`≈ R$ 123,45 (2026-11-20)`).

    None where it is in that currency already, where no currency is the locale's own, or where no rate is known.
    """
    currency = currency_of(locale)
    if currency is None or currency == price.currency:
        return None
    told = rates.converted(price, currency)
    if told is None:
        return None
    rounded = Price(f"{Decimal(told.amount):.{_decimals(currency)}f}", currency)
    return f"≈ {price_display(rounded, str(cldr_of(locale)).replace('_', '-'))} ({rates.date.isoformat()})"


def _decimals(currency: str) -> int:
    fractions = get_global("currency_fractions")
    return int(fractions.get(currency, fractions["DEFAULT"])[0])
