"""Weighing: which number of a translation is which of the source's, and what is left over on either side.

Each number is paired with one of the same value, of the same kind of thing where that can be told; what is left must be
a conversion, a date written out, a number word, a fraction said as two numbers. The four laws ask for one part each.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from localization.gate.case import Case
from localization.gate.quantities.binding import is_money
from localization.gate.quantities.calendar import Moment, calendar_words
from localization.gate.quantities.calendar_weighing import calendar_numbers, contradict, dotted, names_differ, unpaired
from localization.gate.quantities.money_names import names_money
from localization.gate.quantities.number_words import Force, Spelled, knows_inflections, lexicon, may_say
from localization.gate.quantities.pairing import agree, exploded, out_of_order, paired
from localization.gate.quantities.reading import Number, Reading, may_count, read
from localization.gate.quantities.text import stripped
from localization.gate.quantities.units import is_exact, mentions, unit_at
from schemas.locales import parse_locale


class Findings(Struct, frozen=True):
    """Which kinds of quantities a translation changes."""

    numbers: bool = False
    units: bool = False
    money: bool = False
    dates: bool = False


# "Two" is said in too many ways ("both", "the pair", a dual) to be missed.
_SURE_MIN: Final = 3
# IMAP, POP3: what nobody translates.
_CODE: Final = re.compile(r"(?<![^\W_])[A-Z][A-Z0-9]+(?![^\W_])")
# A text of more numbers is a table: only their values are compared, so that no text takes long.
_NUMBERS_MAX: Final = 300
_NOTHING: Final = Findings()


def weigh(case: Case) -> Findings:
    """Compare the quantities of a source and its translation; the four laws share one weighing."""
    return _weigh(case.source, case.translation, case.source_locale, case.target_locale, case.protected)


@lru_cache(maxsize=1024)
def _weigh(source: str, shown: str, own: str, target: str, terms: tuple[str, ...]) -> Findings:
    if not (may_count(source) or may_count(shown) or _in_words(source, own) or _in_words(shown, target)):
        return _dates_only(source, own, shown, target)
    before, after = stripped(source, shown, terms, (own, target))
    one, two = read(*before, own), read(*after, target)
    if max(len(one.numbers), len(two.numbers)) > _NUMBERS_MAX:
        return Findings(numbers=Counter(n.values for n in one.numbers) != Counter(n.values for n in two.numbers))
    return _Weighing(one, own, two, target).findings()


@lru_cache(maxsize=64)
def _counting(language: str) -> frozenset[str]:
    lex = lexicon(language)
    if lex is None:
        return frozenset()
    return frozenset(word for word, some in lex.first.items() if any(force >= Force.MILD for _, _, force in some))


_TOKEN: Final = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=1024)
def _tokens(text: str) -> frozenset[str]:
    return frozenset(_TOKEN.findall(text.lower().replace("ё", "е")))


def _in_words(text: str, locale: str) -> bool:
    return not _counting(parse_locale(locale).language).isdisjoint(_tokens(text))


def _dates_only(source: str, own: str, shown: str, target: str) -> Findings:
    if calendar_words(own).isdisjoint(_tokens(source)):
        return _NOTHING
    return Findings(dates=True) if names_differ(source, own, shown, target) else _NOTHING


class _Weighing:
    def __init__(self, one: Reading, own: str, two: Reading, target: str) -> None:
        self._one, self._own, self._two, self._target = one, own, two, target
        self._pairs: list[tuple[Number, Number]] = []

    def findings(self) -> Findings:
        one, two = self._one, self._two
        lost, extra, said = unpaired(one.moments, two.moments)
        late, right_clocks = _clocks(lost, two)
        early, left_clocks = _clocks(extra, one)
        lost, extra = late, early
        dates = contradict(lost, extra) or names_differ(one.text, self._own, two.text, self._target)
        left = [n for n in one.numbers if (not n.inside or _holds(lost, n)) and n.start not in left_clocks]
        right = [n for n in two.numbers if (not n.inside or _holds(extra, n)) and n.start not in right_clocks]
        left, right = left + _untold(said, 0), right + _untold(said, 1)
        left, right = paired(left, right, self._pairs)
        left, right = paired(exploded(left), exploded(right), self._pairs)
        units, money, swapped = self._binds()
        languages = {parse_locale(locale).language for locale in (self._own, self._target)}
        left, right = self._convert(left, right)
        left = [n for n in left if not (n.named and any(n.values == one.values for one, _ in self._pairs))]
        right = [n for n in right if not (n.named and any(n.values == two.values for _, two in self._pairs))]
        numbers = self._unsaid(left, one, two, self._own, self._target) | self._unsaid(
            right, two, one, self._target, self._own
        )
        numbers = (
            numbers
            or self._words_differ()
            or self._romans_differ()
            or swapped
            or (out_of_order(self._pairs, languages) and not self._moved())
        )
        if dates and numbers and any(n.inside for n in (*left, *right)):
            numbers = False
        return Findings(numbers, units, money, dates)

    def _moved(self) -> bool:
        """Whether what the numbers belong to changed places as well: "993 for IMAP, 995 for POP3"."""
        there = _CODE.findall(self._two.text)
        shared = [code for code in _CODE.findall(self._one.text) if there.count(code) == 1]
        return len(shared) > 1 and shared != [code for code in there if code in shared]

    def _binds(self) -> tuple[bool, bool, bool]:
        """Whether a paired number counts another unit, or other money, and whether two of them changed places."""
        units = money = False
        swaps: list[tuple[frozenset[str], frozenset[str]]] = []
        for one, two in self._pairs:
            if one.binds and two.binds:
                if one.binds.isdisjoint(two.binds):
                    both = is_money(one.binds) or is_money(two.binds)
                    money, units = money or both, units or not both
                    swaps.append((one.binds, two.binds))
                elif two.shared and not one.shared and is_exact(one.binds):
                    units = True
            elif (one.binds and not one.shared) or (two.binds and not two.shared):
                unbound, bound = (two, one) if one.binds else (one, two)
                text, locale = (self._two, self._target) if one.binds else (self._one, self._own)
                added = two.binds and not (is_money(two.binds) or "concentr-percent" in two.binds)
                if not added and self._is_lost(bound, unbound, text, locale):
                    money, units = money or is_money(bound.binds), units or not is_money(bound.binds)
        swapped = any(not a.isdisjoint(d) and not b.isdisjoint(c) for a, b in swaps for c, d in swaps)
        return units, money, swapped

    def _is_lost(self, bound: Number, unbound: Number, reading: Reading, locale: str) -> bool:
        """Whether a number's unit or currency is nowhere on the other side but with other numbers."""
        rest, at = [], 0
        for number in reading.numbers:
            if number.binds:
                rest.append(reading.text[at : number.start])
                at = max(at, number.end)
        text = " ".join((*rest, reading.text[at:]))
        if is_money(bound.binds):
            return not names_money(text, bound.binds, locale)
        return (is_exact(bound.binds) or _ends(unbound, reading)) and not mentions(text, bound.binds, locale)

    def _convert(self, left: list[Number], right: list[Number]) -> tuple[list[Number], list[Number]]:
        """Take out measures that were converted, and second values that agree with one that is there."""
        for one in list(left):
            other = next((n for n in right if agree(one, n)), None)
            if other is not None:
                left.remove(one)
                right.remove(other)
        left = [n for n in left if not any(agree(n, one) for one, _ in self._pairs)]
        return left, [n for n in right if not any(agree(n, two) for _, two in self._pairs)]

    def _unsaid(self, left: Sequence[Number], here: Reading, there: Reading, own: str, target: str) -> bool:
        """Whether a number of one side is on the other in no writing at all."""
        used: set[int] = set()
        return any(not self._said(one, here, there, target, used) for one in left)

    def _said(self, one: Number, here: Reading, there: Reading, target: str, used: set[int]) -> bool:
        if self._spelled(one, there, target, used):
            return True
        if "1" in one.values and there.slots > here.slots:
            return True
        # Arabic and Hebrew say one and two hours with the noun alone.
        alone = target[:2] in ("ar", "he") and not one.values.isdisjoint(("1", "2"))
        if alone and mentions(there.text, one.binds, target):
            return True
        numbers = {int(value) for value in one.values if value.isdecimal() and len(value) < 3}
        return not numbers.isdisjoint(calendar_numbers(there.low, target))

    @staticmethod
    def _spelled(one: Number, there: Reading, target: str, used: set[int]) -> bool:
        """Whether a number is on the other side as a word or a Roman numeral; a word stands for one number only."""
        language = parse_locale(target).language
        for value in one.values:
            at = next((n for n, w in enumerate(there.words) if n not in used and str(w.value) == value), None)
            if at is not None:
                used.add(at)
                return True
            if any(value in roman.values for roman in there.romans):
                return True
            whole = "2" if value == "0.5" else value
            if whole.isdecimal() and len(whole) < 8 and may_say(there.low, language, int(whole)):
                return True
        return False

    def _words_differ(self) -> bool:
        """Whether a number word stands against another one, or, between well-known languages, against none."""
        left = self._words_left(self._one, self._two, self._own, self._target)
        right = self._words_left(self._two, self._one, self._target, self._own)
        if left and right:
            return True
        known = all(knows_inflections(parse_locale(locale).language) for locale in (self._own, self._target))
        return known and any(force is Force.STRONG and _SURE_MIN <= value < 1000 for value, force in (*left, *right))

    def _words_left(self, here: Reading, there: Reading, own: str, other: str) -> list[tuple[int, Force]]:
        language = parse_locale(other).language
        left: list[tuple[int, Force]] = []
        taken = {value for number in there.numbers for value in number.values}
        others = [word.value for word in there.words]
        values = frozenset(others)
        for word in here.words:
            value = str(word.value)
            if word.value in others:
                others.remove(word.value)
            elif word.value > 1 and value not in taken and (word.force > Force.WEAK or _counts(word, here, own)):
                said = (word.value not in values and may_say(there.low, language, word.value)) or any(
                    value in one.values for one in there.romans
                )
                if not said:
                    left.append((word.value, max(word.force, Force.MILD)))
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


