"""Money: an amount in another currency."""

from localization.gate.case import Case
from localization.gate.numbers_weighing import weigh


def changes_money(case: Case) -> bool:
    """Whether a translation breaks this law."""
    return weigh(case).money
