"""Faults in numbers, units, money, dates and times."""

import re
from functools import cache
from itertools import combinations
from random import Random
from typing import Any, Final

from babel import Locale

from bench.planting.line import NUMBER, Edit, Line, changed, choice, free, language, put, without
from bench.planting.tongues import NUMBER_WORDS, UNIT_WORDS, UNITS

_DIGITS: Final = re.compile(r"\D")
_UNIT: Final = re.compile(
    r"(?<=\d)([\s\u00a0\u202f]?)("
    + "|".join(sorted(map(re.escape, UNITS), key=len)[::-1])
    + r")(?![A-Za-z\u0410-\u044f²³/])"
)
_QUANTITY: Final = re.compile(rf"({NUMBER.pattern.split('(?!')[0]}){_UNIT.pattern}")
_MONEY: Final = re.compile(
    r"US\$|R\$|CA\$|MX\$|A\$|[$€£¥₹₩₺₴₽]|\b(?:USD|EUR|GBP|BRL|JPY|PLN|zł|kr|Kč|Ft|lei|TL)\b"
    r"|(?<=\d)[\u00a0 ](?:zł|kr|Kč|Ft|RON)"
)
_SIGNS: Final = ("US$", "R$", "€", "£", "¥")
_RANGE: Final = re.compile(
    r"(?<![\w.,/-])(?<!ISO )(\d{1,4})\s?[-\u2013\u2014~\u301c\uff5e]\s?(\d{1,4})(?![\w/-]|[.,-]\d)"
)
_FRACTION: Final = re.compile(r"(?<![\d/])([1-9])/([2-9]|1[0-6])(?![\d/])|[½¼¾⅓⅔⅛]")
_TIME: Final = re.compile(r"(?<![\d:])([01]?\d|2[0-3])([:h.])([0-5]\d)(?![\d:])")
_CLOCK: Final = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")
_YEAR: Final = re.compile(r"(?<![\w.,-])(?:19|20)\d\d(?![\d-]|[.,]\d)")
_SHORT_DATE: Final = re.compile(r"(?<!\d)\d{1,4}([./-])\s?\d{1,2}\1\s?\d{2,4}(?!\d)")
_PERCENT: Final = re.compile(r"(?<=\d)[\s\u00a0\u202f]?[%\u066a\uff05](?![(\w{#])")
_MINUS: Final = re.compile(r"(?<![\w\d])[-\u2212](?=\d)")
_NUMERALS: Final = ("II", "III", "IV", "VI", "VII", "VIII", "IX", "XI", "XII", "XIV")
_ROMAN: Final = re.compile(rf"\b(?:{'|'.join(_NUMERALS)})\b")
_DIMENSIONS: Final = re.compile(r"\d+(?:[.,]\d+)?(?:\s?cm|\s?mm)?\s?[x\u00d7]\s?\d+(?:[.,]\d+)?")


def _numbers(line: Line) -> list[re.Match[str]]:
    """Numbers of the translation whose digits are a number of the source too."""
    inside = {_DIGITS.sub("", m.group()) for m in free(line["source"], NUMBER)}
    return [m for m in free(line["translation"], NUMBER) if _DIGITS.sub("", m.group()) in inside]


def number_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """One digit is another."""
    if (m := choice(rng, _numbers(line))) is None:
        return None
    at = rng.choice([i for i, sign in enumerate(m.group()) if sign.isdigit()])
    old = int(m.group()[at])
    new = rng.choice([d for d in range(1 if at == 0 else 0, 10) if d != old])
    return changed(line, put(line["translation"], (m.start() + at, m.start() + at + 1), str(new)))


def digit_dropped(line: Line, rng: Random) -> dict[str, Any] | None:
    """A digit of a whole number is lost."""
    whole = [m for m in _numbers(line) if m.group().isdigit() and len(m.group()) >= 2]
    if (m := choice(rng, whole)) is None:
        return None
    at = m.start() + rng.randrange(len(m.group()))
    new = put(m.group(), (at - m.start(), at - m.start() + 1), "")
    return None if new.startswith("0") else changed(line, put(line["translation"], m.span(), new))


def decimal_shifted(line: Line, rng: Random) -> dict[str, Any] | None:
    """The decimal sign moves by a place, or goes."""
    decimal = [m for m in _numbers(line) if re.fullmatch(r"\d+[.,]\d{1,2}", m.group())]
    if (m := choice(rng, decimal)) is None:
        return None
    whole, sign, part = re.split(r"([.,])", m.group())
    shifted = [f"{whole}{part}", f"{whole}{part[0]}{sign}{part[1:]}" if len(part) > 1 else f"{whole}{part}{sign}0"]
    if len(whole) > 1:
        shifted.append(f"{whole[:-1]}{sign}{whole[-1]}{part}")
    return changed(line, put(line["translation"], m.span(), rng.choice(shifted)))


