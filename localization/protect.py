"""Protect and restore: spans that must come through unchanged are stood in for while the model works.

Two kinds of stand-in, chosen by measurement (`bench/sentinels.py`, figures in docs/localization.md): a name, URL, code
or tag becomes `QK710`, `QK711`, ...; an amount becomes a plain three-digit number, because the words around it then
come out as they would around the amount. Plain numbers and measures are first sent as they are and held by the gate;
after a refusal (`strict`) they are stood in for too.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from localization.numerals import NUMERAL, rewrite
from localization.segment import TAGS
from localization.spans import AMOUNTS, Found, SpanKind, find_spans

SENTINEL: Final = re.compile(r"(?<![A-Za-z0-9])QK[7-9]\d\d(?![A-Za-z0-9])")
# A stand-in as a whole word; a three-digit number that is part of a longer one, or of a percentage, is none.
_STANDING: Final = re.compile(rf"{SENTINEL.pattern}|(?<![\d.,])\d\d\d(?![\d%])(?![.,]\d)")
_LOOSE: Final = re.compile(r"QK\s?-?\d", re.IGNORECASE)
_WITH_UNIT: Final = frozenset((SpanKind.MEASURE, SpanKind.PERCENT))
_NAMES_MAX: Final = 290  # QK710 to QK999
# Three digits, no round numbers, no years, no model numbers that sellers love.
_STAND_INS: Final = ("731", "852", "974", "416", "297", "638", "549", "183", "467", "326", "758", "892", "614", "943")


class Span(Struct, frozen=True):
    """A protected span: its stand-in, its text, and on which sides a space was put in to keep the stand-in apart."""

    sentinel: str
    text: str
    amount: bool
    space_before: bool
    space_after: bool


class Masked(Struct, frozen=True):
    """A segment as the model reads it."""

    text: str
    spans: tuple[Span, ...]


def mask(text: str, terms: Sequence[str], *, strict: bool = False) -> Masked:
    """Put stand-ins for every protected span of `text`; `terms` are matched as written or in capitals, whole words."""
    found = [(one.start, one.end, one.kind in AMOUNTS) for one in _spans(text, terms, numbers=strict)]
    found += [(match.start(), match.end(), False) for match in TAGS.finditer(text)]
    if not found:
        return Masked(text, ())
    return _build(text, _merged(sorted(found)))


def _spans(text: str, terms: Sequence[str], *, numbers: bool) -> Iterator[Found]:
    """The unit of a measure and the sign of a percentage stay with the model: they are its context."""
    for span in find_spans(text, terms, numbers=numbers):
        if span.kind in _WITH_UNIT:
            for numeral in NUMERAL.finditer(text, span.start, span.end):
                yield Found(numeral.start(), numeral.end(), span.kind)
        else:
            yield span


def _merged(found: list[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    """Spans that overlap or touch are one: two stand-ins without a space between them do not survive."""
    merged = [found[0]]
    for start, end, amount in found[1:]:
        first, last, kind = merged[-1]
        if start <= last:
            merged[-1] = (first, max(end, last), kind and amount)
        else:
            merged.append((start, end, amount))
    return merged


def _build(text: str, found: list[tuple[int, int, bool]]) -> Masked:
    numbers = iter([n for n in _STAND_INS if n not in text])
    # A text may hold something that looks like a stand-in: those numbers are left out.
    names = iter([name for name in (f"QK{710 + n}" for n in range(_NAMES_MAX)) if name not in text])
    parts, spans, at = [], [], 0
    for start, end, amount in found:
        sentinel = (next(numbers, None) if amount else None) or next(names, None)
        if sentinel is None:
            break
        before = start > at and not text[start - 1].isspace() and _clings(text[start - 1])
        after = end < len(text) and not text[end].isspace() and _clings(text[end])
        span = Span(sentinel, text[start:end], amount, before, after)
        parts += [text[at:start], " " * before, sentinel, " " * after]
        spans.append(span)
        at = end
    return Masked("".join((*parts, text[at:])), tuple(spans))


def _clings(char: str) -> bool:
    return char.isalnum() or char in "_-/\"'“”‘’("


def restore(masked: Masked, output: str, source: str, target: str) -> str | None:
    """Put the spans back into the model's output; None unless each stand-in is there exactly once and none is mangled.

    Amounts get the target locale's separators.
    """
    if not masked.spans and not _mangled(output):
        return output
    spans = {span.sentinel: span for span in masked.spans}
    parts, seen, at = [], set(), 0
    for match in _STANDING.finditer(output):
        sentinel = match.group()
        span = spans.get(sentinel)
        if span is None and (sentinel.isdecimal() or sentinel in masked.text):
            continue
        if span is None or sentinel in seen:
            return None
        seen.add(sentinel)
        between = output[at : match.start()]
        parts.append(between.removesuffix(" ") if span.space_before else between)
        parts.append(rewrite(span.text, source, target) if span.amount else span.text)
        at = match.end() + (span.space_after and output.startswith(" ", match.end()))
    parts.append(output[at:])
    if len(seen) < len(spans) or (_mangled(output) and not _mangled(masked.text)):
        return None
    return "".join(parts)


def _mangled(text: str) -> bool:
    """Whether something looks like a stand-in and is none."""
    return "qk" in text.lower() and _LOOSE.search(SENTINEL.sub("", text)) is not None
