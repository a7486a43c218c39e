"""Currencies: what signs, codes and words of a locale may mean, by CLDR (Babel), as sets of ISO 4217 codes."""

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final
from unicodedata import combining, normalize

from babel import Locale
from babel.core import get_global
from babel.numbers import get_territory_currencies
from msgspec import Struct

from localization.gate.quantities.number_words import LETTERS
from schemas.locales import LocaleTag, own_cldr, parse_locale

_WORD: Final = re.compile(LETTERS)
_NAME_WORD_MIN: Final = 3
_NAMED_AFTER_LANDS: Final = frozenset(("EUR", "CHF"))


class _Facts(Struct, frozen=True):
    """`data/money_names.toml`, with its words split."""

    codes: frozenset[str]
    dollars: frozenset[str]
    no_money: frozenset[str]
    signs: dict[str, frozenset[str]]
    talk: dict[str, dict[str, list[str]]]


@cache
def _facts() -> _Facts:
    table = tomllib.loads(files(__package__).joinpath("data", "money_names.toml").read_text(encoding="utf-8"))
    codes, dollars, no_money = (frozenset(table[name].split()) for name in ("codes", "dollars", "no_money"))
    signs = {sign: frozenset(some.split()) for sign, some in table["signs"].items()}
    return _Facts(codes, dollars, no_money, signs, table["talk"])


class Currencies(Struct, frozen=True):
    """What money words and signs may mean; `names` by first word, `openings` are the signs by first character."""

    signs: dict[str, frozenset[str]]
    words: dict[str, frozenset[str]]
    names: dict[str, tuple[tuple[str, frozenset[str]], ...]]
    openings: dict[str, tuple[str, ...]]


@lru_cache(maxsize=256)
def currencies(locale: str) -> Currencies:
    """Return the money signs and words (in small letters) of a BCP-47 locale."""
    tag = parse_locale(locale)
    facts = _facts()
    signs = dict(facts.signs)
    signs["$"] = signs["＄"] = _dollar(tag)
    yen = {"ja": {"JPY"}, "zh": {"CNY"}}.get(tag.language) if tag.territory not in ("TW", "HK") else None
    if yen:
        signs["¥"] = signs["￥"] = frozenset(yen)
    signs |= {code: frozenset({"CNY" if code == "RMB" else code}) for code in facts.codes}
    words: dict[str, set[str]] = {}
    names: dict[str, set[str]] = {}
    cldr = own_cldr(locale)
    if cldr is not None:
        _collect(cldr, words, names, signs)
    for code, some in facts.talk.get(tag.language, {}).items():
        for word in some:
            words.setdefault(word, set()).update(facts.dollars if code == "dollars" else {code})
    return Currencies(
        signs, {word: frozenset(codes) for word, codes in words.items()}, _by_first(names), _by_opening(signs)
    )


def _by_first(names: dict[str, set[str]]) -> dict[str, tuple[tuple[str, frozenset[str]], ...]]:
    found: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for name in sorted(names, key=len, reverse=True):
        first = _WORD.match(name)
        if first is not None:
            found.setdefault(first.group(), []).append((name, frozenset(names[name])))
    return {first: tuple(some) for first, some in found.items()}


def _by_opening(signs: dict[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for sign in sorted(signs, key=len, reverse=True):
        found.setdefault(sign[0], []).append(sign)
    return {opening: tuple(some) for opening, some in found.items()}


def _collect(
    cldr: Locale, words: dict[str, set[str]], names: dict[str, set[str]], signs: dict[str, frozenset[str]]
) -> None:
    """Collect currency names, their words but for those that name the country ("brasileiro"), and signs."""
    facts = _facts()
    lands = {_plain(word)[:4] for name in cldr.territories.values() for word in _WORD.findall(name.lower())}
    for code in facts.codes:
        plural = cldr._data["currency_names_plural"].get(code, {})  # noqa: SLF001 -- Babel gives one form at a time
        for name in {cldr.currencies.get(code, ""), *plural.values()}:
            low = name.lower().replace("\u00a0", " ")
            if " " in low or "-" in low:
                names.setdefault(low, set()).add(code)
            for word in _WORD.findall(low):
                named = code not in _NAMED_AFTER_LANDS and word < "\u2e80" and _plain(word)[:4] in lands
                if (len(word) >= _NAME_WORD_MIN or not word.isascii()) and not named and word not in facts.no_money:
                    words.setdefault(word, set()).add(code)
        sign = cldr.currency_symbols.get(code, "").strip("\u200f\u200e")
        if sign and not (sign.isalpha() and sign.isascii()):
            signs.setdefault(sign, frozenset({code}))


def _plain(word: str) -> str:
    return "".join(char for char in normalize("NFD", word) if not combining(char))


def _dollar(tag: LocaleTag) -> frozenset[str]:
    territory = tag.territory
    if territory is None:
        full = get_global("likely_subtags").get(tag.language, "")
        territory = full.rsplit("_", 1)[-1] if full else None
    own = frozenset(get_territory_currencies(territory)) & _facts().dollars if territory else frozenset()
    if tag.language == "en" and tag.territory in (None, "US"):
        return frozenset({"USD"})
    return own | {"USD"} if tag.language != "es" or tag.territory else _facts().dollars


def names_money(text: str, binds: frozenset[str], locale: str) -> bool:
    """Whether a text names one of the currencies (`money-USD`) anywhere."""
    names = currencies(locale)
    low = text.lower()
    wanted = frozenset(bind.removeprefix("money-") for bind in binds)
    for sign, codes in names.signs.items():
        if sign in text and not codes.isdisjoint(wanted):
            at = text.find(sign)
            if (
                not sign.isalpha()
                or not sign.isascii()
                or not (text[at - 1 : at] + text[at + len(sign) :][:1]).isalnum()
            ):
                return True
    words = frozenset(_WORD.findall(low))
    return any(
        not codes.isdisjoint(wanted) and (word in words or (not word.isascii() and word in low))
        for word, codes in names.words.items()
    )
