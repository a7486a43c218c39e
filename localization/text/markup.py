"""Markup: HTML becomes blocks of text with inline tags as single characters, and the same tree comes out again.

An allow-list (nh3) cleans; its output is well-formed, so a plain pattern finds the tags in it. A block element ends a
block. Inline elements travel inside their sentence, because a sentence cut at its tags loses its grammar: over random
spans of 120 sentences a direction (bench/sentinels.py), pairs of stand-ins keep both tags in 96% at chrF 90 to the
translation without tags; cutting at the tags gives 84 and 79. Where a pair is lost, that one sentence is cut at its
tags.
"""

import html
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import nh3
from justhtml import JustHTML
from msgspec import Struct

from localization.text.segment import (
    TAG,
    TAG_CLOSE_FIRST,
    TAG_LAST,
    TAG_OPEN_FIRST,
    TAG_VOID_FIRST,
    is_closing,
    partner,
)

_TOKEN: Final = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>|<!--.*?-->", re.DOTALL)
_INLINE_NAMES: Final = (
    "a abbr acronym b bdi bdo cite data del dfn em i ins mark q s small span strike strong sub sup time tt u"
)
_INLINE: Final = frozenset(_INLINE_NAMES.split())
_INLINE_VOID: Final = frozenset(("img", "wbr"))
# Their content is not prose: it is kept as it is.
_VERBATIM_ELEMENT: Final = re.compile(r"<(pre|code|kbd|samp|var)\b[^>]*>.*?</\1>", re.DOTALL)
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# "<b>Material:</b> cotton": the label is a text of its own.
_LABEL_END: Final = re.compile(r":[\s\u00a0]*[\uec00-\uf7ff]+|[\uec00-\uf7ff]+:")
# A line end inside a sentence is a space to whoever reads HTML; before a capital it may part a list.
_WRAP: Final = re.compile(r"(?<=[^\s.!?:;])[ \t]*\r?\n\s*(?=[a-zß-öø-ÿа-яё])")
# A tag inside a word ("<span>T</span>his"), in scripts whose words are told by spaces.
_LETTERS: Final = "A-Za-zÀ-ɏͰ-ӿ"
_TAG_IN_WORD: Final = re.compile(
    rf"(?<![{_LETTERS}])([{_LETTERS}]+)(?:([\ue000-\uebff])|([\uec00-\uf7ff]))(?=[{_LETTERS}])([{_LETTERS}]+)(?![{_LETTERS}])"
)

# What a reader sees of a tag itself: a picture's description and a tooltip.
_SHOWN_ATTRIBUTE: Final = re.compile(r"""(\s(?:alt|title)\s*=\s*)("[^"]+"|'[^']+')""")


class Sanitized(Struct, frozen=True):
    """HTML that may be shown; `removed` when the allow-list took a tag, an attribute or a comment out."""

    html: str
    removed: bool


class Block(Struct, frozen=True):
    """A run of text with inline tags as private-use characters; `tags` is the HTML behind each of them."""

    text: str
    tags: dict[str, str]


def sanitize(source: str) -> Sanitized:
    """Clean HTML by the allow-list; a text that says the same after parsing is given back byte for byte."""
    source = _LONE_SURROGATE.sub("\ufffd", source)
    cleaned = nh3.clean(source, link_rel=None)
    if cleaned == source:
        return Sanitized(source, removed=False)
    return Sanitized(cleaned, removed=_tree(source) != _tree(cleaned))


@lru_cache(maxsize=256)
def _tree(text: str) -> str:
    return str(JustHTML(text, fragment=True, sanitize=False).to_html(pretty=False))


def parse(sanitized: str) -> tuple[str | Block, ...]:
    """Split sanitized HTML into literal HTML and blocks, in order; `render` of all parts is the HTML again."""
    builder = _Builder()
    at = 0
    for part in _VERBATIM_ELEMENT.finditer(sanitized):
        _read(builder, sanitized[at : part.start()])
        if part.group(1) == "pre":
            builder.literal(part.group())
        else:
            builder.void(part.group())
        at = part.end()
    _read(builder, sanitized[at:])
    builder.end_block()
    return tuple(builder.parts)


def _read(builder: "_Builder", markup: str) -> None:
    at = 0
    for token in _TOKEN.finditer(markup):
        builder.prose(markup[at : token.start()])
        at = token.end()
        closing, name = token.group(1), token.group(2)
        if name in _INLINE:
            builder.inline(token.group(), name, closing=bool(closing))
        elif name in _INLINE_VOID:
            builder.void(token.group())
        else:
            builder.literal(token.group())
    builder.prose(markup[at:])


