"""Brands whose names are ordinary words: found only as whole names in their own capitals, or all in capitals."""

import re
from functools import cache
from pathlib import Path
from typing import Final

from localization.protection.span_kinds import NOT_BEFORE_WORD

_FILE: Final = Path(__file__).with_name("brands.txt")
_WORD: Final = re.compile(r"[0-9A-Za-z_]+")


@cache
def _names() -> dict[str, re.Pattern[str]]:
    """The names by their first word, the longest first."""
    by_word: dict[str, list[str]] = {}
    for line in _FILE.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            for name in (line, line.upper()):
                by_word.setdefault(_WORD.findall(name)[0], []).append(name)
    return {
        word: re.compile("(?:" + "|".join(map(re.escape, sorted(names, key=len, reverse=True))) + ")" + NOT_BEFORE_WORD)
        for word, names in by_word.items()
    }


def brand_end(text: str, begin: int, word_end: int, end: int) -> int | None:
    """Return where a brand ends that begins at a place, whose first word ends at `word_end`; None: there is none."""
    names = _names().get(text[begin:word_end])
    match = None if names is None else names.match(text, begin, end)
    return None if match is None else match.end()
