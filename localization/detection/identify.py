"""Identify: the language of a text among all that are known, for whoever must notice that it is another one."""

import math
import re
from bisect import bisect_left
from functools import lru_cache
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from localization.data_lines import data_lines
from localization.detection.models import Scores, models
from localization.detection.noise import wording
from localization.detection.scripts import scripts_in, scripts_of
from localization.detection.words import gains, letters_against, tokens

# A script that one language alone is written in, as far as anybody sells in it.
OWN_SCRIPTS: Final = {
    "Kana": "ja",
    "Hang": "ko",
    "Hani": "zh",
    "Thai": "th",
    "Grek": "el",
    "Geor": "ka",
    "Armn": "hy",
    "Khmr": "km",
    "Laoo": "lo",
    "Mymr": "my",
    "Taml": "ta",
    "Telu": "te",
    "Knda": "kn",
    "Mlym": "ml",
    "Sinh": "si",
    "Gujr": "gu",
    "Guru": "pa",
    "Orya": "or",
    "Thaa": "dv",
    "Tibt": "bo",
}
# How much fastText, py3langid and the words' own evidence count in a text of at most so many words. Fitted to the
# likelihood of 5,000 labels and sentences of Wagtail and Dawn; what follows is measured on other catalogues
# (docs/localization.md, "Languages").
_WORDS: Final = (1, 2, 4, 8)
_WEIGHTS: Final = (
    (0.23, 1.64, 1.14),
    (0.16, 1.45, 0.92),
    (0.24, 1.33, 0.46),
    (0.15, 1.76, 0.24),
    (0.10, 1.90, 0.19),
)
# fastText and py3langid below these are noise; a language that one of them does not know is given a little more.
_FAST_FLOOR: Final = 2e-4
_FAST_NOTHING: Final = math.log(_FAST_FLOOR)
_FAST_UNKNOWN: Final = math.log(5e-4)
_BAYES_FLOOR: Final = 1e-3
_BAYES_UNKNOWN: Final = 2e-3
# Logarithms of how much rarer a text of a language is than one of the languages that most shops sell in.
_RARER: Final = {1: 0.0, 2: -0.5, 3: -1.5}
# A letter that a language does not write speaks against it; a foreign name has one or two.
_FOREIGN_LETTER: Final = 1.5
_FOREIGN_MAX: Final = 3.0
# fastText alone decides what it is this sure of in this many characters of a language that words are counted of.
_SURE: Final = 0.93
_SURE_CHARS: Final = 30
# So many known words that are this much ahead (as a logarithm) for the language that fastText finds likeliest.
_AGREED_WORDS: Final = 2
_AGREED_AHEAD: Final = 3.5
_AGREED: Final = 0.98


_LATIN: Final = re.compile(r"[\x00-\u024f]+\Z")


class Identification(Struct, frozen=True):
    """The likeliest language (ISO 639; None without letters), its probability, and the text's main script."""

    language: str | None
    probability: float
    script: str | None


NOTHING: Final = Identification(None, 0.0, None)


@lru_cache(maxsize=1024)
def identify(text: str) -> Identification:
    """Name the language of a text among some two hundred; never fails, any thread may call it.

    A sentence costs 20 us where fastText and the words agree, 120 where the other evidence is asked.
    """
    words = wording(text)
    script, share = main_script(words)
    if script is None:
        return NOTHING
    if script in OWN_SCRIPTS:
        return Identification(OWN_SCRIPTS[script], share, script)
    quick = quickly(words, script)
    if quick is not None:
        return Identification(quick[0], quick[1] * share, script)
    found = distribution(words, script)
    best = int(found.argmax())
    return Identification(models().languages[best], float(found[best]) * share, script)


def load_models() -> None:
    """Load what an identification needs, once per process."""
    models()
    gains(set())


def main_script(words: str) -> tuple[str | None, float]:
    """The script that says most of a text and its share; a letter of Han, kana or hangul is worth four others."""
    if _LATIN.match(words) and any(map(str.isalpha, words)):
        return "Latn", 1.0
    scripts = scripts_in(words)
    if not scripts:
        return None, 0.0
    for dense in ("Hani", "Kana", "Hang"):
        scripts[dense] *= 4
    total = scripts.total()
    if scripts["Kana"] or scripts["Hang"]:
        own = "Kana" if scripts["Kana"] >= scripts["Hang"] else "Hang"
        scripts[own] += scripts.pop("Hani", 0)
    script, times = scripts.most_common(1)[0]
    return script, times / total


def distribution(words: str, script: str) -> Scores:
    """The probability of each of the models' languages for the words of a text in one script, float64 [languages]."""
    logs = np.where(_of_script(script), log_evidence(words, script), -np.inf)
    if not np.isfinite(logs).any():
        return np.full(len(logs), 1.0 / len(logs))
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def log_evidence(words: str, script: str) -> Scores:
    """The weighted sum of all evidence for each of the models' languages, float64 [languages], of any script."""
    known = models()
    small = words.lower()
    at = bisect_left(_WORDS, small.count(" ") + 1)
    fast_weight, bayes_weight, words_weight = _WEIGHTS[at]
    logs = _bases()[at].copy()
    for place, probability in known.fast(small).items():
        logs[place] += fast_weight * (math.log(probability + _FAST_FLOOR) - _FAST_NOTHING)
    logs += bayes_weight * np.log(known.bayes(small) + _bayes_floors())
    for place, gain in gains(tokens(small))[0].items():
        logs[place] += words_weight * gain
    foreign = letters_against(small, script)
    return logs if foreign is None else logs - _FOREIGN_LETTER * np.minimum(foreign, _FOREIGN_MAX)


def quickly(words: str, script: str) -> tuple[str, float] | None:
    """What fastText alone is sure of, or fastText and the words agree on: nine sentences of ten go no further.

    None where the other evidence has to be asked (`distribution`).
    """
    small = words.lower()
    language, probability = models().fastest(small)
    if script not in scripts_of(language):
        return None
    if probability >= _SURE and len(small) >= _SURE_CHARS and _ranks().get(language) == 1:
        return language, probability
    told, count = gains(tokens(small))
    if count < _AGREED_WORDS:
        return None
    best = models().place[language]
    gain = told.pop(best, 0.0)
    ahead = gain - max(told.values(), default=0.0)
    return (language, _AGREED) if ahead >= _AGREED_AHEAD else None


@lru_cache(maxsize=1)
def _bases() -> tuple[Scores, ...]:
    """What is known of each language before a text is seen, for each row of weights, float64 [languages]."""
    unseen = np.where(models().fast_knows, _FAST_NOTHING, _FAST_UNKNOWN)
    return tuple(_priors() + fast_weight * unseen for fast_weight, _, _ in _WEIGHTS)


@lru_cache(maxsize=1)
def _bayes_floors() -> Scores:
    return np.where(models().bayes_knows, _BAYES_FLOOR, _BAYES_UNKNOWN)


@lru_cache(maxsize=1)
def _ranks() -> dict[str, int]:
    rows = [line.split("\t") for line in data_lines("localization.detection", "languages.tsv")]
    return {language: int(rank) for rank, languages in rows for language in languages.split()}


@lru_cache(maxsize=1)
def _priors() -> Scores:
    return np.array([_RARER[_ranks().get(language, 3)] for language in models().languages])


@lru_cache(maxsize=64)
def _of_script(script: str) -> NDArray[np.bool_]:
    written = [scripts_of(language) for language in models().languages]
    return np.array([not scripts or script in scripts for scripts in written])
