"""Weighing: which number of a translation is which of the source's, and what is left over on either side.

Each number is paired with one of the same value, of the same kind of thing where that can be told; what is left must be
a conversion, a date written out, a number word, a fraction said as two numbers. The four laws ask for one part each.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from localization.gate.case import Case
from localization.gate.dates_reading import Moment, agree, months_named, weekdays_named
from localization.gate.number_words import Force, lexicon, may_say
from localization.gate.numbers_reading import Number, Reading, may_count, read, stripped
from localization.gate.quantities_units import agree as measures_agree
from localization.gate.quantities_units import dimension, mentions
from schemas.locales import parse_locale

# Verb-last and modifier-first languages put "3 of 10" as "10 of-which 3": order binds only inside a range there.
_REORDERS: Final = frozenset("""az bn eu fa fi hi hu ja ka kk ko ky mn mr my ne ta te tr uz zh""".split())  # noqa: SIM905 -- a line reads better than a column
_MONEY: Final = "money-"


class Findings(Struct, frozen=True):
    """Which kinds of quantities a translation changes."""

    numbers: bool = False
    units: bool = False
    money: bool = False
    dates: bool = False


_NOTHING: Final = Findings()


def weigh(case: Case) -> Findings:
    """Compare the quantities of a source and its translation; the four laws share one weighing."""
    return _weigh(case.source, case.translation, case.source_locale, case.target_locale, case.protected)


@lru_cache(maxsize=1024)
def _weigh(source: str, shown: str, own: str, target: str, terms: tuple[str, ...]) -> Findings:
    if not (may_count(source) or may_count(shown) or _in_words(source, own) or _in_words(shown, target)):
        return _dates_only(source, own, shown, target)
    one = read(*stripped(source, shown, terms), own)
    two = read(*stripped(shown, source, terms), target)
    return _Weighing(one, own, two, target).findings()


@lru_cache(maxsize=64)
def _counting(language: str) -> frozenset[str]:
    lex = lexicon(language)
    if lex is None:
        return frozenset()
    return frozenset(word for word, some in lex.first.items() if any(force >= Force.MILD for _, _, force in some))


_TOKEN: Final = re.compile(r"[^\W\d_]+")


def _in_words(text: str, locale: str) -> bool:
    words = _counting(parse_locale(locale).language)
    return bool(words) and not words.isdisjoint(_TOKEN.findall(text.lower()))


def _dates_only(source: str, own: str, shown: str, target: str) -> Findings:
    return Findings(dates=True) if _names_differ(source, own, shown, target) else _NOTHING


def _names_differ(source: str, own: str, shown: str, target: str) -> bool:
    """Whether both sides name months, or weekdays, and not the same ones."""
    for named in (months_named, weekdays_named):
        before = named(source, own)
        if before:
            after = named(shown, target)
            if after and before != after and len(before) == len(after):
                return True
    return False


class _Weighing:
    def __init__(self, one: Reading, own: str, two: Reading, target: str) -> None:
        self._one, self._own, self._two, self._target = one, own, two, target
        self._pairs: list[tuple[Number, Number]] = []

    def findings(self) -> Findings:
        one, two = self._one, self._two
        lost, extra = _unpaired(one.moments, two.moments)
        dates = _contradict(lost, extra) or _names_differ(one.text, self._own, two.text, self._target)
        left = [n for n in one.numbers if not n.inside or _holds(lost, n)]
        right = [n for n in two.numbers if not n.inside or _holds(extra, n)]
        left, right = self._pair(left, right)
        left, right = self._pair(_exploded(left), _exploded(right))
        units, money = self._binds()
        left, right = self._convert(left, right)
        numbers = self._unsaid(left, one, two, self._own, self._target) | self._unsaid(
            right, two, one, self._target, self._own
        )
        numbers = numbers or self._words_differ() or self._romans_differ() or self._out_of_order()
        if dates and numbers and any(n.inside for n in (*left, *right)):
            numbers = False
        return Findings(numbers, units, money, dates)

    def _pair(self, left: list[Number], right: list[Number]) -> tuple[list[Number], list[Number]]:
        """Pair numbers of one value: those of one kind first, then of unknown kind, then of another kind."""
        for fits in (_same_kind, _open_kind, _any_kind):
            rest: list[Number] = []
            for one in left:
                other = next((n for n in right if not one.values.isdisjoint(n.values) and fits(one, n)), None)
                if other is None:
                    rest.append(one)
                else:
                    right = [n for n in right if n is not other]
                    self._pairs.append((one, other))
            left = rest
        return left, right

    def _binds(self) -> tuple[bool, bool]:
        """Whether a paired number counts another unit, or other money."""
        units = money = False
        for one, two in self._pairs:
            if one.binds and two.binds:
                if one.binds.isdisjoint(two.binds):
                    both = _is_money(one) or _is_money(two)
                    money, units = money or both, units or not both
            elif one.binds or two.binds:
                unbound, bound = (two, one) if one.binds else (one, two)
                text, locale = (self._two, self._target) if one.binds else (self._one, self._own)
                if self._is_lost(bound, unbound, text, locale):
                    money, units = money or _is_money(bound), units or not _is_money(bound)
        return units, money

    def _is_lost(self, bound: Number, unbound: Number, reading: Reading, locale: str) -> bool:
        """Whether a number's unit is nowhere near on the other side, where the words around leave no doubt."""
        if _is_money(bound):
            wanted = frozenset(code for code in bound.binds if code.startswith(_MONEY))
            return not any(not n.binds.isdisjoint(wanted) for n in reading.numbers) and self._bare(unbound, reading)
        return self._bare(unbound, reading) and not mentions(reading.text, bound.binds, locale)

    @staticmethod
    def _bare(number: Number, reading: Reading) -> bool:
        """Whether no unknown word follows a number that could be its unit in an inflected form."""
        rest = reading.text[number.end : number.end + 2].lstrip(" \u00a0-")
        return not rest[:1].isalpha()

    def _convert(self, left: list[Number], right: list[Number]) -> tuple[list[Number], list[Number]]:
        """Take out measures that were converted, and second values that agree with one that is there."""
        for one in list(left):
            other = next((n for n in right if _agree(one, n)), None)
            if other is not None:
                left.remove(one)
                right.remove(other)
        left = [n for n in left if not any(_agree(n, one) for one, _ in self._pairs)]
        return left, [n for n in right if not any(_agree(n, two) for _, two in self._pairs)]

    def _unsaid(self, left: Sequence[Number], here: Reading, there: Reading, own: str, target: str) -> bool:
        """Whether a number of one side is on the other in no writing at all."""
        used: set[int] = set()
        return any(not self._said(one, here, there, target, used) for one in left)

    def _said(self, one: Number, here: Reading, there: Reading, target: str, used: set[int]) -> bool:
        language = parse_locale(target).language
        for value in one.values:
            for at, word in enumerate(there.words):
                if at not in used and str(word.value) == value:
                    used.add(at)
                    return True
            if any(value in roman.values for roman in there.romans):
                return True
            if value.isdecimal() and len(value) < 8 and may_say(there.low, language, int(value)):
                return True
            if value == "0.5" and may_say(there.low, language, 2):
                return True
        return "1" in one.values and there.slots > here.slots

    def _words_differ(self) -> bool:
        """Whether a number word of one side stands against another number, or against none."""
        left = self._words_left(self._one, self._two, self._target)
        right = self._words_left(self._two, self._one, self._own)
        return bool(left and right)

    def _words_left(self, here: Reading, there: Reading, target: str) -> list[tuple[int, Force]]:
        language = parse_locale(target).language
        left: list[tuple[int, Force]] = []
        taken = {value for number in there.numbers for value in number.values}
        others = [word.value for word in there.words]
        for word in here.words:
            value = str(word.value)
            if word.value in others:
                others.remove(word.value)
            elif word.force > Force.WEAK and word.value > 1 and value not in taken:
                said = may_say(there.low, language, word.value) or any(value in one.values for one in there.romans)
                if not said:
                    left.append((word.value, word.force))
        return left

    def _romans_differ(self) -> bool:
        for here, there, target in ((self._one, self._two, self._target), (self._two, self._one, self._own)):
            language = parse_locale(target).language
            for roman in here.romans:
                value = next(iter(roman.values))
                if roman.force is Force.WEAK or any(value in other.values for other in (*there.romans, *there.numbers)):
                    continue
                if not may_say(there.low, language, int(value)) and any(o.force is Force.STRONG for o in there.romans):
                    return True
        return False

    def _out_of_order(self) -> bool:
        """Whether numbers of one kind changed places, where grammar does not move them."""
        pairs = sorted((one.start, two.start, one, two) for one, two in self._pairs)
        reorders = not _REORDERS.isdisjoint({parse_locale(self._own).language, parse_locale(self._target).language})
        for at, (_, place, one, _) in enumerate(pairs):
            for _, later, two, _ in pairs[at + 1 :]:
                if later < place and _alike(one, two):
                    beside = two is pairs[at + 1][2] and one.linked
                    if beside or not reorders:
                        return True
        return False


