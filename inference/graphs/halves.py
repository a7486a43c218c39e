"""Products of 16-bit numbers out of 8-bit ones: faster than float32 where a CPU multiplies bytes in tiles (AMX).

A value is step * (256 * high + low) with both halves signed bytes, and so is a weight. Of their product, high * high
and the two mixed ones are computed; low * low is left out. The sums are exact, so a row's result does not depend on
the rows beside it. Three products of bytes cost less than one of float32 with AMX, and as much or more without.
"""

from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from inference.graphs.builder import GraphBuilder

LEVELS: Final = 127 * 256 + 127
"""The largest value of two halves of at most 127 each."""
_HALF: Final = 256
ZERO_POINT: Final = 128
"""The byte that stands for zero."""

Array = NDArray[np.float32]


class Halves(Struct, frozen=True):
    """Rounded activations, uint8 [tokens, width] each, zero at 128; real value = step * (256 * high + low)."""

    high: str
    low: str
    step: float


def rounded(graph: GraphBuilder, x: str, largest: float) -> Halves:
    """Round activations of at most this magnitude; larger ones are cut off at it."""
    step, zero = largest / LEVELS, graph.constant(ZERO_POINT, np.uint8)
    coarse = graph.constant(step * _HALF)
    high = graph.node("QuantizeLinear", x, coarse, zero)
    rest = graph.node("Sub", x, graph.node("DequantizeLinear", high, coarse, zero))
    return Halves(high, graph.node("QuantizeLinear", rest, graph.constant(step), zero), step)


def product(graph: GraphBuilder, high: str, low: str, step: float, weight: Array, bias: Array) -> str:
    """Return x @ weight + bias, float32 [tokens, out], for x given by its halves, uint8 [tokens, in]."""
    weight_high, weight_low, steps = split(weight)
    one, zero = graph.constant(1.0), graph.constant(ZERO_POINT, np.uint8)

    def times(half: str, levels: NDArray[np.int8], scale: float, *added: str) -> str:
        scales = graph.constant(steps * np.float32(scale))
        return graph.contrib("MatMulIntegerToFloat", half, graph.constant(levels, np.int8), one, scales, zero, *added)

    main = times(high, weight_high, step * _HALF**2, "", graph.constant(bias))
    mixed = times(high, weight_low, step * _HALF), times(low, weight_high, step * _HALF)
    return graph.node("Add", main, graph.node("Add", *mixed))


def split(weight: Array) -> tuple[NDArray[np.int8], NDArray[np.int8], Array]:
    """Return (high, low) int8 [in, out] and step float32 [out]: weight is close to step * (256 * high + low)."""
    steps = (np.maximum(np.abs(weight).max(axis=0), 1e-12) / LEVELS).astype(np.float32)
    levels = np.clip(np.round(weight / steps), -LEVELS, LEVELS).astype(np.int64)
    high = (levels + _HALF // 2) // _HALF
    return high.astype(np.int8), (levels - high * _HALF).astype(np.int8), steps
