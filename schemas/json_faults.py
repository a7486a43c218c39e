"""Why bytes are not the JSON that the contracts take. Runs where decoding failed or looked suspicious, never before.

The rules hold for the whole document, unknown fields included, so that the verdict on a record does not depend on
which of its fields this version happens to know:

- UTF-8 (RFC 8259), no lone surrogates (RFC 7493, section 2.1), no NaN or Infinity.
- At most `DEPTH_MAX` arrays and objects inside each other.
- An integer fits 64 bits, signed. A number with a fraction or an exponent is no integer.
- A key that stands twice in an object counts with its last value, as most parsers have it.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from schemas.errors import Refused
from schemas.reasons import Reason, Stage

# Far above any honest event, far below the interpreter's recursion limit: one verdict, whoever calls from wherever.
DEPTH_MAX: Final = 128
INTEGER_MIN: Final = -(2**63)
INTEGER_MAX: Final = 2**63 - 1
INTEGER_DIGITS: Final = 19

_ZEROED: Final = bytes.maketrans(b"123456789", b"000000000")
_LONG_RUN: Final = b"0" * INTEGER_DIGITS
_BEFORE_NUMBER: Final = frozenset(bytes([character]) for character in b" \t\r\n:,[-") | {b""}
# An unterminated string runs to the end of the document: without that the scan would be quadratic on `"\"\"\"...`.
_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_JSON_STARTS: Final = b' \t\r\n{["-0123456789tfn'
_WIDE_MARKS: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


def suspicious(value: bytes) -> bool:
    """Whether `value` needs `check`, cheaply: a decoder that skips unknown fields does not see all of these.

    False is certain for depth, long integers and UTF-8; True may be a false alarm (`: ` and long digits in a string).
    """
    if not value.isascii():
        try:
            str(value, "utf-8")
        except UnicodeDecodeError:
            return True
    return value.count(b"[") + value.count(b"{") > DEPTH_MAX or _may_hold_long_integer(value)


def check(value: bytes) -> None:
    """Raise Refused with what is wrong with `value` as JSON; return where nothing is. Linear in its length."""
    if _is_wide(value):
        raise _refused(Reason.UTF16, "the value is UTF-16 or UTF-32; JSON on the wire is UTF-8")
    try:
        text = str(value, "utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8(value, error.start) from error
    if _deeper_than(DEPTH_MAX, value):
        raise _refused(Reason.TOO_DEEP, f"more than {DEPTH_MAX} arrays and objects inside each other")
    try:
        json.loads(text, parse_constant=_no_constant, parse_int=_int64)
    except (ValueError, RecursionError) as error:
        where = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        raise _refused(Reason.NOT_JSON, f"the value is not JSON{where}") from error
    if _has_lone_surrogate(text):
        raise _refused(Reason.LONE_SURROGATE, "half of a surrogate pair is escaped in a string")


def _may_hold_long_integer(value: bytes) -> bool:
    zeroed = value.translate(_ZEROED)
    at = zeroed.find(_LONG_RUN)
    while at >= 0:
        # A tracking number is a string: its digits follow a quote or a letter, which no number's do.
        if value[at - 1 : at] in _BEFORE_NUMBER:
            return True
        at = zeroed.find(_LONG_RUN, at + INTEGER_DIGITS)
    return False


def _refused(reason: Reason, message: str) -> Refused:
    return Refused(Stage.DECODE, reason, message)


def _is_wide(value: bytes) -> bool:
    """UTF-16 and UTF-32 by their mark, UTF-16 also by a first character of JSON with a zero byte beside it."""
    first = value[:2].strip(b"\0")
    return value.startswith(_WIDE_MARKS) or (len(value) > 1 and len(first) == 1 and first in _JSON_STARTS)


def _not_utf8(value: bytes, at: int) -> Refused:
    # ED A0..BF starts an encoded surrogate (CESU-8, or a careless encoder): named apart, its cure is another one.
    if value[at] == 0xED and value[at + 1 : at + 2] >= b"\xa0" and value[at + 1 : at + 2] <= b"\xbf":
        return _refused(Reason.LONE_SURROGATE, f"a surrogate is encoded at byte {at}")
    return _refused(Reason.NOT_UTF8, f"the value is not UTF-8 at byte {at}")


def _deeper_than(limit: int, value: bytes) -> bool:
    if value.count(b"[") + value.count(b"{") <= limit:
        return False
    depth = 0
    for bracket in _STRING.sub(b"", value).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > limit:
            return True
    return False


def _no_constant(name: str) -> Any:
    raise _refused(Reason.NAN, f"{name} is no JSON number")


def _int64(digits: str) -> int:
    # The length first: Python itself refuses to parse a number of thousands of digits.
    if len(digits) <= INTEGER_DIGITS + 1 and INTEGER_MIN <= int(digits) <= INTEGER_MAX:
        return int(digits)
    raise _refused(Reason.INTEGER_OVERFLOW, "an integer does not fit 64 bits; send it as a string")


def _has_lone_surrogate(text: str) -> bool:
    return "\\u" in text and _unpaired(_ESCAPE.finditer(text))


def _unpaired(escapes: Iterable[re.Match[str]]) -> bool:
    """Whether an escaped high surrogate is not followed at once by an escaped low one, or a low one stands alone."""
    high_ends_at = -1
    for escape in escapes:
        unit = int(escape[1], 16) if escape[1] else 0
        is_low = 0xDC00 <= unit <= 0xDFFF
        completes = is_low and high_ends_at == escape.start()
        if (is_low or high_ends_at >= 0) and not completes:
            return True
        high_ends_at = escape.end() if 0xD800 <= unit <= 0xDBFF else -1
    return high_ends_at >= 0
