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

from localization.gate.dates_reading import Moment, moments
from localization.gate.money_names import currencies
from localization.gate.number_words import LETTERS, Force, Spelled, lexicon, spelled
from localization.gate.prose import prose
from localization.gate.quantities_units import unit_at
from localization.numerals import readings, symbols
from localization.spans import find_spans
from schemas.locales import parse_locale

# Kinds of spans whose numbers these laws weigh; what is in any other span is held by a law of its own.
_WEIGHED: Final = frozenset(("money", "imperial", "number", "date", "time", "measure", "range", "dimension", "size"))
_NEVER: Final = frozenset(("url", "email", "placeholder", "markup", "handle", "emoji"))
_ASCII_DIGITS: Final = str.maketrans(
    {
        **{chr(zero + n): str(n) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10) for n in range(10)},
        "٫": ".", "٪": "%", "％": "%", "−": "-", "﹣": "-", "－": "-", "．": ".", "：": ":", "／": "/", "٬": "\u202f",
        "＄": "$", "～": "~", "〜": "~", "‐": "-", "‑": "-", "ʼ": "'", "’": "'",
    }
)  # fmt: skip
_PLACE: Final = "¤"
_DIGIT: Final = re.compile(r"\d")
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
_MINUS_BEFORE: Final = re.compile(r"(?:^|[\s(\[{:=<>≤≥/~,;|\"'“„«])[-–](?=\Z)")
_LETTER_SCALES: Final = 2
_NEXT_WORD: Final = re.compile(rf"{LETTERS}\.?")
_RANGE: Final = re.compile(r"[ \u00a0]?[-–—~][ \u00a0]?")


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


@lru_cache(maxsize=8192)
def stripped(text: str, other: str, terms: tuple[str, ...]) -> tuple[str, int]:
    """A text without what other laws hold, and how many placeholders that took out.

    A code, term or telephone number is taken out where it stands in the `other` text too.
    """
    text = prose(text)
    slots = text.count(_PLACE)
    if _DIGIT.search(text) is not None:
        parts, at = [], 0
        for span in find_spans(text, terms):
            piece = text[span.start : span.end]
            if span.kind not in _WEIGHED and span.start >= at and (span.kind in _NEVER or piece in other):
                parts += [text[at : span.start], _PLACE]
                at = span.end
        text = "".join((*parts, text[at:]))
    return text.translate(_ASCII_DIGITS), slots


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
        minus = _minus(text, low, start, locale)
        values, end = _scaled(values, text, low, end, scales)
        decade = match["number"] is not None and len(match["number"]) == 4 and _DECADE.match(low, end)
        if decade:
            values |= {value[2:].lstrip("0") or "0" for value in values if value.isdecimal()}
        if minus:
            values = frozenset("-" + value for value in values)
        binds, end = (frozenset[str](), end) if decade else _binds(text, start, end, locale)
        found.append(Number(start, end, values, binds, parts=parts))
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


def _minus(text: str, low: str, start: int, locale: str) -> bool:
    if start and text[start - 1] in "-–":
        return _MINUS_BEFORE.search(text, max(0, start - 2), start) is not None
    if not start:
        return False
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
    return frozenset(times(value, scale) for value in values), stop


def times(value: str, scale: int) -> str:
    """A plain value times a power of ten, exactly."""
    head, _, fraction = value.partition(".")
    zeros = len(str(scale)) - 1
    if not (head + fraction).isdecimal():
        return value
    digits = head + fraction.ljust(zeros, "0")
    whole, rest = digits[: len(head) + zeros], digits[len(head) + zeros :]
    return plain(whole + ("." + rest if rest else ""))


_MONEY_BEFORE: Final = re.compile(r"(?:(?<![^\W\d_])[^\W\d_]{1,3}\.?|[^\W\d_]{0,2}[$€£¥￥₹₩₺₽฿₫₪₴₿₱￡]|S/)\Z")
_MONEY_AFTER: Final = re.compile(
    rf"[ \u00a0\u202f-]?((?:[A-Z]{{1,2}})?[$€£¥￥₹₩₺₽฿₫₪₴₿₱￡¢]|{LETTERS}\.?)(?:[ \u00a0-]({LETTERS}))?"
)


def _binds(text: str, start: int, end: int, locale: str) -> tuple[frozenset[str], int]:
    """What a number counts: a currency before or after it, else a unit, else a percentage before it."""
    money = currencies(locale)
    before = text[max(0, start - 6) : start]
    before = (before[:-1] if before[-1:] in ("-", "–") else before).rstrip(" \u00a0\u202f")
    sign = _MONEY_BEFORE.search(before)
    if sign is not None and (some := money.signs.get(sign.group())) is not None:
        return frozenset(f"money-{code}" for code in some), end
    unit = unit_at(text, end, locale)
    after = _MONEY_AFTER.match(text, end)
    if after is not None:
        codes, stop = _after(after, money.signs, money.words)
        if codes:
            ids = frozenset(f"money-{code}" for code in codes)
            return (ids | unit[0], max(unit[1], stop)) if unit else (ids, stop)
    if unit is not None:
        return unit
    if before.endswith("%"):
        return frozenset({"concentr-percent"}), end
    return frozenset(), end


def _after(
    match: re.Match[str], signs: dict[str, frozenset[str]], words: dict[str, frozenset[str]]
) -> tuple[frozenset[str], int]:
    first, second = match.group(1), match.group(2)
    if (some := signs.get(first)) is not None:
        return some, match.end(1)
    low = first.lower()
    if "\u2e80" < low[0] < "\ud7b0":
        for size in range(min(10, len(low)), 0, -1):
            codes = words.get(low[:size]) or signs.get(low[:size])
            if codes:
                return codes, match.start(1) + size
    if (some := words.get(low)) is not None:
        return some, match.end(1)
    if second and (some := words.get(second.lower())) is not None:
        narrow = signs.get(first + "D", frozenset({"USD"} if low in ("us", "u") else ())) & some
        return narrow or some, match.end(2)
    return frozenset(), match.end(1)


def _bound(found: list[Number], text: str) -> list[Number]:
    """Numbers of one range or one box share what they count: `10 x 20 cm`, `$10-20`."""
    for at in range(len(found) - 2, -1, -1):
        one, two = found[at], found[at + 1]
        linked = _LINK.fullmatch(text, one.end, two.start) is not None or one.end == two.start
        binds = one.binds or (two.binds if linked else frozenset())
        found[at] = Number(one.start, one.end, one.values, binds, parts=one.parts, linked=linked, inside=one.inside)
    for at in range(1, len(found)):
        one, two = found[at - 1], found[at]
        if (
            not two.binds
            and one.binds
            and _RANGE.fullmatch(text, one.end, two.start)
            and next(iter(one.binds)).startswith("money-")
        ):
            found[at] = Number(
                two.start, two.end, two.values, one.binds, parts=two.parts, linked=two.linked, inside=two.inside
            )
    return found