class _Builder:
    """Collects parts; one block at a time is open."""

    def __init__(self) -> None:
        self.parts: list[str | Block] = []
        self._text: list[str] = []
        self._tags: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []
        self._next_open, self._next_void = TAG_OPEN_FIRST, TAG_VOID_FIRST

    def prose(self, markup: str) -> None:
        if markup:
            self._text.append(html.unescape(markup))

    def literal(self, markup: str) -> None:
        self.end_block()
        self.parts.append(markup)

    def void(self, markup: str) -> None:
        if self._next_void > TAG_LAST:
            self.literal(markup)
            return
        self._tag(chr(self._next_void), markup)
        self._next_void += 1

    def inline(self, markup: str, name: str, *, closing: bool) -> None:
        if closing:
            if self._open and self._open[-1][0] == name:
                self._tag(partner(self._open.pop()[1]), markup)
            else:  # its block has ended: it is a border of the next
                self.literal(markup)
        elif self._next_open >= TAG_CLOSE_FIRST:
            self.literal(markup)
        else:
            self._open.append((name, chr(self._next_open)))
            self._tag(chr(self._next_open), markup)
            self._next_open += 1

    def _tag(self, char: str, markup: str) -> None:
        self._text.append(char)
        self._tags[char] = markup

    def end_block(self) -> None:
        if self._text:
            self.parts.append(Block("".join(self._text), self._tags))
        self._text, self._tags, self._open = [], {}, []
        self._next_open, self._next_void = TAG_OPEN_FIRST, TAG_VOID_FIRST


def render(block: Block, text: str) -> str:
    """Return the HTML of a block whose text is now `text`; each tag character stands for its own tag."""
    escaped = html.escape(text, quote=False).replace("\u00a0", "&nbsp;")
    return TAG.sub(lambda match: block.tags.get(match.group(), ""), escaped)


def attribute_texts(markup: str) -> tuple[str, ...]:
    """Return the texts of `alt` and `title` attributes, each once, as readers see them."""
    if "<" not in markup:
        return ()
    shown = (one.group(2) for token in _TOKEN.finditer(markup) for one in _SHOWN_ATTRIBUTE.finditer(token.group()))
    return tuple(dict.fromkeys(html.unescape(quoted[1:-1]) for quoted in shown))


def with_attribute_texts(markup: str, texts: Mapping[str, str]) -> str:
    """Return the HTML with other texts in its `alt` and `title` attributes; one without a new text stays."""

    def replaced(attribute: re.Match[str]) -> str:
        old = html.unescape(attribute.group(2)[1:-1])
        new = texts.get(old, old)
        return attribute.group() if new == old else f'{attribute.group(1)}"{html.escape(new)}"'

    return _TOKEN.sub(lambda token: _SHOWN_ATTRIBUTE.sub(replaced, token.group()), markup)


def labels_apart(text: str) -> list[str]:
    """Cut a block's text behind each label that an inline element marks ("Size:"), so that it is translated alone.

    A sentence that goes on behind a line end is one line, and a tag that parts a word goes around it: neither can be
    translated as it stands.
    """
    text = _WRAP.sub(" ", text)
    if TAG.search(text):
        text = _TAG_IN_WORD.sub(_around, text)
    parts, at = [], 0
    for match in _LABEL_END.finditer(text):
        parts.append(text[at : match.end()])
        at = match.end()
    return [part for part in (*parts, text[at:]) if part]


def _around(match: re.Match[str]) -> str:
    head, opening, closing, tail = match.groups()
    return f"{opening}{head}{tail}" if opening else f"{head}{tail}{closing}"


def same_tags(source: str, shown: str) -> bool:
    """Whether both texts hold the same tag characters, once each, well nested, and no element lost its content."""
    before, after = TAG.findall(source), TAG.findall(shown)
    if not before:
        return not after
    if sorted(before) != sorted(after) or len(set(after)) != len(after):
        return False
    return _nested(after) and _hollow(shown) <= _hollow(source)


def _nested(tags: list[str]) -> bool:
    present, stack = set(tags), []
    for tag in tags:
        other = partner(tag)
        if other == tag:
            continue
        if not is_closing(tag):
            stack.append(tag)
        elif other in present:
            if not stack or stack.pop() != other:
                return False
        elif stack:  # it closes an element of an earlier sentence: nothing opened here may still be open
            return False
    return True


_PAIR: Final = re.compile("([\ue000-\uebff])\\s*([\uec00-\uf7ff])")


def _hollow(text: str) -> set[str]:
    return {opening for opening, closing in _PAIR.findall(text) if partner(opening) == closing}
