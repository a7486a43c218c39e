"""Profanity: a translation does not swear where its source does not."""

import re
from functools import lru_cache
from typing import Final

from localization.gate.case import Case
from localization.gate.lexicon import JOINED, folded, language_of, table
from localization.gate.prose import MARKS, prose

_NOTHING: Final = r"(?!)"


def swears(case: Case) -> bool:
    """Whether the translation swears, in its language or in English, and the source does not; names do not count."""
    found = _words(language_of(case.target_locale)).search(prose(case.translation).casefold())
    return found is not None and not _is_named(found.group(), case) and not _source_swears(case)


def _source_swears(case: Case) -> bool:
    return _words(language_of(case.source_locale)).search(prose(case.source).casefold()) is not None


def _is_named(word: str, case: Case) -> bool:
    """Whether the source has the same word: a name or a code that means something else there."""
    return word in case.source.casefold() or any(word in term.casefold() for term in case.protected)


@lru_cache(maxsize=64)
def _words(language: str) -> re.Pattern[str]:
    """What is swearing in texts of a language: its own words and English ones known to all."""
    known: dict[str, str] = table("profanity")
    own, english = (folded(known.get(name, _NOTHING)) for name in (language, "any"))
    if language in JOINED:
        return re.compile(rf"{own}|(?<![\w{MARKS}-])(?:{english})(?![\w{MARKS}-])")
    return re.compile(rf"(?<![\w{MARKS}-])(?:{own}|{english})(?![\w{MARKS}-])")
