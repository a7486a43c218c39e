"""Currencies: what signs, codes and words of a locale may mean, by CLDR (Babel), as sets of ISO 4217 codes."""

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final
from unicodedata import combining, normalize

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_territory_currencies
from msgspec import Struct

from localization.gate.number_words import LETTERS
from schemas.locales import LocaleTag, parse_locale

_WORD: Final = re.compile(LETTERS)
_SIGN: Final = re.compile(r"[$€£¥₹₩₺₽฿₫₪₴₱].|.[$€£¥₹₩₺₽฿₫₪₴₱]")
_NAME_WORD_MIN: Final = 3
_NAMED_AFTER_LANDS: Final = frozenset(("EUR", "CHF"))


class _Facts(Struct, frozen=True):
    """`money_names.toml`, with its words split."""

    codes: frozenset[str]
    dollars: frozenset[str]
    no_money: frozenset[str]
    signs: dict[str, frozenset[str]]
    talk: dict[str, dict[str, list[str]]]


@cache
def _facts() -> _Facts:
    table = tomllib.loads(files(__package__).joinpath("money_names.toml").read_text(encoding="utf-8"))
    codes, dollars, no_money = (frozenset(table[name].split()) for name in ("codes", "dollars", "no_money"))
    signs = {sign: frozenset(some.split()) for sign, some in table["signs"].items()}
    return _Facts(codes, dollars, no_money, signs, table["talk"])


class Currencies(Struct, frozen=True):
    """What a locale's money words and signs may mean."""

    signs: dict[str, frozenset[str]]
    words: dict[str, frozenset[str]]
    lands: frozenset[str]


@lru_cache(maxsize=256)
def currencies(locale: str) -> Currencies:
    """Return the money signs and words (in small letters) of a BCP-47 locale."""
    tag = parse_locale(locale)
    facts = _facts()
    signs = dict(facts.signs)
    signs["$"] = signs["＄"] = _dollar(tag)
    yen = {"ja": {"JPY"}, "zh": {"CNY"}}.get(tag.language)
    if yen:
        signs["¥"] = signs["￥"] = frozenset(yen)
    signs |= {code: frozenset({"CNY" if code == "RMB" else code}) for code in facts.codes}
    words: dict[str, set[str]] = {}
    lands = set[str]()
    for name in (str(tag), tag.language):
        try:
            cldr = Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
        lands = _collect(cldr, words, signs)
        break
    for code, some in facts.talk.get(tag.language, {}).items():
        for word in some:
            words.setdefault(word, set()).update(facts.dollars if code == "dollars" else {code})
    return Currencies(signs, {word: frozenset(codes) for word, codes in words.items()}, frozenset(lands))


def _collect(cldr: Locale, words: dict[str, set[str]], signs: dict[str, frozenset[str]]) -> set[str]:
    """Collect the words of currency names; return those that name the country ("brasileiro")."""
    named_after = {"us"}
    lands = {_plain(word)[:4] for name in cldr.territories.values() for word in _WORD.findall(name.lower())}
    for code in _facts().codes:
        plural = cldr._data["currency_names_plural"].get(code, {})  # noqa: SLF001 -- Babel gives one form at a time
        for name in {cldr.currencies.get(code, ""), *plural.values()}:
            for word in _WORD.findall(name.lower()):
                named = code not in _NAMED_AFTER_LANDS and _plain(word)[:4] in lands
                if (len(word) >= _NAME_WORD_MIN or not word.isascii()) and not named and word not in _facts().no_money:
                    words.setdefault(word, set()).add(code)
                elif named:
                    named_after.add(word)
        sign = cldr.currency_symbols.get(code, "")
        if _SIGN.search(sign):
            signs.setdefault(sign, frozenset({code}))
    return named_after


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
