"""Spans: the stretches of a text that must come through unchanged, or by rule, and what each of them is.

One regular expression a leading sign, asked only where such a sign stands: a text without digits, capitals and signs
costs one look. What a text needs a proof for (check digits, phones) is proven where its pattern matched.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from localization.protection import amounts, codes, web
from localization.protection.brands import brand_end
from localization.protection.span_kinds import (
    AMOUNTS,
    CUSTOMARY,
    NOT_AFTER_NUMBER,
    NOT_AFTER_WORD,
    VERBATIM,
    WORD,
    Found,
    SpanKind,
)
from localization.text.segment import EMOJI

__all__ = ("AMOUNTS", "CUSTOMARY", "VERBATIM", "Found", "SpanKind", "find_spans", "terms_said", "whole_words")

# Tag characters build the flags of England, Scotland and Wales.
_EMOJI: Final = f"(?:{EMOJI}[\U000e0020-\U000e007f]*)+"
_EMOJI_RANGES: Final = "\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff\u3030\u303d\u3297\u3299"
_SIGNS: Final = "".join(web.SIGNED) + amounts.CURRENCY_SIGNS
# Where a span may begin; letters and digits are passed over by the word.
_START: Final = re.compile(rf"[\dA-Zvi+({re.escape(_SIGNS)}{_EMOJI_RANGES}]")
_REST_OF_WORD: Final = re.compile(r"[0-9A-Za-z_]*")
_WORDY: Final = re.compile(f"[{WORD}]{{2}}")
_PHONE_DIGITS_MIN: Final = 7
_DIGITS: Final = re.compile(r"\d")

Proof = web.Proof
Rules = Sequence[tuple[SpanKind | Proof, str]]


class _Asked(Struct, frozen=True):
    """What is asked where one sign stands: an alternation, and what each of its groups is or how that is proven."""

    match: Callable[[str, int, int], re.Match[str] | None]
    kinds: dict[str, SpanKind | Proof]


def _ask(rules: Rules, before: str = "") -> _Asked:
    parts = "|".join(f"(?P<rule_{n}>{pattern})" for n, (_, pattern) in enumerate(rules))
    kinds = {f"rule_{n}": kind for n, (kind, _) in enumerate(rules)}
    return _Asked(re.compile(f"{before}(?:{parts})").match, kinds)


def _worn(match: re.Match[str]) -> SpanKind | None:
    return SpanKind.SIZE if amounts.LINGERIE.search(match.string) else None


# In this order: the first that matches at a place has it.
_AT_DIGIT: Final = _ask(
    (
        (SpanKind.EMOJI, _EMOJI),
        *codes.DIGIT_CODES,
        *amounts.DIGIT_AMOUNTS,
        (SpanKind.CODE, codes.GROUPED),
        (SpanKind.VERSION, codes.VERSION),
        (_worn, amounts.BRA),
        (lambda match: codes.of_digits(match.group()), codes.DIGIT_RUN),
        (SpanKind.CODE, codes.DIGIT_FIRST),
    ),
    NOT_AFTER_NUMBER,
)
_AT_CAPITAL: Final = _ask(
    (
        (SpanKind.MONEY, amounts.MONEY_BEFORE),
        (lambda match: codes.of_s10(match.group()), codes.S10),
        (SpanKind.SIZE, amounts.CAPITAL_SIZES),
        *codes.CAPITAL_CODES,
    ),
    rf"{NOT_AFTER_WORD}(?<!\w-)",
)
_AT_EMOJI: Final = _ask(((SpanKind.EMOJI, _EMOJI),))
_AT_SIGN: Final[dict[str, _Asked]] = {
    **{sign: _ask(((SpanKind.MONEY, amounts.MONEY_SIGN),)) for sign in amounts.CURRENCY_SIGNS},
    **{sign: _ask(rules) for sign, rules in web.SIGNED.items()},
    "$": _ask((*web.SIGNED["$"], (SpanKind.MONEY, amounts.MONEY_SIGN))),
    "#": _ask(((SpanKind.EMOJI, _EMOJI), *web.SIGNED["#"])),
    "*": _ask(((SpanKind.EMOJI, _EMOJI), *web.SIGNED["*"])),
    "+": _ask(((lambda match: codes.of_international(match.group()), codes.INTERNATIONAL),)),
    "(": _ask(((SpanKind.PHONE, codes.PARENTHESIZED),)),
    "v": _ask(((SpanKind.VERSION, codes.VERSION_NAMED),), NOT_AFTER_WORD),
    "i": _ask(((SpanKind.CODE, codes.SMALL_FIRST),), NOT_AFTER_WORD),
}
_PLAIN: Final = _ask(amounts.PLAIN_NUMBERS)


def find_spans(
    text: str, terms: Sequence[str] = (), *, numbers: bool = False, region: str | None = None
) -> list[Found]:
    """Return the spans of a text in order; they do not overlap, but a term may overlap another span.

    `terms` are matched as written or in capitals, whole words. `numbers` finds plain numbers too. `region` (ISO 3166-1)
    finds phones as they are written in that country.
    """
    ruled = _ruled(text, numbers, region)
    return sorted((*_terms(text, terms), *ruled)) if terms else list(ruled)


@lru_cache(maxsize=1024)  # a source is asked for its stand-ins, then by the gate
def _ruled(text: str, numbers: bool, region: str | None) -> tuple[Found, ...]:
    found: list[Found] = []
    fixed = _fixed(text, region)
    at = 0
    for span in fixed:
        _scan(text, at, span.start, numbers, found)
        at = span.end
    _scan(text, at, len(text), numbers, found)
    return tuple(sorted(found + fixed))


def _fixed(text: str, region: str | None) -> list[Found]:
    """Spans that are found apart, because they begin with any letter."""
    found = []
    if "@" in text or web.may_hold_address(text):
        found = list(web.addresses(text))
    if "kr" in text:
        found += _free(amounts.MONEY_SMALL.finditer(text), SpanKind.MONEY, found)
    if "%1" in text:
        found += _free(web.QT_FURTHER.finditer(text), SpanKind.PLACEHOLDER, found)
    if region is not None and len(_DIGITS.findall(text)) >= _PHONE_DIGITS_MIN:
        phones = [Found(start, end, SpanKind.PHONE) for start, end in codes.phones_of(text, region)]
        found += [one for one in phones if _is_free(one, found)]
    return sorted(found)


def _free(matches: Iterator[re.Match[str]], kind: SpanKind, taken: Sequence[Found]) -> list[Found]:
    spans = [Found(match.start(), match.end(), kind) for match in matches]
    return [one for one in spans if _is_free(one, taken)]


def _is_free(span: Found, taken: Sequence[Found]) -> bool:
    return all(span.end <= other.start or other.end <= span.start for other in taken)


def _scan(text: str, at: int, end: int, numbers: bool, found: list[Found]) -> None:
    """Add what stands between two positions."""
    while (start := _START.search(text, at, end)) is not None:
        begin = start.start()
        char = text[begin]
        span = _span_at(text, char, begin, end, numbers)
        if span is not None:
            found.append(span)
            at = span.end
        elif char.isalnum():
            at = _REST_OF_WORD.match(text, begin + 1).end()  # type: ignore[union-attr]  # matches the empty text
        else:
            at = begin + 1


def _span_at(text: str, char: str, begin: int, end: int, numbers: bool) -> Found | None:
    asked = _AT_SIGN.get(char)
    if asked is None:
        asked = _AT_DIGIT if char.isdigit() else _AT_CAPITAL if char.isalpha() else _AT_EMOJI
    if asked is _AT_CAPITAL:
        word_end = _REST_OF_WORD.match(text, begin + 1).end()  # type: ignore[union-attr]  # matches the empty text
        brand = brand_end(text, begin, word_end, end)
        if brand is not None and not _inside_word(text, begin):
            return Found(begin, brand, SpanKind.BRAND)
    match = asked.match(text, begin, end)
    kind = None if match is None else _kind_of(asked, match)
    if kind is None and numbers and char.isdigit():
        match = _PLAIN.match(text, begin, end)
        kind = None if match is None else _kind_of(_PLAIN, match)
    if match is None or kind is None:
        return None
    signed = kind is SpanKind.COORDINATES and text[begin - 1 : begin] == "-"
    return Found(begin - signed, match.end(), kind)


def _kind_of(asked: _Asked, match: re.Match[str]) -> SpanKind | None:
    kind = asked.kinds[str(match.lastgroup)]
    return kind if isinstance(kind, SpanKind) else kind(match)


@lru_cache(maxsize=4096)
def _forms(term: str) -> tuple[str, ...]:
    return tuple({term, term.upper()}) if term.strip() else ()


def _terms(text: str, terms: Sequence[str]) -> Iterator[Found]:
    for term in terms:
        for form in _forms(term):
            for start, end in whole_words(text, form):
                yield Found(start, end, SpanKind.TERM)


def terms_said(text: str, terms: Sequence[str]) -> tuple[str, ...]:
    """Return the terms that a text says as a name, as written or in capitals: "a ring" does not say "Ring"."""
    return tuple(term for term in terms if any(True for form in _forms(term) for _ in whole_words(text, form)))


def whole_words(text: str, term: str) -> Iterator[tuple[int, int]]:
    """Yield where a term stands in a text and is no part of a longer word."""
    at = text.find(term)
    while at != -1:
        end = at + len(term)
        if not (_inside_word(text, at) or _inside_word(text, end)):
            yield at, end
        at = text.find(term, end)


def _inside_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and _WORDY.match(text, at - 1) is not None
