"""Clean: what a matcher or a model must not stumble over goes out; the producer's own text is kept elsewhere."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

import ftfy
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
_REVERSED: Final = frozenset(("encode", "decode"))


class Cleaned(Struct, frozen=True):
    """A text in NFC without invisible characters; `repaired` when it had been read in a wrong encoding."""

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
    """Undo text that was read in a wrong encoding, or return None where that cannot be proven.

    ftfy finds the way back; the proof is that the way there, taken again, gives the very text. Mends that guess a byte
    or touch a part only are not taken: a text that holds one honest accented letter is left alone.
    """
    mended, steps = ftfy.fix_encoding_and_explain(text)
    if not steps or any(action not in _REVERSED for action, _ in steps):
        return None
    return mended if _misread(mended, steps) == text else None


def _misread(mended: str, steps: Iterable[tuple[str, str]]) -> str | None:
    """Take the steps that mended a text back, one by one."""
    text, raw = mended, b""
    try:
        for action, codec in reversed(list(steps)):
            if action == "decode":
                raw = text.encode(codec)
            else:
                text = raw.decode(codec)
    except UnicodeError:
        return None
    return text


# Full-width Latin and half-width kana are one character in two widths, as Unicode's compatibility forms say.
_WIDTHS: Final = re.compile("[\u3000\uff01-\uffef]+")


def folded(text: str) -> str:
    """Return the text with full-width Latin narrow and half-width kana wide: what is written alike matches alike."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _WIDTHS.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text))
