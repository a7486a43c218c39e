"""Protect and restore: spans that must come through unchanged are stood in for while the model works.

Two kinds of stand-in, chosen by measurement (`bench/sentinels.py`, figures in docs/localization.md): a name, URL, code
or tag becomes `QK710`, `QK711`, ...; an amount becomes a plain three-digit number, because the words around it then
come out as they would around the amount. Plain numbers and measures are first sent as they are and held by the gate;
after a refusal (`strict`) they are stood in for too.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from localization.protection.repair import repaired
from localization.protection.spans import AMOUNTS, Found, SpanKind, find_spans, whole_words
from localization.text.numerals import NUMERAL, rewrite
from localization.text.segment import TAGS

SENTINEL: Final = re.compile(r"(?<![A-Za-z0-9])QK[7-9]\d\d(?![A-Za-z0-9])")
# A stand-in as a whole word; a three-digit number that is part of a longer one, or of a percentage, is none.
_STANDING: Final = re.compile(rf"{SENTINEL.pattern}|(?<![\d.,])\d\d\d(?![\d%])(?![.,]\d)")
_LOOSE: Final = re.compile(r"QK\s?-?\d", re.IGNORECASE)
_NAMES: Final = tuple(f"QK{number}" for number in range(710, 1000))
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


def mask(
    text: str,
    terms: Sequence[str],
    glossary_terms: Mapping[str, str] = {},
    *,
    strict: bool = False,
    region: str | None = None,
) -> Masked:
    """Put stand-ins for every protected span of `text`; `terms` are matched as written or in capitals, whole words.

    `glossary_terms` are terms as they occur in the text, with what is shown for them. At first the fixed translation is
    written in the term's place, and the model bends it as its sentence needs; `strict` stands in for it, and it comes
    back as it is. One that is its own translation is always stood in for. `region` (ISO 3166-1) is where the text's
    phones are written.
    """
    fixed = _fixed(text, terms, glossary_terms) if glossary_terms else []
    if fixed and not strict:
        text, fixed = _written_in(text, fixed)
    found = [_Piece(one.start, one.end, one.kind in AMOUNTS) for one in _spans(text, terms, strict, region)]
    found += [_Piece(match.start(), match.end(), amount=False) for match in TAGS.finditer(text)]
    found += fixed
    if not found:
        return Masked(text, ())
    return _build(text, _merged(text, sorted(found, key=_place)))


class _Piece(Struct, frozen=True):
    """A stretch that is stood in for; `shown` is what comes back where that is not its own text."""

    start: int
    end: int
    amount: bool
    shown: str | None = None


def _place(piece: _Piece) -> tuple[int, int]:
    return piece.start, piece.end


def _fixed(text: str, terms: Sequence[str], glossary_terms: Mapping[str, str]) -> list[_Piece]:
    """Where glossary terms stand, the longest first; what is protected already stays so."""
    taken = [(one.start, one.end) for one in find_spans(text, terms)]
    pieces = []
    for term in sorted(glossary_terms, key=len, reverse=True):
        for start, end in whole_words(text, term):
            if all(end <= first or last <= start for first, last in taken):
                taken.append((start, end))
                pieces.append(_Piece(start, end, amount=False, shown=glossary_terms[term]))
    return sorted(pieces, key=_place)


def _written_in(text: str, fixed: Sequence[_Piece]) -> tuple[str, list[_Piece]]:
    """Write fixed translations in their terms' places; names that stay are left to be stood in for."""
    parts, left, at, length = [], [], 0, 0
    for piece in fixed:
        shown = text[piece.start : piece.end] if piece.shown is None else piece.shown
        before = text[at : piece.start]
        start = length + len(before)
        if shown == text[piece.start : piece.end]:
            left.append(_Piece(start, start + len(shown), amount=False))
        parts += [before, shown]
        length, at = start + len(shown), piece.end
    return "".join((*parts, text[at:])), left


def _spans(text: str, terms: Sequence[str], numbers: bool, region: str | None) -> Iterator[Found]:
    """The unit of a measure stays with the model: it is its context."""
    for span in find_spans(text, terms, numbers=numbers, region=region):
        if span.kind is SpanKind.MEASURE:
            for numeral in NUMERAL.finditer(text, span.start, span.end):
                yield Found(numeral.start(), numeral.end(), span.kind)
        else:
            yield span


def _merged(text: str, found: list[_Piece]) -> list[_Piece]:
    """Spans that overlap or touch are one: two stand-ins without a space between them do not survive."""
    merged = [found[0]]
    for piece in found[1:]:
        last = merged[-1]
        if piece.start > last.end:
            merged.append(piece)
            continue
        shown = None
        if piece.start == last.end and not (last.shown is None and piece.shown is None):
            shown = _shown(text, last) + _shown(text, piece)
        elif last.shown is not None:
            shown = last.shown
        merged[-1] = _Piece(last.start, max(piece.end, last.end), last.amount and piece.amount, shown)
    return merged


def _shown(text: str, piece: _Piece) -> str:
    return text[piece.start : piece.end] if piece.shown is None else piece.shown


def _build(text: str, found: list[_Piece]) -> Masked:
    numbers = (number for number in _STAND_INS if number not in text)
    # A text may hold something that looks like a stand-in: those numbers are left out.
    names = (name for name in _NAMES if name not in text)
    parts, spans, at = [], [], 0
    for piece in found:
        start, end = piece.start, piece.end
        sentinel = (next(numbers, None) if piece.amount else None) or next(names, None)
        if sentinel is None:
            break
        before = start > at and (_clings(text[start - 1]) or text[start - 1] in ".,")
        after = end < len(text) and (_clings(text[end]) or _goes_on(text, end))
        span = Span(sentinel, _shown(text, piece), piece.amount, before, after)
        parts += [text[at:start], " " * before, sentinel, " " * after]
        spans.append(span)
        at = end
    return Masked("".join((*parts, text[at:])), tuple(spans))


def _clings(char: str) -> bool:
    return char.isalnum() or char in "_-/\"'“”‘’(%"


def _goes_on(text: str, at: int) -> bool:
    """Whether a number behind this place would be read as one with a number before it."""
    return text[at] in ".," and text[at + 1 : at + 2].isdigit()


def restore(masked: Masked, output: str, source: str, target: str) -> str | None:
    """Put the spans back into the model's output; None unless each stand-in is there exactly once and none is mangled.

    A stand-in that is damaged or missing is put right first where it is certain what it was (`repair.py`). Amounts get
    the target locale's separators.
    """
    if not masked.spans and not _mangled(output):
        return output
    restored = _restored(masked, output, source, target)
    if restored is None and masked.spans:
        mended = repaired(masked.text, [span.sentinel for span in masked.spans], output)
        restored = None if mended is None else _restored(masked, mended, source, target)
    return restored


def _restored(masked: Masked, output: str, source: str, target: str) -> str | None:
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
