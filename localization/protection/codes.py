"""Numbers and codes that name a thing: GTIN, ISBN, tracking numbers, phones, model numbers, versions, coordinates.

Where a code has a check digit, the digit decides; what fails it is a plain number unless it is too long to be one.
"""

import re
from functools import lru_cache
from typing import Final

import phonenumbers
from stdnum import ean, isbn

from localization.protection.span_kinds import NOT_AFTER_WORD, NOT_BEFORE_WORD, SpanKind

_GTIN_DIGITS: Final = frozenset((8, 12, 13, 14))
_LONG_DIGITS: Final = 10  # nobody writes an amount of ten digits without separators
# As the bars print them (EAN-13 1-6-6, UPC-A 1-5-5-1, EAN-8 4-4), by hyphens or by spaces.
_GTIN_GROUPS: Final = frozenset(((1, 6, 6), (1, 5, 5, 1), (4, 4)))
_GROUP: Final = re.compile(r"[\dXx]+")


@lru_cache(maxsize=4096)
def of_digits(run: str) -> SpanKind | None:
    """Name a run of digits, hyphens and spaces by its check digit; None: it is plain, or several numbers."""
    groups = tuple(map(len, _GROUP.findall(run)))
    digits = run.replace(" ", "").replace("-", "")
    if len(groups) > 1:
        mixed = " " in run and "-" in run
        if len(groups) in {4, 5} and not mixed and isbn.is_valid(digits):
            return SpanKind.ISBN
        return SpanKind.GTIN if groups in _GTIN_GROUPS and ean.is_valid(digits) else None
    if digits.startswith(("978", "979")) and isbn.is_valid(digits):
        return SpanKind.ISBN
    if len(digits) in _GTIN_DIGITS and ean.is_valid(digits):
        return SpanKind.GTIN
    return _of_many_digits(digits) if len(digits) >= _LONG_DIGITS else None


def _of_many_digits(digits: str) -> SpanKind:
    if len(digits) == 10 and isbn.is_valid(digits):
        return SpanKind.ISBN
    if not digits.isdecimal():
        return SpanKind.CODE
    parcel = _is_dhl(digits) or _is_fedex(digits) or (len(digits) in {20, 22} and digits[0] == "9")
    return SpanKind.TRACKING if parcel else SpanKind.CODE


def _is_dhl(digits: str) -> bool:
    """DHL Express waybill: nine digits and their remainder by seven (DHL, air waybill check digit)."""
    return len(digits) == 10 and int(digits[:9]) % 7 == int(digits[9])


def _is_fedex(digits: str) -> bool:
    """FedEx Express, twelve digits: weights 3, 1, 7 by eleven, ten counts as nought (FedEx label guide)."""
    if len(digits) != 12:
        return False
    total = sum(int(digit) * (3, 1, 7)[at % 3] for at, digit in enumerate(digits[:11]))
    return total % 11 % 10 == int(digits[11])


@lru_cache(maxsize=4096)
def of_s10(code: str) -> SpanKind:
    """UPU S10: eight digits, weights 8 6 4 2 3 5 9 7, modulo eleven; ten counts as 0, eleven as 5."""
    digits = [int(char) for char in code if char.isdigit()]
    check = 11 - sum(a * b for a, b in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=False)) % 11
    return SpanKind.TRACKING if {10: 0, 11: 5}.get(check, check) == digits[8] else SpanKind.CODE


@lru_cache(maxsize=4096)
def of_international(written: str) -> SpanKind | None:
    """A number with a plus sign is a phone's when its country has numbers of that length."""
    try:
        number = phonenumbers.parse(written, None)
    except phonenumbers.NumberParseException:
        return None
    return SpanKind.PHONE if phonenumbers.is_possible_number(number) else None


@lru_cache(maxsize=4096)
def phones_of(text: str, region: str) -> tuple[tuple[int, int], ...]:
    """Return where a text has a number that is valid in a region (ISO 3166-1), written as it is there."""
    found = phonenumbers.PhoneNumberMatcher(text, region)
    return tuple((match.start, match.end) for match in found)


