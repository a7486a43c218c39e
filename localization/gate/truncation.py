"""Truncation: a translation comes to the same end as its source."""

import re
from collections import Counter
from typing import Final

from localization.gate.case import Case
from localization.gate.length import excess
from localization.gate.lexicon import function_words, language_of, opening_words
from localization.gate.prose import prose, sentences, words

_CLOSERS: Final = "\"'”“’‘«»)]}」』）】*_~ \t\n\u00a0\u202f\ufe0f"
_STOPS: Final = frozenset(".!?…。！？．｡।؟۔")
_ENDS: Final = _STOPS | frozenset(":：;；\u037e¤")
_HANGS: Final = frozenset(",，、،-–—(（[„「『/&")
_BRACKETS: Final = {"(": ")", "[": "]", "「": "」", "『": "』", "【": "】", "《": "》"}
_OPENING: Final = re.compile(r"[(\[«「『【《（［]")
_WIDE: Final = str.maketrans("（）［］｛｝", "()[]{}")
_BULLET: Final = re.compile(r"^\s*(?:[-*•·–—]|\d{1,2}[.)])\s", re.MULTILINE)
_INNER_STOP: Final = re.compile(r"[^\W\d_]{2}[.!?]\s|[。！？।؟]")
# Behind a word: writers put a space between a tag or quotation mark and the comma too.
_ALONE: Final = re.compile(r"(?<=\w\s)[.,](?=\s+[^\W\d_])")
# "Released", "Publié le": a label before its value.
_LABEL_WORDS: Final = 2
_SENTENCE_WORDS_MIN: Final = 4
# In spreads of the length ratio: a translation without a stop, without a stop where it has others, of fewer sentences.
_SHORTER: Final = -1.6
_SHORTER_OF_MANY: Final = -0.6
_FEWER: Final = -1.5
# Languages that do not end a sentence with a sign, or leave it out as they please.
_NO_STOP: Final = frozenset(("th", "lo", "km", "my"))


def truncates(case: Case) -> bool:
    """Whether the translation stops before its source does: mid-way, unclosed, with a sentence less or a gap."""
    if not case.complete:
        return True
    said, shown = prose(case.source).rstrip(_CLOSERS), prose(case.translation).rstrip(_CLOSERS)
    if not said or not shown:
        return False
    if said[-1] in _STOPS and shown[-1] not in _ENDS:
        if _unstopped(case, shown):
            return True
    elif shown[-1] in _HANGS and said[-1] not in _HANGS:
        return True
    if _hangs(case) or _gapes(case):
        return True
    return _loses_sentences(case) or _unclosed(case)


def _unstopped(case: Case, shown: str) -> bool:
    """Whether a translation without a stop is one that was cut off: people leave the stop of a single sentence out."""
    if language_of(case.target_locale) in _NO_STOP or len(words(case.source)) < _SENTENCE_WORDS_MIN:
        return False
    if _INNER_STOP.search(shown):
        return excess(case) < _SHORTER_OF_MANY
    return excess(case) < _SHORTER


def _hangs(case: Case) -> bool:
    """Whether the last word opens a phrase that never comes, and the source's does not."""
    shown = words(case.translation)
    if len(shown) < 2 or shown[-1] not in opening_words(language_of(case.target_locale)):
        return False
    said = words(case.source)
    if len(said) <= _LABEL_WORDS and len(shown) <= _LABEL_WORDS:
        return False
    if said and said[-1] in function_words(language_of(case.source_locale)):
        return False
    # "plug-in" ends with no preposition.
    return prose(case.translation).rstrip().casefold().endswith(f" {shown[-1]}")


def _gapes(case: Case) -> bool:
    """Whether a stop or comma stands alone where something fell out: "batteries of . Ah"."""
    return _ALONE.search(case.translation) is not None and _ALONE.search(case.source) is None


def _loses_sentences(case: Case) -> bool:
    parts = sentences(case.source)
    if parts > 1 and sentences(case.translation) < parts and excess(case) < _FEWER:
        return True
    if "\n" not in case.source:
        return False
    listed = len(_BULLET.findall(case.source))
    return listed >= 2 and len(_BULLET.findall(case.translation)) < listed


def _unclosed(case: Case) -> bool:
    """Whether a bracket or quotation mark is open at the end that is closed in the source."""
    if _OPENING.search(case.translation) is None:
        return False
    shown = Counter(case.translation.translate(_WIDE))
    if not any(shown[opening] > shown[closing] for opening, closing in _BRACKETS.items()):
        return False
    said = Counter(case.source.translate(_WIDE))
    return not any(said[opening] != said[closing] for opening, closing in _BRACKETS.items())
