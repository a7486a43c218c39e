"""The ONNX graph of a sentence encoder (BERT, MiniLM, RoBERTa, XLM-R) with its pooling, at four precisions.

Packed: dense layers and norms see real tokens only; tokens are spread to rows as long as the longest text for the
attention alone. Biases that change nothing are not computed: a bias of the keys moves all scores of a query alike, and
one of the values passes through to the output projection, whose bias takes it in.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import onnx

from inference.graphs import pooling
from inference.graphs.attention import SentenceAttention, sentence_opset
from inference.graphs.builder import FLOAT, INT64, GraphBuilder
from inference.graphs.dense import Dense, round_columns
from inference.models import Precision
from inference.weights.encoder_checkpoint import EncoderWeights, Pooling

# Below this length a vector counts as zero and stays as it is (PyTorch's `normalize`).
_LENGTH_MIN: Final = 1e-12


def encoder_graph(
    weights: EncoderWeights,
    precision: Precision,
    scales: Mapping[str, float] | None = None,
    *,
    observe: bool = False,
) -> onnx.ModelProto:
    """Return the graph; its inputs and output are told by `inference.models.EmbeddingModel`.

    `scales`, `observe`: as in `Dense`; dense names are `encoder.{layer}.self`, `.self.out`, `.fc1`, `.fc2`, layers
    from 1. Raises OperatorError when weights are missing or of another shape.
    """
    graph = GraphBuilder("encoder", sentence_opset(precision))
    return _Parts(weights, Dense(graph, precision, scales, observe=observe, tokens="ids")).build()


class _Parts:
    """The parts of the graph; each method appends one and returns its result, [N, d_model]."""

    def __init__(self, weights: EncoderWeights, layers: Dense) -> None:
        self.weights = weights
        self.config = weights.config
        self.layers = layers
        self.graph = layers.graph
        self.spread = ""
        self.gathered = ""

    def build(self) -> onnx.ModelProto:
        pooling.packed_inputs(self.graph)
        self.spread, self.gathered = self.places()
        attention = SentenceAttention(self.graph, self.config.heads, self.config.d_model, self.spread, "lens")
        x = self.embed()
        for layer in range(self.config.layers):
            prefix, name = f"encoder.layer.{layer}", f"encoder.{layer + 1}"
            x = self.add_norm(
                self.attention(f"{prefix}.attention", x, name, attention), x, f"{prefix}.attention.output.LayerNorm"
            )
            x = self.add_norm(self.feed_forward(prefix, x, name), x, f"{prefix}.output.LayerNorm")
        self.pool(x)
        return self.graph.model()

    def places(self) -> tuple[str, str]:
        """Where each place of a padded batch is found among the tokens, int64 [B, S], and each token there, [N].

        Behind a text's end stands whatever token comes next; attention does not look at it.
        """
        graph, one = self.graph, self._ints([1])
        lengths = graph.node("Cast", "lens", to=INT64)
        longest = graph.node("ReduceMax", lengths, keepdims=0)
        starts = graph.node("Sub", graph.node("CumSum", lengths, self._ints(0)), lengths)
        steps = graph.node("Range", self._ints(0), longest, self._ints(1))
        wanted = graph.node("Add", graph.node("Unsqueeze", starts, one), steps)
        last = graph.node("Sub", graph.node("Squeeze", graph.node("Shape", "ids")), self._ints(1))
        found = graph.node("Add", graph.node("Mul", "row", longest), "pos")
        return graph.node("Min", wanted, last), found

    def embed(self) -> str:
        """Word, place and type, normalized. Words are int8 where layers are."""
        graph, layers = self.graph, self.layers
        if layers.is_int8:
            levels, steps = round_columns(self.weights.words.T)
            rows = graph.node("Gather", graph.constant(levels.T, np.int8), "ids")
            words = graph.node(
                "Mul", graph.node("Cast", rows, to=FLOAT), graph.node("Gather", graph.constant(steps[:, None]), "ids")
            )
        else:
            words = graph.node("Gather", layers.constant(self.weights.words), "ids")
        places = graph.node("Gather", layers.constant(self.weights.places), "pos")
        return self.add_norm(words, places, "embeddings.LayerNorm")

    def attention(self, prefix: str, x: str, name: str, attention: SentenceAttention) -> str:
        """Attention over each text, and its output projection."""
        graph, width = self.graph, self.config.d_model
        (query, bias), (key, _), (value, value_bias) = (
            self.weights.linear(f"{prefix}.self.{part}", width, width) for part in ("query", "key", "value")
        )
        biases = np.concatenate([bias, np.zeros(2 * width, np.float32)])
        fused = self.layers.dense(x, np.concatenate([query, key, value], axis=1), biases, f"{name}.self")
        flat = attention.attend(*graph.split(fused, 3, axis=1))
        weight, out_bias = self.weights.linear(f"{prefix}.output.dense", width, width)
        packed = graph.node("Gather", flat, self.gathered)
        return self.layers.dense(packed, weight, out_bias + value_bias @ weight, f"{name}.self.out")

    def feed_forward(self, prefix: str, x: str, name: str) -> str:
        """The two dense layers with the activation between."""
        narrow, wide = self.config.d_model, self.config.d_ffn
        first = self.weights.linear(f"{prefix}.intermediate.dense", narrow, wide)
        second = self.weights.linear(f"{prefix}.output.dense", wide, narrow)
        return self.layers.feed_forward(x, first, second, self.config.activation, name)

    def add_norm(self, y: str, x: str, name: str) -> str:
        gain, shift = self.weights.norm(name)
        return self.layers.norm(self.graph.node("Add", y, x), gain, shift, self.config.epsilon)

    def pool(self, x: str) -> None:
        """One vector per text, float32 whatever the layers are."""
        graph = self.graph
        if self.config.pooling is Pooling.MEAN:
            total = pooling.sums(graph, graph.node("Cast", x, to=FLOAT), self.config.d_model)
            vector = graph.node("Div", total, pooling.counts(graph))
        else:
            starts = graph.node("Slice", self.spread, self._ints([0]), self._ints([1]), self._ints([1]))
            first = graph.node("Gather", x, graph.node("Squeeze", starts, self._ints([1])))
            vector = graph.node("Cast", first, to=FLOAT)
        out = graph.output("embedding", FLOAT, ["B", self.config.d_model])
        if self.config.normalized:
            vector = pooling.unit(graph, vector, _LENGTH_MIN**2)
        graph.node("Identity", vector, out=out)

    def _ints(self, value: int | list[int]) -> str:
        return self.graph.constant(value, np.int64)
