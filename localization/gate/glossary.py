"""Glossary: a source term with a fixed translation is shown with it, in whatever form the sentence asks for."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from localization.gate.case import Case
from localization.gate.lexicon import language_of

# An ending may replace the last third of a word: "garantia", "garantias"; "tarjeta regalo", "tarjetas regalo".
_STEM_SHARE: Final = 0.68
_STEM_MIN: Final = 3
# These hang their endings behind a short word: "Datei", "Dateien", and not "Daten".
_KEEPS_SHORT: Final = frozenset(("de", "nl", "en", "sv", "da", "nb", "hu", "tr", "id", "vi"))
_SHORT_MAX: Final = 6
_WORD: Final = re.compile(r"[^\W_]+")
_JOINED: Final = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def misses_glossary(case: Case) -> bool:
    """Whether the source says a glossary term and the translation does not say what was fixed for it."""
    if not case.glossary:
        return False
    said = case.source.casefold()
    # The longest first: "gift card" is not "card".
    for term in sorted(case.glossary, key=len, reverse=True):
        if not term.strip():
            continue
        said, found = _term(term.casefold()).subn(" ¤ ", said)
        if found and not _shows(case.glossary[term], case):
            return True
    return False


@lru_cache(maxsize=8192)
def _term(term: str) -> re.Pattern[str]:
    """The term in the source: whole words, the last with a plural's ending."""
    body = r"[\s\u00a0-]+".join(map(re.escape, term.split()))
    if _JOINED.search(term):
        return re.compile(body)
    return re.compile(rf"(?<![^\W_]){body}(?:e?s|['’]s)?(?![^\W_])")


def _shows(fixed: str, case: Case) -> bool:
    if fixed.casefold() in case.translation.casefold():
        return True
    shown = _plain(case.translation)
    if _JOINED.search(fixed):
        return "".join(_plain(fixed).split()) in "".join(shown.split())
    keeps = language_of(case.target_locale) in _KEEPS_SHORT
    return all(_stem(word, keeps).search(shown) for word in _WORD.findall(_plain(fixed)))


@lru_cache(maxsize=8192)
def _stem(word: str, keeps: bool) -> re.Pattern[str]:
    whole = len(word) <= (_SHORT_MAX if keeps else _STEM_MIN)
    kept = word if whole else word[: max(_STEM_MIN, round(len(word) * _STEM_SHARE))]
    inside = len(kept) > 4  # "Geschenkgutschein" holds "Gutschein"
    return re.compile((r"" if inside else r"(?<![^\W_])") + re.escape(kept))


@lru_cache(maxsize=1024)
def _plain(text: str) -> str:
    """Small letters without accents: they change with the form ("Haus", "Häuser")."""
    folded = text.casefold()
    if folded.isascii():
        return folded
    return "".join(char for char in unicodedata.normalize("NFD", folded) if not unicodedata.combining(char))
