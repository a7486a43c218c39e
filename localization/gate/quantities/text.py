"""A text as the laws of quantities read it: digits in ASCII, without what other laws hold."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from localization.gate.prose import prose
from localization.protection.spans import AMOUNTS, SpanKind, find_spans

# Kinds of spans whose numbers these laws weigh; what is in any other span is held by a law of its own.
_WEIGHED: Final = AMOUNTS | {SpanKind.DATE, SpanKind.TIME, SpanKind.SIZE}
_ASCII_DIGITS: Final = str.maketrans(
    {
        **{chr(zero + n): str(n) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10) for n in range(10)},
        "٫": ".", "٪": "%", "％": "%", "−": "-", "﹣": "-", "－": "-", "．": ".", "：": ":", "／": "/", "٬": "\u202f",
        "＄": "$", "～": "~", "〜": "~", "‐": "-", "‑": "-", "ʼ": "'", "’": "'", "॰": "",
    }
)  # fmt: skip
_PLACE: Final = "¤"
_DIGIT: Final = re.compile(r"\d")
# Where a code, number to call, version or place may be; plain numbers and measures are not looked at twice.
_CODED: Final = re.compile(r"[^\W\d]-?\d|\d[-/_]?[^\W\d]|\d{5}|\d[.:-]\d+[.:-]\d|[#@+(]\d|\d[-/]\d")
# Every printf form: flags, width, precision, length.
_PRINTF: Final = re.compile(
    r"%(?:\d+\$)?[-+#0']*\d*(?:\.\d+)?(?:hh|ll|[hljztL])?[diouxXeEfgGscp](?![A-Za-z0-9_]|%(?!%))|%[\d.]*(?:ll|l)u"
)
# "%8" is eight percent there, and elsewhere a placeholder.
_PERCENT_FIRST: Final = ("tr", "eu")
_PERCENT_BEFORE: Final = re.compile(r"(?<!%)%(\d+(?:[.,]\d+)?)(?![\d$A-Za-z.*])")
# "25,50,100,250": no number has its separators there. "(100,100)" is a place, where both texts have it.
_LIST: Final = re.compile(r"(?<![\d.,])\d+(?:,\d+){2,}(?![.,]?\d)")
_PLACED: Final = re.compile(r"(?<=[(\[])(\d+)\s?[,;]\s?(\d+)(?=[)\]])")
# Nobody counts these parties, and languages call them "foreign".
_THIRD_PARTY: Final = re.compile(r"\b3rd(?=[ -]part(?:y|ies)\b)", re.IGNORECASE)
# Hebrew abbreviations: ק"ג is one word.
_GERSHAYIM: Final = re.compile(r"(?<=[א-ת])[\"״](?=[א-ת])|(?<=[א-ת])[׳'](?![א-ת])")


def stripped(
    source: str, shown: str, terms: tuple[str, ...], locales: tuple[str, str]
) -> tuple[tuple[str, int], tuple[str, int]]:
    """Both texts without what other laws hold, each with how many placeholders that took out.

    A code, term or telephone number that one text has as a span is taken out of both where both have it.
    """
    one, two = _bare(source, locales[0], shown), _bare(shown, locales[1], source)
    if "," in one or "," in two:
        one, two = _listed(one, two)
    if _DIGIT.search(one) is None or _DIGIT.search(two) is None:
        return _ready(one, ()), _ready(two, ())
    if not (_CODED.search(one) or _CODED.search(two) or any(map(_DIGIT.search, terms))):
        return _ready(one, ()), _ready(two, ())
    spans = {piece for text in (one, two) for piece in _opaque(text, terms)}
    common = sorted((piece for piece in spans if piece in one and piece in two), key=len, reverse=True)
    return _ready(one, common), _ready(two, common)


def _listed(one: str, two: str) -> tuple[str, str]:
    """Both texts with spaces in their lists of numbers."""
    one, two = (_LIST.sub(_parted, text) for text in (one, two))
    common = set(_PLACED.findall(one)) & set(_PLACED.findall(two))
    if not common:
        return one, two
    return _PLACED.sub(_placed(common), one), _PLACED.sub(_placed(common), two)


def _parted(found: re.Match[str]) -> str:
    sizes = [len(part) for part in found.group().split(",")[1:]]
    grouped = sizes[-1] == 3 and (set(sizes[:-1]) <= {2} or set(sizes) == {3})
    return found.group() if grouped else found.group().replace(",", ", ")


def _placed(common: set[tuple[str, str]]) -> Callable[[re.Match[str]], str]:
    return lambda found: "; ".join(found.groups()) if found.groups() in common else found.group()


def _bare(text: str, locale: str, other: str) -> str:
    """The text without placeholders and marks; "%8" that the other text has too is a placeholder itself."""
    if "%" in text and locale[:2] in _PERCENT_FIRST:
        text = _PERCENT_BEFORE.sub(lambda found: found.group() if found.group() in other else f"{found[1]}%", text)
    if "3" in text:
        text = _THIRD_PARTY.sub("", text)
    if locale[:2] == "he":
        text = _GERSHAYIM.sub("", text)
    return prose(_PRINTF.sub(_PLACE, text) if "%" in text else text)


@lru_cache(maxsize=8192)
def _opaque(text: str, terms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        text[span.start : span.end]
        for span in find_spans(text, terms)
        if span.kind not in _WEIGHED and any(map(str.isdigit, text[span.start : span.end]))
    )


def _ready(text: str, common: Sequence[str]) -> tuple[str, int]:
    slots = text.count(_PLACE)
    for piece in common:
        text = text.replace(piece, _PLACE)
    return text.translate(_ASCII_DIGITS), slots
