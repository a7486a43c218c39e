"""Clean: what a matcher or a model must not stumble over goes out; the producer's own text is kept elsewhere."""

import re
import unicodedata
from typing import Final

from msgspec import Struct

# C0 and C1 controls but tab and line ends, soft hyphen, zero-width space and joiners of words, byte-order mark,
# bidi controls, surrogates, and the private use areas (markup.py keeps inline tags there).
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010fffd]"
)
# ZWJ builds emoji and Indic conjuncts, ZWNJ is spelling in Persian: both mean nothing beside Latin, space or an edge.
_STRAY_JOINER: Final = re.compile(
    "(?:(?<=[\x00-\u024f])|(?<![\\s\\S]))[\u200c\u200d]+|[\u200c\u200d]+(?=[\x00-\u024f]|\\Z)"
)
# The first byte of a two to four byte UTF-8 sequence as cp1252 shows it, then something that can be a following byte.
_MOJIBAKE: Final = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0178\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]")


class Cleaned(Struct, frozen=True):
    """A text in NFC without invisible characters; `repaired` when UTF-8 had been read as latin-1 or cp1252."""

    text: str
    repaired: bool


def clean(text: str) -> Cleaned:
    """Return the text as it is matched and translated. Idempotent. Words, case, spaces and line ends are untouched."""
    if text.isascii() and text.isprintable():
        return Cleaned(text, repaired=False)
    mended = repair_mojibake(text)
    plain = text if mended is None else mended
    plain = _STRAY_JOINER.sub("", _INVISIBLE.sub("", plain))
    return Cleaned(unicodedata.normalize("NFC", plain), mended is not None)


def repair_mojibake(text: str) -> str | None:
    """Undo UTF-8 that was read as latin-1 or cp1252, or return None where that cannot be proven.

    Proof: every character of the whole text maps back to one byte, the bytes are valid UTF-8, and reading these by one
    of the two wrong codecs gives the text again. A text that holds one honest accented letter fails, and is left alone.
    """
    if _MOJIBAKE.search(text) is None:
        return None
    try:
        raw = b"".join(_byte(char) for char in text)
        mended = raw.decode("utf-8")
    except UnicodeError:
        return None
    return mended if text in {raw.decode("latin-1"), _misread(raw)} else None


def _byte(char: str) -> bytes:
    """cp1252 leaves five bytes undefined; readers pass those through as C1 controls, so latin-1 takes them back."""
    try:
        return char.encode("cp1252")
    except UnicodeEncodeError:
        return char.encode("latin-1")


def _misread(raw: bytes) -> str:
    shown = []
    for value in raw:
        byte = bytes((value,))
        try:
            shown.append(byte.decode("cp1252"))
        except UnicodeDecodeError:
            shown.append(byte.decode("latin-1"))
    return "".join(shown)
