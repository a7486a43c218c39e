"""Faults that take something from another line: another language, a sentence nobody wrote, too much text."""

import re
from collections import defaultdict
from collections.abc import Sequence
from random import Random
from typing import Any, Final

from bench.planting.line import UNSPACED, Edit, Line, changed, choice, free, language, put, sentences, words_of

# Languages near enough to be taken for one another in a sentence.
_KIN: Final = (
    {"pt", "es", "ca", "it"},
    {"nb", "da", "sv"},
    {"hr", "sl", "bs"},
    {"cs", "sk"},
    {"ru", "uk", "bg"},
    {"ja", "zh"},
    {"nl", "de"},
)
_WORDS_MIN: Final = 6
_ADDED: Final = (
    "https://www.best-deals.example/offer",
    "https://bit.ly/3xYz1",
    "www.shop-now.example",
    "support@shop.example",
)
_BRANDS: Final = ("Samsung", "Nike", "Amazon", "Philips", "Microsoft", "Sony", "Adidas")


class Others:
    """The kinds that look at all clean lines."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._by_source: dict[tuple[str, str], list[Line]] = defaultdict(list)
        self._by_target: dict[str, list[Line]] = defaultdict(list)
        for line in lines:
            self._by_source[line["source_locale"], line["source"]].append(line)
            self._by_target[line["target_locale"]].append(line)

    def wrong_language(self, line: Line, rng: Random) -> dict[str, Any] | None:
        """The translation that another language has for the same source."""
        mine = language(line["target_locale"])
        others = [
            other
            for other in self._by_source[line["source_locale"], line["source"]]
            if len(words_of(other)) >= _WORDS_MIN and not _akin(mine, language(other["target_locale"]))
        ]
        other = choice(rng, others)
        return None if other is None or "filled" in line else changed(line, other["translation"])

    def sentence_added(self, line: Line, rng: Random) -> dict[str, Any] | None:
        """A whole sentence that is not in the source, after one that is."""
        other = self._sentence(line, rng)
        if other is None or len(line["source"]) < 15 or "format" in line:
            return None
        text = line["translation"].rstrip()
        if line["target_locale"] in UNSPACED:
            return changed(line, text + ("" if text[-1] in "\u3002\uff01\uff1f" else "\u3002") + other)
        return changed(line, text + (" " if text[-1] in ".!?:" else ". ") + other)

    def too_long(self, line: Line, rng: Random) -> dict[str, Any] | None:
        """Four sentences more than the source has."""
        more = [self._sentence(line, rng) for _ in range(4)]
        if any(one is None for one in more) or len(set(more)) < 4 or "format" in line:
            return None
        return changed(line, " ".join([line["translation"], *filter(None, more)]))

    def _sentence(self, line: Line, rng: Random) -> str | None:
        pile = self._by_target[line["target_locale"]]
        for other in rng.sample(pile, min(len(pile), 40)):
            text: str = other["translation"].strip()
            full = text.endswith((".", "\u3002", "!")) and len(sentences(text)) == 1
            if full and len(words_of(other)) >= 4 and other["source"] != line["source"] and _plain(other):
                return text
        return None


def edits(lines: Sequence[Line]) -> dict[str, Edit]:
    """The kinds of this module by name, over these lines."""
    others = Others(lines)
    kinds = (others.wrong_language, others.sentence_added, others.too_long, url_added, brand_added)
    return {edit.__name__: edit for edit in kinds}


def url_added(line: Line, rng: Random) -> dict[str, Any] | None:
    """An address that nobody wrote."""
    return _said(line, rng, rng.choice(_ADDED))


def brand_added(line: Line, rng: Random) -> dict[str, Any] | None:
    """A brand that nobody wrote."""
    brand = rng.choice(_BRANDS)
    return None if len(words_of(line)) < 3 or line["target_locale"] in UNSPACED else _said(line, rng, brand)


def _said(line: Line, rng: Random, new: str) -> dict[str, Any] | None:
    text = line["translation"]
    if new in line["source"] or line["target_locale"] in UNSPACED:
        return None if new in line["source"] else changed(line, f"{text} {new}")
    places = [m.end() for m in free(text, re.compile(r"(?<=\w)(?= \w)"))]
    return None if not places else changed(line, put(text, (at := rng.choice(places), at), " " + new))


def _plain(line: Line) -> bool:
    return not any(key in line for key in ("format", "protected", "rating")) and "{" not in line["translation"]


def _akin(one: str, other: str) -> bool:
    return one == other or any(one in kin and other in kin for kin in _KIN)
