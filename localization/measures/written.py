"""Measures as the reader's locale writes their numbers: a model copies "2,10m" or "1.7L" as often as it rewrites it."""

import re
from collections.abc import Sequence
from typing import Final

from localization.measures.units import find
from localization.protection.span_kinds import AMOUNTS, SpanKind
from localization.protection.spans import find_spans
from localization.text.numerals import NUMERAL, rewrite, symbols

_PARTED: Final = re.compile(r"\d[.,\u00a0\u202f'’]\d")
# A bare number or range may be a version, a size or a score: it stays.
_MEASURED: Final = AMOUNTS - {SpanKind.NUMBER, SpanKind.RANGE}


def rewritten(shown: str, written: str, source: str, target: str, terms: Sequence[str] = ()) -> str:
    """Return a text with the numbers of its measures, prices and percentages as the target locale writes them.

    Only numbers that stand in `written`, the source text, as they stand here are: any other was rewritten already.
    `terms` are protected.
    """
    if _PARTED.search(shown) is None or symbols(source) == symbols(target):
        return shown
    copied = set(NUMERAL.findall(written))
    spans = [(one.start, one.end) for one in find_spans(shown, terms, numbers=True) if one.kind in _MEASURED]
    spans += [(one.start, one.end) for one in find(shown, target)]
    parts, at = [], 0
    for start, end in sorted(spans):
        if start < at:
            continue
        said = NUMERAL.sub(
            lambda number: rewrite(number.group(), source, target) if number.group() in copied else number.group(),
            shown[start:end],
        )
        parts += [shown[at:start], said]
        at = end
    return "".join((*parts, shown[at:]))
