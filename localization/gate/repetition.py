"""Repetition: a translation says a thing as often as its source."""

import re
from collections import Counter
from typing import Final

from localization.gate.case import Case
from localization.gate.lexicon import UNSPACED, function_words, language_of
from localization.gate.prose import MARKS
from localization.gate.protected import without_names

# Words, and the signs that part them more than a comma does: "compilers (gcc, gcc)".
_WORD: Final = re.compile(r"[^\W_]+|[^\w\s;]|\n")
# A loop runs over them, a word said twice does not: "... the address. Address ...".
_STOPS: Final = frozenset(".!?:…¤")
# "... dass Sie sie", "que vous vous", "the fact that that".
_DOUBLED_HONESTLY: Final = frozenset(
    ("sie", "die", "das", "der", "ihr", "ihnen", "nous", "vous", "that", "had", "dat", "för")
)
# "luôn luôn": these are doubled by the grammar.
_REDUPLICATED: Final = frozenset(
    ("luôn", "thường", "dần", "ngày", "người", "nhà", "lâu", "mãi", "vừa", "song", "chung", "xanh", "từng", "chỉ")
)
_STUTTER: Final = re.compile(r"(\S{1,8}?)\1{5,}")
# What can hold six times the same.
_STUTTER_CHARS_MIN: Final = 12
_INNER_STOP: Final = re.compile(r"[.!?。！？\n]\s*[^.!?。！？\s]")
_DOUBLED_SIGN: Final = re.compile(r"[€£¥₹₽₩$]{2}(?=\s?\d)")
_PERIOD_WORDS_MAX: Final = 7
# Three or more characters of a script without spaces, twice without a gap: 质量很好质量很好.
_DOUBLED_RUN: Final = re.compile(rf"([^\W\d_a-zA-Z]{{3,30}})[、，,。．！!]?\1|((?:[^\W\d_a-zA-Z]|[{MARKS}]){{5,30}})\2")
_SENTENCE_CHARS_MIN: Final = 12
_SENTENCE: Final = re.compile(r"[^.!?。！？\n]{12,}[.!?。！？]?")


def repeats(case: Case) -> bool:
    """Whether the translation loops, or doubles a word or a sentence, and the source does not."""
    shown = without_names(_one_form(case), case.protected)
    if language_of(case.target_locale) in UNSPACED and _DOUBLED_RUN.search(shown):
        return _doubled(shown) > _doubled(case.source)
    own, other = language_of(case.source_locale), language_of(case.target_locale)
    loops, stutters, sentences = _loops_words(shown, other), _stutters(shown), _doubled_sentences(shown)
    if not (loops or stutters or sentences):
        return False
    said = without_names(case.source, case.protected)
    if loops and not _loops_words(said, own):
        return True
    return (stutters and not _stutters(said)) or sentences > _doubled_sentences(said)


def _one_form(case: Case) -> str:
    """The translation, or the first of its plural forms where all are the same: "Kadar|Kadar" for "Rate|Rates"."""
    if "|" not in case.translation or "|" not in case.source:
        return case.translation
    first, *others = case.translation.split("|")
    return first if all(other.strip() == first.strip() for other in others) else case.translation


def _loops_words(text: str, language: str) -> bool:
    """A word of three letters twice, one or two words three times, or three to seven words twice, without a gap.

    One pass: a word that was last said `period` words ago continues the run of that period.
    """
    said = _WORD.findall(text.lower())
    if len(set(said)) == len(said):
        return False
    last: dict[str, int] = {}
    at, period, run, apart, comma = 0, 0, 0, False, False
    for word in said:
        if not word.isalnum():
            comma = word == ","
            apart = apart or not comma
            period = period if comma or word in _STOPS else 0
            continue
        at += 1
        before = last.get(word)
        last[word] = at
        if before is None or at - before > _PERIOD_WORDS_MAX:
            period, apart, comma = 0, False, False
            continue
        period, run = (period, run + 1) if at - before == period else (at - before, 1)
        if period == 1 and not apart and _is_doubled(word, language, comma=comma):
            return True
        apart = comma = False
        if run >= (2 * period if period <= 2 else period) and (period > 1 or word.isalpha()):
            return True
    return False


def _is_doubled(word: str, language: str, *, comma: bool) -> bool:
    """Whether a word said twice in a row is a fault: "..., die formatiert ist, ist ..." is none."""
    if len(word) < 3 or not word.isalpha() or word in _DOUBLED_HONESTLY or word in _REDUPLICATED:
        return False
    return not (comma and word in function_words(language))


def _stutters(text: str) -> bool:
    if _DOUBLED_SIGN.search(text):
        return True
    return any(len(chunk) >= _STUTTER_CHARS_MIN and _STUTTER.search(chunk) for chunk in text.split())


def _doubled(text: str) -> int:
    return len(_DOUBLED_RUN.findall(text))


def _doubled_sentences(text: str) -> int:
    """How many sentences of twelve characters or more are said again."""
    if _INNER_STOP.search(text) is None:
        return 0
    said = Counter(found.strip().casefold() for found in _SENTENCE.findall(text))
    return sum(times - 1 for times in said.values())
