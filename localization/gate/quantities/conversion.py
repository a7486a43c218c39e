"""Conversions: whether two measures of different units say the same (pint)."""

from typing import Final

from localization.conversion import converted

_PINT: Final = {
    "mass-tonne": "metric_ton", "volume-gallon": "gallon", "temperature-celsius": "degC",
    "temperature-fahrenheit": "degF",
    "mass-ton": "short_ton", "speed-mile-per-hour": "mile/hour",
    "speed-kilometer-per-hour": "kilometer/hour", "speed-meter-per-second": "meter/second",
    "pressure-pound-force-per-square-inch": "psi", "area-square-foot": "foot**2", "area-square-meter": "meter**2",
    "area-square-inch": "inch**2", "area-square-centimeter": "centimeter**2", "volume-cubic-foot": "foot**3",
    "volume-cubic-inch": "inch**3", "volume-cubic-meter": "meter**3", "volume-cubic-centimeter": "centimeter**3",
    "volume-fluid-ounce": "fluid_ounce", "power-horsepower": "horsepower",
}  # fmt: skip


def dimension(some: frozenset[str]) -> frozenset[str]:
    """Return what units measure: the first word of CLDR's ids."""
    return frozenset(unit.partition("-")[0] for unit in some)


def _in_other(amount: str, unit: str, other: str) -> float | None:
    """Return an amount of one unit in another, or None where they do not measure the same."""
    if unit.partition("-")[0] != other.partition("-")[0]:
        return None
    one, two = (_PINT.get(name, name.partition("-")[2].replace("-", "_")) for name in (unit, other))
    try:
        return converted(float(amount), one, two)
    except Exception:  # noqa: BLE001 -- pint raises its own kinds, AttributeError and TypeError for an unknown unit
        return None


def agree(amount: str, some: frozenset[str], other: str, others: frozenset[str]) -> bool:
    """Whether two measures say the same within the rounding that either was written with."""
    for one in some:
        for two in others:
            value = _in_other(amount, one, two)
            back = _in_other(other, two, one)
            if value is not None and back is not None and (_rounds(value, other) or _rounds(back, amount)):
                return True
    return False


def _rounds(value: float, written: str) -> bool:
    """Whether a value rounds to a written number: by its last digit, or within 0.75%."""
    number = float(written)
    fraction = written.partition(".")[2]
    step = 10.0 ** -len(fraction)
    return abs(value - number) <= max(0.51 * step, 0.0075 * abs(value)) and (number != 0 or abs(value) < 0.51)
