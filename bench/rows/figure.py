"""What the bench prints: figures with their goals."""

import operator
from collections.abc import Sequence
from statistics import median
from typing import Any, Literal

from msgspec import Struct

from bench.rows.side import Answer, rates

_MEETS = {">=": operator.ge, "<=": operator.le, ">": operator.gt}


class Figure(Struct, frozen=True):
    """One line of the table. `goal` None: shown for comparison only. `detail` is for machines."""

    row: str
    comparison: str
    ours: str
    peer: str
    value: float
    unit: str = "x"
    sense: Literal[">=", "<=", ">"] = ">="
    goal: float | None = None
    detail: dict[str, Any] = {}
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without one."""
        return None if self.goal is None else bool(_MEETS[self.sense](self.value, self.goal))

    @property
    def shown_goal(self) -> str:
        """The goal as people read it."""
        return "" if self.goal is None else f"{self.sense} {self.goal:g}{_suffix(self.unit)}"

    @property
    def shown_value(self) -> str:
        """The value as people read it."""
        digits = {"x": 2, "%": 1, "points": 2}.get(self.unit, 7)
        return f"{self.value:.{digits}f}{_suffix(self.unit)}"


def speedup(
    row: str,
    comparison: str,
    ours: Sequence[Answer],
    peer: Sequence[Answer],
    *,
    done: str,
    goal: float | None,
    note: str = "",
    detail: dict[str, Any] | None = None,
) -> Figure:
    """Compare how much of `done` is done in a second: median of the rounds' ratios, and the same by processor time."""
    pairs = {name: (rates(ours, done, name), rates(peer, done, name)) for name in ("wall_s", "cpu_s")}
    ratio = {name: _ratio(*pair) for name, pair in pairs.items()}
    fast, slow = (median(side) for side in pairs["wall_s"])
    return Figure(
        row=row,
        comparison=comparison,
        ours=f"{fast:,.0f} {done}/s",
        peer=f"{slow:,.0f} {done}/s",
        value=ratio["wall_s"],
        goal=goal,
        note="; ".join(filter(None, [f"{ratio['cpu_s']:.2f}x by processor time", note])),
        detail={"per_cpu_s": [median(side) for side in pairs["cpu_s"]], "cpu_ratio": ratio["cpu_s"], **(detail or {})},
    )


def _ratio(ours: Sequence[float], peer: Sequence[float]) -> float:
    """Round by round where both have run, so that a machine whose speed drifts favours nobody."""
    return median(a / b for a, b in zip(ours, peer, strict=False))


def _suffix(unit: str) -> str:
    return {"x": "x", "%": "%", "": ""}.get(unit, f" {unit}")