def number_dropped(line: Line, rng: Random) -> dict[str, Any] | None:
    """A number is lost."""
    m = choice(rng, _numbers(line))
    return None if m is None else changed(line, without(line["translation"], m.span()))


def number_added(line: Line, rng: Random) -> dict[str, Any] | None:
    """A number is there that nobody wrote."""
    text = line["translation"]
    places = [m.start() for m in free(text, re.compile(r"(?<=[ ])(?=[^\W\d_]{3})"))]
    number = str(rng.choice([2, 7, 15, 24, 36, 90, 365, 1500]))
    if not places or number in line["source"]:
        return None
    at = rng.choice(places)
    return changed(line, put(text, (at, at), number + " "))


def quantities_swapped(line: Line, rng: Random) -> dict[str, Any] | None:
    """Two numbers with different units change places."""
    text = line["translation"]
    found = [m for m in free(text, _QUANTITY) if m.group(1)]
    pairs = [
        (one, other)
        for one, other in combinations(found, 2)
        if one.group(1) != other.group(1) and one.group(3) != other.group(3)
    ]
    if (pair := choice(rng, pairs)) is None:
        return None
    first, second = pair
    text = put(text, second.span(1), first.group(1))
    return changed(line, put(text, first.span(1), second.group(1)))


def range_broken(line: Line, rng: Random) -> dict[str, Any] | None:
    """One end of a range is lost, the ends run together, or one is another."""
    if (m := choice(rng, [m for m in free(line["translation"], _RANGE) if _RANGE.search(line["source"])])) is None:
        return None
    low, high = m.groups()
    new = rng.choice([low, high, low + high, m.group().replace(high, str(int(high) + rng.randint(1, 6)))])
    return changed(line, put(line["translation"], m.span(), new))


def fraction_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """A fraction is another one."""
    text = line["translation"]
    if not _FRACTION.search(line["source"]) or (m := choice(rng, free(text, _FRACTION))) is None:
        return None
    if m.group(1) is None:
        return changed(line, put(text, m.span(), rng.choice([f for f in "½¼¾⅓" if f != m.group()])))
    return changed(line, put(text, m.span(), f"{m.group(1)}/{int(m.group(2)) + rng.choice([1, 2, 4])}"))


def unit_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """A unit is another one, the number is not."""
    if (m := choice(rng, _units(line))) is None:
        return None
    return changed(line, put(line["translation"], m.span(2), UNITS[m.group(2)]))


def unit_dropped(line: Line, rng: Random) -> dict[str, Any] | None:
    """A unit is lost."""
    m = choice(rng, _units(line))
    return None if m is None else changed(line, put(line["translation"], m.span(), ""))


def _units(line: Line) -> list[re.Match[str]]:
    """Units of the translation, where the source has as many."""
    text = line["translation"]
    found = [m for m in free(text, _UNIT) if not re.match(r"[-\w]", text[m.end() : m.end() + 1])]
    return found if found and len(free(line["source"], _UNIT)) == len(found) else []


def unit_word_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """Hours are minutes, months are years; the source has the same number."""
    found = []
    locale = line["target_locale"]
    for old, new in UNIT_WORDS.get(locale, UNIT_WORDS.get(language(locale), {})).items():
        pattern = re.compile(rf"(?<=\d)([\s\u00a0]?)({old})", re.IGNORECASE)
        found += [(m, new) for m in free(line["translation"], pattern) if not _of_date(m)]
    if not found or not free(line["source"], re.compile(r"\d")):
        return None
    m, new = rng.choice(found)
    return changed(line, put(line["translation"], m.span(2), new))


def _of_date(m: re.Match[str]) -> bool:
    """Whether the days are a day of the month: after a month's sign in Chinese, Japanese and Korean."""
    return re.search(r"[月월]\s?\d+$", m.string[: m.start()]) is not None


def currency_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """An amount of money is in another currency."""
    m = choice(rng, _money(line))
    if m is None:
        return None
    old = m.group().strip()
    space = m.group()[: len(m.group()) - len(m.group().lstrip())]
    if old.isalpha():
        new = rng.choice([code for code in ("USD", "EUR", "GBP") if code != old])
    else:
        new = rng.choice([sign for sign in _SIGNS if old not in sign and sign not in old])
    return changed(line, put(line["translation"], m.span(), space + new))


def currency_dropped(line: Line, rng: Random) -> dict[str, Any] | None:
    """The currency of an amount is lost."""
    if (m := choice(rng, _money(line))) is None:
        return None
    start, end = m.span()
    text = line["translation"]
    if end < len(text) and text[end] in " \u00a0\u202f" and end + 1 < len(text) and text[end + 1].isdigit():
        end += 1
    elif start and text[start - 1] in "\u00a0\u202f":
        start -= 1
    return changed(line, put(text, (start, end), ""))


def _money(line: Line) -> list[re.Match[str]]:
    """Currencies beside a number of the translation, where the source has one too."""
    text = line["translation"]
    if not any(_beside(line["source"], m) for m in free(line["source"], _MONEY)):
        return []
    return [m for m in free(text, _MONEY) if _beside(text, m)]


