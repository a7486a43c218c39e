"""What a text says in figures: its numbers with what each is a number of, its dates and times.

One reading serves the four laws of quantities. Digits of every script are read as ASCII; spans that another law holds
(URLs, placeholders, tags, codes that stand on both sides) are taken out first.
"""

import re
from functools import lru_cache
from typing import Final
from unicodedata import numeric

from msgspec import Struct
from msgspec.structs import replace

from localization.gate.quantities.binding import bound_to, is_money, money_before
from localization.gate.quantities.calendar import Moment, moments
from localization.gate.quantities.number_words import LETTERS, Force, Spelled, lexicon, spelled
from localization.text.numerals import readings, symbols
from schemas.locales import own_cldr, parse_locale

_MAYBE: Final = re.compile(r"\d|[½⅓⅔¼¾⅕⅛⅜⅝⅞%٪％$€£¥₹₩₺₽฿₫₪₴Ⅰ-ⅿ①-⑳]|[IVX]{2}")
_NUMERAL: Final = r"\d+(?:[.,'\u00a0\u202f\u2009]\d+)*"
# "200 13" and "+3 11 750" are parts of a number to call, no thousands.
_SPACED: Final = r"(?<!\d[ \u00a0])\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?![ \u00a0]?\d)(?:[.,]\d+)?"
_VULGAR: Final = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_ROMAN: Final = re.compile(r"(?<![\w.'-])(?=[IVX])(X{0,3})(IX|IV|V?I{0,3})(?![\w'-]|\.\w)")
_ROMAN_SIGNS: Final = re.compile(r"[Ⅰ-Ⅻ①-⑳]")
_LINK: Final = re.compile(
    r"(?:-(?=[ \u00a0]))?[ \u00a0]?(?:"
    r"[-–—~xX×*/]|to|a|à|bis|до|til|till|tot|do|la|ile|至|到|から|에서|hasta|até|by|por|sur"
    r"|fino a|and|e|y|et|und|i|og|och|en|ja|or|ou|oder|o|или|ή|și|ve|veya|dan|và|đến|hingga|sampai|ถึง|से|עד|إلى"
    r"|eller|tai)[ \u00a0]?",
    re.IGNORECASE,
)
_DECADE: Final = re.compile(r"'?s\b|-?er\b|-?х\b|-?luv|-?talet|-?e\b|年代|年代|-?tych|-?ih\b|-?erne\b|-?es\b")
_LETTER_SCALES: Final = 2
_SHORT_SCALE_MAX: Final = 3
# "2106 року" and "2025 г." are years: no length of time, and no grams.
_YEARS: Final = (frozenset({"duration-year"}), frozenset({"mass-gram"}))
_YEAR_MIN: Final = 1900
_YEAR_MAX: Final = 2199
_WORD_MAX: Final = 40
_NEXT_WORD: Final = re.compile(rf"{LETTERS}\.?")
_SPELT: Final = re.compile(r"[^\W\d_]{4}\.?\Z")
_RANGE: Final = re.compile(r"[ \u00a0]?[-–—~xX×*][ \u00a0]?")


class Number(Struct, frozen=True):
    """A number of a text: what it may be worth, what it counts (units and `money-` codes), how it is written."""

    start: int
    end: int
    values: frozenset[str]
    binds: frozenset[str] = frozenset()
    force: Force = Force.STRONG
    digits: bool = True
    parts: tuple[str, ...] = ()
    linked: bool = False
    inside: bool = False
    named: bool = False
    shared: bool = False


class Reading(Struct, frozen=True):
    """All that a text says in figures. `text` has ASCII digits; `slots` counts the placeholders taken out of it."""

    text: str
    low: str
    numbers: tuple[Number, ...]
    words: tuple[Spelled, ...]
    romans: tuple[Number, ...]
    moments: tuple[Moment, ...]
    slots: int


def may_count(text: str) -> bool:
    """Whether a text has anything but words in it that a number, price or measure is written with."""
    return _MAYBE.search(text) is not None


@lru_cache(maxsize=256)
def _scales(locale: str) -> dict[str, int]:
    """Words and letters that multiply the number before them, by CLDR's compact number formats."""
    found = {"k": 1000, "K": 1000, "lakh": 10**5, "crore": 10**7, "crores": 10**7, "lakhs": 10**5}
    cldr = own_cldr(locale)
    formats = {} if cldr is None else cldr.compact_decimal_formats
    for width in ("short", "long"):
        for plural in formats.get(width, {}).values():
            for power, pattern in plural.items():
                zeros = pattern.pattern.count("0")
                word = re.sub(r"[0¤'\u200f\u200e]", "", pattern.pattern).strip(" \u00a0\u202f")
                if word and zeros:
                    scale = int(power) // 10 ** (zeros - 1)
                    found.setdefault(word.lower() if len(word) > _LETTER_SCALES else word, scale)
    return found


