"""Worth: whether a text says anything in a language at all; what does not is copied and never sent to a model."""

import re
from typing import Final

from localization.protection.masking import SENTINEL
from localization.text.numerals import MEASURE, NUMERAL
from localization.text.segment import TAG

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# XL, USB, LED: three capitals or fewer are a size or an abbreviation, not a sentence.
_CODE_CHARS_MAX: Final = 3
# Three of them in a row, and no list of sizes, are a phrase: BUY IT NOW. Single letters are edges: 12" L x 8" W x 4" H.
_CODE_WORDS_MAX: Final = 2
_LIST_MARK: Final = re.compile(r"[/,;|+&]")
# Five small Latin letters in a row are no unit, code or stand-in: the common case is answered at once.
_CERTAIN: Final = re.compile("[a-zà-öø-ÿ]{5}")


def worth_translating(masked: str) -> bool:
    """Whether a text with its stand-ins still holds a word: two letters or more, or one of a script without spaces.

    Stand-ins, numbers with unit symbols and short abbreviations are no words.
    """
    if _CERTAIN.search(masked):
        return True
    bare = TAG.sub(" ", SENTINEL.sub(" ", masked))
    words = _WORD.findall(NUMERAL.sub(" ", MEASURE.sub(" ", bare)))
    if sum(len(word) > 1 for word in words) > _CODE_WORDS_MAX and _LIST_MARK.search(bare) is None:
        return True
    return any(_is_word(word) for word in words)


def _is_word(word: str) -> bool:
    if word[0] >= "\u2e80":
        return True
    return len(word) > 1 and not (word.isupper() and len(word) <= _CODE_CHARS_MAX)