def _beside(text: str, m: re.Match[str]) -> bool:
    return bool(
        re.match(r"[\s\u00a0\u202f]?\d", text[m.end() :]) or re.search(r"\d[\s\u00a0\u202f]?$", text[: m.start()])
    )


def date_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """The day or the year of a date is another."""
    text = line["translation"]
    if m := choice(rng, [m for m in free(text, _SHORT_DATE) if _SHORT_DATE.search(line["source"])]):
        part = rng.choice(list(re.finditer(r"\d+", m.group())))
        value = int(part.group())
        new = str(value + 1 if value < 12 else value - 1).zfill(len(part.group()))
        return changed(line, put(text, (m.start() + part.start(), m.start() + part.end()), new))
    if m := choice(rng, [m for m in free(text, _YEAR) if m.group() in line["source"]]):
        return changed(line, put(text, m.span(), str(int(m.group()) + rng.choice([-1, 1, 10]))))
    return None


def month_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """The month of a date is another one."""
    names = _months(line["target_locale"])
    if not free(line["source"], _YEAR):
        return None
    found = [m for name in names for m in free(line["translation"], re.compile(rf"(?<!\w){re.escape(name)}(?!\w)"))]
    if (m := choice(rng, found)) is None:
        return None
    return changed(line, put(line["translation"], m.span(), rng.choice([name for name in names if name != m.group()])))


@cache
def _months(locale: str) -> tuple[str, ...]:
    """The months as they stand in a date; none where they are written in digits."""
    names = tuple(Locale.parse(locale, sep="-").months["format"]["wide"].values())
    return () if any(name[0].isdigit() for name in names) else names


def time_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """A time of day is another."""
    text = line["translation"]
    if not _CLOCK.search(line["source"]) or (m := choice(rng, free(text, _TIME))) is None:
        return None
    hour, sign, minute = m.groups()
    new = rng.choice(
        [f"{(int(hour) + 1) % 24:0{len(hour)}d}{sign}{minute}", f"{hour}{sign}{(int(minute) + 15) % 60:02d}"]
    )
    return changed(line, put(text, m.span(), new))


def percent_dropped(line: Line, rng: Random) -> dict[str, Any] | None:
    """A percent sign is lost."""
    if not free(line["source"], _PERCENT):
        return None
    m = choice(rng, free(line["translation"], _PERCENT))
    return None if m is None else changed(line, put(line["translation"], m.span(), ""))


def minus_dropped(line: Line, rng: Random) -> dict[str, Any] | None:
    """A minus sign is lost."""
    if not free(line["source"], _MINUS):
        return None
    m = choice(rng, free(line["translation"], _MINUS))
    return None if m is None else changed(line, put(line["translation"], m.span(), ""))


def dimension_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """One side of a size is another."""
    text = line["translation"]
    if not _DIMENSIONS.search(line["source"]) or (m := choice(rng, free(text, _DIMENSIONS))) is None:
        return None
    part = re.match(r"\d+", m.group())
    assert part
    return changed(
        line, put(text, (m.start(), m.start() + part.end()), str(int(part.group()) + rng.choice([1, 5, 10])))
    )


def roman_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """A Roman numeral is another one."""
    inside = {m.group() for m in free(line["source"], _ROMAN)}
    m = choice(rng, [m for m in free(line["translation"], _ROMAN) if m.group() in inside])
    if m is None:
        return None
    return changed(line, put(line["translation"], m.span(), rng.choice([n for n in _NUMERALS if n != m.group()])))


def number_word_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """A number in words is another one; the source has it, in words or digits."""
    mine, theirs = (NUMBER_WORDS.get(language(line[where])) for where in ("target_locale", "source_locale"))
    if mine is None or theirs is None:
        return None
    found = []
    for value, word in mine.items():
        said = re.compile(rf"\b{value}\b|\b{theirs[value]}\b", re.IGNORECASE)
        if said.search(line["source"]):
            found += [(value, m) for m in free(line["translation"], re.compile(rf"\b{word}\b", re.IGNORECASE))]
    if not found:
        return None
    value, m = rng.choice(found)
    new = mine[rng.choice([other for other in mine if other != value])]
    new = new.capitalize() if m.group()[0].isupper() else new
    return changed(line, put(line["translation"], m.span(), new))


EDITS: Final[dict[str, Edit]] = {
    edit.__name__: edit
    for edit in (
        number_changed, digit_dropped, decimal_shifted, number_dropped, number_added, quantities_swapped, range_broken,
        fraction_changed, unit_changed, unit_dropped, unit_word_changed, currency_changed, currency_dropped,
        date_changed, month_changed, time_changed, percent_dropped, minus_dropped, dimension_changed, roman_changed,
        number_word_changed,
    )
}  # fmt: skip
