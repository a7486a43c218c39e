"""Negation: a translation denies what its source denies, and nothing else.

Presence is compared, not counts: languages double their negations, and people turn "not empty" into "filled". A
sentence that denies by grammar must meet a sentence that denies at least by its words.
"""

import re
from functools import lru_cache
from typing import Final

from msgspec import Struct

from localization.gate.case import Case
from localization.gate.lexicon import JOINED, folded, language_of, table
from localization.gate.prose import MARKS, prose, sentence_list

# Stands for what only looks like a negation: a sentence that has it is not held against the other.
_DOUBT: Final = " \x00 "
_KINDS: Final = ("hard", "soft", "never", "must")
_NOTHING: Final = r"(?!)"
# "--no-delay" is typed into a machine.
_OPTION: Final = re.compile(r"(?<![\w-])--[A-Za-z][\w-]*")
# A paragraph of more sentences than this is compared sentence by sentence or not at all.
_TOGETHER_MAX: Final = 3


class Denial(Struct, frozen=True):
    """How a language denies: by grammar, by its words, and what only looks like it."""

    hard: re.Pattern[str]
    soft: re.Pattern[str]
    never: re.Pattern[str]
    must: re.Pattern[str]
    loose: re.Pattern[str] | None


def changes_negation(case: Case) -> bool:
    """Whether a sentence lost its negation or got one; False where a language has no lexicon."""
    own, other = _denial(language_of(case.source_locale)), _denial(language_of(case.target_locale))
    if own is None or other is None:
        return False
    before, after = (_OPTION.sub(" ", prose(text)) for text in (case.source, case.translation))
    if own.hard.search(before.casefold()) is None and other.hard.search(after.casefold()) is None:
        return False
    said, shown = sentence_list(before), sentence_list(after)
    if len(said) != len(shown):
        if max(len(said), len(shown)) > _TOGETHER_MAX:
            return False
        said, shown = (before,), (after,)
    return any(_differs(_plain(a, own), own, _plain(b, other), other) for a, b in zip(said, shown, strict=True))


def _differs(before: str, own: Denial, after: str, other: Denial) -> bool:
    denies, denied = own.hard.search(before) is not None, other.hard.search(after) is not None
    if denies == denied:
        return False
    one, its, silent, whose = (before, own, after, other) if denies else (after, other, before, own)
    if whose.soft.search(silent) or _DOUBT in silent:
        return False
    if its.loose is not None and whose.loose is not None and whose.loose.search(silent):
        return False
    # "is not a valid date", "must be a valid date"
    return whose.must.search(silent) is None or its.must.search(one) is not None


def denies(said: str, language: str) -> bool:
    """Whether a clause in small letters denies by grammar; False where a language has no lexicon."""
    denial = _denial(language)
    return denial is not None and denial.hard.search(denial.never.sub(" ", said)) is not None


def _plain(said: str, denial: Denial) -> str:
    return denial.never.sub(_DOUBT, said.casefold())


@lru_cache(maxsize=64)
def _denial(language: str) -> Denial | None:
    known = table("negation").get(language)
    if known is None:
        return None
    around = "{}" if language in JOINED else rf"(?<![\w{MARKS}])(?:{{}})(?![\w{MARKS}])"
    hard, soft, never, must = (re.compile(around.format(folded(known[kind]))) for kind in _KINDS)
    loose = None if language == "en" else re.compile(around.format(folded(known.get("loose", _NOTHING))))
    return Denial(hard, soft, never, must, loose)