# National forms that nothing else looks like: three-three-four, a toll-free prefix, a trunk 0 with groups as France,
# Germany and the United Kingdom write them, a Brazilian mobile's nine digits.
_NATIONAL: Final = (
    r"(?:1[-. ])?[2-9]\d{2}(?:-\d{3}-|\.\d{3}\.| \d{3} )\d{4}|1-[89]\d\d-[A-Z0-9]{3,7}(?:-[A-Z0-9]{4})?"
    r"|0[38]00[ -]?\d{3}[ -]?\d{3,4}|0\d(?:[ .]\d{2}){4}|0\d{2,4}[/-]\d{5,8}|0\d{2,4} \d{3,4} \d{3,4}"
    r"|0\d{4} \d{6}|(?:\d\d )?9\d{4}-\d{4}"
)
_TRACKING: Final = (
    r"1Z[0-9A-Z]{16}"  # UPS: shipper of six, service of two, package of seven, check digit
    r"|TB[ACM]\d{12}"  # Amazon Logistics
    r"|LP\d{14,16}|CNG\d{14,16}"  # Cainiao
    r"|YT\d{16}"  # YunExpress
    r"|JJ?D\d{16,20}"  # DHL parcel (licence plates of JJD)
    r"|SF\d{12,13}"  # SF Express
)
_END: Final = NOT_BEFORE_WORD + r"(?!-[A-Z0-9])"
DIGIT_CODES: Final[tuple[tuple[SpanKind, str], ...]] = (
    (
        SpanKind.COORDINATES,
        (
            r"(?:-?\d{1,3}\.\d{4,}°?\s?[NS]?\s?,\s?-?\d{1,3}\.\d{4,}(?:°?\s?[EWO]\b)?"
            r"|\d{1,3}°\s?\d{1,2}['′’]\s?(?:\d{1,2}(?:[.,]\d+)?[\"″”]\s?)?[NSEWO]\b)"
        ),
    ),
    (SpanKind.TRACKING, rf"(?:1Z[0-9A-Z]{{16}}|9[2-5]\d\d(?: \d{{4}}){{4}} \d{{2}}){_END}"),
    (SpanKind.PHONE, rf"(?:{_NATIONAL}){_END}(?![.,]\d)"),
)
"""Codes that begin with a digit, in this order, all behind NOT_AFTER_NUMBER."""
DIGIT_RUN: Final = (
    rf"(?:\d{{8,22}}X?|\d{{1,7}}(?:-\d{{1,7}}){{1,4}}(?:-X)?|97[89](?: \d{{1,7}}){{3}} \d"
    rf"|\d (?:\d{{6}} \d{{6}}|\d{{5}} \d{{5}} \d))"
    rf"{_END}(?![.,]\d)"
)
"""What `of_digits` is asked about."""
_OCTET: Final = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
GROUPED: Final = (
    # Hexadecimal numbers; tax numbers, postal codes and cards: 123.456.789-09, 12.345.678/0001-95, 01310-100.
    rf"(?:0x[0-9A-Fa-f]{{1,16}}|\d{{3}}\.\d{{3}}\.\d{{3}}-\d{{2}}|\d{{2}}\.\d{{3}}\.\d{{3}}/\d{{4}}-\d{{2}}|\d{{5}}-\d{{3}}"
    rf"|\d{{4}}(?:[ -]\d{{4}}){{3}}"
    rf"|{_OCTET}(?:\.{_OCTET}){{3}}(?::\d{{2,5}})?(?:/\d{{1,2}})?){_END}(?!\.?\d)"
)
VERSION: Final = (
    r"(?!\d{1,3}(?:\.\d{3})+(?![.\d]))\d{1,4}\.\d{1,4}(?:\.\d{1,5}){1,2}(?:-?(?:rc|beta|alpha|b|a)\.?\d*)?(?:-[a-z0-9]+)?"
    + NOT_BEFORE_WORD
    + r"(?![.,]\d)"
)
VERSION_NAMED: Final = rf"[vV]\d{{1,4}}(?:\.\d{{1,5}}){{0,3}}(?:-?(?:rc|beta|alpha)\.?\d*)?{_END}(?!\.\d)"
CAPITAL_CODES: Final[tuple[tuple[SpanKind, str], ...]] = (
    (SpanKind.VERSION, VERSION_NAMED),
    (SpanKind.TRACKING, rf"(?:{_TRACKING}){_END}"),
    # Intel's and the like; a small suffix as in RTX3060Ti.
    (SpanKind.CODE, rf"[A-Z]{{1,5}}-?\d{{2,5}}[A-Z]?[a-z]{{1,2}}{_END}(?<!mm)(?<!cm)(?<!th)(?<!st)(?<!nd)(?<!rd)"),
    # Capitals and digits, at least two digits, perhaps in groups.
    (SpanKind.CODE, rf"(?=[A-Z0-9/_-]{{0,60}}(?:\d[A-Z/_-]{{0,60}}){{2}})(?>[A-Z0-9]+(?:[-_/][A-Z0-9]+)*){_END}"),
)
S10: Final = rf"[A-Z]{{2}} ?\d{{3}} ?\d{{3}} ?\d{{3}} ?[A-Z]{{2}}{_END}"
"""What `of_s10` is asked about."""
# Digits first, then letters: 1000XM4, 205R-16. Digits with letters alone are a measure (10KG), an ordinal (21ST), a
# decade (90S); 2IN1 is a phrase.
DIGIT_FIRST: Final = (
    r"(?!\d+IN\d)(?=\d*[A-Z/_-])(?=[A-Z0-9/_-]{0,60}[A-Z])(?=(?:[A-Z/_-]{0,60}\d){2})(?!\d+[A-Z]+(?![A-Z0-9_/-]))"
    rf"(?>[A-Z0-9]+(?:[-_/][A-Z0-9]+)*){_END}"
)
SMALL_FIRST: Final = rf"i[3579]-\d{{4,5}}[A-Z]{{0,2}}{_END}"
INTERNATIONAL: Final = r"\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){1,6}" + NOT_BEFORE_WORD
"""What `of_international` is asked about."""
PARENTHESIZED: Final = rf"{NOT_AFTER_WORD}\(\d{{2,5}}\)\s?\d{{3,5}}[\s.-]?\d{{3,4}}{_END}"
