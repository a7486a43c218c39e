"""Which date or time of a translation is which of the source's, and whether two of them contradict each other."""

import re
from collections.abc import Sequence
from typing import Final

from localization.gate.quantities.calendar import DOTTED, Moment, agree, calendar, months_named, weekdays_named

_TOKEN: Final = re.compile(r"[^\W\d_]+")


def names_differ(source: str, own: str, shown: str, target: str) -> bool:
    """Whether both sides name months, or weekdays, and not the same ones."""
    for named in (months_named, weekdays_named):
        before = named(source, own)
        if before:
            after = named(shown, target)
            if after and before != after and len(before) == len(after):
                return True
    return False


def calendar_numbers(low: str, locale: str) -> set[int]:
    """Numbers that months and weekdays named in a text may be written with elsewhere: June is 6월, Monday Thứ 2."""
    names = calendar(locale)
    words = _TOKEN.findall(low)
    return {names.months[word] for word in words if word in names.months} | {
        number + 2 for name, number in names.weekdays.items() if any(len(w) > 3 and name.startswith(w) for w in words)
    }


def unpaired(
    left: Sequence[Moment], right: Sequence[Moment]
) -> tuple[list[Moment], list[Moment], list[tuple[Moment, Moment]]]:
    """Dates and times of each side that have no like on the other, and those that have."""
    rest, free, said = [], list(right), []
    for one in left:
        other = next((n for n in free if _same_moment(one, n)), None)
        if other is None:
            rest.append(one)
        else:
            free.remove(other)
            said.append((one, other))
    return rest, free, said


def _same_moment(one: Moment, two: Moment) -> bool:
    if one.minutes or two.minutes:
        return not one.minutes.isdisjoint(two.minutes)
    return any(agree(a, b) for a in one.days for b in two.days)


def contradict(lost: Sequence[Moment], extra: Sequence[Moment]) -> bool:
    """Whether a date stands against another date, or a time against another time."""
    return any(bool(one.days) == bool(two.days) for one in lost for two in extra)


def dotted(text: str, start: int) -> int | None:
    """Return the minute of the day that a numeral would be if its point parted hours and minutes ("kl. 8.45")."""
    match = DOTTED.match(text, start)
    return 60 * int(match[1]) + int(match[2]) if match else None
