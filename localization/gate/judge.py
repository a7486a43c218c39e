"""Gate: what a translation must keep to be shown. Deterministic; the first law broken is the reason."""

from collections.abc import Callable
from typing import Final

from localization.gate.additions import adds
from localization.gate.case import Case
from localization.gate.copied import copies
from localization.gate.glossary import misses_glossary
from localization.gate.language import misses_language
from localization.gate.length import misses_length
from localization.gate.negation import changes_negation
from localization.gate.placeholders import changes_placeholders
from localization.gate.profanity import swears
from localization.gate.prose import prose
from localization.gate.protected import loses_protected
from localization.gate.quantities.laws import changes_dates, changes_money, changes_numbers, changes_units
from localization.gate.repetition import repeats
from localization.gate.script import misses_script
from localization.gate.sentiment import flips_sentiment
from localization.gate.tags import changes_tags
from localization.gate.truncation import truncates
from schemas.reasons import Warn


def judge(case: Case) -> tuple[Warn, ...]:
    """Return every law that the translation breaks, the gravest first; nothing when it may be shown."""
    return tuple(reason for reason, broken in _LAWS.items() if broken(case))


def _is_empty(case: Case) -> bool:
    return not prose(case.translation).strip() and bool(prose(case.source).strip() or not case.translation.strip())


_LAWS: Final[dict[Warn, Callable[[Case], bool]]] = {
    Warn.GATE_EMPTY: _is_empty,
    Warn.GATE_PROTECTED: loses_protected,
    Warn.GATE_PLACEHOLDERS: changes_placeholders,
    Warn.GATE_TAGS: changes_tags,
    Warn.GATE_NUMBERS: changes_numbers,
    Warn.GATE_UNITS: changes_units,
    Warn.GATE_MONEY: changes_money,
    Warn.GATE_DATES: changes_dates,
    Warn.COPIED: copies,
    Warn.GATE_SCRIPT: misses_script,
    Warn.GATE_LANGUAGE: misses_language,
    Warn.GATE_REPETITION: repeats,
    Warn.GATE_LENGTH: misses_length,
    Warn.GATE_TRUNCATED: truncates,
    Warn.GATE_ADDITION: adds,
    Warn.GATE_NEGATION: changes_negation,
    Warn.GATE_SENTIMENT: flips_sentiment,
    Warn.GATE_PROFANITY: swears,
    Warn.GATE_GLOSSARY: misses_glossary,
}