def _alike(one: Number, two: Number) -> bool:
    return one.values.isdisjoint(two.values) and (one.binds == two.binds or not one.binds or not two.binds)


def _is_money(number: Number) -> bool:
    return any(bind.startswith(_MONEY) for bind in number.binds)


def _same_kind(one: Number, two: Number) -> bool:
    return (not one.binds and not two.binds) or not one.binds.isdisjoint(two.binds)


def _open_kind(one: Number, two: Number) -> bool:
    return not one.binds or not two.binds


def _any_kind(one: Number, two: Number) -> bool:
    return True


def _agree(one: Number, two: Number) -> bool:
    if not one.binds or not two.binds or dimension(one.binds).isdisjoint(dimension(two.binds)):
        return False
    return any(
        measures_agree(a, one.binds, b, two.binds)
        for a in one.values
        for b in two.values
        if "/" not in a and "/" not in b and a.count(".") < 2 and b.count(".") < 2
    )


def _exploded(numbers: Sequence[Number]) -> list[Number]:
    """Fractions as the two numbers they are written with: "4/5 stars" is "4 von 5 Sternen"."""
    found: list[Number] = []
    for one in numbers:
        if one.parts:
            found.extend(Number(one.start, one.end, frozenset({part}), one.binds) for part in one.parts)
        else:
            found.append(one)
    return found


def _holds(some: Sequence[Moment], number: Number) -> bool:
    return any(one.start <= number.start < one.end for one in some)


def _unpaired(left: Sequence[Moment], right: Sequence[Moment]) -> tuple[list[Moment], list[Moment]]:
    """Dates and times of each side that have no like on the other."""
    rest, free = [], list(right)
    for one in left:
        other = next((n for n in free if _same_moment(one, n)), None)
        if other is None:
            rest.append(one)
        else:
            free.remove(other)
    return rest, free


def _same_moment(one: Moment, two: Moment) -> bool:
    if one.minutes or two.minutes:
        return not one.minutes.isdisjoint(two.minutes)
    return any(agree(a, b) for a in one.days for b in two.days)


def _contradict(lost: Sequence[Moment], extra: Sequence[Moment]) -> bool:
    """Whether a date stands against another date, or a time against another time."""
    return any(bool(one.days) == bool(two.days) for one in lost for two in extra)
