"""The layers of a Marian tiny model: with its file's own levels and activation scales, or as other models have them."""

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from inference.graphs.builder import FLOAT, INT32, GraphBuilder
from inference.graphs.dense import LEVELS, ZERO_POINT, Array, Dense
from inference.graphs.picks import Picks
from inference.models import Precision
from inference.weights.checkpoint import Activation
from inference.weights.marian_bin import EMBEDDING, MarianWeights
from schemas.errors import OperatorError

# Marian's own constant.
_LAYER_NORM_EPSILON: Final = 1e-9
_OUTPUT_BIAS: Final = "decoder_ff_logit_out_b"
# What stands against the bias rows of the output head: 127, 127, 127 and 1.
_BIAS_ROWS: Final = 4
# The largest item of a normalized row is rarely below this many times its root mean square.
_PEAK_MIN: Final = 2.0


class MarianLayers(Protocol):
    """What depends on the precision. Values are [tokens, width] in the type `element`; names are the weights file's."""

    graph: GraphBuilder
    element: int

    def dense(self, x: str, names: Sequence[str], biases: Sequence[str | None], rows: str | None = None) -> str:
        """Return x times several matrices side by side, biases added; of x only `rows` int64 [N], if given."""
        ...

    def feed_forward(self, x: str, prefix: str) -> str:
        """Return the second dense layer of the rectified first one."""
        ...

    def norm(self, x: str, prefix: str) -> str:
        """Return x normalized."""
        ...

    def head(self, x: str, columns: NDArray[np.int64]) -> None:
        """Write the output `logits` [B, columns], and `logits_scale` where a factor is left out of it."""
        ...


class FileLevels:
    """STATIC8 as the weights file has it: its int8 matrices as they are, its multipliers for the activations."""

    def __init__(self, graph: GraphBuilder, weights: MarianWeights) -> None:
        self.graph = graph
        self.element: int = FLOAT
        self._weights = weights
        self._zero_point = graph.constant(ZERO_POINT, np.uint8)
        # Products of one input share its rounding.
        self._rounded: dict[tuple[str, float], str] = {}

    def dense(self, x: str, names: Sequence[str], biases: Sequence[str | None], rows: str | None = None) -> str:
        """See MarianLayers. Raises OperatorError when the matrices have different activation scales."""
        graph, weights = self.graph, self._weights
        multipliers = {weights.multipliers[name] for name in names}
        if len(multipliers) != 1:
            raise OperatorError(f"{names[0]} and its neighbours have different activation scales: unsupported weights")
        matrices = [weights.matrices[name] for name in names]
        scales = [np.full(matrix.values.shape[1], matrix.scale, np.float32) for matrix in matrices]
        scale_in = 1 / multipliers.pop()
        rounded = self._round(x, scale_in)
        return graph.contrib(
            "MatMulIntegerToFloat",
            # A row is a quarter as long once it is rounded.
            graph.node("Gather", rounded, rows, axis=0) if rows else rounded,
            graph.constant(np.concatenate([matrix.values for matrix in matrices], axis=1), np.int8),
            graph.constant(scale_in),
            graph.constant(np.concatenate(scales)),
            self._zero_point,
            "",
            graph.constant(_biases(weights, names, biases)),
        )

    def feed_forward(self, x: str, prefix: str) -> str:
        """See MarianLayers. The first layer's output is unsigned with zero point 0: rounding it is the ReLU."""
        graph, zero, weights = self.graph, self.graph.constant(0, np.uint8), self._weights
        first, second = weights.matrices[f"{prefix}_ffn_W1"], weights.matrices[f"{prefix}_ffn_W2"]
        scale_in = 1 / weights.multipliers[f"{prefix}_ffn_W1"]
        # The weights file allows for 127 levels above zero; unsigned, the same range has 255.
        scale_hidden = graph.constant(LEVELS / 255 / weights.multipliers[f"{prefix}_ffn_W2"])
        bias = np.round(weights.vectors[f"{prefix}_ffn_b1"] / (first.scale * scale_in))
        # ONNX Runtime fails to rewrite a signed zero point that several nodes share (see `providers`).
        signed_zero = graph.constant(0, np.int8, shared=False)
        hidden = graph.contrib(
            "QGemm",
            *(self._round(x, scale_in), graph.constant(scale_in), self._zero_point),
            *(graph.constant(first.values, np.int8), graph.constant(first.scale), signed_zero),
            *(graph.constant(bias, np.int32), scale_hidden, zero),
        )
        out_bias = graph.constant(weights.vectors[f"{prefix}_ffn_b2"])
        return graph.contrib(
            "MatMulIntegerToFloat",
            *(hidden, graph.constant(second.values, np.int8), scale_hidden, graph.constant(second.scale)),
            *(zero, "", out_bias),
        )

    def norm(self, x: str, prefix: str) -> str:
        """See MarianLayers."""
        gain, shift = _norm(self._weights, prefix)
        values = self.graph.constant(gain), self.graph.constant(shift)
        return self.graph.node("LayerNormalization", x, *values, axis=-1, epsilon=_LAYER_NORM_EPSILON)

    def head(self, x: str, columns: NDArray[np.int64]) -> None:
        """See MarianLayers. Logits are int32 in the unit `logits_scale` float32 [1, 1], the same for all."""
        graph = self.graph
        levels, bias, unit, rounded = self._head_parts(x, columns)
        weight = np.concatenate([levels, _bias_rows(bias)])
        ones = graph.constant([[255] * (_BIAS_ROWS - 1) + [ZERO_POINT + 1]], np.uint8)
        size = graph.node("Concat", graph.node("Shape", "ids"), graph.constant([_BIAS_ROWS], np.int64), axis=0)
        left = graph.node("Concat", rounded, graph.node("Expand", ones, size), axis=1)
        out = graph.output("logits", INT32, ["B", len(columns)])
        graph.node("MatMulInteger", left, graph.constant(weight, np.int8), self._zero_point, out=out)
        graph.node("Identity", graph.constant([[unit]]), out=graph.output("logits_scale", FLOAT, [1, 1]))

    def picks(self, x: str, columns: NDArray[np.int64], norm: str) -> None:
        """Write the output `tokens` int64 [B]: the column of the largest logit of `head`, the first of equals.

        `norm`: the normalization that x comes from, which bounds the logits.
        """
        levels, bias, _, rounded = self._head_parts(x, columns)
        multiplier = self._weights.multipliers[EMBEDDING]
        gain, shift = (np.abs(vector) * multiplier for vector in _norm(self._weights, norm))
        # A normalized row has the length sqrt(width), before gain and shift; rounding moves each item by a half.
        weight = np.abs(levels.astype(np.float32))
        reach = np.sqrt(len(gain)) * np.linalg.norm(weight * gain[:, None], axis=0) + (shift + 0.5) @ weight
        Picks(self.graph, levels, bias, float((reach + np.abs(bias)).max())).write(rounded, self._zero_point)

    def _head_parts(self, x: str, columns: NDArray[np.int64]) -> tuple[NDArray[np.int8], Array, float, str]:
        """Return weight int8 [width, columns], bias in units of the product, that unit, and x rounded."""
        table, multiplier = self._weights.matrices[EMBEDDING], self._weights.multipliers[EMBEDDING]
        unit = table.scale / multiplier
        bias = np.round(self._weights.vectors[_OUTPUT_BIAS][columns] / unit).astype(np.float32)
        return table.values.T[:, columns], bias, unit, self._round(x, 1 / multiplier)

    def _round(self, x: str, scale: float) -> str:
        if (x, scale) not in self._rounded:
            self._rounded[x, scale] = self.graph.node("QuantizeLinear", x, self.graph.constant(scale), self._zero_point)
        return self._rounded[x, scale]


