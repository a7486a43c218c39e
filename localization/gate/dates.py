"""Dates and times: a day or an hour that contradicts the source's."""

from localization.gate.case import Case
from localization.gate.numbers_weighing import weigh


def changes_dates(case: Case) -> bool:
    """Whether a translation breaks this law."""
    return weigh(case).dates
