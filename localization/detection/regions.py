"""Which region's spelling and words a text is written in, where several variants of its language are served."""

import re
import tomllib
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

from msgspec import Struct

from schemas.locales import fallback_chain, parse_locale, written_in

# The areas whose words a region uses when it has none of its own here; CLDR's parents do not name them all.
_USES: Final = {"en": {"US": "US", "PH": "US", "PR": "US", "LR": "US", "CA": "GB"}, "zh": {"MO": "HK"}}
_REST: Final = {"en": "GB", "pt": "PT", "es": "419", "fr": "FR", "de": "DE"}
# Those whose vocabulary is that of a larger area too.
_WIDER: Final = {"es": "419"}


class RegionBasis(StrEnum):
    """Why a text's region is what it is said to be."""

    EVIDENT = "evident"  # spelling or words say so
    ASSUMED = "assumed"  # nothing says so: the first one served
    FALLBACK = "fallback"  # it is written for a region that is not served


class Region(Struct, frozen=True):
    """The served locale of a text whose language is known, and why it is that one."""

    locale: str
    basis: RegionBasis


class _Signs(Struct, frozen=True):
    words: frozenset[str]
    phrases: tuple[str, ...]
    patterns: re.Pattern[str] | None
    endings: re.Pattern[str] | None
    exceptions: frozenset[str]


def region_of(text: str, locales: Sequence[str]) -> Region:
    """Choose among served locales of one language and script, the first of them when nothing tells them apart.

    A locale of another region than the words speak of is taken last, and a locale without a region before it.
    """
    language = parse_locale(locales[0]).language
    seen = signs_seen(text, language)
    if not seen:
        return Region(locales[0], RegionBasis.ASSUMED)
    scores = [_score(areas_of(locale), seen) for locale in locales]
    best = max(scores)
    chosen = locales[scores.index(best)]
    if best > 0 or not areas_of(chosen):
        return Region(chosen, RegionBasis.EVIDENT)
    # No sign speaks for what is served; where some speak against it, the region is another one.
    return Region(chosen, RegionBasis.FALLBACK if best < 0 else RegionBasis.ASSUMED)


def signs_seen(text: str, language: str) -> dict[str, int]:
    """How many different signs of each area a text shows; areas without any are left out."""
    known = _signs().get(language)
    if known is None:
        return {}
    small = text.lower()
    words = frozenset(_WORD.findall(small))
    found = {area: _count(signs, words, small) for area, signs in known.items()}
    return {area: times for area, times in found.items() if times}


_WORD: Final = re.compile(r"[^\W\d_]+(?:[-'\u2019][^\W\d_]+)*")


def _count(signs: _Signs, words: frozenset[str], text: str) -> int:
    times = len(signs.words & words) + sum(phrase in text for phrase in signs.phrases)
    if signs.patterns is not None:
        times += len(signs.patterns.findall(text))
    if signs.endings is not None:
        endings = signs.endings
        times += sum(1 for word in words - signs.exceptions - signs.words if endings.search(word))
    return times


def _score(areas: frozenset[str], seen: dict[str, int]) -> int:
    """The signs for an area less those that only other areas show; a locale without a region has neither."""
    if not areas:
        return 0
    return sum(times if area in areas else -times for area, times in seen.items())


@cache
def areas_of(locale: str) -> frozenset[str]:
    """The areas of the table whose words a locale's readers use; empty for a locale without a region."""
    tag = parse_locale(locale)
    known = _signs().get(tag.language, {})
    if tag.territory is None:
        return frozenset(("419",)) if tag.language == "es" and "419" in fallback_chain(locale) else frozenset()
    if tag.language == "zh" and written_in(tag) != "Hant":
        return frozenset()
    own = tag.territory if tag.territory in known else _USES.get(tag.language, {}).get(tag.territory)
    if own is None:
        own = _REST.get(tag.language)
    wider = _WIDER.get(tag.language)
    return frozenset(area for area in (own, wider if own not in (None, "ES") else None) if area)


@cache
def _signs() -> dict[str, dict[str, _Signs]]:
    text = files("localization.detection").joinpath("data", "regions.toml").read_text("utf-8")
    return {
        language: {area: _read(signs) for area, signs in areas.items()}
        for language, areas in tomllib.loads(text).items()
    }


def _read(signs: dict[str, Any]) -> _Signs:
    """Split words from phrases; a script without spaces has phrases only, for they are found anywhere in a text."""
    words = signs["words"].split()
    endings = "|".join(signs.get("endings", ()))
    patterns = "|".join(signs.get("patterns", ()))
    return _Signs(
        frozenset(words),
        tuple(word for word in words if word[0] >= "\u3400"),
        re.compile(patterns) if patterns else None,
        re.compile(rf"\w{{4}}(?:{endings})\Z") if endings else None,
        frozenset(signs.get("except", "").split()),
    )
