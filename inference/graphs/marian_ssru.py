"""ONNX graphs of a Marian tiny model (transformer encoder, SSRU decoder), at four precisions.

STATIC8 rounds every activation with a scale fixed in the weights file, so a sentence's translation does not depend on
its neighbours in the batch. The arithmetic is unsigned activations (zero point 128) times signed weights.
"""

from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray

from inference.graphs.attention import SentenceAttention, sentence_opset
from inference.graphs.builder import INT32, INT64, Dimension, GraphBuilder
from inference.graphs.marian_layers import Dequantized, FileLevels, MarianLayers
from inference.models import Precision
from inference.weights.marian_bin import EMBEDDING, MarianWeights

# Marian's own constant.
_WAVELENGTH: Final = 10_000.0
# Enough for the longest target (2.5 times 128 source tokens, and 3).
POSITIONS: Final = 512
_INT8: Final = (Precision.STATIC8, Precision.ROW8)


def encoder_graph(weights: MarianWeights, precision: Precision = Precision.STATIC8) -> onnx.ModelProto:
    """Return the packed encoder; its inputs and outputs are told by `inference.models.TranslationModel`."""
    graph = GraphBuilder("encoder", sentence_opset(precision))
    part = _Parts(weights, _layers(graph, weights, precision))
    config = weights.config
    graph.input("ids", INT64, ["N"])
    graph.input("pos", INT64, ["N"])
    graph.input("idx_pad", INT64, ["B", "S"])
    graph.input("idx_flat", INT64, ["N"])
    graph.input("lens", INT32, ["B"])
    attention = SentenceAttention(graph, config.heads, config.d_model, "idx_pad", "lens")
    x = part.embed("ids", "pos")
    for layer in range(1, config.encoder_layers + 1):
        x = part.self_attention(f"encoder_l{layer}_self", x, attention)
        x = part.feed_forward(f"encoder_l{layer}", x)
    sources = [f"decoder_l{layer}_context_{{}}{z}" for layer in part.decoder_layers for z in "kv"]
    keys_values = part.layers.dense(x, [name.format("W") for name in sources], [name.format("b") for name in sources])
    out = graph.output("kv", part.layers.element, ["N", len(sources) * config.d_model])
    graph.node("Identity", keys_values, out=out)
    return graph.model()


def decoder_graph(
    weights: MarianWeights, columns: NDArray[np.int64], precision: Precision = Precision.STATIC8
) -> onnx.ModelProto:
    """Return one decoder step over slots, with logits of the pieces `columns` only."""
    graph = GraphBuilder("decoder")
    layers = _layers(graph, weights, precision)
    layers.head(_Parts(weights, layers).decode(), columns)
    return graph.model()


def greedy_graph(weights: MarianWeights, columns: NDArray[np.int64]) -> onnx.ModelProto:
    """Return one decoder step in STATIC8 that answers with `tokens` int64 [B], where the largest logit stands.

    All other inputs and outputs are those of `decoder_graph`, and so are the tokens.
    """
    graph = GraphBuilder("greedy")
    layers = FileLevels(graph, weights)
    layers.picks(_Parts(weights, layers).decode(), columns, f"decoder_l{weights.config.decoder_layers}_ffn_ffn")
    return graph.model()


def _layers(graph: GraphBuilder, weights: MarianWeights, precision: Precision) -> MarianLayers:
    if precision is Precision.STATIC8:
        return FileLevels(graph, weights)
    return Dequantized(graph, weights, precision)


