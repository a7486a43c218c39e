"""Detect: which of the languages served a text is in, or that nobody can say."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from babel.core import get_global
from msgspec import Struct
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from localization.clean import clean
from schemas.locales import parse_locale

# More text says no more about the language, and the detector walks every byte.
CHARS_MAX: Final = 1500
_NOISE: Final = re.compile(r"<[^<>]*>|(?:https?://|www\.)\S+|\S+@\S+|\S*\d\S*|[^\w\s]|_")
_KANA: Final = frozenset(("HIRAGANA", "KATAKANA"))
_SCRIPTS: Final[dict[str, frozenset[str]]] = {
    "Latn": frozenset(("LATIN",)),
    "Hans": frozenset(("CJK",)),
    "Hant": frozenset(("CJK",)),
    "Jpan": frozenset(("CJK", "HIRAGANA", "KATAKANA")),
    "Kore": frozenset(("HANGUL", "CJK")),
    "Cyrl": frozenset(("CYRILLIC",)),
    "Arab": frozenset(("ARABIC",)),
    "Hebr": frozenset(("HEBREW",)),
    "Grek": frozenset(("GREEK",)),
    "Deva": frozenset(("DEVANAGARI",)),
    "Thai": frozenset(("THAI",)),
}


class Guess(Struct, frozen=True):
    """The likeliest locale among those served and its probability, 0 where there is nothing to go by."""

    locale: str | None
    probability: float


class Detector:
    """Knows a fixed set of locales. One instance is used by one thread at a time."""

    def __init__(self, locales: Sequence[str]) -> None:
        self._locales: dict[str, str] = {}
        for locale in locales:
            self._locales.setdefault(parse_locale(locale).language, locale)
        self._identifier = _identifier(tuple(sorted(self._locales)))

    def guess(self, texts: Sequence[str]) -> Guess:
        """Return the likeliest locale of texts that belong together.

        The probability is py3langid's softmax at a temperature of the square root of the length, among the languages
        served; a text mostly in a script its language is not written in is nobody's (0.0).
        """
        sample = _NOISE.sub(" ", clean(" \n".join(texts)[:CHARS_MAX]).text)
        scripts = _scripts(sample)
        if not scripts or self._identifier is None:
            return Guess(None, 0.0)
        language, probability = self._identifier.classify(" ".join(sample.split()))
        main, _ = scripts.most_common(1)[0]
        written = _written(language)
        if (written and main not in written) or (_KANA & scripts.keys() and language != "ja"):
            return Guess(None, 0.0)
        return Guess(self._locales[language], float(probability))


@lru_cache(maxsize=8)
def _identifier(languages: tuple[str, ...]) -> Any:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(languages) & set(identifier.labels)
    if not known:
        return None
    identifier.set_languages(known)
    return identifier


@lru_cache(maxsize=256)
def _written(language: str) -> frozenset[str]:
    """The scripts a language is written in, as Unicode names begin, by CLDR's likely subtags; empty when unknown."""
    likely = str(get_global("likely_subtags").get(language, ""))
    script = next((part for part in likely.split("_") if len(part) == 4), "")
    return _SCRIPTS.get(script, frozenset())


def _scripts(text: str) -> Counter[str]:
    """How many letters of each script; a character's Unicode name begins with its script."""
    return Counter(unicodedata.name(char, "? ").split(" ", 1)[0] for char in text if char.isalpha())
