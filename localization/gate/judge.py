"""Gate: what a translation must keep to be shown. Deterministic; the first law broken is the reason."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Final

from localization.gate.case import Case
from localization.markup import same_tags
from localization.numerals import same_numbers
from localization.segment import TAG
from localization.spans import AMOUNTS, find_spans
from schemas.reasons import Warn

# Neither letter nor digit: "for <name> for" is no word said twice.
_NAME_SIGN: Final = "¤"
# Words, and the signs that part them more than a comma does: "compilers (gcc, gcc)".
_WORD: Final = re.compile(r"[^\W_]+|[^\w\s,;.!]")
_STUTTER: Final = re.compile(r"(\S{1,8}?)\1{5,}")
_STUTTER_CHARS_MIN: Final = 12
_PERIOD_WORDS_MAX: Final = 7
_DIGIT: Final = re.compile(r"\d")
_SIGN: Final = re.compile(r"[$€£¥₹]")
_MONEY: Final[dict[str, re.Pattern[str]]] = {
    currency: re.compile(rf"\d\s?(?:de\s|US\s)?(?:{stem})", re.IGNORECASE)
    for currency, stem in {
        "dollar": r"d[oó]l{1,2}ar|dolar",
        "euro": r"euro",
        "pound": r"pounds?\b|libras?\b|livres? sterling",
        "real": r"rea(?:l|is|les|ls)\b",
        "cent": r"cent(?:s|avos?|imos?)?\b|cênt",
    }.items()
}
# Measured on the bundled pairs: translations of 20 characters and more lie between 0.6 and 1.7 of their source.
RATIO_MIN: Final = 0.4
RATIO_MAX: Final = 2.5
SHORT_CHARS: Final = 20


def judge(case: Case) -> tuple[Warn, ...]:
    """Return every law that the translation breaks, the gravest first; nothing when it may be shown."""
    return tuple(reason for reason, broken in _LAWS.items() if broken(case))


def _is_empty(case: Case) -> bool:
    return not case.translation.strip()


def _loses_spans(case: Case) -> bool:
    return _verbatim(case.source, case) != _verbatim(case.translation, case)


def _verbatim(text: str, case: Case) -> list[str]:
    return sorted(text[s.start : s.end] for s in find_spans(text, case.protected) if s.kind not in AMOUNTS)


def _loses_tags(case: Case) -> bool:
    return not same_tags(case.source, case.translation)


def _prose(case: Case) -> tuple[str, str]:
    """Both texts with a sign for each span that is the same in both by another law."""
    return _without_names(case.source, case), _without_names(case.translation, case)


def _without_names(text: str, case: Case) -> str:
    parts, at = [], 0
    for span in find_spans(text, case.protected):
        if span.kind not in AMOUNTS and span.start >= at:
            parts += [text[at : span.start], _NAME_SIGN]
            at = span.end
    return TAG.sub("", "".join((*parts, text[at:])))


def _changes_numbers(case: Case) -> bool:
    before, after = _prose(case)
    if not same_numbers(before, case.source_locale, after, case.target_locale):
        return True
    if Counter(_SIGN.findall(after)) != Counter(_SIGN.findall(before)):
        return True
    return _DIGIT.search(before) is not None and _currencies(before) != _currencies(after)


def _currencies(text: str) -> set[str]:
    return {currency for currency, word in _MONEY.items() if word.search(text)}


def repeats(source: str, shown: str) -> bool:
    """Whether the output loops, or doubles a word, and the source does not."""
    return (_loops_words(shown) and not _loops_words(source)) or (_stutters(shown) and not _stutters(source))


def _loops_words(text: str) -> bool:
    """A word of three letters twice, one or two words three times, or three to seven words twice, without a gap.

    One pass: a word that was last said `period` words ago continues the run of that period.
    """
    last: dict[str, int] = {}
    period, run = 0, 0
    for at, word in enumerate(_WORD.findall(text.lower())):
        if not word.isalnum():
            period = 0
            continue
        before = last.get(word)
        last[word] = at
        if before is None or at - before > _PERIOD_WORDS_MAX:
            period = 0
            continue
        period, run = (period, run + 1) if at - before == period else (at - before, 1)
        doubled = period == 1 and len(word) >= 3 and word.isalpha()
        if doubled or run >= (2 * period if period <= 2 else period):
            return True
    return False


def _stutters(text: str) -> bool:
    long = any(len(chunk) >= _STUTTER_CHARS_MIN for chunk in text.split())
    return long and _STUTTER.search(text) is not None


def sane_length(source: str, shown: str) -> bool:
    """Whether the output's length fits the source's; short texts may grow by twenty characters."""
    long, short = len(shown), len(source)
    if long > max(RATIO_MAX * short, short + SHORT_CHARS):
        return False
    return short < SHORT_CHARS or long >= RATIO_MIN * short


def _loops(case: Case) -> bool:
    return repeats(*_prose(case))


def _misses_length(case: Case) -> bool:
    return not case.complete or not sane_length(case.source, case.translation)


def _is_untouched(case: Case) -> bool:
    """Whether four words or more came back as they went in; shorter ones may be names."""
    source, shown = _prose(case)
    if len(source) != len(shown) or source.casefold() != shown.casefold():
        return False
    words: list[str] = _WORD.findall(source)
    return sum(word.isalpha() for word in words) >= 4


_LAWS: Final[dict[Warn, Callable[[Case], bool]]] = {
    Warn.GATE_EMPTY: _is_empty,
    Warn.GATE_PROTECTED: _loses_spans,
    Warn.GATE_TAGS: _loses_tags,
    Warn.GATE_NUMBERS: _changes_numbers,
    Warn.GATE_REPETITION: _loops,
    Warn.GATE_LENGTH: _misses_length,
    Warn.COPIED: _is_untouched,
}