@lru_cache(maxsize=256)
def _pattern(locale: str) -> re.Pattern[str]:
    numeral = (
        f"{_SPACED}|{_NUMERAL}"
        if symbols(locale).group in "\u00a0\u202f \u2009"
        else f"(?:{_SPACED.replace('(?:[ ', '(?:[')}|{_NUMERAL})"
    )
    return re.compile(
        rf"(?P<number>{numeral})(?:[ \u00a0]?(?P<vulgar>[{_VULGAR}])|(?P<over>[/⁄]\d{{1,3}}(?![\d/]|[.,]\d))"
        rf"|[ \u00a0](?P<mixed>[1-9]/[2-9]|[1-9]/16)(?![\d/]))?|(?P<alone>[{_VULGAR}])|(?<![\w.,])(?P<bare>[.]\d+)"
    )


@lru_cache(maxsize=8192)
def read(text: str, slots: int, locale: str) -> Reading:
    """Read a stripped text in its locale."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    low = low.replace("ё", "е")
    language = parse_locale(locale).language
    some = tuple(moments(text, locale)) if any(map(str.isdigit, text)) else ()
    dated = bytearray(len(text))
    for one in some:
        dated[one.start : one.end] = b"\1" * (one.end - one.start)
    numbers = _bound(_numbers(text, low, locale, dated), text)
    words = tuple(one for one in spelled(low, language) if not dated[one.start])
    return Reading(text, low, tuple(numbers), words, tuple(_romans(text)), some, slots)


def _romans(text: str) -> list[Number]:
    found = []
    for match in _ROMAN.finditer(text):
        tens, ones = match.groups()
        value = 10 * len(tens) + {"IX": 9, "IV": 4}.get(ones, 5 * ones.startswith("V") + ones.count("I"))
        sure = len(match.group()) > 1 and tens not in ("XX", "XXX")
        if value:
            found.append(
                Number(match.start(), match.end(), frozenset({str(value)}), force=Force.STRONG if sure else Force.WEAK)
            )
    signs = ((match, str(int(numeric(match.group())))) for match in _ROMAN_SIGNS.finditer(text))
    return found + [Number(match.start(), match.end(), frozenset({value})) for match, value in signs]


def _numbers(text: str, low: str, locale: str, dated: bytearray) -> list[Number]:
    found = []
    for match in _pattern(locale).finditer(text):
        if dated[match.start()]:
            found.extend(_inside(match, locale))
        elif not _is_in_word(text, *match.span()):
            found.append(_number(match, text, low, locale))
    return found


def _is_in_word(text: str, start: int, end: int) -> bool:
    """Whether small letters stand on both sides: "i18n" is no number, "2x4" is two."""
    if not start or not text[start - 1].islower():
        return False
    return text[end : end + 1].islower() and text[end] != "x"


def _number(match: re.Match[str], text: str, low: str, locale: str) -> Number:
    start, end = match.span()
    values, parts = _values(match, locale)
    values, stop, sure = _scaled(values, text, low, end, locale)
    decade = match["number"] is not None and len(match["number"]) == 4 and _DECADE.match(low, end)
    if decade:
        values |= {value[2:].lstrip("0") or "0" for value in values if value.isdecimal()}
    values = _signed(values, text, low, start, locale)
    before = text[start - 1] if start else " "
    named = before.isalpha() and before not in "xX×" and before < "\u2e80"
    binds, at, last = frozenset[str](), start, stop if sure else end
    if named:
        binds, at = money_before(text, start, locale)
    elif not decade and not (before == "%" and text[end : end + 1].isalpha()):
        binds, at, last = bound_to(text, start, last, locale)
        if not binds and stop > last:
            binds, at, last = bound_to(text, start, stop, locale)
    if binds in _YEARS and match.group().isdecimal() and _YEAR_MIN <= int(match.group()) <= _YEAR_MAX:
        binds = frozenset()
    if text[end : end + 1] == "折" and len(values) == 1:
        return _discount(Number(at, end + 1, values))
    return Number(at, last, values, binds, parts=parts, named=named and not binds)


def _discount(number: Number) -> Number:
    """Chinese names what remains: 8折 is 20% off, 85折 15%."""
    (value,) = number.values
    if not value.isdecimal() or not 1 <= len(value) <= 2:
        return number
    left = int(value) * 10 if len(value) == 1 else int(value)
    return replace(number, values=frozenset({str(100 - left)}), binds=frozenset({"concentr-percent"}))


def _signed(values: frozenset[str], text: str, low: str, start: int, locale: str) -> frozenset[str]:
    """The values with a minus where one stands; with and without where it may be none: "au moins 2" is no minus two."""
    if _minus(text, start):
        return frozenset("-" + value for value in values)
    after_ideograph = start > 1 and text[start - 1] == "-" and text[start - 2] > "\u2e80"
    if after_ideograph or _minus_word(low, start, locale):
        return values | {"-" + value for value in values}
    return values


def _inside(match: re.Match[str], locale: str) -> list[Number]:
    """The plain numbers that a date or time is written with: they count where it has no partner."""
    return [
        Number(match.start() + part.start(), match.start() + part.end(), frozenset({plain(part.group())}), inside=True)
        for part in re.finditer(r"\d+", match.group())
    ]


def _values(match: re.Match[str], locale: str) -> tuple[frozenset[str], tuple[str, ...]]:
    if match["number"] is None:
        return frozenset({_decimal(numeric(match["alone"])) if match["alone"] else "0" + match["bare"]}), ()
    worth = frozenset(plain(value) for value in readings(match["number"], locale))
    if match["vulgar"]:
        return frozenset(_decimal(float(value) + numeric(match["vulgar"])) for value in worth), ()
    if match["mixed"]:
        one, _, two = match["mixed"].partition("/")
        return frozenset(_decimal(float(value) + int(one) / int(two)) for value in worth), ()
    if match["over"]:
        under = match["over"][1:]
        if match["number"].isdecimal() and 0 < int(match["number"]) < int(under):
            ratio = {f"{int(match['number'])}/{int(under)}", _decimal(int(match["number"]) / int(under))}
            return frozenset(ratio), (plain(match["number"]), plain(under))
        return frozenset({f"{match['number']}/{under}"}), (min(worth), plain(under))
    return worth, ()


def _decimal(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def plain(value: str) -> str:
    """A value without leading zeros; decimals that are all zeros go too."""
    if value.isdecimal():
        return value.lstrip("0") or "0"
    head, point, fraction = value.partition(".")
    if "." in fraction or not head.isdecimal():
        return value
    head = head.lstrip("0") or "0"
    return head if not fraction.strip("0") and len(fraction) <= 2 else head + point + fraction


def _minus(text: str, start: int) -> bool:
    if not start:
        return False
    if text[start - 1] in "-–":
        before = text[start - 2] if start > 1 else " "
        return not (before.isalnum() or before in ")]}%_-–^.¤*")
    return False


def _minus_word(low: str, start: int, locale: str) -> bool:
    lex = lexicon(parse_locale(locale).language)
    before = low[max(0, start - 10) : start].rstrip()
    return lex is not None and any(
        before.endswith(word) and not before[: -len(word)][-1:].isalpha() for word in lex.minus
    )


def _scaled(values: frozenset[str], text: str, low: str, end: int, locale: str) -> tuple[frozenset[str], int, bool]:
    """The values with the scale word behind them, where that ends, and whether it surely is one: "M" may be a metre."""
    at = end + (text[end : end + 1] in (" ", "\u00a0", "\u202f", "-") and end < len(text))
    match = _NEXT_WORD.match(text, at, at + _WORD_MAX)
    if match is None:
        return values, end, False
    word, scales = match.group(), _scales(locale)
    unspaced = "\u2e80" < word[0] < "\ud7b0"
    if unspaced:
        word = word[0]
    short = not unspaced and len(word.rstrip(".")) <= _SHORT_SCALE_MAX
    scale = scales.get(word) or scales.get(word.rstrip(".")) or (None if len(word) < 2 else scales.get(word.lower()))
    if scale is None:
        return values, end, False
    scaled = frozenset(times(value, scale) for value in values)
    # "1만" is 10,000, and "only 1" too.
    sure = not short and word != "만"
    return scaled if sure else scaled | values, at + len(word), sure


def times(value: str, scale: int) -> str:
    """A plain value times a power of ten, exactly."""
    head, _, fraction = value.partition(".")
    zeros = len(str(scale)) - 1
    if not (head + fraction).isdecimal():
        return value
    digits = head + fraction.ljust(zeros, "0")
    whole, rest = digits[: len(head) + zeros], digits[len(head) + zeros :]
    return plain(whole + ("." + rest if rest else ""))


def _bound(found: list[Number], text: str) -> list[Number]:
    """Numbers of one range or one box share what they count: `10 x 20 cm`, `$10-20`; money only in a range."""
    for at in range(len(found) - 2, -1, -1):
        one, two = found[at], found[at + 1]
        linked = _LINK.fullmatch(text, one.end, two.start) is not None or one.end == two.start
        if linked:
            ranged = _RANGE.fullmatch(text, one.end, two.start) is not None
            takes = not one.binds and (ranged or not is_money(two.binds))
            binds = two.binds if takes else one.binds
            # "½ and ¾ inch" says the word once; a sign is written with each number.
            spelt = _SPELT.search(text, two.start, two.end) is not None
            found[at] = replace(
                one, linked=True, binds=binds, shared=takes and bool(binds) and not ranged and not spelt
            )
    for at in range(1, len(found)):
        one, two = found[at - 1], found[at]
        if not two.binds and is_money(one.binds) and _RANGE.fullmatch(text, one.end, two.start):
            found[at] = replace(two, binds=one.binds)
    return found
