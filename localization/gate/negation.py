"""Negation: a translation denies what its source denies, and nothing else.

Presence is compared, not counts: languages double their negations, and people turn "not empty" into "filled". A
sentence that denies by grammar must meet a sentence that denies at least by its words.
"""

import re
from functools import lru_cache
from itertools import zip_longest
from typing import Final

from msgspec import Struct

from localization.gate.case import Case
from localization.gate.lexicon import UNSPACED, language_of, table
from localization.gate.prose import MARKS, prose, sentence_list

_SPACELESS: Final = UNSPACED | {"ko"}
# Stands for what only looks like a negation: a sentence that has it is not held against the other.
_DOUBT: Final = " \x00 "
# A paragraph of more sentences than this is compared sentence by sentence or not at all.
_TOGETHER_MAX: Final = 3


class Denial(Struct, frozen=True):
    """How a language denies: by grammar, by its words, and what only looks like it."""

    hard: re.Pattern[str]
    soft: re.Pattern[str]
    never: re.Pattern[str]


def changes_negation(case: Case) -> bool:
    """Whether a sentence lost its negation or got one; False where a language has no lexicon."""
    own, other = _denial(language_of(case.source_locale)), _denial(language_of(case.target_locale))
    if own is None or other is None:
        return False
    before, after = _plain(case.source, own), _plain(case.translation, other)
    if own.hard.search(before) is None and other.hard.search(after) is None:
        return False
    said, shown = sentence_list(before), sentence_list(after)
    if len(said) != len(shown):
        if max(len(said), len(shown)) > _TOGETHER_MAX:
            return False
        said, shown = (before,), (after,)
    return any(_differs(a, own, b, other) for a, b in zip_longest(said, shown, fillvalue=""))


def _differs(before: str, own: Denial, after: str, other: Denial) -> bool:
    denies, denied = own.hard.search(before) is not None, other.hard.search(after) is not None
    if denies == denied:
        return False
    if denies:
        return other.soft.search(after) is None and _DOUBT not in after
    return own.soft.search(before) is None and _DOUBT not in before


def _plain(text: str, denial: Denial) -> str:
    return denial.never.sub(_DOUBT, prose(text).casefold())


@lru_cache(maxsize=64)
def _denial(language: str) -> Denial | None:
    known = table("negation").get(language)
    if known is None:
        return None
    around = "{}" if language in _SPACELESS else rf"(?<![\w{MARKS}])(?:{{}})(?![\w{MARKS}])"
    return Denial(*(re.compile(around.format(_folded(known[kind]))) for kind in ("hard", "soft", "never")))


def _folded(pattern: str) -> str:
    """Letters as str.casefold leaves them, in a pattern that str.casefold would break."""
    return pattern.replace("ς", "σ").replace("ß", "ss")
