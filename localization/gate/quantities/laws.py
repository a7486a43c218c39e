"""The four laws of quantities. One reading of both texts answers all of them (`weighing.weigh`, cached)."""

from localization.gate.case import Case
from localization.gate.quantities.weighing import weigh


def changes_numbers(case: Case) -> bool:
    """Whether a value is lost, added, changed or out of its place."""
    return weigh(case).numbers


def changes_units(case: Case) -> bool:
    """Whether a number counts something else than in the source."""
    return weigh(case).units


def changes_money(case: Case) -> bool:
    """Whether an amount is in another currency."""
    return weigh(case).money


def changes_dates(case: Case) -> bool:
    """Whether a day or an hour contradicts the source's."""
    return weigh(case).dates
