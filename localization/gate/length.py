"""Length: a translation is about as long as translations of its source are, by what pairs of languages teach."""

import math
from functools import lru_cache
from typing import Final

from msgspec import Struct

from localization.data_lines import data_lines
from localization.gate.case import Case
from localization.gate.lexicon import language_of, script_of_locale
from localization.gate.prose import prose

# The spread of log ratios at a length of n characters is sqrt(_FLOOR ** 2 + _BY_CHAR / n), fitted to English-Spanish.
_FLOOR: Final = 0.12
_BY_CHAR: Final = 0.6
# 0.3% of human translations lie outside.
_SPREADS_MAX: Final = 4.0
# Between two languages that are not English both texts were mostly translated from it, by two people.
_TWO_HANDS: Final = 1.25
# Short texts may grow or shrink by this many characters of English, whatever the ratio.
SLACK_CHARS: Final = 20
_SHRINK_CHARS: Final = 12


class Habit(Struct, frozen=True):
    """A language's log ratio to English and how widely it spreads beside English-Spanish."""

    ratio: float
    spread: float


_UNKNOWN: Final = Habit(0.0, 1.5)


def misses_length(case: Case) -> bool:
    """Whether the translation is far longer or shorter than translations of such a source are."""
    own, other = _chars(case.source), _chars(case.translation)
    if not own or not other:
        return False
    balance = excess(case)
    if -_SPREADS_MAX < balance < _SPREADS_MAX:
        return False
    expected = own * math.exp(_expected(case.source_locale, case.target_locale)[0])
    per_english = math.exp(_habit(case.target_locale).ratio)
    grown = (other - expected) / per_english
    return grown > SLACK_CHARS or grown < -_SHRINK_CHARS


def excess(case: Case) -> float:
    """How much longer than expected a translation is, in spreads; negative when shorter, 0 when one side is empty."""
    own, other = _chars(case.source), _chars(case.translation)
    if not own or not other:
        return 0.0
    ratio, spread = _expected(case.source_locale, case.target_locale)
    english = own / math.exp(_habit(case.source_locale).ratio)
    return (math.log(other / own) - ratio) / (spread * math.sqrt(_FLOOR**2 + _BY_CHAR / english))


@lru_cache(maxsize=512)
def _chars(text: str) -> int:
    return len(prose(text).strip())


@lru_cache(maxsize=4096)
def _expected(source: str, target: str) -> tuple[float, float]:
    own, other = _habit(source), _habit(target)
    english = "en" in {language_of(source), language_of(target)}
    return other.ratio - own.ratio, max(own.spread, other.spread) * (1.0 if english else _TWO_HANDS)


@lru_cache(maxsize=1024)
def _habit(locale: str) -> Habit:
    habits = _habits()
    return habits.get(language_of(locale)) or habits.get(script_of_locale(locale)) or _UNKNOWN


@lru_cache(maxsize=1)
def _habits() -> dict[str, Habit]:
    rows = (line.split("\t") for line in data_lines("localization.gate", "lengths.tsv"))
    return {name: Habit(float(ratio), float(spread)) for name, ratio, spread in rows}