class _Parts:
    """The parts of the graphs: each method appends one and returns its result, [tokens, d_model]."""

    def __init__(self, weights: MarianWeights, layers: MarianLayers) -> None:
        self.graph = layers.graph
        self.layers = layers
        self.weights = weights
        self.config = weights.config
        self.decoder_layers = range(1, weights.config.decoder_layers + 1)

    def decode(self) -> str:
        """Everything of a decoder step but the head."""
        graph = self.graph
        graph.input("ids", INT64, ["B"])
        graph.input("pos", INT64, ["B"])
        graph.input("sl1", INT32, ["B"])
        graph.input("stot", INT32, [])
        x = self.embed("ids", "pos")
        for layer in self.decoder_layers:
            x = self.recurrent_unit(layer, x)
            x = self.cross_attention(layer, x)
            x = self.feed_forward(f"decoder_l{layer}", x)
        return x

    def embed(self, ids: str, positions: str) -> str:
        """Piece embedding times sqrt(d_model), plus the sinusoid of the position.

        One row of zeros follows the vocabulary: Marian starts a sentence from a zero embedding. The table stays in
        int8 at every precision, which loses nothing.
        """
        graph, element, table = self.graph, self.layers.element, self.weights.matrices[EMBEDDING]
        start = np.zeros((1, self.config.d_model), np.int8)
        rows = graph.node("Gather", graph.constant(np.concatenate([table.values, start]), np.int8), ids)
        real = onnx.helper.tensor_dtype_to_np_dtype(element)
        scale = graph.constant(table.scale * np.sqrt(self.config.d_model), real)
        pieces = graph.node("Mul", graph.node("Cast", rows, to=element), scale)
        sinusoids = graph.constant(position_table(POSITIONS, self.config.d_model), real)
        return graph.node("Add", pieces, graph.node("Gather", sinusoids, positions))

    def self_attention(self, prefix: str, x: str, attention: SentenceAttention) -> str:
        """Attention over each sentence: packed tokens are spread to a padded batch only for the attention itself."""
        # Three products, and no copies to cut one apart.
        query, key, value = (self.layers.dense(x, [f"{prefix}_W{z}"], [f"{prefix}_b{z}"]) for z in "qkv")
        attended = attention.attend(query, key, value)
        y = self.layers.dense(attended, [f"{prefix}_Wo"], [f"{prefix}_bo"], "idx_flat")
        return self._add_norm(y, x, f"{prefix}_Wo")

    def recurrent_unit(self, layer: int, x: str) -> str:
        """SSRU: c' = f * c + (1 - f) * Wx with f = sigmoid(Wf x + bf), then relu(c') added and normalized."""
        graph, prefix, element = self.graph, f"decoder_l{layer}_rnn", self.layers.element
        shape: list[Dimension] = ["B", self.config.d_model]
        state, next_state = graph.input(f"c{layer}", element, shape), graph.output(f"c{layer}o", element, shape)
        gates = self.layers.dense(x, [f"{prefix}_Wf", f"{prefix}_W"], [f"{prefix}_bf", None])
        forget, update = graph.split(gates, 2, axis=1)
        kept = graph.node("Mul", graph.node("Sigmoid", forget), graph.node("Sub", state, update))
        graph.node("Add", update, kept, out=next_state)
        return self._add_norm(graph.node("Relu", next_state), x, f"{prefix}_ffn")

    def cross_attention(self, layer: int, x: str) -> str:
        """Attention over the source, each slot with a length of its own.

        GroupQueryAttention is the only kernel with a length per row and buffers used in place; it wants a new token
        each step, so it is given the last source position, which it writes again where it already stands.
        """
        graph, config, prefix = self.graph, self.config, f"decoder_l{layer}_context"
        cache: list[Dimension] = ["B", config.heads, "S", config.d_model // config.heads]
        for z in "kv":
            graph.input(f"{z}{layer}", self.layers.element, cache)
            graph.input(f"l{z}{layer}", self.layers.element, ["B", 1, config.d_model])
            graph.output(f"m{z}{layer}", self.layers.element, cache)
        axis = graph.constant([1], np.int64)
        query = graph.node("Unsqueeze", self.layers.dense(x, [f"{prefix}_Wq"], [f"{prefix}_bq"]), axis)
        attended = graph.contrib(
            "GroupQueryAttention",
            *(query, f"lk{layer}", f"lv{layer}", f"k{layer}", f"v{layer}", "sl1", "stot"),
            outs=[f"attended{layer}", f"mk{layer}", f"mv{layer}"],
            num_heads=config.heads,
            kv_num_heads=config.heads,
        )
        packed = graph.node("Squeeze", attended, axis)
        return self._add_norm(self.layers.dense(packed, [f"{prefix}_Wo"], [f"{prefix}_bo"]), x, f"{prefix}_Wo")

    def feed_forward(self, prefix: str, x: str) -> str:
        """Two dense layers with a ReLU between."""
        return self._add_norm(self.layers.feed_forward(x, prefix), x, f"{prefix}_ffn_ffn")

    def _add_norm(self, y: str, x: str, prefix: str) -> str:
        return self.layers.norm(self.graph.node("Add", y, x), prefix)


def position_table(positions: int, width: int) -> NDArray[np.float32]:
    """Return Marian's sinusoids, float32 [positions, width]: all sines, then all cosines."""
    half = width // 2
    rates = np.exp(np.arange(half) * -(np.log(_WAVELENGTH) / (half - 1)))
    angles = np.arange(positions)[:, None] * rates
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)
