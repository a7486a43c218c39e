"""Dense layers of a graph in each of the precisions, and what stands around them in the activations' type.

In int8 the weights are signed with a scale per column, the activations unsigned with zero point 128, and the products
are exact: only the rounding of the activations makes a difference, and it never depends on the rows beside.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray
from onnx import TensorProto, helper

from inference.graphs.builder import FLOAT, GraphBuilder
from inference.models import Precision
from schemas.errors import OperatorError

FLOAT16: Final = TensorProto.FLOAT16
OBSERVED: Final = "observed."
"""Prefix of the outputs that a calibration graph has beside its own: one per dense name."""

LEVELS: Final = 127
ZERO_POINT: Final = 128
# A row of zeros would otherwise be divided by zero; far below any activation that matters.
_MAGNITUDE_MIN: Final = 1e-6

Array = NDArray[np.float32]


class _Levels(Struct, frozen=True):
    """Rounded activations: `values` uint8 [tokens, in]; real value = (value - zero_point) * step * rows."""

    values: str
    step: str
    zero_point: str
    rows: str | None


class Dense:
    """Appends dense layers and norms to a graph.

    `scales`: for STATIC8, by dense name, the real size of one of the 127 activation levels. `observe`: the graph gets
    an output `observed.{name}` float32 [tokens] per dense name with the largest magnitude in each row of its input.
    """

    def __init__(
        self,
        graph: GraphBuilder,
        precision: Precision,
        scales: Mapping[str, float] | None = None,
        *,
        observe: bool = False,
    ) -> None:
        self.graph = graph
        self.precision = precision
        self.element = FLOAT16 if precision is Precision.FLOAT16 else FLOAT
        self._scales = scales or {}
        self._observe = observe
        # Products of one input share its rounding.
        self._rounded: dict[tuple[str, float], _Levels] = {}

    @property
    def is_int8(self) -> bool:
        """Whether products are computed in int8."""
        return self.precision in {Precision.ROW8, Precision.STATIC8}

    def constant(self, value: ArrayLike) -> str:
        """Return a constant in the activations' type."""
        return self.graph.constant(value, np.float16 if self.element == FLOAT16 else np.float32)

    def norm(self, x: str, gain: Array, shift: Array, epsilon: float) -> str:
        """Layer normalization over the last axis."""
        return self.graph.node(
            "LayerNormalization", x, self.constant(gain), self.constant(shift), axis=-1, epsilon=epsilon
        )

    def dense(self, x: str, weight: Array, bias: Array | None, name: str) -> str:
        """Return x @ weight + bias in the activations' type, [tokens, out].

        x: [tokens, in]; weight: float32 [in, out]; bias: float32 [out]. `name` is unique in the graph. Raises
        OperatorError when STATIC8 has no scale for the name.
        """
        self._watch(x, name)
        if self.is_int8:
            return self._int8(self._round(x, name), weight, bias)
        y = self.graph.node("MatMul", x, self.constant(weight))
        return y if bias is None else self.graph.node("Add", y, self.constant(bias))

    def _watch(self, x: str, name: str) -> None:
        if not self._observe:
            return
        graph = self.graph
        magnitude = graph.node("Abs", x)
        out = graph.output(f"{OBSERVED}{name}", self.element, [f"tokens of {name}"])
        graph.node("ReduceMax", magnitude, graph.constant([-1], np.int64), keepdims=0, out=out)

    def _round(self, x: str, name: str) -> _Levels:
        scale = self._static_scale(name) if self.precision is Precision.STATIC8 else 0.0
        if (x, scale) not in self._rounded:
            self._rounded[x, scale] = self._round_by(x, scale) if scale else self._round_rows(x)
        return self._rounded[x, scale]

    def _static_scale(self, name: str) -> float:
        try:
            return self._scales[name]
        except KeyError:
            raise OperatorError(
                f"no activation scale for {name}: `dragoman models convert --calibrate FILE` with this version"
            ) from None

    def _round_by(self, x: str, scale: float) -> _Levels:
        graph = self.graph
        step, zero_point = graph.constant(scale), graph.constant(ZERO_POINT, np.uint8)
        return _Levels(graph.node("QuantizeLinear", x, step, zero_point), step, zero_point, None)

    def _round_rows(self, x: str) -> _Levels:
        """Round each row with its own largest magnitude.

        QuantizeLinear takes a scale per row along axis 0 and then runs its vectorised kernel row by row, which is
        cheaper than dividing first; it wants the zero point repeated as often.
        """
        graph = self.graph
        largest = graph.node("ReduceMax", graph.node("Abs", x), graph.constant([-1], np.int64), keepdims=0)
        safe = graph.node("Max", largest, graph.constant(_MAGNITUDE_MIN))
        steps = graph.node("Mul", safe, graph.constant(1 / LEVELS))
        value = helper.make_tensor("value", TensorProto.UINT8, [1], [ZERO_POINT])
        zero_points = graph.node("ConstantOfShape", graph.node("Shape", steps), value=value)
        values = graph.node("QuantizeLinear", x, steps, zero_points, axis=0)
        rows = graph.node("Unsqueeze", steps, graph.constant([1], np.int64))
        return _Levels(values, graph.constant(1.0), graph.constant(ZERO_POINT, np.uint8), rows)

    def _int8(self, x: _Levels, weight: Array, bias: Array | None) -> str:
        graph = self.graph
        levels, steps = round_columns(weight)
        static_bias = [] if bias is None or x.rows else ["", graph.constant(bias)]
        y = graph.contrib(
            "MatMulIntegerToFloat",
            *(x.values, graph.constant(levels, np.int8), x.step, graph.constant(steps), x.zero_point, *static_bias),
        )
        if x.rows:
            y = graph.node("Mul", y, x.rows)
            y = y if bias is None else graph.node("Add", y, graph.constant(bias))
        return y


def round_columns(weight: Array) -> tuple[NDArray[np.int8], Array]:
    """Return (levels int8 [in, out], step float32 [out]) with levels * step close to weight; -128 is not used."""
    steps = np.maximum(np.abs(weight).max(axis=0), _MAGNITUDE_MIN) / LEVELS
    levels = np.clip(np.round(weight / steps), -LEVELS, LEVELS).astype(np.int8)
    return levels, steps.astype(np.float32)
