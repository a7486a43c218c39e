"""Self-attention within each sentence of a packed batch."""

from typing import Final

import numpy as np

from inference.graphs.builder import INT64, OPSET, GraphBuilder
from inference.models import Precision

ATTENTION_OPSET: Final = 24
"""The first opset whose Attention takes a length per sentence."""
# Small enough to vanish in a softmax, and within float16.
_MASKED: Final = -1e4
# float32 lanes of an AVX-512 register.
_LANES: Final = 16


def sentence_opset(precision: Precision) -> int:
    """Return the opset of an encoder at this precision: int8 is for CPUs, where Attention is the faster operator."""
    return ATTENTION_OPSET if precision in {Precision.ROW8, Precision.STATIC8} else OPSET


class SentenceAttention:
    """Spreads packed tokens to rows as long as the longest sentence, for the attention alone.

    `spread` int64 [B, S]: where each place of the padded batch is found among the N tokens, any token behind a
    sentence's end. `lens` int32 [B]. On the CPU the operator Attention takes 0.7 of MultiHeadAttention's time, and
    keys in whole registers, some of them masked, another quarter less: 16 keys are cheaper than 15. It is used where
    the graph's opset has it (see `sentence_opset`); elsewhere MultiHeadAttention is, which other devices have too.
    """

    def __init__(self, graph: GraphBuilder, heads: int, width: int, spread: str, lens: str) -> None:
        self._graph = graph
        self._heads = heads
        self._flat = graph.constant([-1, width], np.int64)
        self._spread = spread
        self._lens = lens
        self._keys = spread
        self._portable = graph.opset < ATTENTION_OPSET
        if not self._portable:
            self._keys = self._whole_registers()
            self._lens = graph.node("Cast", lens, to=INT64)

    def attend(self, query: str, key: str, value: str) -> str:
        """Return [B * S, width] of packed queries, keys and values [N, width]."""
        graph = self._graph
        rows = graph.node("Gather", query, self._spread, axis=0)
        keys, values = (graph.node("Gather", packed, self._keys, axis=0) for packed in (key, value))
        if self._portable:
            attended = graph.contrib(
                "MultiHeadAttention",
                *(rows, keys, values, "", self._lens),
                num_heads=self._heads,
                mask_filter_value=_MASKED,
            )
        else:
            attended = graph.node(
                "Attention",
                *(rows, keys, values, "", "", "", self._lens),
                q_num_heads=self._heads,
                kv_num_heads=self._heads,
            )
        return graph.node("Reshape", attended, self._flat)

    def _whole_registers(self) -> str:
        """`spread` with columns behind it, up to a multiple of a register's lanes."""
        graph = self._graph
        longest = graph.node("Shape", self._spread, start=1, end=2)
        lanes = graph.constant([_LANES], np.int64)
        missing = graph.node("Mod", graph.node("Neg", longest), lanes)
        pads = graph.node("Concat", graph.constant([0, 0, 0], np.int64), missing, axis=0)
        return graph.node("Pad", self._spread, pads, graph.constant(0, np.int64))
