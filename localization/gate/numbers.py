"""Numbers: a value lost, added, changed or out of its place."""

from localization.gate.case import Case
from localization.gate.numbers_weighing import weigh


def changes_numbers(case: Case) -> bool:
    """Whether a translation breaks this law."""
    return weigh(case).numbers
