"""What of a text says nothing about its language: markup, addresses, codes, sizes, placeholders, names of the trade."""

import re
from functools import cache
from typing import Final
from unicodedata import is_normalized, normalize

from localization.data_lines import data_lines
from localization.text.clean import clean, folded

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
# Without one of these there is nothing but words and signs.
_CODED: Final = re.compile(r"[<&@#{%:/_\d]|\.\w")
_SIGNS: Final = re.compile(rf"[^\w\s'\u2019{_MARKS}]")
# UTF-8 that was read as latin-1 or cp1252 has one of these before a control or a sign.
_MISREAD: Final = re.compile(
    "[\u00c2-\u00c5\u00ce-\u00d1\u00d7-\u00d9\u00e0-\u00ef][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122]"
)
_INVISIBLE: Final = re.compile("[\u00ad\u200b\u200d-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ud800-\udfff]")
_PLAIN: Final = re.compile(r"[A-Za-z]+(?:[ ,][ ]?[A-Za-z]+)*[.!]?\Z")
# A word with a capital inside is a name (iPhone, PlayStation), one of two to four capitals an abbreviation (USB, XL).
_NAME: Final = re.compile(r"\b(?:[a-zA-Z]?[a-z]+[A-Z]\w*|[A-Z]{1,4})\b")


def wording(text: str) -> str:
    """Return the words of a text in one line, without what is written alike in every language.

    Names and abbreviations go only where something is left: a text in capitals is no abbreviation.
    """
    if len(text) > CHARS_MAX:
        text = text[:CHARS_MAX]
    if _PLAIN.match(text):
        words = text.rstrip(".!").replace(",", " ")
    else:
        plain = _clean(text)
        words = (_NOISE if _CODED.search(plain) else _SIGNS).sub(" ", plain)
    spoken = words if words.isupper() else _NAME.sub(" ", words)
    trade = trade_names()
    kept = [word for word in spoken.split() if word.lower() not in trade and word.strip("'\u2019")]
    return " ".join(kept)


def _clean(text: str) -> str:
    """What `clean` makes of a text; its search for a wrong encoding takes most of its time and needs a reason."""
    if _MISREAD.search(text):
        return clean(text).text
    plain = folded(_INVISIBLE.sub("", text))
    return plain if is_normalized("NFC", plain) else normalize("NFC", plain)


@cache
def trade_names() -> frozenset[str]:
    """Brands and words of technology that titles in every language share, in small letters."""
    return frozenset(word for line in data_lines("localization.detection", "trade.txt") for word in line.split())
