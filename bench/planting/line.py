"""A line of the clean corpus, and what the edits ask of it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any, Final, TypeAlias

Line: TypeAlias = Mapping[str, Any]
Edit: TypeAlias = Callable[[Line, Random], dict[str, Any] | None]

PLACEHOLDER: Final = re.compile(
    r"\{\{[^{}]+\}\}|[%$]\{[^{}]+\}|\{[A-Za-z0-9_.\-]*\}|%\(\w+\)\.?\d*[a-z]|(?<![\w%])%(?:\d\$)?[sdif](?![a-z])"
)
TAG: Final = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>")
URL: Final = re.compile(r"https?://[^\s<>\"'`)\]}\uff0c\u3002\u3001]+")
EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
NUMBER: Final = re.compile(r"(?<![\w.,:/#%$&-])\d+(?:[.,'\u00a0\u202f ]\d{3})*(?:[.,]\d+)?(?![\w%:/-]|[.,]\d)")
WORD: Final = re.compile(r"[^\W\d_]+")
SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+(?=\S)|(?<=[\u3002\uff01\uff1f])(?=\S)")
# Languages written without spaces between words.
UNSPACED: Final = frozenset(("ja", "zh-CN", "zh-TW", "th"))


def taken(text: str) -> list[tuple[int, int]]:
    """Places where an edit of words or numbers would hit something else: placeholders, tags, addresses, code."""
    found = (p.finditer(text) for p in (PLACEHOLDER, TAG, URL, EMAIL, re.compile(r"`[^`]*`|&#?\w+;|%#|#%")))
    return [match.span() for matches in found for match in matches]


def free(text: str, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """The matches that touch nothing that `taken` names."""
    closed = taken(text)
    return [m for m in pattern.finditer(text) if not any(a < m.end() and m.start() < b for a, b in closed)]


def put(text: str, span: tuple[int, int], new: str) -> str:
    """The text with `new` in place of the span."""
    return text[: span[0]] + new + text[span[1] :]


def without(text: str, span: tuple[int, int]) -> str:
    """The text without the span, and without the space that would stand double."""
    before, after = text[: span[0]], text[span[1] :]
    if before.endswith(" ") and (not after or after[0] in " .,;:!?)"):
        before = before[:-1]
    elif not before:
        after = after.lstrip(" ")
    return before + after


def language(locale: str) -> str:
    """The language of a locale."""
    return locale.partition("-")[0]


def sentences(text: str) -> list[str]:
    """The text cut after its stops; the parts join to the text again but for the space between."""
    return [part for part in SENTENCE_END.split(text.strip()) if part.strip()]


def shared(line: Line, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Matches in the translation that stand in the source too, letter for letter."""
    inside = {m.group() for m in pattern.finditer(line["source"])}
    return (m for m in pattern.finditer(line["translation"]) if m.group() in inside)


def choice(rng: Random, items: Sequence[Any]) -> Any | None:
    """One of the items, None where there is none."""
    return rng.choice(items) if items else None


def words_of(line: Line) -> list[re.Match[str]]:
    """Words of the translation of three letters and more that an edit may touch."""
    return [m for m in free(line["translation"], WORD) if len(m.group()) >= 3]


def changed(line: Line, translation: str | None) -> dict[str, Any] | None:
    """The change as an edit gives it; None where nothing changed."""
    if translation is None or translation == line["translation"]:
        return None
    return {"translation": translation}
