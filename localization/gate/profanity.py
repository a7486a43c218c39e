"""Profanity: a translation does not swear where its source does not."""

import re
from functools import lru_cache

from localization.gate.case import Case
from localization.gate.lexicon import UNSPACED, language_of, table
from localization.gate.prose import MARKS, prose


def swears(case: Case) -> bool:
    """Whether the translation swears, in its language or in English, and the source does not; names do not count."""
    target = language_of(case.target_locale)
    shown = prose(case.translation).casefold()
    for language in {target, "en"}:
        words = _words(language)
        found = words.search(shown) if words is not None else None
        if found is not None:
            return not _is_named(found.group(), case) and not _source_swears(case)
    return False


def _source_swears(case: Case) -> bool:
    said = prose(case.source).casefold()
    lists = (_words(language_of(case.source_locale)), _words("en"))
    return any(words is not None and words.search(said) is not None for words in lists)


def _is_named(word: str, case: Case) -> bool:
    """Whether the source has the same word: a name or a code that means something else there."""
    return word in case.source.casefold() or any(word in term.casefold() for term in case.protected)


@lru_cache(maxsize=64)
def _words(language: str) -> re.Pattern[str] | None:
    known = table("profanity").get(language)
    if known is None:
        return None
    pattern = known.replace("ς", "σ").replace("ß", "ss")
    if language in UNSPACED or language == "ko":
        return re.compile(pattern)
    return re.compile(rf"(?<![\w{MARKS}-])(?:{pattern})(?![\w{MARKS}-])")
