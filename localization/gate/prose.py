"""Prose: what the laws read of a text, without its markup, placeholders, addresses and keyboard shortcuts."""

import html
import re
from functools import lru_cache
from typing import Final

from localization.gate.placeholders import without_placeholders

_MAYBE: Final = re.compile(r"[<&{%$\[_@/:\ue000-\uf8ff\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# "<5 or >" is no tag, "<1>" is.
_TAG: Final = re.compile(r"<!--.*?-->|</?(?:[A-Za-z][^<>]{0,2000}|\d{1,3}\s?/?)>|[\ue000-\uf8ff]", re.DOTALL)
_BREAK: Final = re.compile(r"<(?:/?(?:p|div|li|ul|ol|h\d|tr|td|th|table|br|dt|dd)\b)[^<>]*>", re.IGNORECASE)
# These stand inside of words; other elements part them: "<key>Ctrl</key><key>Home</key>".
_INLINE: Final = re.compile(
    r"</?(?:a|abbr|b|bdi|em|font|i|ins|mark|s|small|span|strong|sub|sup|u|wbr|\d{1,3}(?=\s?/?>))\b[^<>]{0,2000}>|[\ue000-\uf8ff]",
    re.IGNORECASE,
)
# Scripts without spaces go on behind an address.
_ADDRESS_PATH: Final = r"[^\s\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]+"
_ADDRESS: Final = re.compile(
    rf"(?:https?|ftp|file)://{_ADDRESS_PATH}|www\.{_ADDRESS_PATH}|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
)
# The key that chooses a menu entry, as GTK, Qt and Windows mark it: "_File", "Save &as", "ファイル(_F)".
_SHORTCUT_BEHIND: Final = re.compile(r"\s?[(（][_&][A-Za-z0-9][)）]")
_SHORTCUT: Final = re.compile(r"(?<![A-Za-z0-9_&])[_&](?=\w)|(?<=[^\W\d_])[_&](?=[^\W\d_])")
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Vowel signs and points are no word characters to `re`: words of these scripts are read with them.
MARKS: Final = (
    r"\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963"
    r"\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
)
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_MARK: Final = re.compile(f"[{MARKS}]")
_MARKED_WORD: Final = re.compile(rf"(?:[^\W\d_]|[{MARKS}])+")
_SENTENCE_END: Final = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？!?][」』”）]*|[।؟۔][\s]*|\n\s*\n")


@lru_cache(maxsize=512)
def prose(text: str) -> str:
    """The text as a reader hears it; `¤` stands for a placeholder, a line end for a block of HTML."""
    if _MAYBE.search(text) is None:
        return text
    if "<" in text or "&" in text or _TAG.search(text):
        text = _TAG.sub(" ", _INLINE.sub("", _BREAK.sub("\n", text)))
        text = html.unescape(text) if "&" in text else text
    text = _INVISIBLE.sub("", _ADDRESS.sub("¤", without_placeholders(text)))
    if "_" in text or "&" in text:
        text = _SHORTCUT.sub("", _SHORTCUT_BEHIND.sub("", text))
    return text


@lru_cache(maxsize=512)
def words(text: str) -> tuple[str, ...]:
    """The words of a text in small letters, in order; a run of a script without spaces is one."""
    said = prose(text).casefold()
    if not said.isascii() and _MARK.search(said):
        return tuple(_MARKED_WORD.findall(said))
    return tuple((WORD if "'" in said or "’" in said else _LETTERS).findall(said))


@lru_cache(maxsize=512)
def sentences(text: str) -> int:
    """How many sentences a text has, at least one."""
    return len(sentence_list(prose(text)))


@lru_cache(maxsize=512)
def sentence_list(said: str) -> tuple[str, ...]:
    """The sentences of a prose, by its signs alone; at least one."""
    parts, at = [], 0
    for match in _SENTENCE_END.finditer(said):
        if _goes_on(said, match):
            continue
        parts.append(said[at : match.end()])
        at = match.end()
    parts.append(said[at:])
    return tuple(part for part in parts if WORD.search(part)) or (said,)


def _goes_on(said: str, stop: re.Match[str]) -> bool:
    """Whether a stop is one of an abbreviation: behind a single letter, before small letters, or before a number."""
    if stop.group()[0] not in ".!?…":
        return False
    at = stop.start()
    if at < 2 or (said[at - 1].isalnum() and not said[at - 2].isalnum()):
        return True
    if stop.group()[0] != ".":
        return False
    behind = said[stop.end() :].lstrip()[:1]
    return behind.islower() or (behind.isdigit() and not said[max(0, at - 5) : at].isalpha())
