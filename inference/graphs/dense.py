"""Dense layers of a graph in each of the precisions, and what stands around them in the activations' type.

In int8 the weights are signed with a scale per column, the activations unsigned around a zero point, and the sums of
products are exact: only the rounding of activations makes a difference, and it never depends on the rows beside.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray
from onnx import TensorProto, helper

from inference.graphs.builder import FLOAT, GraphBuilder
from inference.models import Precision
from inference.weights.checkpoint import Activation
from schemas.errors import OperatorError

FLOAT16: Final = TensorProto.FLOAT16
OBSERVED: Final = "observed."
"""Prefix of the outputs that a calibration graph has beside its own: one per dense name."""

LEVELS: Final = 127
ZERO_POINT: Final = 128
_UNSIGNED_LEVELS: Final = 255
# No activation falls below this, so its rounding needs few levels under zero (the minima of x sigmoid(x), x Phi(x)).
_LOWEST: Final = {Activation.RELU: 0.0, Activation.SWISH: -0.27847, Activation.GELU: -0.16998}
# A column of zeros would otherwise be divided by zero.
_STEP_MIN: Final = 1e-12
# The bias of a head is carried by at most this many rows more of its product.
_BIAS_ROWS_MAX: Final = 32

Array = NDArray[np.float32]
Affine = tuple[Array, Array]
"""weight [in, out], bias [out]"""


class _Levels(Struct, frozen=True):
    """Rounded activations: `values` uint8 [tokens, in]; real value = (value - zero_point) * step * rows.

    rows: float32 [tokens, 1], or None where step says all.
    """

    values: str
    step: float
    zero_point: int
    rows: str | None = None


class Dense:
    """Appends dense layers and norms to a graph.

    `scales`: for STATIC8, by dense name, the real size of one of 127 activation levels. `observe`: the graph gets an
    output `observed.{name}` float32 [tokens] per dense name, the largest magnitude in each row of its input. `tokens`:
    a value [tokens] of the graph when every dense layer has as many rows; ROW8 then asks for their number once.
    """

    def __init__(
        self,
        graph: GraphBuilder,
        precision: Precision,
        scales: Mapping[str, float] | None = None,
        *,
        observe: bool = False,
        tokens: str | None = None,
    ) -> None:
        self.graph = graph
        self.precision = precision
        self.element = FLOAT16 if precision is Precision.FLOAT16 else FLOAT
        self.is_int8 = precision in {Precision.ROW8, Precision.STATIC8}
        self._scales = {} if scales is None else scales
        self.observe = observe
        self._tokens = tokens
        self._zero_points: dict[int, str] = {}
        # Products of one input share its rounding.
        self._rounded: dict[tuple[str, float], _Levels] = {}

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
        self.watch(x, name)
        if self.is_int8:
            return self._product(self._round(x, name), weight, bias)
        y = self.graph.node("MatMul", x, self.constant(weight))
        return y if bias is None else self.graph.node("Add", y, self.constant(bias))

    def feed_forward(self, x: str, first: Affine, second: Affine, activation: Activation, name: str) -> str:
        """Return the second layer of the activated first one, [tokens, out]; names `{name}.fc1` and `{name}.fc2`."""
        if self.precision is Precision.STATIC8 and activation is Activation.RELU:
            hidden = self._relu_levels(self._round(x, f"{name}.fc1"), first, self.static_scale(f"{name}.fc2"))
            return self._product(hidden, *second)
        y = self._activate(self.dense(x, *first, f"{name}.fc1"), activation)
        if not self.is_int8:
            return self.dense(y, *second, f"{name}.fc2")
        return self._product(self._round(y, f"{name}.fc2", lowest=_LOWEST[activation]), *second)

    def head(self, x: str, weight: Array, bias: Array | None, name: str, out: str, *, magnitude: float = 1.0) -> None:
        """Write logits x @ weight + bias as the output `out`, [tokens, columns].

        ROW8 leaves out the factor of a row, which is positive: the largest logit stands where it would, and no pass
        is made over all of them. The output `{out}_scale` float32 [tokens, 1] is that factor. `magnitude`: how large
        the largest item of a row of x is at least, about; ROW8 rounds finer where this is close.
        """
        graph = self.graph
        graph.output(out, self.element, ["B", weight.shape[1]])
        if self.precision is not Precision.ROW8:
            graph.node("Identity", self.dense(x, weight, bias, name), out=out)
            return
        if bias is None:
            levels, steps = round_columns(weight)
            rounded = self._round_rows(x)
        else:
            # A column with a large bias and small weights is rounded coarser, so that few rows can carry its bias.
            smallest: Array = np.asarray(np.abs(bias) / (magnitude * LEVELS * _BIAS_ROWS_MAX), np.float32)
            levels, steps = round_columns(weight, smallest)
            added = bias_rows(bias / (steps * magnitude))
            rounded = self._round_rows_beside(x, magnitude, len(added))
            levels = np.concatenate([levels, added])
        scale = graph.output(f"{out}_scale", FLOAT, ["B", 1])
        graph.node("Identity", rounded.rows or "", out=scale)
        self._contrib_product(rounded, levels, steps, None, out)

    def watch(self, x: str, name: str) -> None:
        """With `observe`, add the output `observed.{name}`: what calibration needs to know of x [tokens, width]."""
        if not self.observe:
            return
        graph = self.graph
        out = graph.output(f"{OBSERVED}{name}", self.element, [f"tokens of {name}"])
        graph.node("ReduceMax", graph.node("Abs", x), graph.constant([-1], np.int64), keepdims=0, out=out)

    def _activate(self, x: str, activation: Activation) -> str:
        if activation is Activation.RELU:
            return self.graph.node("Relu", x)
        if activation is Activation.GELU:
            return self.graph.node("Gelu", x)
        return self.graph.contrib("QuickGelu", x, alpha=1.0)

    def _round(self, x: str, name: str, *, lowest: float | None = None) -> _Levels:
        """Round the input of a dense layer; `lowest`: what it never falls below, if known."""
        scale = self.static_scale(name) if self.precision is Precision.STATIC8 else 0.0
        if (x, scale) not in self._rounded:
            if scale:
                self._rounded[x, scale] = self._round_by(x, scale, lowest)
            else:
                self._rounded[x, scale] = self._round_rows(x, unsigned=lowest == 0)
        return self._rounded[x, scale]

    def static_scale(self, name: str) -> float:
        """Return the real size of a level; raises OperatorError when calibration did not find one."""
        try:
            return self._scales[name]
        except KeyError:
            raise OperatorError(
                f"no activation scale for {name}: `dragoman models convert --calibrate FILE` with this version"
            ) from None

    def _round_by(self, x: str, scale: float, lowest: float | None) -> _Levels:
        graph = self.graph
        zero_point = ZERO_POINT
        if lowest is not None:
            scale = (scale * LEVELS - lowest) / _UNSIGNED_LEVELS
            zero_point = round(-lowest / scale)
        values = graph.node("QuantizeLinear", x, graph.constant(scale), graph.constant(zero_point, np.uint8))
        return _Levels(values, scale, zero_point)

    def _round_rows(self, x: str, *, unsigned: bool = False) -> _Levels:
        """Round each row by its own largest magnitude; a row of zeros gets the step 0, and 0 as its product."""
        graph = self.graph
        magnitude = x if unsigned else graph.node("Abs", x)
        largest = graph.node("ReduceMax", magnitude, graph.constant([-1], np.int64), keepdims=0)
        steps = graph.node("Mul", largest, graph.constant(1 / (_UNSIGNED_LEVELS if unsigned else LEVELS)))
        zero_point = 0 if unsigned else ZERO_POINT
        values = self._quantize_rows(x, steps, zero_point)
        rows = graph.node("Unsqueeze", steps, graph.constant([1], np.int64))
        return _Levels(values, 1.0, zero_point, rows)

    def _quantize_rows(self, x: str, steps: str, zero_point: int) -> str:
        """QuantizeLinear along axis 0 runs its vectorised kernel row by row, which beats dividing first.

        It wants the zero point once a row.
        """
        graph = self.graph
        if zero_point not in self._zero_points or self._tokens is None:
            shape = graph.node("Shape", self._tokens or steps)
            value = helper.make_tensor("value", TensorProto.UINT8, [1], [zero_point])
            self._zero_points[zero_point] = graph.node("ConstantOfShape", shape, value=value)
        return graph.node("QuantizeLinear", x, steps, self._zero_points[zero_point], axis=0)

    def _round_rows_beside(self, x: str, unit: float, bias_rows: int) -> _Levels:
        """Round each row and append `bias_rows` activations to it, so that the product itself can add a bias.

        A row's step is unit / n with a whole n of at most 127, a little coarser than its largest magnitude asks for.
        A bias in units of that step is n * (bias / unit): n is an activation, bias / unit are weights (`bias_rows`).
        """
        graph, one = self.graph, self.graph.constant([1], np.int64)
        largest = graph.node("ReduceMax", graph.node("Abs", x), graph.constant([-1], np.int64), keepdims=0)
        wanted = graph.node("Floor", graph.node("Div", graph.constant(unit * LEVELS), largest))
        n = graph.node("Clip", wanted, graph.constant(1.0), graph.constant(float(LEVELS)))
        steps = graph.node("Div", graph.constant(unit), n)
        values = self._quantize_rows(x, steps, ZERO_POINT)
        shifted = graph.node("Cast", graph.node("Add", n, graph.constant(float(ZERO_POINT))), to=TensorProto.UINT8)
        column = graph.node("Unsqueeze", shifted, one)
        beside = graph.node("Expand", column, graph.constant([1, bias_rows], np.int64))
        joined = graph.node("Concat", values, beside, axis=1)
        return _Levels(joined, 1.0, ZERO_POINT, graph.node("Unsqueeze", steps, one))

    def _relu_levels(self, x: _Levels, first: Affine, scale: float) -> _Levels:
        """Return the rounded, rectified first layer: unsigned with zero point 0, rounding it is the ReLU."""
        graph = self.graph
        levels, steps = round_columns(first[0])
        bias = np.round(first[1] / (steps * x.step))
        step = scale * LEVELS / _UNSIGNED_LEVELS
        # ONNX Runtime fails to rewrite a signed zero point that several nodes share (see `providers`).
        signed_zeros = graph.constant(np.zeros(len(steps)), np.int8, shared=False)
        values = graph.contrib(
            "QGemm",
            *(x.values, graph.constant(x.step), graph.constant(x.zero_point, np.uint8)),
            *(graph.constant(levels, np.int8), graph.constant(steps), signed_zeros),
            *(graph.constant(bias, np.int32), graph.constant(step), graph.constant(0, np.uint8)),
        )
        return _Levels(values, step, 0)

    def _product(self, x: _Levels, weight: Array, bias: Array | None) -> str:
        levels, steps = round_columns(weight)
        if x.rows is None:
            return self._contrib_product(x, levels, steps, bias)
        y = self.graph.node("Mul", self._contrib_product(x, levels, steps, None), x.rows)
        return y if bias is None else self.graph.node("Add", y, self.graph.constant(bias))

    def _contrib_product(
        self, x: _Levels, levels: NDArray[np.int8], steps: Array, bias: Array | None, out: str | None = None
    ) -> str:
        graph = self.graph
        added = () if bias is None else ("", graph.constant(bias))
        return graph.contrib(
            "MatMulIntegerToFloat",
            *(x.values, graph.constant(levels, np.int8), graph.constant(x.step), graph.constant(steps)),
            *(graph.constant(x.zero_point, np.uint8), *added),
            outs=[out] if out else None,
        )


def round_columns(weight: Array, steps_min: Array | float = 0.0) -> tuple[NDArray[np.int8], Array]:
    """Return (levels int8 [in, out], step float32 [out]) with levels * step close to weight; -128 is not used.

    steps_min: float32 [out] or one for all, the smallest steps.
    """
    smallest = np.maximum(steps_min, _STEP_MIN)
    steps = np.maximum(np.abs(weight).max(axis=0) / LEVELS, smallest).astype(np.float32)
    return np.clip(np.round(weight / steps), -LEVELS, LEVELS).astype(np.int8), steps


def bias_rows(bias: Array) -> NDArray[np.int8]:
    """Return int8 [rows, columns] whose sums are the rounded bias."""
    rest = np.round(bias).astype(np.int64)
    rows = []
    while rest.any():
        rows.append(np.clip(rest, -LEVELS, LEVELS))
        rest = rest - rows[-1]
    return np.stack(rows or [rest]).astype(np.int8)
