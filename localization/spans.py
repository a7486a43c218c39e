"""Spans: the stretches of a text that must come through unchanged, or by rule, and what each of them is."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from localization.numerals import NUMERAL
from localization.segment import EMOJI


class SpanKind(StrEnum):
    """What a protected span is."""

    TERM = "term"
    URL = "url"
    EMAIL = "email"
    PLACEHOLDER = "placeholder"
    MARKUP = "markup"
    HANDLE = "handle"
    DATE = "date"
    TIME = "time"
    CODE = "code"
    GTIN = "gtin"
    EMOJI = "emoji"
    MONEY = "money"
    IMPERIAL = "imperial"
    NUMBER = "number"
    BRAND = "brand"
    ISBN = "isbn"
    PHONE = "phone"
    TRACKING = "tracking"
    VERSION = "version"
    COLOUR = "colour"
    COORDINATES = "coordinates"
    SIZE = "size"
    DIMENSIONS = "dimensions"
    MEASURE = "measure"
    PERCENT = "percent"
    RANGE = "range"


AMOUNTS: Final = frozenset(
    (
        SpanKind.MONEY,
        SpanKind.IMPERIAL,
        SpanKind.NUMBER,
        SpanKind.DIMENSIONS,
        SpanKind.MEASURE,
        SpanKind.PERCENT,
        SpanKind.RANGE,
    )
)
"""Kinds whose numbers are written in the reader's way; all others come through character by character."""
CUSTOMARY: Final = frozenset((SpanKind.DATE, SpanKind.TIME, SpanKind.SIZE, SpanKind.PHONE, SpanKind.COORDINATES))
"""Kinds that a human translator may write by the reader's custom (17:30 for 5:30 pm); a mask keeps them as written."""
VERBATIM: Final = frozenset(SpanKind) - AMOUNTS - CUSTOMARY
"""Kinds that nobody changes, human or machine."""

_ISO: Final = r"(?:USD|EUR|GBP|BRL|JPY|CNY|MXN|CAD|AUD|CHF|INR|PLN)\b"
_SIGN: Final = rf"(?:(?:US|CA?|AU?|NZ|HK|MX|R)\$|S/|[$€£¥₹₩₺₽฿₫₪]|{_ISO})"
_AMOUNT: Final = r"\d+(?:[.,\u00a0\u202f]\d+)*"
_MERIDIEM: Final = r"(?:[ap]m|[AP]M|[ap]\.m\.)"
# The models turn "2 in" into "2 em"; "2 in 1" is no measure.
_INCHES: Final = (
    r"\s?in(?=[.,;)]|\Z|\s[x×|/·•+]\s|\s(?:and|or|by|long|wide|tall|high|deep|thick)\b)|(?:″|''|”|\")(?=[\s,.;x)]|\Z)"
)
_BOX: Final = r"(?<![\w.,])\d+(?:[.,]\d+)?(?:\s?[x×]\s?\d+(?:[.,]\d+)?){1,2}\s?in(?:ches)?\b"
# In this order: the first that matches at a place has it.
_PATTERNS: Final[dict[SpanKind, str]] = {
    SpanKind.URL: r"(?:https?://|www\.)[^\s<>\"'\ue000-\uf8ff]*[^\s<>\"'.,;:!?)\]}\ue000-\uf8ff]",
    SpanKind.EMAIL: r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+",
    SpanKind.PLACEHOLDER: (
        r"\{\{[^{}\n]{0,60}\}\}|\$\{[^{}\n]{0,60}\}|\{[^{}\n]{0,60}\}|\[\[[^\[\]\n]{0,60}\]\]"
        r"|%\(\w{1,60}\)[sdif]|(?<![\d%])%(?:\d\$)?[sdif](?![\w%])"
    ),
    SpanKind.MARKUP: r"</?\w[^<>\n]{0,100}>|&(?:\w{2,8}|#\d{1,6});",
    SpanKind.HANDLE: r"(?<!\w)[#@]\w+(?:-\w+)*",
    SpanKind.DATE: r"(?<![\w.,/-])(?:\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|\d{1,2}/\d{1,2})(?![\w/-])",
    SpanKind.TIME: (
        rf"(?<![\w.,])\d{{1,2}}(?::\d{{2}}){{1,2}}(?:\s?{_MERIDIEM})?(?!\w)|(?<![\w.,])\d{{1,2}}\s?{_MERIDIEM}(?!\w)"
    ),
    # Capitals and digits, at least two digits, perhaps in groups; not a number with its unit.
    SpanKind.CODE: (
        r"(?<![\w-])(?!\d+(?:GB|TB|MB|W|V|K|MP|HZ|MAH|ML|CM|MM|KG|G|M|L)(?![\w-]))"
        r"(?=[A-Z0-9/_-]*[A-Z])(?=(?:[A-Z/_-]*\d){2})[A-Z0-9]+(?:[-_/][A-Z0-9]+)*(?![\w-])"
    ),
    SpanKind.GTIN: r"(?<![\w.,-])\d{8,14}(?![.,]?\w)",
    SpanKind.EMOJI: rf"{EMOJI}+",
    SpanKind.MONEY: rf"(?<!\w){_SIGN}\s?{_AMOUNT}|(?<![\w.,]){_AMOUNT}\s?(?:R\$|[€£¥₹$]|zł|{_ISO})",
    SpanKind.IMPERIAL: (rf"{_BOX}|(?<![\w.,])\d+(?:[.,]\d+)?(?:\s?(?:ft|lbs?|oz|fl\.? ?oz|sq\.? ?ft)\b|{_INCHES})"),
}
_SPANS: Final = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS.items()))
_SPANS_AND_NUMBERS: Final = re.compile(f"{_SPANS.pattern}|(?P<{SpanKind.NUMBER}>{NUMERAL.pattern})")
_MAYBE: Final = re.compile(r"[\d@#{<%&\[$\"\u2000-\U0010ffff]|www\.|://")


class Found(Struct, frozen=True, order=True):
    """A span of a text, `start` to `end`."""

    start: int
    end: int
    kind: SpanKind


def find_spans(text: str, terms: Sequence[str] = (), *, numbers: bool = False) -> list[Found]:
    """Return the spans of a text in order; a term may overlap another span. `numbers` finds plain numbers too.

    `terms` are matched as written or in capitals, whole words.
    """
    found = list(_terms(text, terms))
    if _MAYBE.search(text) is not None:
        pattern = _SPANS_AND_NUMBERS if numbers else _SPANS
        found.extend(Found(one.start(), one.end(), SpanKind(str(one.lastgroup))) for one in pattern.finditer(text))
    return sorted(found)


def _terms(text: str, terms: Sequence[str]) -> Iterator[Found]:
    for term in terms:
        for form in {term, term.upper()}:
            at = text.find(form) if form.strip() else -1
            while at != -1:
                end = at + len(form)
                if not (_joined(text, at) or _joined(text, end)):
                    yield Found(at, end, SpanKind.TERM)
                at = text.find(form, end)


def _joined(text: str, at: int) -> bool:
    """Whether position `at` is inside a word."""
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()
