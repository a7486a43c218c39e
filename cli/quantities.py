"""Rates, moments and stretches of time as people write and read them on a command line."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.errors import OperatorError
from schemas.relocalization import RATE_MIN

UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def read_rate(said: str | None) -> float | None:
    """Read `50` or `50/s`; raises OperatorError."""
    if said is None:
        return None
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(?:/s)?", said.strip())
    if found is None or float(found[1]) < RATE_MIN:
        raise OperatorError(f"--rate {said!r} is no rate: write `50` or `50/s`")
    return float(found[1])


def read_moment(option: str, said: str | None, now: datetime) -> datetime | None:
    """Read `2h` (so long before `now`), or a date or time in ISO 8601, in UTC unless it says; raises OperatorError."""
    if said is None:
        return None
    found = re.fullmatch(r"([0-9]{1,6})([smhdw])", said.strip())
    try:
        if found is not None:
            return now - timedelta(**{UNITS[found[2]]: int(found[1])})
        moment = datetime.fromisoformat(said.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise OperatorError(f"{option} {said!r} is no time: write `2h`, `3d` or `2026-03-01T12:00`") from error


def duration(seconds: float) -> str:
    """Write a stretch of time with its two largest units: `45s`, `12m05s`, `3h20m`, `2d04h`."""
    whole = round(seconds)
    for size, unit, below, part in ((86_400, "d", 3600, "h"), (3600, "h", 60, "m"), (60, "m", 1, "s")):
        if whole >= size:
            return f"{whole // size}{unit}{whole % size // below:02d}{part}"
    return f"{whole}s"
