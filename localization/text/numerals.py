"""Numerals: what a number in a text is worth in a locale, and how it is written in another.

Separators come from CLDR (Babel). A numeral is read strictly by its own locale's rule first; one that breaks that rule
(`1.5` in Portuguese) by the opposite rule; one that breaks both (`802.11.5`) is worth only itself.
"""

import re
from functools import lru_cache
from typing import Final

from babel.numbers import get_decimal_symbol, get_group_symbol
from msgspec import Struct

from schemas.locales import own_cldr

NUMERAL: Final = re.compile(r"\d+(?:[.,\u00a0\u202f'’]\d+)*")
# Unit symbols that are the same in every Latin-script locale, so that a number must keep the one it had.
_UNITS: Final = (
    r"mAh|kWh|[kMG]?Hz|[kMGT]B|[MG]bps|mm|cm|dm|km|kg|mg|ml|cl|kW|Wh|mV|mA|Ah|dB|rpm|fps|MP|px|dpi|lm|lx|kPa|Pa|bar"
    r"|Nm|°C|°F|[mglLWVAKNJ%]"
)
MEASURE: Final = re.compile(rf"({NUMERAL.pattern})[\s\u00a0]?({_UNITS})(?![\w°])")
# Spaces that CLDR may name as a group separator, as they are typed.
_SPACES: Final = frozenset("\u00a0\u202f \u2009")


class Symbols(Struct, frozen=True):
    """A locale's decimal and group separators."""

    decimal: str
    group: str


@lru_cache(maxsize=1024)
def symbols(locale: str) -> Symbols:
    """Return the separators of a BCP-47 locale; of its language where CLDR has no such locale."""
    cldr = own_cldr(locale)
    return Symbols(".", ",") if cldr is None else Symbols(get_decimal_symbol(cldr), get_group_symbol(cldr))


def _reading(numeral: str, decimal: str, group: str) -> str | None:
    """The value as plain digits with a point, or None where the numeral is not written by this rule."""
    head, point, fraction = numeral.partition(decimal)
    if point and not fraction.isdecimal():
        return None
    groups = (
        re.split(r"[\u00a0\u202f\u2009 ]", head)
        if group in _SPACES
        else head.replace("’", "'").split(group.replace("’", "'"))
    )
    if len(groups) > 1 and not _is_grouped([len(part) for part in groups]):
        return None
    digits = "".join(groups)
    if not digits.isdecimal():
        return None
    return f"{digits}.{fraction}" if point else digits


def _is_grouped(sizes: list[int]) -> bool:
    """Whether digits are grouped by thousands (1,500,000), or as in India by hundreds above them (15,00,000)."""
    if not 1 <= sizes[0] <= 3 or sizes[-1] != 3:
        return False
    return all(size == 3 for size in sizes[1:]) or (sizes[0] <= 2 and all(size == 2 for size in sizes[1:-1]))


@lru_cache(maxsize=65_536)
def value(numeral: str, locale: str) -> str:
    """Return what a numeral is worth in a locale: digits with a point for the decimals, no group separators."""
    if numeral.isdecimal():
        return numeral
    own = symbols(locale)
    other = Symbols(",", ".") if own.decimal == "." else Symbols(".", ",")
    for rule in (own, other):
        reading = _reading(numeral, rule.decimal, rule.group)
        if reading is not None:
            return reading
    return numeral.replace(",", ".")


@lru_cache(maxsize=65_536)
def readings(numeral: str, locale: str) -> frozenset[str]:
    """Return everything a numeral may be worth in a locale: one value where it is written by the locale's rule.

    A numeral that breaks the rule (`1.500` in French, `1,50,000` in Portuguese) may be meant by any other rule.
    """
    if numeral.isdecimal():
        return frozenset({numeral})
    own = symbols(locale)
    reading = _reading(numeral, own.decimal, own.group)
    if reading is not None:
        return frozenset({reading})
    found = {_reading(numeral, point, group) for point in ".," for group in ".,'\u00a0 " if point != group}
    return frozenset(one for one in found if one is not None) or frozenset({numeral.replace(",", ".")})


def rewrite(text: str, source: str, target: str) -> str:
    """Write each numeral of `text` with the target's separators; one that breaks its own locale's rule stays.

    Digits and grouping stay as they were written: `$1,299.99` in English is `$1.299,99` in Portuguese.
    """
    own, new = symbols(source), symbols(target)
    if own == new:
        return text
    return NUMERAL.sub(lambda match: _rewritten(match.group(), own, new), text)


def _rewritten(numeral: str, own: Symbols, new: Symbols) -> str:
    if numeral.isdecimal() or _reading(numeral, own.decimal, own.group) is None:
        return numeral
    head, point, fraction = numeral.partition(own.decimal)
    typed = re.sub(r"[\u00a0\u202f ]", own.group, head) if own.group in _SPACES else head
    return typed.replace(own.group, new.group) + (new.decimal + fraction if point else "")
