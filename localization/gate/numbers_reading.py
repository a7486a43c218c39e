"""What a text says in figures: its numbers with what each is a number of, its dates and times.

One reading serves the four laws of quantities. Digits of every script are read as ASCII; spans that another law holds
(URLs, placeholders, tags, codes that stand on both sides) are taken out first.
"""

import re
from functools import lru_cache
from typing import Final
from unicodedata import numeric

from babel import Locale, UnknownLocaleError
from msgspec import Struct
from msgspec.structs import replace

from localization.gate.dates_reading import Moment, moments
from localization.gate.number_words import LETTERS, Force, Spelled, lexicon, spelled
from localization.gate.quantities_binding import bound_to, is_money
from localization.numerals import readings, symbols
from schemas.locales import parse_locale

_MAYBE: Final = re.compile(r"\d|[½⅓⅔¼¾⅕⅛⅜⅝⅞%٪％$€£¥₹₩₺₽฿₫₪₴Ⅰ-ⅿ①-⑳]|[IVX]{2}")
_NUMERAL: Final = r"\d+(?:[.,'\u00a0\u202f\u2009]\d+)*"
_SPACED: Final = r"\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?!\d)(?:[.,]\d+)?"
_VULGAR: Final = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_ROMAN: Final = re.compile(r"(?<![\w.'-])(?=[IVX])(X{0,3})(IX|IV|V?I{0,3})(?![\w'-]|\.\w)")
_ROMAN_SIGNS: Final = re.compile(r"[Ⅰ-Ⅻ①-⑳]")
_LINK: Final = re.compile(
    r"[ \u00a0]?(?:[-–—~xX×*/]|to|a|à|bis|до|til|till|tot|do|la|ile|至|到|から|에서|hasta|até|by|por|sur|fino a|and|e|y"
    r"|et|und|i|og|och|en|ja|or|ou|oder|o|или|ή|și|ve|veya|dan|và|đến|hingga|sampai|ถึง|से|עד|إلى|eller|tai)[ \u00a0]?",
    re.IGNORECASE,
)
_DECADE: Final = re.compile(r"'?s\b|-?er\b|-?х\b|-?luv|-?talet|-?e\b|年代|年代|-?tych|-?ih\b|-?erne\b|-?es\b")
_LETTER_SCALES: Final = 2
# "2106 року" and "2025 г." are years: no length of time, and no grams.
_YEARS: Final = (frozenset({"duration-year"}), frozenset({"mass-gram"}))
_NEXT_WORD: Final = re.compile(rf"{LETTERS}\.?")
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
    tag = parse_locale(locale)
    for name in (str(tag), tag.language):
        try:
            cldr = Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
        for width in ("short", "long"):
            for plural in cldr.compact_decimal_formats.get(width, {}).values():
                for power, pattern in plural.items():
                    zeros = pattern.pattern.count("0")
                    word = re.sub(r"[0¤'\u200f\u200e]", "", pattern.pattern).strip(" \u00a0\u202f")
                    if word and zeros:
                        scale = int(power) // 10 ** (zeros - 1)
                        found.setdefault(word.lower() if len(word) > _LETTER_SCALES else word, scale)
        break
    return found


@lru_cache(maxsize=256)
def _pattern(locale: str) -> re.Pattern[str]:
    numeral = (
        f"{_SPACED}|{_NUMERAL}"
        if symbols(locale).group in "\u00a0\u202f \u2009"
        else f"(?:{_SPACED.replace('[ ', '[')}|{_NUMERAL})"
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
    language = parse_locale(locale).language
    some = tuple(moments(text, locale)) if any(map(str.isdigit, text)) else ()
    numbers = _bound(list(_numbers(text, low, locale, some)), text)
    words = tuple(one for one in spelled(low, language) if not _within(one.start, some))
    return Reading(text, low, tuple(numbers), words, tuple(_romans(text)), some, slots)


def _within(at: int, some: tuple[Moment, ...]) -> bool:
    return any(one.start <= at < one.end for one in some)


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


def _numbers(text: str, low: str, locale: str, some: tuple[Moment, ...]) -> list[Number]:
    found = []
    scales = _scales(locale)
    for match in _pattern(locale).finditer(text):
        start, end = match.span()
        if _within(start, some):
            found.extend(_inside(match, locale))
            continue
        values, parts = _values(match, locale)
        minus = _minus(text, start)
        values, end = _scaled(values, text, low, end, scales)
        named = start > 0 and text[start - 1].isalpha() and text[start - 1] not in "xX×" and text[start - 1] < "\u2e80"
        decade = match["number"] is not None and len(match["number"]) == 4 and _DECADE.match(low, end)
        if decade:
            values |= {value[2:].lstrip("0") or "0" for value in values if value.isdecimal()}
        if minus:
            values = frozenset("-" + value for value in values)
        elif _minus_word(low, start, locale) or (
            start > 1 and text[start - 1] == "-" and text[start - 2] > "\u2e80"
        ):  # "au moins 2" is "at least 2", and "moins 2" minus two
            values |= {"-" + value for value in values}
        if (
            start
            and text[start - 1].isalpha()
            and text[end : end + 1].isalpha()
            and text[end] < "\u2e80"
            and text[end] not in "xX"
        ):
            continue  # "i18n"
        if not decade and not named and not (start and text[start - 1] == "%" and text[end : end + 1].isalpha()):
            binds, start, end = bound_to(text, start, end, locale)
        else:
            binds = frozenset()
        if binds in _YEARS and any(len(value) == 4 and value[0] in "12" for value in values):
            binds = frozenset()
        found.append(Number(start, end, values, binds, parts=parts, named=named))
    return found


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


def _scaled(
    values: frozenset[str], text: str, low: str, end: int, scales: dict[str, int]
) -> tuple[frozenset[str], int]:
    at = end + (text[end : end + 1] in (" ", "\u00a0", "\u202f", "-"))
    match = _NEXT_WORD.match(text, at)
    if match is None:
        return values, end
    word = match.group()
    if "\u2e80" < word[0] < "\ud7b0":
        scale = scales.get(word[0])
        stop = at + 1
    else:
        scale = (
            scales.get(word)
            if len(word) <= _LETTER_SCALES
            else scales.get(word.lower()) or scales.get(word.lower().rstrip("."))
        )
        stop = at + len(word)
    if scale is None:
        return values, end
    if len(word) <= _LETTER_SCALES and not "\u2e80" < word[0] < "\ud7b0":
        return values | {times(value, scale) for value in values}, end
    scaled = frozenset(times(value, scale) for value in values)
    # "1만" is 10,000, and "only 1" too.
    return (scaled | values if word[0] == "만" else scaled), stop


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
            found[at] = replace(one, linked=True, binds=binds, shared=takes and bool(binds) and not ranged)
    for at in range(1, len(found)):
        one, two = found[at - 1], found[at]
        if not two.binds and is_money(one.binds) and _RANGE.fullmatch(text, one.end, two.start):
            found[at] = replace(two, binds=one.binds)
    return found
