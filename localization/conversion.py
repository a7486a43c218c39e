"""Arithmetic of units, for measures and for the gate: one registry, because pint takes half a second to make it."""

from functools import cache, lru_cache
from typing import Any


@cache
def _registry() -> Any:
    import pint  # noqa: PLC0415  (most texts hold no measure that has to be converted)

    return pint.UnitRegistry()


@lru_cache(maxsize=8192)
def converted(number: float, unit: str, to: str) -> float:
    """Return a number of one unit in another, both by pint's names; raises what pint does where that has no sense."""
    return float(_registry().Quantity(number, unit).to(to).magnitude)
