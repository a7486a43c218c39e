"""Detect: which of the locales served a text is in, or that nobody can say."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from localization.detection.han import read_han
from localization.detection.identify import OWN_SCRIPTS, distribution, load_models, main_script, quickly
from localization.detection.mixture import PURE, Mixture, mixture
from localization.detection.models import models
from localization.detection.noise import CHARS_MAX, wording
from localization.detection.regions import RegionBasis, region_of
from localization.detection.scripts import script_of
from schemas.locales import parse_locale, written_in
from schemas.reasons import Warn

# A seller writes in a language that is served more often than not: so much likelier, as a logarithm, is one that is.
# Fitted on a mixture of four texts in a served language to one in another.
_SERVED: Final = 2.0
# Codes under which one language is served, and languages whose texts a reader of the other takes for his own.
_SAME: Final = {"no": "nb", "tl": "fil", "cmn": "zh", "prs": "fa"}
_AS_ONE: Final = (frozenset(("hr", "bs", "sr")), frozenset(("nb", "nn")))
# The writing systems that kana and hangul are parts of (ISO 15924).
_SYSTEMS: Final = {"Kana": "Jpan", "Hang": "Kore"}
_CANDIDATES: Final = 3
# Below this a language that is not served is not worth a word.
_LIKELY: Final = 0.02
# So many words in another script are another language; two Han characters, kana or syllables count as one.
_BESIDE_MIN: Final = 2
_DENSE: Final = frozenset(("Hani", "Kana", "Hang"))
_TOGETHER: Final = {"Kana": ("Hani",), "Hang": ("Hani",)}

_PLAIN_CHARS: Final = 120


class Candidate(Struct, frozen=True):
    """A locale served, and the probability that the text is in its language and script."""

    locale: str
    probability: float


class Guess(Struct, frozen=True):
    """The likeliest locale among those served and its probability, 0 where there is nothing to go by.

    `locale` is None where no locale served is likelier than another language. `language` (ISO 639) is the likeliest of
    all that are known, served or not, with its own probability; `script` is how it is written (ISO 15924: Latn, Hans,
    Jpan). `mixed`: a part is in another language, and the probability is the less. `region` says why this variant of
    the language, where several are served.
    """

    locale: str | None
    probability: float
    language: str | None = None
    language_probability: float = 0.0
    script: str | None = None
    mixed: bool = False
    region: RegionBasis | None = None
    candidates: tuple[Candidate, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of an output is told: a mixture, and a region that is not served."""
        marks = (Warn.MIXED_LANGUAGE.value,) if self.mixed else ()
        return (*marks, Warn.REGION_FALLBACK.value) if self.region is RegionBasis.FALLBACK else marks


class _Known(Struct, frozen=True):
    """What is known of a text before regions are asked: probabilities by language, main script, mixture."""

    script: str
    languages: dict[str, float]
    mixture: Mixture


NOBODY: Final = Guess(None, 0.0)


