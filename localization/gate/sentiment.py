"""Sentiment: a review that praises still praises, one that complains still complains."""

import re
from functools import lru_cache
from typing import Final

from msgspec import Struct

from localization.gate.case import Case
from localization.gate.lexicon import JOINED, folded, language_of, table
from localization.gate.negation import denies
from localization.gate.prose import MARKS, prose

_OPINIONS: Final = ("review", "comment", "feedback", "testimonial", "opinion", "rating")
_CLAUSE: Final = re.compile(r"[.,;:!?…\n()。，；：！？、．।؟،–—]+")
_BETTER: Final = re.compile(
    r"\b(?:melhor|mejor|miglior|meilleur|better|best|lepš|lepsz|beter|bedre|bäst|bättre|paras|parem|jobb|лучш|кращ)\w*"
)
_GOOD_RATING: Final = 4
_BAD_RATING: Final = 2


class _Lexicon(Struct, frozen=True):
    good: re.Pattern[str]
    bad: re.Pattern[str]
    but: re.Pattern[str]


class Opinion(Struct, frozen=True):
    """How often a text praises and how often it complains."""

    praise: int
    blame: int

    def turned(self) -> "Opinion":
        """The same of someone who means the opposite."""
        return Opinion(self.blame, self.praise)


def flips_sentiment(case: Case) -> bool:
    """Whether a review's translation clearly says the opposite of its source, or of the stars it was given with."""
    if case.rating is None and not any(word in case.field for word in _OPINIONS):
        return False
    said, shown = opinion(case.source, case.source_locale), opinion(case.translation, case.target_locale)
    if said is None or shown is None:
        return False
    rating = case.rating or 0
    return _contradicts(said, shown, agrees=rating >= _GOOD_RATING) or _contradicts(
        said.turned(), shown.turned(), agrees=0 < rating <= _BAD_RATING
    )


def judges_opinions(source_locale: str | None, target_locale: str) -> bool:
    """Whether this law knows the words of both languages: what passes it is then known to say the same."""
    return source_locale is not None and None not in (
        _lexicon(language_of(source_locale)),
        _lexicon(language_of(target_locale)),
    )


def _contradicts(said: Opinion, shown: Opinion, *, agrees: bool) -> bool:
    """Whether praise was turned to blame. `agrees`: the stars say praise too, so that one sign of blame is enough."""
    if said.blame == 0 and shown.blame > 0 and (agrees or said.praise > 0):
        return shown.praise == 0 or (agrees and shown.blame >= shown.praise)
    turned = said.praise > said.blame and shown.blame > shown.praise
    return turned and (agrees or said.praise - said.blame + shown.blame - shown.praise >= 3)


def opinion(text: str, locale: str) -> Opinion | None:
    """Count what a text praises and blames, clause by clause, a negation turning its clause; None without a lexicon."""
    language = language_of(locale)
    words = _lexicon(language)
    if words is None:
        return None
    praise = blame = 0
    said = prose(text).casefold()
    for sentence in _CLAUSE.split(said):
        for clause in words.but.split(sentence):
            good, bad = len(words.good.findall(clause)), len(words.bad.findall(clause))
            if (good or bad) and denies(clause, language):
                # "You will find nothing better" is no blame.
                good, bad = bad, good - min(good, len(_BETTER.findall(clause)))
            praise, blame = praise + good, blame + bad
    return Opinion(praise, blame)


@lru_cache(maxsize=64)
def _lexicon(language: str) -> _Lexicon | None:
    known = table("sentiment").get(language)
    return None if known is None else _Lexicon(*(_pattern(known[kind], language) for kind in ("good", "bad", "but")))


def _pattern(words: str, language: str) -> re.Pattern[str]:
    # Languages that are written without spaces have no endings to allow for either.
    forms = sorted(
        (re.escape(word).replace(r"\*", r"\w*").replace("_", r"\s") for word in folded(words).split()),
        key=len,
        reverse=True,
    )
    either = "|".join(forms)
    if language in JOINED:
        return re.compile(either)
    return re.compile(rf"(?<![\w{MARKS}])(?:{either})(?![\w{MARKS}])")
