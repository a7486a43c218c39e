"""Texts in more than one language: which other one, and how much of the text is still the main one's."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from localization.detection.identify import identify
from localization.detection.models import models
from localization.detection.noise import CHARS_MAX, wording
from localization.detection.words import tokens, vocabulary

# A word speaks for one language against another when it has this much of its use and the other less than that.
_USED: Final = 0.2
_UNUSED: Final = 0.04
# So many words, and so much of those that speak, make a mixture; one alone is a loan.
_WORDS_MIN: Final = 2
_SHARE_MIN: Final = 0.25
# A sentence of so many words is judged by itself when it is this sure of its language.
_SENTENCE_WORDS: Final = 2
_SENTENCE_SURE: Final = 0.93
_SENTENCES_MAX: Final = 12
# So many words have halves; each must be this sure of its language, surer where the two are easily confused.
_HALVES_MIN: Final = 6
_HALVES_MAX: Final = 40
_HALF_SURE: Final = 0.93
_KIN_SURE: Final = 0.975
_END: Final = re.compile(
    r"(?<=[.!?\u3002\uff01\uff1f\u0964\u061f])\s*|[\n|\u2022]+|\s[-\u2013\u2014/]\s|</(?:p|li|div|h\d)>"
)
# A short sentence in one of these is easily taken for another of them.
_KIN: Final = (
    frozenset(("da", "nb", "nn", "sv", "fo")),
    frozenset(("es", "pt", "gl", "ca", "ast", "an", "oc", "ext", "mwl")),
    frozenset(("it", "scn", "vec", "lmo", "co", "nap", "pms", "lij", "ro")),
    frozenset(("cs", "sk", "pl", "hsb", "dsb")),
    frozenset(("hr", "sr", "bs", "sl", "mk")),
    frozenset(("ru", "uk", "be", "bg", "mk", "rue", "sr")),
    frozenset(("id", "ms", "jv", "su", "min")),
    frozenset(("nl", "af", "li", "fy", "nds", "zea", "vls", "de", "lb", "gsw", "bar")),
    frozenset(("tr", "az", "tk", "crh")),
    frozenset(("ar", "fa", "ur", "ps", "ku", "ckb", "ug", "arz", "azb", "ary")),
    frozenset(("hi", "ne", "mr", "bho", "mai", "sa", "gom")),
    frozenset(("fr", "wa", "oc", "ht", "gcf", "gcr")),
    frozenset(("et", "fi")),
    frozenset(("zh", "yue", "wuu", "lzh", "ja")),
    frozenset(("en", "sco", "pcm")),
)


class Mixture(Struct, frozen=True):
    """`share` of the main language in what speaks at all, 1.0 for a text in one language; `other` is the second."""

    share: float
    other: str | None = None


PURE: Final = Mixture(1.0)


def mixture(texts: Sequence[str], words: str, main: str) -> Mixture:
    """Look for a second language: sentence by sentence, word by word, then in the halves of what has no sentences."""
    found = _by_sentences(texts, main)
    if found.other is None:
        found = _by_words(words, main)
    return found if found.other is not None else _by_halves(words, main)


def _by_sentences(texts: Sequence[str], main: str) -> Mixture:
    sentences = [part for text in texts for part in _END.split(text[:CHARS_MAX]) if part and len(part) > 8][
        :_SENTENCES_MAX
    ]
    if len(sentences) < 2:
        return PURE
    ours, theirs = 0, Counter[str]()
    for sentence in sentences:
        said = wording(sentence)
        if said.count(" ") + 1 < _SENTENCE_WORDS and said.isascii():
            continue
        found = identify(sentence)
        if found.language is None or found.probability < _SENTENCE_SURE:
            continue
        if found.language == main or _are_kin(found.language, main):
            ours += len(said)
        elif said.count(" ") + 1 >= _SENTENCE_WORDS or found.script not in {"Latn", "Cyrl", "Arab"}:
            theirs[found.language] += len(said)
    if not ours or not theirs:
        return PURE
    return Mixture(ours / (ours + theirs.total()), theirs.most_common(1)[0][0])


def _by_words(words: str, main: str) -> Mixture:
    at = models().place.get(main)
    if at is None:
        return PURE
    known = vocabulary()
    uses = [dict(shares) for word in tokens(words) if (shares := known.get(word)) is not None]
    theirs = Counter(
        place for use in uses if use.get(at, 0.0) < _UNUSED for place, share in use.items() if share >= _USED
    )
    if not theirs:
        return PURE
    place, count = theirs.most_common(1)[0]
    ours = sum(use.get(at, 0.0) >= _USED and use.get(place, 0.0) < _UNUSED for use in uses)
    other = models().languages[place]
    if not ours or count < _WORDS_MIN or count / (ours + count) < _SHARE_MIN or _are_kin(other, main):
        return PURE
    return Mixture(ours / (ours + count), other)


def _by_halves(words: str, main: str) -> Mixture:
    """A title of two languages has one before the other."""
    said = words.split()
    if not _HALVES_MIN <= len(said) <= _HALVES_MAX:
        return PURE
    middle = len(said) // 2
    halves = [identify(" ".join(part)) for part in (said[:middle], said[middle:])]
    first, second = (half.language for half in halves)
    if first is None or second is None or first == second or main not in {first, second}:
        return PURE
    sure = _KIN_SURE if _are_kin(first, second) else _HALF_SURE
    if min(half.probability for half in halves) < sure:
        return PURE
    return Mixture(0.5, second if first == main else first)


def _are_kin(one: str, other: str) -> bool:
    return any(one in family and other in family for family in _KIN)
