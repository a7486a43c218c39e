"""What a protected span can be, and which of these a translation may write its own way."""

from enum import StrEnum
from typing import Final

from msgspec import Struct


class SpanKind(StrEnum):
    """What a protected span is."""

    TERM = "term"
    BRAND = "brand"
    URL = "url"
    EMAIL = "email"
    PLACEHOLDER = "placeholder"
    MARKUP = "markup"
    SLOT = "slot"
    HANDLE = "handle"
    DATE = "date"
    TIME = "time"
    CODE = "code"
    GTIN = "gtin"
    ISBN = "isbn"
    PHONE = "phone"
    TRACKING = "tracking"
    VERSION = "version"
    COLOUR = "colour"
    COORDINATES = "coordinates"
    EMOJI = "emoji"
    SIZE = "size"
    MONEY = "money"
    IMPERIAL = "imperial"
    DIMENSIONS = "dimensions"
    MEASURE = "measure"
    PERCENT = "percent"
    RANGE = "range"
    NUMBER = "number"


AMOUNTS: Final = frozenset(
    (
        SpanKind.MONEY,
        SpanKind.IMPERIAL,
        SpanKind.DIMENSIONS,
        SpanKind.MEASURE,
        SpanKind.PERCENT,
        SpanKind.RANGE,
        SpanKind.NUMBER,
    )
)
"""Kinds whose numbers are written in the reader's way; all others come through character by character."""
CUSTOMARY: Final = frozenset(
    (SpanKind.DATE, SpanKind.TIME, SpanKind.SIZE, SpanKind.PHONE, SpanKind.COORDINATES, SpanKind.SLOT)
)
"""Kinds that a human translator may write by the reader's custom (17:30 for 5:30 pm, `<Datei>` for `<file>`).

A mask keeps them as written.
"""
VERBATIM: Final = frozenset(SpanKind) - AMOUNTS - CUSTOMARY
"""Kinds that nobody changes, human or machine."""


class Found(Struct, frozen=True, order=True):
    """A span of a text, `start` to `end`."""

    start: int
    end: int
    kind: SpanKind


# Letters and digits of scripts that part their words. Those written without spaces (Thai, Lao, Burmese, Khmer, kana,
# Han) and Hangul, whose particles follow a name at once, are left out: `售价$20起` holds a price.
WORD: Final = (
    r"0-9A-Za-z_\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u05bd\u05bf-\u05ff\u0620-\u0669\u066e-\u06d3"
    r"\u06d5-\u0963\u0966-\u0dff\u0f00-\u0fff\u10a0-\u10ff\u1200-\u177f\u1800-\u1fff\u2c00-\u2dff"
)
NOT_AFTER_WORD: Final = f"(?<![{WORD}])"
NOT_AFTER_NUMBER: Final = f"(?<![{WORD}])(?<![{WORD}][.,])"
NOT_BEFORE_WORD: Final = f"(?![{WORD}])"
