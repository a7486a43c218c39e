"""Units: a number that counts something else than in the source."""

from localization.gate.case import Case
from localization.gate.numbers_weighing import weigh


def changes_units(case: Case) -> bool:
    """Whether a translation breaks this law."""
    return weigh(case).units
