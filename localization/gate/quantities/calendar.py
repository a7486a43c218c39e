"""Dates and times of day in a text, each with every way it may be meant. Names and orders come from CLDR (Babel)."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from babel import Locale
from msgspec import Struct

from schemas.locales import cldr_of

Day = tuple[int | None, int | None, int | None]
"""Year, month, day; None where the text does not say."""

_ISO_DATE: Final = re.compile(r"(?<![\d.,/-])(\d{4})([-/.])\s?(\d{1,2})\2\s?(\d{1,2})(?![\d/-]|[.,]\d)")
_CJK_DATE: Final = re.compile(r"(?:(\d{4})\s?[年년]\s?)?(\d{1,2})\s?[月월](?:\s?(\d{1,2})\s?[日일号號])?")
_CJK_YEAR: Final = re.compile(r"(\d{4})\s?[年년]\s?(?:(\d{1,2})\s?[月월])?")
_NUMERIC: Final = re.compile(
    r"(?<![\d.,/])(?<!\d-)(\d{1,2})(?:([/-])(\d{1,2})\2|(\.)\s?(\d{1,2})\.\s?)(\d{4}|\d{1,2})(?![\d/-]|[.,]\d|\.\w)"
)
_CLOCK: Final = re.compile(
    r"(?<![\d.,:/])(\d{1,2})(?:[:：](\d{2})(?:[:：](\d{2}))?|\s?[hH]\s?(\d{2})(?!\d)|(?:時(?!間)|시(?!간)|点|點|giờ)\s?(?:(\d{1,2})(?:\s?(?:分|분))?|(半|반|rưỡi))?)(?![\d:]|[.,]\d)"
)
_HOUR: Final = re.compile(
    r"(?<![\d.,:/])(\d{1,2})(?![\d:]|[.,]\d)(?=\s?(?:[ap]\.?\s?m\b|[AP]\.?\s?M\b|Uhr\b|o['’]clock))"
)
DOTTED: Final = re.compile(r"(?<![\d.,:/])([01]?\d|2[0-3])\.([0-5]\d)(?![\d:]|[.,]\d)")
_ORDINAL: Final = r"(?:st|nd|rd|th|er|ère|º|ª|°|\.|-?(?:го|е|й))?"
# Years of the Buddhist era, which Thai dates count in, are 543 ahead; "ค.ศ." is the common era.
_BUDDHIST_YEARS: Final = 543
_BUDDHIST_FIRST: Final = 2440
_LINK: Final = r"(?:[\s\u00a0]*(?:พ\.ศ\.|ค\.ศ\.|de[lr]?|of|den|d['’]|din|،|,|\.|-|to|את|ב)?[\s\u00a0]*)"
_PM_HOURS: Final = 12
_MONTH_MIN: Final = 3
# Month names that are other words too in small letters: only with a capital.
_ALSO_WORDS: Final = re.compile(
    "(?:may|mar|march|mai|set|out|dec|jan|mag|giu|lug|sett|nov|abr|ago|dez|dic|mei|lis|maj|mars|august|kwi|dub|lip)\\Z"
)


_FIRST_WORD: Final = re.compile(r"[^\W\d_]+")


class Moment(Struct, frozen=True):
    """A date or a time of day: where it stands, what it may mean, the numbers it is written with."""

    start: int
    end: int
    days: frozenset[Day]
    minutes: frozenset[int]
    named: bool


class Calendar(Struct, frozen=True):
    """A locale's month and weekday names (small letters), its day periods and the order of its numeric dates."""

    months: dict[str, int]
    weekdays: dict[str, int]
    halves: dict[str, int]
    order: str
    any_month: re.Pattern[str]
    month: re.Pattern[str]
    half: re.Pattern[str] | None


