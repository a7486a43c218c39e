"""Copied: what should have been translated came back as it went in, whole or in part."""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

from localization.gate.case import Case
from localization.gate.lexicon import function_words, language_of, script_of_locale
from localization.gate.prose import prose, words
from schemas.locales import same_language

# Shorter copies may be names: "Galaxy Tab Lite".
_WHOLE_WORDS_MIN: Final = 4
_RUN_WORDS_MIN: Final = 3
# So many words may be a name even with a function word in it: "Institute of the Arts".
_FEW_WORDS: Final = 4
_PARTED: Final = re.compile(r"\s+")
# What is typed into a machine is the same in every language.
_CODE: Final = re.compile(
    r"<(code|literal|userinput|command|cmd|kbd|pre|screen|tt|samp|var|option)\b[^<>]*>.*?</\1>|``[^`]+``|`[^`\n]+`",
    re.DOTALL,
)


def copies(case: Case) -> bool:
    """Whether the whole text, or a run of words that only the source's language has, came back untouched."""
    if same_language(case.source_locale, case.target_locale):
        return False
    before, after = words(case.source), words(case.translation)
    if before == after:
        return _whole(case, before)
    return _run(case, before, after)


def _whole(case: Case, said: tuple[str, ...]) -> bool:
    if prose(case.source).casefold() != prose(case.translation).casefold():
        return False
    named = {word for term in case.protected for word in words(term)}
    telling = [word for word in said if word not in named]
    if len(telling) >= _WHOLE_WORDS_MIN:
        return True
    own = _only(language_of(case.source_locale), language_of(case.target_locale))
    return len(telling) >= 2 and not own.isdisjoint(telling)


@lru_cache(maxsize=1024)
def _only(language: str, other: str) -> frozenset[str]:
    """Function words of a language that mean nothing in another."""
    return function_words(language) - function_words(other)


def _run(case: Case, before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """A run of source words that holds a function word of the source's language, outside of names."""
    shared = set(before)
    if len(shared.intersection(after)) < _RUN_WORDS_MIN and sum(word in shared for word in after) < _RUN_WORDS_MIN:
        return False
    if ("`" in case.translation or "</" in case.translation) and _CODE.search(case.translation):
        before, after = (words(_CODE.sub("\n¤\n", text)) for text in (case.source, case.translation))
        shared = set(before)
    if script_of_locale(case.source_locale) != "Latn":
        # Latin words in a text of another script are names.
        shared = {word for word in shared if not word.isascii()}
    own = _only(language_of(case.source_locale), language_of(case.target_locale))
    pairs = set(pairwise(before))
    run: list[str] = []
    for word in after:
        if run and (run[-1], word) not in pairs:
            if _telling(run, own, case):
                return True
            run = []
        if run or word in shared:
            run.append(word)
    return _telling(run, own, case)


def _telling(run: list[str], own: frozenset[str], case: Case) -> bool:
    if len(run) < _RUN_WORDS_MIN:
        return False
    named = {word for term in case.protected for word in words(term)}
    left = [word for word in run if word not in named]
    if len(left) < _RUN_WORDS_MIN or not _plainly(left, case):
        return False
    telling = sum(word in own for word in left)
    if not own or telling >= 2 or (telling and len(left) > _FEW_WORDS):
        return True
    # Small words that the target's language does not have either are no names.
    small = sum(word in case.translation for word in left)
    if small < len(left) - (len(left) > _RUN_WORDS_MIN):
        return False
    if telling or script_of_locale(case.target_locale) != "Latn":
        return True
    return len(left) >= _FEW_WORDS and function_words(language_of(case.target_locale)).isdisjoint(left)


def _plainly(run: list[str], case: Case) -> bool:
    """Whether three words stand there as in a sentence: not "no-referrer(policy)", nor a list: "all, text, not"."""
    shown = _PARTED.sub(" ", prose(case.translation).casefold())
    windows = range(len(run) - _RUN_WORDS_MIN + 1)
    return any(" ".join(run[at : at + _RUN_WORDS_MIN]) in shown for at in windows)
