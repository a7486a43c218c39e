"""Rows: a verdict as it is kept, under a name that all texts of its form find."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from localization.memory.forms import Form, dressed, filled, form_of, template, undressed
from localization.memory.verdicts import Key, Verdict, digest
from localization.text.casing import Casing
from schemas.reasons import Warn
from schemas.report import MemoryKind

_SEEN_BYTES: Final = 8  # tells whether a row was made for this very segment; only texts of one form are compared
# No cleaned text holds these: a form's name is never a segment's.
_SMALL: Final = "\x01s"
_LARGE: Final = "\x01l"


class Row(Struct, frozen=True, array_like=True):
    """A verdict and, under a form's name, slots for the numbers in its output. `seen` marks the segment it is of."""

    output: str | None
    strict: bool
    cut: bool
    refused: Warn | None
    seen: bytes


Shelf = Callable[[bytes], Row | None]
"""Where rows lie, by their names. One event loop owns it."""


def row_of(key: Key, verdict: Verdict) -> tuple[bytes, Row]:
    """Return the row of a verdict and its name: its form's where the translation can be made again from the form."""
    seen = _seen(key.segment)
    if verdict.output is not None:
        dress = undressed(key.segment)
        if dress.casing is not Casing.CAPITALS:  # what small letters its words had is lost
            form = form_of(dress.text, key.source_locale, key.target_locale)
            shape = _shape(form, verdict, key)
            if shape is not None:
                row = Row(shape, verdict.strict, cut=False, refused=None, seen=seen)
                return _name(key, form, large=dress.large), row
    return digest(key), Row(verdict.output, verdict.strict, verdict.cut, verdict.refused, seen)


def find(key: Key, *shelves: Shelf) -> Verdict | None:
    """Return the verdict that the first row found gives for this segment, or None."""
    dress = undressed(key.segment)
    form = form_of(dress.text, key.source_locale, key.target_locale)
    may_be_large = dress.large or dress.casing is Casing.CAPITALS
    names = [_name(key, form, large=True)] if may_be_large else []
    names += [_name(key, form, large=False), digest(key)]
    for name in names:
        for shelf in shelves:
            row = shelf(name)
            if row is not None:
                return _verdict(row, key, form, of_form=name is not names[-1])
    return None


def _verdict(row: Row, key: Key, form: Form, *, of_form: bool) -> Verdict:
    kind: MemoryKind = "exact" if row.seen == _seen(key.segment) else "normalized"
    if not of_form or row.output is None:
        return Verdict(row.output, row.strict, row.cut, row.refused)
    numbers = () if row.strict else form.numbers
    output = filled(row.output, numbers, key.source_locale, key.target_locale)
    return Verdict(dressed(output, key.segment, undressed(key.segment)), row.strict, kind=kind)


def _shape(form: Form, verdict: Verdict, key: Key) -> str | None:
    """The output with slots. Under a strict mask numbers are stand-ins already, the same for all texts of the form."""
    output = verdict.output or ""
    if verdict.strict:
        return output
    return template(form, output, key.source_locale, key.target_locale)


def _name(key: Key, form: Form, *, large: bool) -> bytes:
    return digest(replace(key, segment=(_LARGE if large else _SMALL) + form.text))


def _seen(segment: str) -> bytes:
    return blake2b(segment.encode("utf-8", "surrogatepass"), digest_size=_SEEN_BYTES).digest()
