"""Identify: the language of a text among all that are known, for whoever must notice that it is another one."""

from functools import lru_cache
from typing import Final

import numpy as np
from msgspec import Struct

from localization.detect_models import Scores, models
from localization.detect_noise import wording
from localization.detect_scripts import scripts_in, scripts_of

# A script that one language alone is written in, as far as anybody sells in it.
_OWN: Final = {
    "Kana": "ja",
    "Hang": "ko",
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
    "Hani": "zh",
}
# fastText alone decides what it is this sure of in this many characters; the second model takes most of the time.
_SURE: Final = 0.9
_SURE_CHARS: Final = 24
_FAST_FLOOR: Final = 1e-4
_BAYES_FLOOR: Final = 1e-3


class Identification(Struct, frozen=True):
    """The likeliest language (ISO 639; None without letters), its probability, and the text's main script."""

    language: str | None
    probability: float
    script: str | None


def identify(text: str) -> Identification:
    """Name the language of a text among some two hundred; never fails, any thread may call it.

    A sentence costs some 40 us, a few words that leave fastText in doubt 90.
    """
    words = wording(text)
    scripts = scripts_in(words)
    if not scripts:
        return Identification(None, 0.0, None)
    script = "Kana" if scripts["Kana"] else scripts.most_common(1)[0][0]
    share = scripts[script] / scripts.total()
    if script in _OWN:
        return Identification(_OWN[script], share if script != "Kana" else 1.0, script)
    shown = words.lower() if words.isupper() else words
    found = models().fast(shown)
    best = int(found.argmax())
    if found[best] < _SURE or len(words) < _SURE_CHARS or script not in _written()[best]:
        found = _together(found, models().bayes(shown), script)
        best = int(found.argmax())
    return Identification(models().languages[best], float(min(found[best], 1.0)) * share, script)


def _together(fast: Scores, bayes: Scores, script: str) -> Scores:
    """The product of both opinions, among the languages written in the script."""
    known = models()
    logs = np.log(fast + _FAST_FLOOR) + np.where(known.bayes_knows, np.log(bayes + _BAYES_FLOOR), np.log(_BAYES_FLOOR))
    logs = np.where(_of_script(script), logs, -np.inf)
    if not np.isfinite(logs).any():
        return fast
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


@lru_cache(maxsize=1)
def _written() -> tuple[frozenset[str], ...]:
    return tuple(scripts_of(language) for language in models().languages)


@lru_cache(maxsize=64)
def _of_script(script: str) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return np.array([not written or script in written for written in _written()])
