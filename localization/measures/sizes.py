"""Clothing and shoe sizes in the system the reader knows, by table (`sizes.toml`) and only where nothing is guessed.

A number is read as a size only with its system beside it ("EU 42", "US 8.5"); shoes and clothing, women's and men's are
told apart only where the texts say so. Brazilian letters (P, M, G, GG) are read as such in a source from Brazil.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Final

import msgspec
from msgspec import Struct

from localization.text.numerals import value
from schemas.locales import parse_locale
from schemas.outputs import Measurement

_NAMED: Final = re.compile(
    r"(?<![A-Za-z])(EUR?|US|UK|BR|JP|MX|FR|IT)[\s:.-]{0,2}(\d{1,2}(?:[.,]5)?)(?![\d.,]*\d|\s?(?:cm|mm|V|W))"
)
_DEFAULT: Final = "EU"
_LETTER_SYSTEM: Final = "BR"


class _Sizes(Struct, frozen=True, forbid_unknown_fields=True):
    """sizes.toml."""

    women_shoes: dict[str, list[str]]
    men_shoes: dict[str, list[str]]
    women_clothing: dict[str, list[str]]
    letters: dict[str, list[str]]
    systems: dict[str, dict[str, str]]
    words: dict[str, list[str]]


@lru_cache(maxsize=1)
def _sizes() -> _Sizes:
    data = files("localization").joinpath("measures", "sizes.toml").read_bytes()
    return msgspec.toml.decode(data, type=_Sizes)


@lru_cache(maxsize=1)
def _words() -> dict[str, re.Pattern[str]]:
    """The words as patterns: one begins where a word does ("women" holds no "men"), unless its script has no spaces."""
    return {
        kind: re.compile("|".join(re.escape(word) if word[0] > "\u2e80" else rf"\b{re.escape(word)}" for word in words))
        for kind, words in _sizes().words.items()
    }


def notes(
    texts: Iterable[str], attributes: Iterable[tuple[str, str]], source_locale: str | None, target_locale: str
) -> tuple[Measurement, ...]:
    """Return the sizes that the source names, each once, in the system of readers of the target locale.

    `attributes` are names and values; letters are looked for only in one that is named a size.
    """
    attributes = tuple(attributes)
    said = " ".join((*texts, *(f"{name}: {text}" for name, text in attributes)))
    shown = dict(_numbered(said, target_locale))
    if source_locale is not None and parse_locale(source_locale).territory == _LETTER_SYSTEM:
        shown.update(_lettered(attributes, target_locale))
    return tuple(Measurement(source, display, kind="size") for source, display in shown.items())


def _numbered(said: str, target_locale: str) -> Iterable[tuple[str, str]]:
    table, kind = _table_for(said.lower())
    if table is None:
        return
    system = _sizes().systems[kind].get(parse_locale(target_locale).territory or "", _DEFAULT)
    for match in _NAMED.finditer(said):
        own = "EU" if match.group(1) == "EUR" else match.group(1)
        told = _same_row(table, own, value(match.group(2), "en"), system)
        if told is not None:
            yield match.group(), f"{system} {told}"


def _table_for(said: str) -> tuple[dict[str, list[str]] | None, str]:
    """The table that the words ask for; none where two would do."""
    sizes = _sizes()
    told = {name: pattern.search(said) is not None for name, pattern in _words().items()}
    if told["shoes"] == told["clothing"]:
        return None, ""
    kind = "shoes" if told["shoes"] else "clothing"
    if told["women"] and not told["men"]:
        return (sizes.women_shoes if kind == "shoes" else sizes.women_clothing), kind
    if told["men"] and not told["women"] and kind == "shoes":
        return sizes.men_shoes, kind
    return None, ""


def _lettered(attributes: Sequence[tuple[str, str]], target_locale: str) -> Iterable[tuple[str, str]]:
    if parse_locale(target_locale).territory == _LETTER_SYSTEM:
        return
    letters = _sizes().letters
    for name, text in attributes:
        if _words()["size"].search(name.lower()):
            for letter in re.findall(r"(?<!\w)(?:PP|P|G|GG|XG|XGG)(?!\w)", text):
                yield letter, letters["US"][letters["BR"].index(letter)]


def _same_row(table: dict[str, list[str]], own: str, size: str, system: str) -> str | None:
    column = table.get(own, [])
    if own == system or size not in column or system not in table:
        return None
    return table[system][column.index(size)]