class Detector:
    """Knows a fixed set of locales, of which any spelling that BCP-47 allows will do. Any thread may ask it.

    The first one made in a process loads the models (0.8 s), so that no event waits for them.
    """

    def __init__(self, locales: Sequence[str]) -> None:
        self._locales: dict[str, list[str]] = {}
        for locale in locales:
            language = parse_locale(locale).language
            self._locales.setdefault(_SAME.get(language, language), []).append(locale)
        load_models()

    def guess(self, texts: Sequence[str]) -> Guess:
        """Return the likeliest locale of texts that belong together; never fails.

        The script is asked first. Then the likelihoods of two detectors and of known words are weighed over all
        languages they know, and those served are favoured as much as they are likelier to be met.
        """
        sample = " \n".join(texts)[:CHARS_MAX]
        words = wording(sample)
        script, share = main_script(words)
        if script is None:
            return NOBODY
        known = self._han(words, share) if script == "Hani" else self._letters(texts, words, script, share)
        return self._choose(known, sample)

    def _han(self, words: str, share: float) -> _Known:
        found = read_han(words)
        other = "ja" if found.language == "zh" else "zh"
        languages = {found.language: found.probability, other: 1.0 - found.probability}
        if found.probability < 0.95:
            favour = {one: math.exp(_SERVED) if one in self._locales else 1.0 for one in languages}
            total = sum(languages[one] * favour[one] for one in languages)
            languages = {one: languages[one] * favour[one] / total for one in languages}
        script = found.script or "Hani" if found.language == "zh" else "Jpan"
        return _Known(script, languages, _beside(words, "Hani", share))

    def _letters(self, texts: Sequence[str], words: str, script: str, share: float) -> _Known:
        if script in OWN_SCRIPTS:
            return _Known(script, {OWN_SCRIPTS[script]: 1.0}, _beside(words, script, share))
        own = words if share == 1.0 else _in_script(words, script)
        # A long text whose language is plain needs no weighing, which costs most of a guess.
        plain = quickly(own, script) if len(own) >= _PLAIN_CHARS else None
        languages = dict([plain]) if plain and plain[0] in self._locales else self._favoured(own, script)
        main = max(languages, key=lambda language: languages[language])
        mixed = _beside(words, script, share)
        if mixed is PURE:
            mixed = mixture(texts, own, main)
        return _Known(script, languages, mixed)

    def _favoured(self, words: str, script: str) -> dict[str, float]:
        """Probabilities of the languages worth a word, of those served always."""
        names = models().languages
        found = distribution(words, script)
        favour = math.exp(_SERVED)
        weights = {
            names[place]: float(found[place]) * (favour if names[place] in self._locales else 1.0)
            for place in found.argsort()[::-1][:20]
        }
        for language in self._locales:
            if language not in weights and language in models().place:
                weights[language] = float(found[models().place[language]]) * favour
        total = sum(weights.values())
        likely = {one: weight / total for one, weight in weights.items()}
        for family in _AS_ONE:
            served = [one for one in family if one in self._locales and likely.get(one)]
            if served and script == "Latn":
                first = max(served, key=lambda one: likely[one])
                for one in family - set(served):
                    likely[first] += likely.pop(one, 0.0)
        return likely

    def _choose(self, known: _Known, sample: str) -> Guess:
        language = max(known.languages, key=lambda one: known.languages[one])
        ranked = sorted(
            (
                (known.languages[one] * known.mixture.share, locales)
                for one, served in self._locales.items()
                if known.languages.get(one) and (locales := _written_in(served, one, known.script))
            ),
            key=lambda row: -row[0],
        )
        shown = [Candidate(locale, round(p, 4)) for p, locales in ranked for locale in locales if p >= _LIKELY]
        top = known.languages[language] * known.mixture.share
        guess = Guess(
            None,
            0.0,
            language,
            top,
            _SYSTEMS.get(known.script, known.script),
            mixed=known.mixture.other is not None,
            candidates=tuple(shown[:_CANDIDATES]),
        )
        if not ranked:
            return guess
        probability, locales = ranked[0]
        if language not in self._locales and probability < top:
            return replace(guess, probability=probability)
        region = region_of(sample, locales)
        several = len(locales) > 1 or region.basis is RegionBasis.FALLBACK
        return replace(guess, locale=region.locale, probability=probability, region=region.basis if several else None)


def _written_in(locales: Sequence[str], language: str, script: str) -> list[str]:
    """Those of one language's locales that are written in the script; a bare language takes any of its scripts."""
    if language == "zh":
        if script not in {"Hans", "Hant"}:
            return list(locales)
        return [one for one in locales if one.lower() == "zh" or written_in(parse_locale(one)) == script]
    return [one for one in locales if _spelt(one, script)]


def _spelt(locale: str, script: str) -> bool:
    tag = parse_locale(locale)
    if tag.script is None:
        return True
    return tag.script == script or script in {"Kana", "Hang", "Hani", "Jpan"}


def _in_script(words: str, script: str) -> str:
    """The words that have letters of the script; names of makers in Latin letters stand in titles of every script."""
    return " ".join(word for word in words.split() if any(script_of(char) == script for char in word))


def _beside(words: str, script: str, share: float) -> Mixture:
    """A text in two scripts: words of the other are another language, but what has a Latin capital is a name."""
    if share == 1.0:
        return PURE
    seen = Counter(
        other
        for word in words.split()
        if (other := next(filter(None, map(script_of, word)), None)) not in {None, script, *_TOGETHER.get(script, ())}
        and not (other == "Latn" and word[0].isupper())
        for _ in range(len(word) // 2 if other in _DENSE else 1)
    )
    if seen.total() < _BESIDE_MIN:
        return PURE
    other = seen.most_common(1)[0][0]
    return Mixture(share, OWN_SCRIPTS.get(other or "", "en" if other == "Latn" else "und"))
