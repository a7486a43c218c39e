"""Gate: what a translation must keep to be shown. Deterministic; the first law broken is the reason."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Final

from localization.gate.case import Case
from localization.gate.copied import copies
from localization.gate.glossary import misses_glossary
from localization.gate.length import misses_length
from localization.gate.placeholders import changes_placeholders
from localization.gate.protected import loses_protected, without_names
from localization.gate.repetition import repeats
from localization.gate.script import misses_script
from localization.gate.tags import changes_tags
from localization.gate.truncation import truncates
from localization.numerals import same_numbers
from schemas.reasons import Warn

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


def judge(case: Case) -> tuple[Warn, ...]:
    """Return every law that the translation breaks, the gravest first; nothing when it may be shown."""
    return tuple(reason for reason, broken in _LAWS.items() if broken(case))


def _is_empty(case: Case) -> bool:
    return not case.translation.strip()


def _prose(case: Case) -> tuple[str, str]:
    return without_names(case.source, case.protected), without_names(case.translation, case.protected)


def _changes_numbers(case: Case) -> bool:
    before, after = _prose(case)
    if not same_numbers(before, case.source_locale, after, case.target_locale):
        return True
    if Counter(_SIGN.findall(after)) != Counter(_SIGN.findall(before)):
        return True
    return _DIGIT.search(before) is not None and _currencies(before) != _currencies(after)


def _currencies(text: str) -> set[str]:
    return {currency for currency, word in _MONEY.items() if word.search(text)}


_LAWS: Final[dict[Warn, Callable[[Case], bool]]] = {
    Warn.GATE_EMPTY: _is_empty,
    Warn.GATE_PROTECTED: loses_protected,
    Warn.GATE_PLACEHOLDERS: changes_placeholders,
    Warn.GATE_TAGS: changes_tags,
    Warn.GATE_NUMBERS: _changes_numbers,
    Warn.COPIED: copies,
    Warn.GATE_SCRIPT: misses_script,
    Warn.GATE_REPETITION: repeats,
    Warn.GATE_LENGTH: misses_length,
    Warn.GATE_TRUNCATED: truncates,
    Warn.GATE_GLOSSARY: misses_glossary,
}
