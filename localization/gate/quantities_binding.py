"""What a number counts: the currency or unit beside it."""

import re
from typing import Final

from localization.gate.money_names import Currencies, currencies
from localization.gate.number_words import LETTERS
from localization.gate.quantities_units import unit_at

_SIGN: Final = "[$€£¥￥₹₩₺₽฿₫₪₴₿₱￡¢]"
_MONEY_BEFORE: Final = re.compile(rf"(?:(?<![^\W\d_])[^\W\d_]{{1,3}}\.?|[A-Z]{{0,2}}{_SIGN}|S/)\Z")
_MONEY_AFTER: Final = re.compile(
    rf"[ \u00a0\u202f-]?([A-Z]{{0,2}}{_SIGN}(?:[A-Z]{{2}}\b)?|{LETTERS}\.?)(?:[ \u00a0-]({LETTERS}))?"
)


def bound_to(text: str, start: int, end: int, locale: str) -> tuple[frozenset[str], int, int]:
    """What a number counts, and where it starts and ends with that.

    A currency before or after it, else a unit, else a percent sign before it.
    """
    money = currencies(locale)
    before = text[max(0, start - 6) : start]
    before = (before[:-1] if before[-1:] in ("-", "–") else before).rstrip(" \u00a0\u202f")
    sign = _MONEY_BEFORE.search(before)
    if sign is not None and (some := money.signs.get(sign.group())) is not None:
        return frozenset(f"money-{code}" for code in some), text.rfind(sign.group(), 0, start), end
    unit = unit_at(text, end, locale)
    after = _MONEY_AFTER.match(text, end)
    if after is not None:
        codes, stop = _after(after, money)
        if codes:
            ids = frozenset(f"money-{code}" for code in codes)
            return (ids | unit[0], start, max(unit[1], stop)) if unit else (ids, start, stop)
    if unit is not None:
        return unit[0], start, unit[1]
    if before.endswith("%") and not before[-2:-1].isdigit():
        return frozenset({"concentr-percent"}), start, end
    return frozenset(), start, end


def _after(match: re.Match[str], money: Currencies) -> tuple[frozenset[str], int]:
    signs, words = money.signs, money.words
    first, second = match.group(1), match.group(2)
    if (some := signs.get(first) or signs.get(first.rstrip("."))) is not None:
        return some, match.end(1)
    low = first.lower()
    if "\u2e80" < low[0] < "\ud7b0":
        for size in range(min(10, len(low)), 0, -1):
            codes = words.get(low[:size]) or signs.get(low[:size])
            if codes:
                return codes, match.start(1) + size
    if (some := words.get(low)) is not None:
        return some, match.end(1)
    if second and low in money.lands and (some := words.get(second.lower())) is not None:
        narrow = signs.get(first + "D", frozenset({"USD"} if low in ("us", "u") else ())) & some
        return narrow or some, match.end(2)
    return frozenset(), match.end(1)


def is_money(binds: frozenset[str]) -> bool:
    """Whether a number counts money."""
    return any(bind.startswith("money-") for bind in binds)