@lru_cache(maxsize=256)
def calendar(locale: str) -> Calendar:
    """Return the names of a BCP-47 locale; those of English where CLDR has none."""
    cldr = cldr_of(locale)
    months: dict[str, int] = {}
    weekdays: dict[str, int] = {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in cldr.months[context][width].items():
                word = name.lower().rstrip(".").replace("॰", "").replace("׳", "")
                if (
                    (len(word) >= _MONTH_MIN or not word.isascii() or name.endswith("."))
                    and not word[0].isdigit()
                    and "月" not in word
                    and "월" not in word
                ):
                    months.setdefault(word, number)
        for number, name in cldr.days[context]["wide"].items():
            weekdays.setdefault(name.lower(), number)
    halves = dict(_halves(cldr))
    order = _order(cldr)
    names = "|".join(re.escape(name) for name in sorted(months, key=len, reverse=True)) or r"(?!)"
    half = "|".join(re.escape(name) for name in sorted(halves, key=len, reverse=True))
    word = r"[^\W\d_]"
    prefix = "[בהל]?" if cldr.language == "he" else ""
    return Calendar(
        months,
        weekdays,
        halves,
        order,
        re.compile(names),
        re.compile(
            rf"(?:(?<!\d)(?P<y0>\d{{4}})(?:{_LINK}|\.?\s?{word}{{0,4}}\.?\s))?(?:(?<![\d.,:/])(?P<d1>\d{{1,2}}){_ORDINAL}{_LINK})?"
            rf"(?<!{word}){prefix}(?P<month>{names})(?P<tail>{word}{{0,5}})(?!{word})\.?"
            rf"(?:{_LINK}(?P<d2>\d{{1,2}})(?![\d:/%]|[.,]\d){_ORDINAL}(?!\w))?(?:{_LINK}(?P<y>\d{{4}})(?!\d|[.,]\d))?",
            re.IGNORECASE,
        ),
        re.compile(half) if half else None,
    )


def _halves(cldr: Locale) -> Iterator[tuple[str, int]]:
    """Words for the half of the day: 0 before noon, 1 after."""
    for context in cldr.day_periods:
        for width in ("wide", "abbreviated"):
            for period, name in cldr.day_periods[context].get(width, {}).items():
                after = {"am": 0, "pm": 1, "noon": 1}.get(period, 1 if period[:-1] in ("afternoon", "evening") else 0)
                if "凌晨" in name:
                    after = 0
                elif period[:-1] == "night":
                    continue
                yield name.lower().replace("\u00a0", " ").replace("\u202f", " "), after
    yield from (("am", 0), ("a.m.", 0), ("a. m.", 0), ("pm", 1), ("p.m.", 1), ("p. m.", 1))


def _order(cldr: Locale) -> str:
    pattern = str(cldr.date_formats["short"].pattern).lower()
    return "".join(sorted("dmy", key=pattern.find))


def moments(text: str, locale: str) -> list[Moment]:
    """Return the dates and times of a text (digits in ASCII), in order, none over another."""
    found: list[Moment] = []
    names = calendar(locale)
    low = text.lower()
    taken = bytearray(len(text))
    for some in (_iso(text), _named(text, low, names), _cjk(text), _numeric(text, names), _clock(text, low, names)):
        for one in some:
            if not any(taken[one.start : one.end]):
                taken[one.start : one.end] = b"\1" * (one.end - one.start)
                found.append(one)
    found.sort(key=lambda one: one.start)
    return found


def _iso(text: str) -> Iterator[Moment]:
    for match in _ISO_DATE.finditer(text):
        year, month, day = int(match[1]), int(match[3]), int(match[4])
        if _is_day(year, month, day):
            yield Moment(match.start(), match.end(), frozenset({(year, month, day)}), frozenset(), False)


def _named(text: str, low: str, names: Calendar) -> Iterator[Moment]:
    if names.any_month.search(low) is None or len(low) != len(text):  # lower() of İ is longer: positions would be wrong
        return
    for match in names.month.finditer(text):
        word = match["month"].lower()
        day = match["d1"] or match["d2"]
        year = match["y"] or match["y0"]
        if day is None and year is None:
            continue
        tail = match["tail"]
        if tail and len(word) < 4:
            continue
        if _ALSO_WORDS.match(word) and match["month"].islower() and not (day and year):
            continue
        if match["d1"] and match["d2"]:
            day = match["d1"] if not match["y0"] else match["d2"]
        if day is not None and not 1 <= int(day) <= 31:
            continue
        start = match.start("d1") if match["d1"] and not match["y0"] else match.start()
        days = frozenset({(_common_era(int(year)) if year else None, names.months[word], int(day) if day else None)})
        yield Moment(start, match.end(), days, frozenset(), True)


def _common_era(year: int) -> int:
    return year - _BUDDHIST_YEARS if year >= _BUDDHIST_FIRST else year


def _cjk(text: str) -> Iterator[Moment]:
    if not re.search("[月월年년]", text):
        return
    for match in _CJK_DATE.finditer(text):
        year, month, day = (int(part) if part else None for part in match.groups())
        # "3月" alone is March; "3か月" and "3个月" are months that pass
        if month is not None and 1 <= month <= 12:
            yield Moment(match.start(), match.end(), frozenset({(year, month, day)}), frozenset(), True)


def _numeric(text: str, names: Calendar) -> Iterator[Moment]:
    for match in _NUMERIC.finditer(text):
        one, two, last = int(match[1]), int(match[3] or match[5]), match[6]
        days = {(2000 + one, two, int(last))} if names.order == "ymd" and len(last) < 4 else set()
        if len(last) > 1:
            year = _common_era(int(last)) if len(last) == 4 else 2000 + int(last)
            days |= {(year, two, one)} if match[4] else {(year, one, two), (year, two, one)}
        days = {day for day in days if _is_day(*day)}
        if days:
            yield Moment(match.start(), match.end(), frozenset(days), frozenset(), False)


def _is_day(year: int, month: int, day: int) -> bool:
    return 1000 <= year <= 2999 and 1 <= month <= 12 and 1 <= day <= 31


def _clock(text: str, low: str, names: Calendar) -> Iterator[Moment]:
    for match in (*_CLOCK.finditer(text), *_HOUR.finditer(text)):
        groups = match.groups()
        hour = int(groups[0])
        part = next((part for part in groups[1:2] + groups[3:] if part), "0")
        minute = int(part) if part.isdecimal() else 30
        if hour > 24 or minute > 59:
            continue
        half, start, end = _half(low, match.start(), match.end(), names)
        if half is None or hour > _PM_HOURS:
            hours = {hour % 24 if hour == 24 else hour}
        else:
            hours = {hour % _PM_HOURS + _PM_HOURS * half}
        yield Moment(start, end, frozenset(), frozenset(60 * h + minute for h in hours), half is not None)


def _half(low: str, start: int, end: int, names: Calendar) -> tuple[int | None, int, int]:
    if names.half is None:
        return None, start, end
    after = names.half.match(low, end + (low[end : end + 1] in (" ", "\u00a0", "\u202f")))
    if after is not None and not low[after.end() : after.end() + 1].isalpha():
        return names.halves[after.group()], start, after.end()
    before = low[max(0, start - 12) : start].rstrip()
    for word, half in names.halves.items():
        if len(word) > 1 and before.endswith(word):
            return half, max(0, start - 12) + len(before) - len(word), end
    rest = low[end : end + 24]
    for word, half in names.halves.items():
        if len(word) > 3 and word in rest:
            return half, start, end
    return None, start, end


def agree(one: Day, other: Day) -> bool:
    """Whether two dates may be the same: what both say is equal."""
    return all(a is None or b is None or a == b or a % 100 == b for a, b in zip(one, other, strict=True))


@lru_cache(maxsize=256)
def calendar_words(locale: str) -> frozenset[str]:
    """Words that a text holds which names a month or a weekday: all their first words, as tokens are read."""
    names = calendar(locale)
    return frozenset(
        _FIRST_WORD.findall(name)[0].replace("ё", "е") for name in (*names.months, *names.weekdays) if name
    )


def months_named(text: str, locale: str) -> frozenset[int]:
    """Return the months (1 to 12) whose long names stand in a text."""
    names = calendar(locale)
    return frozenset(
        names.months[word]
        for word in re.findall(r"[^\W\d_]+", text.lower())
        if len(word) >= 5 and word in names.months and not _ALSO_WORDS.match(word)
    )


def weekdays_named(text: str, locale: str) -> frozenset[int]:
    """Return the weekdays (0 Monday to 6 Sunday) whose full names stand in a text."""
    names = calendar(locale)
    low = text.lower()
    return frozenset(
        number
        for name, number in names.weekdays.items()
        if name in low and len(name) > 4 and re.search(rf"(?<![^\W\d_]){re.escape(name)}(?![^\W\d_])", low)
    )
