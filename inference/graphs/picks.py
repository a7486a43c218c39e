"""The largest of many integer logits, found while they are still in the cache."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.graphs.builder import FLOAT, INT64, GraphBuilder
from inference.graphs.dense import Array
from inference.graphs.device import TOKENS
from schemas.errors import OperatorError

# Columns of one product: 64 rows of its float32 output are 512 kB, a quarter of a core's second-level cache.
_PRODUCT_COLUMNS: Final = 2048
# Columns that one maximum is taken over; wider ones save little, and the bits of a float32 are few.
_CHUNK_MAX: Final = 64
_CHUNK_MIN: Final = 4
# float32 holds every integer up to here.
_EXACT: Final = 2**24


class Picks:
    """An output head whose product is whole numbers, and of which only the largest is asked for.

    All logits of 64 rows and 25k columns are 6 MB, written to memory in each step and read again for their maximum:
    a third of the head's time. Here the columns are cut into chunks and a maximum is taken over each as soon as it is
    there. It has to tell where it stood, too: a column's bias carries a fraction, different for each column of its
    chunk, that is larger the earlier it stands. Whole part and fraction together are exact in float32.
    """

    def __init__(self, graph: GraphBuilder, levels: NDArray[np.int8], bias: Array, largest: float) -> None:
        """`levels` int8 [in, columns]; `bias` float32 [columns], whole; `largest`: magnitude that no logit exceeds.

        Raises OperatorError when logits may become too large to be exact.
        """
        self._graph = graph
        self._chunk = _CHUNK_MAX
        while self._chunk * largest > _EXACT:
            self._chunk //= 2
        if self._chunk < _CHUNK_MIN:
            raise OperatorError("the logits of this model may be too large for an integer head: unsupported weights")
        missing = -len(bias) % self._chunk
        self._levels = np.pad(levels, ((0, 0), (0, missing)))
        # No column is added that could be chosen.
        whole = np.pad(bias, (0, missing), constant_values=-_EXACT // self._chunk)
        places = np.arange(len(whole)) % self._chunk
        self._bias = (whole + (self._chunk - 1 - places) / self._chunk).astype(np.float32)

    def write(self, rounded: str, zero_point: str) -> None:
        """Write the output `tokens` int64 [B] for `rounded` uint8 [B, in]: the first column with the largest logit."""
        graph = self._graph
        best = graph.node("Concat", *self._chunk_maxima(rounded, zero_point), axis=1)
        whole = graph.node("Floor", best)
        chunk = graph.node("ArgMax", whole, axis=1, keepdims=1)
        fraction = graph.node("GatherElements", graph.node("Sub", best, whole), chunk, axis=1)
        # The place in the chunk is what the fraction lacks to the largest there is.
        start = graph.node("Mul", graph.node("Cast", chunk, to=FLOAT), graph.constant(float(self._chunk)))
        end = graph.node("Add", start, graph.constant(float(self._chunk - 1)))
        back = graph.node("Mul", fraction, graph.constant(float(self._chunk)))
        column = graph.node("Cast", graph.node("Sub", end, back), to=INT64)
        graph.output(TOKENS, INT64, ["B"])
        graph.node("Squeeze", column, graph.constant([1], np.int64), out=TOKENS)

    def _chunk_maxima(self, rounded: str, zero_point: str) -> list[str]:
        """Return values float32 [B, chunks of a product], in the order of the columns."""
        graph, one, maxima = self._graph, self._graph.constant(1.0), []
        shape = graph.constant([0, self._chunk, -1], np.int64)
        axis = graph.constant([1], np.int64)
        for begin in range(0, len(self._bias), _PRODUCT_COLUMNS):
            end = min(begin + _PRODUCT_COLUMNS, len(self._bias))
            # A maximum over the middle axis runs across registers, not within them: chunks lie crosswise.
            order = np.arange(begin, end).reshape(-1, self._chunk).T.ravel()
            product = graph.contrib(
                "MatMulIntegerToFloat",
                *(rounded, graph.constant(self._levels[:, order], np.int8), one, one),
                *(zero_point, "", graph.constant(self._bias[order])),
            )
            crosswise = graph.node("Reshape", product, shape)
            maxima.append(graph.node("ReduceMax", crosswise, axis, keepdims=0))
        return maxima
