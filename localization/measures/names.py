"""Measures that are names: a 55" TV, a 50 mm lens, an M8 x 30 mm screw are asked for by them in every country."""

import re
from functools import lru_cache
from importlib.resources import files
from typing import Final

import msgspec
from msgspec import Struct

from schemas.locales import parse_locale

# How far from its measure a word still says what is measured.
_BEFORE_CHARS: Final = 40
_BEHIND_CHARS: Final = 20
_INCH: Final = "length-inch"
_MILLIMETER: Final = "length-millimeter"
# "M8 x 30 mm" and "50mm f/1.8" say it themselves.
_THREAD: Final = re.compile(r"(?<![A-Za-z0-9])M\d{1,2}(?:[.,]\d+)?\s?[x×]\s?\Z")
_APERTURE: Final = re.compile(r"\s?f/\d")


class _Names(Struct, frozen=True, forbid_unknown_fields=True):
    """names.toml."""

    inches: tuple[str, ...]
    millimeters: tuple[str, ...]
    told_diagonals: tuple[str, ...]


@lru_cache(maxsize=1)
def _names() -> _Names:
    data = files("localization").joinpath("measures", "names.toml").read_bytes()
    return msgspec.toml.decode(data, type=_Names)


@lru_cache(maxsize=2)
def _words(unit: str) -> re.Pattern[str]:
    words = _names().inches if unit == _INCH else _names().millimeters
    parts = (re.escape(word) if word[0] > "\u2e80" else rf"\b{re.escape(word)}(?:s|es|n|en)?\b" for word in words)
    return re.compile("|".join(parts), re.IGNORECASE)


def is_name(text: str, start: int, end: int, unit: str, locale: str) -> bool:
    """Whether the one measure at a place of a text, by CLDR's id of its unit, only names what it is about."""
    if unit not in {_INCH, _MILLIMETER}:
        return False
    if unit == _INCH and parse_locale(locale).language in _names().told_diagonals:
        return False
    if unit == _MILLIMETER and (_THREAD.search(text, 0, start) or _APERTURE.match(text, end)):
        return True
    return _words(unit).search(text, max(start - _BEFORE_CHARS, 0), end + _BEHIND_CHARS) is not None
