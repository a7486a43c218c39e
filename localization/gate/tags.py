"""Tags: the same elements with the same addresses around a text that is still there."""

import html
import re
from collections import Counter
from functools import lru_cache
from typing import Final

from msgspec import Struct

from localization.gate.addresses import same_for_readers
from localization.gate.case import Case
from localization.text.markup import same_tags

_TOKEN: Final = re.compile(r"<(/?)([A-Za-z][\w:.-]*|\d{1,3})((?:\s+[^<>]*|\s*/)?)>|<!--.*?-->", re.DOTALL)
_ATTRIBUTE: Final = re.compile(r"([\w:@.-]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NAMES: Final = _words(
    "a abbr address article aside b bdi bdo big blockquote br button caption center cite code col colgroup dd "
    "del dfn details div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 header hr i "
    "iframe img input ins kbd label legend li link main mark nav ol option p picture pre q s samp script section "
    "select small source span strike strong style sub summary sup svg table tbody td textarea tfoot th thead "
    "time tr tt u ul var video wbr"
)
_VOID: Final = _words("br hr img input wbr col source link area base meta")
_BLOCK: Final = _words(
    "address article aside blockquote caption dd details div dl dt fieldset figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header li main nav ol p pre section table tbody td tfoot th thead tr ul"
)
# How an element looks or is told about, which is not for a translation to keep.
_LOOKS: Final = _words(
    "style class rel target md5 mime type width height align border cellpadding cellspacing its:translate role"
)
# What a reader reads or hears of an element, and what its language decides.
_TRANSLATED: Final = _words(
    "alt title aria-label placeholder label summary lang xml:lang dir hreflang content data-original-title"
)
# "& amp;", "&lt ;", "&amp;copy;": a reader sees the letters, not the sign.
_ENTITY: Final = (
    r"(?:amp|lt|gt|quot|apos|nbsp|copy|reg|trade|euro|pound|yen|hellip|[nm]dash|[lr][sd]?a?quo|times|deg|#x?\w{2,6})"
)
_BROKEN_ENTITY: Final = re.compile(rf"&\s{_ENTITY}\s?;|&{_ENTITY}\s;|&amp;\s?{_ENTITY};")
_WORD: Final = re.compile(r"\w")


class Tag(Struct, frozen=True):
    """A tag: `mark` is its name and what of its attributes must stay; `kind` is `open`, `close` or `void`."""

    name: str
    kind: str
    attributes: tuple[tuple[str, str], ...]
    start: int
    end: int


def changes_tags(case: Case) -> bool:
    """Whether an element or a tag character is missing, invented, altered, wrongly nested or has lost its content."""
    if not same_tags(case.source, case.translation):
        return True
    if "&" in case.translation and len(_BROKEN_ENTITY.findall(case.translation)) > len(
        _BROKEN_ENTITY.findall(case.source)
    ):
        return True
    if "<" not in case.source:
        return "<" in case.translation and any(_certain(tag) for tag in tags(case.translation))
    return _changes_markup(case)


def _certain(tag: Tag) -> bool:
    return tag.name in _NAMES


def _changes_markup(case: Case) -> bool:
    before, after = _real(tags(case.source), case.source), _real(tags(case.translation), case.translation)
    if not before and not after:
        return False
    if Counter(map(_mark, before)) != Counter(map(_mark, after)) and _marks(before, case) != _marks(after, case):
        return True
    if _blocks(before) != _blocks(after):
        return True
    return _faults(after, case.translation) > _faults(before, case.source)


def _real(found: tuple[Tag, ...], text: str) -> list[Tag]:
    """Without what only looks like a tag: `<unknown>` and `<new name>` are words that a translator may translate."""
    closed = {tag.name for tag in found if tag.kind == "close"}
    return [
        tag
        for tag in found
        if tag.name in _NAMES
        or (tag.attributes and "=" in text[tag.start : tag.end])
        or tag.kind == "void"
        or tag.name in closed
        or tag.name.isdigit()
    ]


def _mark(tag: Tag) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    return tag.name, tag.kind, tag.attributes


def _marks(found: list[Tag], case: Case) -> Counter[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """The same, with addresses in the reader's language."""
    return Counter(
        (tag.name, tag.kind, tuple((name, same_for_readers(value, case)) for name, value in tag.attributes))
        for tag in found
    )


@lru_cache(maxsize=512)
def tags(text: str) -> tuple[Tag, ...]:
    """The tags of a text, in order; comments are none."""
    if "<" not in text:
        return ()
    found = []
    for match in _TOKEN.finditer(text):
        closing, name, rest = match.groups()
        if name is None:
            continue
        name = name.lower()
        kind = "close" if closing else "void" if name in _VOID or rest.rstrip().endswith("/") else "open"
        found.append(Tag(name, kind, _attributes(rest.rstrip().removesuffix("/")), match.start(), match.end()))
    return tuple(found)


def _attributes(rest: str) -> tuple[tuple[str, str], ...]:
    if not rest.strip():
        return ()
    kept = []
    for name, value in _ATTRIBUTE.findall(rest):
        if name.lower() in _LOOKS:
            continue
        # A title is the translator's, but it must not go.
        said = "" if name.lower() in _TRANSLATED else html.unescape(value.strip("\"'")).strip()
        kept.append((name.lower(), said))
    return tuple(sorted(kept))


def _blocks(found: list[Tag]) -> list[tuple[str, str] | Counter[tuple[str, str]]]:
    """The blocks in order, with the inline tags of each in any order: words move inside a block, not out of it."""
    blocks: list[tuple[str, str] | Counter[tuple[str, str]]] = [Counter()]
    for tag in found:
        if tag.name in _BLOCK:
            blocks += [(tag.name, tag.kind), Counter()]
        else:
            inline = blocks[-1]
            if isinstance(inline, Counter):
                inline[tag.name, tag.kind] += 1
    return blocks


def _faults(found: list[Tag], text: str) -> int:
    """How many elements cross or are not closed, and how many hold nothing."""
    faults, stack = 0, []
    for tag in found:
        if tag.kind == "open":
            stack.append(tag)
        elif tag.kind == "close":
            if stack and stack[-1].name == tag.name:
                opening = stack.pop()
                faults += _WORD.search(text, opening.end, tag.start) is None
            else:
                faults += 1
    return faults + len(stack)
