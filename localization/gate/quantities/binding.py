"""What a number counts: the currency or unit beside it."""

import re
from typing import Final

from localization.gate.quantities.money_names import Currencies, currencies
from localization.gate.quantities.number_words import LETTERS
from localization.gate.quantities.units import unit_at

_SPACES: Final = " \u00a0\u202f\n"
_SIGN_MAX: Final = 5
_NAME_MAX: Final = 40
# "12.500 de yeni", "2 millones de euros".
_ROMANCE: Final = ("ro", "es", "pt", "fr", "it", "ca")
_OF: Final = re.compile(r"[ \u00a0](?:de|di)(?=[ \u00a0])|[ \u00a0]d'")
# "les 90 derniers jours", "5 working days": what stands between a number and the length of time it counts.
_BETWEEN: Final = re.compile(
    r"[ \u00a0](?:last|next|first|past|previous|working|business|calendar|full"
    r"|derni(?:er|ère)s|proch(?:ain|aine)s|premi(?:er|ère)s|[uú]ltim[oa]s|pr[oó]xim[oa]s|primer[oa]s|primeir[oa]s"
    r"|ultim[ie]|prossim[ie]|prim[ie]|(?:letzt|nächst|erst|vergangen|voll)en|laatste|volgende|eerste|volle"
    r"|ostatnich|kolejnych|pierwszych|posledních|последних|следующих|первых|рабочих|календарных"
    r"|останніх|наступних|перших|робочих)(?=[ \u00a0])"
)
_WORD: Final = re.compile(LETTERS)


def bound_to(text: str, start: int, end: int, locale: str) -> tuple[frozenset[str], int, int]:
    """What a number counts, and where it starts and ends with that.

    A currency before or after it, else a unit, else a percent sign before it.
    """
    codes, at = money_before(text, start, locale)
    if codes:
        return codes, at, end
    unit = unit_at(text, start, end, locale)
    linked = _OF.match(text, end) if locale[:2] in _ROMANCE else None
    after = linked.end() if unit is None and linked is not None else end
    if unit is None and linked is None and (between := _BETWEEN.match(text, end)) is not None:
        unit = unit_at(text, start, between.end(), locale)
        unit = unit if unit is not None and all(one.startswith("duration-") for one in unit[0]) else None
    if after > end:
        unit = unit_at(text, start, after, locale)
    codes, stop = _money_after(text, after, currencies(locale))
    if codes:
        return (codes | unit[0], start, max(unit[1], stop)) if unit else (codes, start, stop)
    if unit is not None:
        return unit[0], start, unit[1]
    before = text[max(0, start - 3) : start].rstrip(_SPACES)
    if before.endswith("%") and not before[-2:-1].isdigit():
        return frozenset({"concentr-percent"}), start, end
    return frozenset(), start, end


def money_before(text: str, start: int, locale: str) -> tuple[frozenset[str], int]:
    """Return the currency whose sign or code stands before a number, and where the sign starts."""
    signs = currencies(locale).signs
    before = text[max(0, start - _SIGN_MAX - 2) : start]
    before = (before[:-1] if before[-1:] in ("-", "–") else before).rstrip(_SPACES)
    for size in range(min(_SIGN_MAX, len(before)), 0, -1):
        sign = before[-size:]
        codes = signs.get(sign)
        if codes is not None and not (sign[0].isalpha() and before[-size - 1 : -size].isalpha()):
            return _ids(codes), text.rfind(sign, 0, start)
    return frozenset(), start


def _money_after(text: str, end: int, money: Currencies) -> tuple[frozenset[str], int]:
    at = end + (text[end : end + 1] in (*_SPACES, "-") and end < len(text))
    for sign in money.openings.get(text[at : at + 1], ()):
        stop = at + len(sign)
        if text.startswith(sign, at) and not (sign[-1].isalpha() and _goes_on(text, stop)):
            return _ids(money.signs[sign]), stop
    word = _WORD.match(text, at, at + _NAME_MAX)
    if word is None:
        return frozenset(), end
    first = word.group().lower()
    low = text[at : at + _NAME_MAX].lower().replace("\u00a0", " ")
    for name, codes in money.names.get(first, ()):
        if low.startswith(name) and not low[len(name) : len(name) + 1].isalpha():
            return _ids(codes), at + len(name)
    if "\u2e80" < first[0] < "\ud7b0":
        for size in range(min(10, len(first)), 0, -1):
            if (some := money.words.get(first[:size])) is not None:
                return _ids(some), at + size
    some = money.words.get(first)
    return (_ids(some), word.end()) if some is not None else (frozenset(), end)


def _goes_on(text: str, at: int) -> bool:
    return text[at : at + 1].isalpha() and text[at] < "\u2e80"


def _ids(codes: frozenset[str]) -> frozenset[str]:
    return frozenset(f"money-{code}" for code in codes)


def is_money(binds: frozenset[str]) -> bool:
    """Whether a number counts money."""
    return any(bind.startswith("money-") for bind in binds)