class Dequantized:
    """Every other precision: real weights, the file's levels times their scale, through `Dense`."""

    def __init__(self, graph: GraphBuilder, weights: MarianWeights, precision: Precision) -> None:
        self.graph = graph
        self._weights = weights
        self._layers = Dense(graph, precision, tokens="ids")
        self.element: int = self._layers.element

    def dense(self, x: str, names: Sequence[str], biases: Sequence[str | None], rows: str | None = None) -> str:
        """See MarianLayers."""
        taken = self.graph.node("Gather", x, rows, axis=0) if rows else x
        matrix = np.concatenate([self._matrix(name) for name in names], axis=1)
        return self._layers.dense(taken, matrix, _biases(self._weights, names, biases), names[0])

    def feed_forward(self, x: str, prefix: str) -> str:
        """See MarianLayers."""
        first, second = (
            (self._matrix(f"{prefix}_ffn_W{number}"), self._weights.vectors[f"{prefix}_ffn_b{number}"])
            for number in (1, 2)
        )
        return self._layers.feed_forward(x, first, second, Activation.RELU, prefix)

    def norm(self, x: str, prefix: str) -> str:
        """See MarianLayers."""
        return self._layers.norm(x, *_norm(self._weights, prefix), _LAYER_NORM_EPSILON)

    def head(self, x: str, columns: NDArray[np.int64]) -> None:
        """See MarianLayers."""
        last = f"decoder_l{self._weights.config.decoder_layers}_ffn_ffn"
        gain, shift = _norm(self._weights, last)
        self._layers.head(
            x,
            np.ascontiguousarray(self._matrix(EMBEDDING)[columns].T),
            self._weights.vectors[_OUTPUT_BIAS][columns],
            "decoder.head",
            "logits",
            magnitude=_PEAK_MIN * float(np.sqrt(np.mean(gain**2 + shift**2))),
        )

    def _matrix(self, name: str) -> Array:
        matrix = self._weights.matrices[name]
        return matrix.values.astype(np.float32) * np.float32(matrix.scale)


def _biases(weights: MarianWeights, names: Sequence[str], biases: Sequence[str | None]) -> Array:
    """The biases of matrices side by side, zeros where there is none."""
    widths = [weights.matrices[name].values.shape[1] for name in names]
    parts = [
        weights.vectors[name] if name else np.zeros(width, np.float32)
        for width, name in zip(widths, biases, strict=True)
    ]
    return np.concatenate(parts)


def _norm(weights: MarianWeights, prefix: str) -> tuple[Array, Array]:
    """The gain and shift of a normalization."""
    return weights.vectors[f"{prefix}_ln_scale"], weights.vectors[f"{prefix}_ln_bias"]


def _bias_rows(bias: Array) -> NDArray[np.int8]:
    """Return int8 [4, columns] whose product with (127, 127, 127, 1) is the bias."""
    rest = bias.astype(np.int64)
    rows = []
    for _ in range(_BIAS_ROWS - 1):
        rows.append(np.clip(np.round(rest / LEVELS), -LEVELS, LEVELS).astype(np.int64))
        rest = rest - LEVELS * rows[-1]
    if np.abs(rest).max(initial=0) > LEVELS:
        raise OperatorError("the output bias of this model is too large for an integer head: unsupported weights")
    return np.stack([*rows, rest]).astype(np.int8)
