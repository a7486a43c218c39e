"""What of a text says nothing about its language: markup, addresses, codes, sizes, placeholders, names of the trade."""

import re
from functools import cache
from importlib.resources import files
from typing import Final

from localization.clean import clean

# More text says no more about the language, and a detector walks every byte.
CHARS_MAX: Final = 1500
# Words and marks of every script; combining marks are no \w, and Indic, Thai and Burmese vowels are such.
_MARKS: Final = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u200c"
# A script without spaces stands right beside a code, so what goes on after a digit or an @ is ASCII.
_NOISE: Final = re.compile(
    r"<[^<>]*>"
    r"|&(?:[a-zA-Z]{2,8}|#x?[0-9a-fA-F]{1,6});"
    r"|(?:https?://|www\.)[!-~]+|\b[\w-]+\.(?:com|net|org|io|shop|store)\b(?:\.[a-z]{2}\b)?(?:/[!-~]*)?"
    r"|\]\([!-'*-~]*\)|[\w.+-]+@[!-~]+|[@#]\w+|\b[a-zA-Z]+(?:_[a-zA-Z]+)+\b|(?<!\w)/[a-z][!-~]*"
    r"|\{\{[^{}]*\}\}|\{[^{}\s]*\}|%\([^()\s]*\)[a-z]|%\{[^{}]*\}|\$\{[^{}]*\}|\$t\([^()]*\)|%[a-z]\b|(?<!\w):[a-z_]+\b"
    r"|(?:[a-zA-Z\u00c0-\u024f]+-)*[a-zA-Z\u00c0-\u024f]*\d[!-~]*"
    rf"|[^\w\s'\u2019{_MARKS}]|_"
)
_PLAIN: Final = re.compile(r"[A-Za-z]+(?:[ ,][ ]?[A-Za-z]+)*[.!]?\Z")
# A word with a capital inside is a name (iPhone, PlayStation), one of two to four capitals an abbreviation (USB, XL).
_NAME: Final = re.compile(r"\b(?:[a-zA-Z]?[a-z]+[A-Z]\w*|[A-Z]{1,4})\b")


def wording(text: str) -> str:
    """Return the words of a text in one line, without what is written alike in every language.

    Names and abbreviations go only where something is left: a text in capitals is no abbreviation.
    """
    if len(text) > CHARS_MAX:
        text = text[:CHARS_MAX]
    words = text.rstrip(".!").replace(",", " ") if _PLAIN.match(text) else _NOISE.sub(" ", clean(text).text)
    spoken = words if words.isupper() else _NAME.sub(" ", words)
    trade = trade_names()
    kept = [word for word in spoken.split() if word.lower() not in trade and word.strip("'\u2019")]
    return " ".join(kept)


@cache
def trade_names() -> frozenset[str]:
    """Brands and words of technology that titles in every language share, in small letters."""
    lines = files("localization.detect_data").joinpath("trade.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