def _counts(word: Spelled, reading: Reading, locale: str) -> bool:
    """Whether a word that is a number among other things stands before a unit: Italian "sei minuti"."""
    return unit_at(reading.text, word.start, word.end, locale) is not None


def _ends(number: Number, reading: Reading) -> bool:
    """Whether no unknown word follows a number (or the range it begins) that could be its unit, inflected."""
    numbers = reading.numbers
    at = next((n for n, one in enumerate(numbers) if one.start == number.start), len(numbers) - 1)
    while numbers[at].linked and at + 1 < len(numbers):
        at += 1
    return not reading.text[numbers[at].end : numbers[at].end + 2].lstrip(" \u00a0-")[:1].isalpha()


def _holds(some: Sequence[Moment], number: Number) -> bool:
    return any(one.start <= number.start < one.end for one in some)


def _is_clock(number: Number, time: Moment, text: str) -> bool:
    """Whether a number may be a time of day: "8.45" with a point, or the full hour alone ("kl. 17")."""
    if number.binds or number.inside:
        return False
    return dotted(text, number.start) in time.minutes or any(
        str(minute // 60) in number.values for minute in time.minutes if minute % 60 == 0
    )


def _clocks(some: Sequence[Moment], there: Reading) -> tuple[list[Moment], set[int]]:
    """Times that the other side writes with a point, as numbers; returns the rest, and where those numbers are."""
    rest, taken = [], set()
    for one in some:
        at = next((n.start for n in there.numbers if _is_clock(n, one, there.text)), None)
        if at is None:
            rest.append(one)
        else:
            taken.add(at)
    return rest, taken


def _untold(said: Sequence[tuple[Moment, Moment]], side: int) -> list[Number]:
    """The day or year that a date of this side has and its like on the other has not."""
    found = []
    for pair in said:
        here, there = pair[side], pair[1 - side]
        for part in (0, 2):
            told = {day[part] for day in here.days}
            if told and None not in told and all(day[part] is None for day in there.days):
                found += [Number(here.start, here.end, frozenset(str(value) for value in told))]
    return found
