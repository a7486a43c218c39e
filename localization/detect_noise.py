"""What of a text says nothing about its language: markup, addresses, codes, sizes, placeholders."""

import re
from typing import Final

from localization.clean import clean

# More text says no more about the language, and a detector walks every byte.
CHARS_MAX: Final = 1500
_NOISE: Final = re.compile(
    r"<[^<>]*>"
    r"|&(?:[a-zA-Z]{2,8}|#x?[0-9a-fA-F]{1,6});"
    r"|(?:https?://|www\.)\S+"
    r"|\S+@\S+|[@#]\w+"
    r"|\{\{[^{}]*\}\}|\{[^{}\s]*\}|%\([^()\s]*\)[a-z]|%\{[^{}]*\}|\$\{[^{}]*\}|%[a-z]\b|(?<!\w):[a-z_]+\b"
    r"|\S*\d\S*"
    r"|[^\w\s'\u2019\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]|_"
)


def wording(text: str) -> str:
    """Return the words of a text in one line, without what is written alike in every language."""
    return " ".join(_NOISE.sub(" ", clean(text[:CHARS_MAX]).text).split())
