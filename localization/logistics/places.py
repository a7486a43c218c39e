"""Where and when something happened to a parcel, as the reader says it: CLDR's names and forms, tzdata's clocks."""

import contextlib
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import dates
from babel.core import get_global

from schemas.locales import cldr_of


def at_place(occurred_at: datetime, country: str | None) -> datetime:
    """Return the time as the clock of its place showed it, where that is certain.

    A carrier that writes UTC names no place's clock: a country whose zones all agree at that moment (tzdata) says which
    it was. Any other offset is the carrier's own, and stays.
    """
    if country is None or occurred_at.utcoffset():
        return occurred_at
    clocks = {occurred_at.astimezone(zone).utcoffset(): zone for zone in _zones(country)}
    return occurred_at.astimezone(next(iter(clocks.values()))) if len(clocks) == 1 else occurred_at


@lru_cache(maxsize=256)
def _zones(country: str) -> tuple[ZoneInfo, ...]:
    zones = []
    for name, territory in get_global("zone_territories").items():
        if territory == country:
            with contextlib.suppress(ZoneInfoNotFoundError):
                zones.append(ZoneInfo(name))
    return tuple(zones)


def place_name(country: str, city: str | None, locale: str) -> str:
    """Name a place for a reader: the town as the carrier wrote it, the country as CLDR calls it in the locale."""
    shown = cldr_of(locale).territories.get(country, country)
    return f"{city}, {shown}" if city else str(shown)


def local_time(occurred_at: datetime, locale: str) -> str:
    """Format date, time and UTC offset of an event as its place's clock showed it, in the reader's customary form.

    Raises ValueError for a time without an offset, and UnknownLocale.
    """
    if occurred_at.utcoffset() is None:
        raise ValueError("occurred_at must carry its UTC offset")
    cldr = cldr_of(locale)
    # The long date names the month, so that 3/4 is never read as 4/3.
    date = dates.format_date(occurred_at.date(), "long", locale=cldr)
    time = dates.format_time(occurred_at, "short", tzinfo=occurred_at.tzinfo, locale=cldr)
    pattern = str(dates.get_datetime_format("medium", locale=cldr)).replace("'", "")
    return f"{pattern.format(time, date)} {dates.get_timezone_gmt(occurred_at, 'long', locale=cldr)}"
