"""Which languages use a word, and how much more than others: what short texts can be told by."""

import math
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

import numpy as np

from localization.data_lines import data_lines
from localization.detection.models import Scores, models

# Evidence of one word is the logarithm of its languages' shares, kept off minus infinity by this much.
_SHARE_FLOOR: Final = 0.02
# What is typed without its accents counts as the word, but less than what another language writes so.
_PLAIN_FACTOR: Final = 0.2
_STRIPPED: Final = "'\u2019"
_LETTERS: Final = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
_TABLES: Final = ("words.tsv", "goods.tsv")


# The shares of the languages that use a word: (place among the models' languages, share), the largest first.
Word = tuple[tuple[int, float], ...]


def tokens(words: str) -> set[str]:
    """The distinct words of a text that went through `wording`, in small letters."""
    return {word.strip(_STRIPPED) for word in words.lower().split()}


def gains(words: set[str]) -> tuple[dict[int, float], int]:
    """Return log-evidence of known words by place of language, beyond that of one that uses none, and their number."""
    known = _gains()
    found: dict[int, float] = {}
    count = 0
    for word in words:
        told = known.get(word)
        if told is not None:
            count += 1
            for place, gain in told:
                found[place] = found.get(place, 0.0) + gain
    return found, count


@cache
def _gains() -> dict[str, Word]:
    floor = math.log(_SHARE_FLOOR)
    return {
        word: tuple((place, math.log(share + _SHARE_FLOOR) - floor) for place, share in shares)
        for word, shares in vocabulary().items()
    }


@cache
def vocabulary() -> dict[str, Word]:
    """Return every word of the tables, loaded once per process (60 ms)."""
    rates: dict[str, dict[int, float]] = {}
    plain: dict[str, dict[int, float]] = {}
    place = models().place
    for language, tier, word in _rows():
        at = place.get(language)
        if at is None:
            continue
        rate = 2.0**tier
        _add(rates, word, at, rate)
        bare = without_marks(word)
        if bare != word:
            _add(plain, bare, at, rate * _PLAIN_FACTOR)
    for word, found in plain.items():
        for at, rate in found.items():
            _add(rates, word, at, rate)
    return {word: _shares(found) for word, found in rates.items()}


@cache
def _folded(char: str) -> str:
    return unicodedata.normalize("NFD", char)[0]


def without_marks(word: str) -> str:
    """A Latin word as it is typed on a keyboard without its accents; other scripts stay."""
    if word.isascii() or not word[0] < "\u0370":
        return word
    return "".join(map(_folded, word.translate(_LETTERS)))


def letters_against(small: str, script: str) -> Scores | None:
    """How many letters of a text in small letters each language does not write, float64 [languages]; None: no such.

    Languages whose letters are not listed are held to write all of them.
    """
    special = _special(script)
    seen = [char for char in set(small) if char in special] if special else []
    if not seen:
        return None
    return np.asarray(sum(special[char] for char in seen))


@cache
def _special(script: str) -> dict[str, Scores]:
    """For each letter that not all languages of a script write, 1.0 for those that do not, float64 [languages]."""
    rows = [line.split("\t") for line in data_lines("localization.detection", "letters.tsv")]
    written = {language: frozenset(letters) for named, language, letters in rows if named == script}
    place = models().place
    special = {}
    for letter in frozenset().union(*written.values()):
        against = np.zeros(len(place))
        against[[place[one] for one, letters in written.items() if letter not in letters and one in place]] = 1.0
        special[letter] = against
    return special


def _add(rates: dict[str, dict[int, float]], word: str, at: int, rate: float) -> None:
    found = rates.setdefault(word, {})
    found[at] = max(found.get(at, 0.0), rate)


def _shares(found: dict[int, float]) -> Word:
    total = sum(found.values())
    return tuple(sorted(((at, rate / total) for at, rate in found.items()), key=lambda one: -one[1]))


def _rows() -> Iterator[tuple[str, int, str]]:
    for name in _TABLES:
        for line in data_lines("localization.detection", name):
            language, tier, words = line.split("\t")
            for word in words.split():
                yield language, int(tier), word
