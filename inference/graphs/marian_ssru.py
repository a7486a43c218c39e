"""ONNX graphs of a Marian tiny model, int8 with the activation scales that come with the weights.

Every activation is rounded with a scale fixed in the weights file, so a sentence's translation does not depend on
its neighbours in the batch. The arithmetic is unsigned activations (zero point 128) times signed weights.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray

from inference.graphs.builder import FLOAT, INT32, INT64, Dimension, GraphBuilder
from inference.weights.marian_bin import EMBEDDING, MarianWeights
from schemas.errors import OperatorError

# Marian's own constants.
_LAYER_NORM_EPSILON: Final = 1e-9
_WAVELENGTH: Final = 10_000.0
# Enough for the longest target (2.5 times 128 source tokens, and 3).
POSITIONS: Final = 512
_ZERO_POINT: Final = 128
_BIAS_ROWS: Final = 4
_MASKED: Final = -1e9


def encoder_graph(weights: MarianWeights) -> onnx.ModelProto:
    """Return the packed encoder; its inputs and outputs are told by `inference.models.TranslationModel`."""
    part = _Parts("encoder", weights)
    graph, width = part.graph, 2 * part.config.decoder_layers * part.config.d_model
    graph.input("ids", INT64, ["N"])
    graph.input("pos", INT64, ["N"])
    graph.input("idx_pad", INT64, ["B", "S"])
    graph.input("idx_flat", INT64, ["N"])
    graph.input("lens", INT32, ["B"])
    x = part.embed("ids", "pos")
    for layer in range(1, part.config.encoder_layers + 1):
        x = part.self_attention(f"encoder_l{layer}_self", x)
        x = part.feed_forward(f"encoder_l{layer}", x)
    sources = [f"decoder_l{layer}_context_{{}}{z}" for layer in part.decoder_layers for z in "kv"]
    keys_values = part.dense(x, [name.format("W") for name in sources], [name.format("b") for name in sources])
    graph.node("Identity", keys_values, out=graph.output("kv", FLOAT, ["N", width]))
    return graph.model()


def decoder_graph(weights: MarianWeights, columns: NDArray[np.int64]) -> onnx.ModelProto:
    """Return one decoder step over slots, with logits of the pieces `columns` only."""
    part = _Parts("decoder", weights)
    graph = part.graph
    graph.input("ids", INT64, ["B"])
    graph.input("pos", INT64, ["B"])
    graph.input("sl1", INT32, ["B"])
    graph.input("stot", INT32, [])
    graph.output("logits", INT32, ["B", len(columns)])
    x = part.embed("ids", "pos")
    for layer in part.decoder_layers:
        x = part.recurrent_unit(layer, x)
        x = part.cross_attention(layer, x)
        x = part.feed_forward(f"decoder_l{layer}", x)
    part.output_head(x, columns)
    return graph.model()


class _Parts:
    """The parts of the two graphs: each method appends one and returns its result, float32 [tokens, d_model]."""

    def __init__(self, name: str, weights: MarianWeights) -> None:
        self.graph = GraphBuilder(name)
        self.weights = weights
        self.config = weights.config
        self.decoder_layers = range(1, weights.config.decoder_layers + 1)

    def embed(self, ids: str, positions: str) -> str:
        """Piece embedding times sqrt(d_model), plus the sinusoid of the position.

        One row of zeros follows the vocabulary: Marian starts a sentence from a zero embedding.
        """
        graph, table = self.graph, self.weights.matrices[EMBEDDING]
        start = np.zeros((1, self.config.d_model), np.int8)
        rows = graph.node("Gather", graph.constant(np.concatenate([table.values, start]), np.int8), ids)
        scale = graph.constant(table.scale * np.sqrt(self.config.d_model))
        pieces = graph.node("Mul", graph.node("Cast", rows, to=FLOAT), scale)
        sinusoids = graph.constant(position_table(POSITIONS, self.config.d_model))
        return graph.node("Add", pieces, graph.node("Gather", sinusoids, positions))

    def self_attention(self, prefix: str, x: str) -> str:
        """Attention over each sentence: packed tokens are spread to a padded batch only for the attention itself."""
        graph = self.graph
        fused = self.dense(x, [f"{prefix}_W{z}" for z in "qkv"], [f"{prefix}_b{z}" for z in "qkv"])
        padded = graph.node("Gather", fused, "idx_pad", axis=0)
        query, key, value = graph.split(padded, 3, axis=2)
        attended = graph.contrib(
            "MultiHeadAttention",
            *(query, key, value, "", "lens"),
            num_heads=self.config.heads,
            mask_filter_value=_MASKED,
        )
        flat = graph.node("Reshape", attended, graph.constant([-1, self.config.d_model], np.int64))
        packed = graph.node("Gather", flat, "idx_flat", axis=0)
        return self._add_norm(self.dense(packed, [f"{prefix}_Wo"], [f"{prefix}_bo"]), x, f"{prefix}_Wo")

    def recurrent_unit(self, layer: int, x: str) -> str:
        """SSRU: c' = f * c + (1 - f) * Wx with f = sigmoid(Wf x + bf), then relu(c') added and normalized."""
        graph, prefix = self.graph, f"decoder_l{layer}_rnn"
        shape: list[Dimension] = ["B", self.config.d_model]
        state, next_state = graph.input(f"c{layer}", FLOAT, shape), graph.output(f"c{layer}o", FLOAT, shape)
        forget, update = graph.split(self.dense(x, [f"{prefix}_Wf", f"{prefix}_W"], [f"{prefix}_bf", None]), 2, axis=1)
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
            graph.input(f"{z}{layer}", FLOAT, cache)
            graph.input(f"l{z}{layer}", FLOAT, ["B", 1, config.d_model])
            graph.output(f"m{z}{layer}", FLOAT, cache)
        axis = graph.constant([1], np.int64)
        query = graph.node("Unsqueeze", self.dense(x, [f"{prefix}_Wq"], [f"{prefix}_bq"]), axis)
        attended = graph.contrib(
            "GroupQueryAttention",
            *(query, f"lk{layer}", f"lv{layer}", f"k{layer}", f"v{layer}", "sl1", "stot"),
            outs=[f"attended{layer}", f"mk{layer}", f"mv{layer}"],
            num_heads=config.heads,
            kv_num_heads=config.heads,
        )
        packed = graph.node("Squeeze", attended, axis)
        return self._add_norm(self.dense(packed, [f"{prefix}_Wo"], [f"{prefix}_bo"]), x, f"{prefix}_Wo")

    def feed_forward(self, prefix: str, x: str) -> str:
        """Two dense layers. The first one's output is unsigned with zero point 0: rounding it is the ReLU."""
        graph, zero = self.graph, self.graph.constant(0, np.uint8)
        first, second = self.weights.matrices[f"{prefix}_ffn_W1"], self.weights.matrices[f"{prefix}_ffn_W2"]
        scale_in = 1 / self.weights.multipliers[f"{prefix}_ffn_W1"]
        # The weights file allows for 127 levels above zero; unsigned, the same range has 255.
        scale_hidden = graph.constant(127 / 255 / self.weights.multipliers[f"{prefix}_ffn_W2"])
        bias = np.round(self.weights.vectors[f"{prefix}_ffn_b1"] / (first.scale * scale_in))
        # ONNX Runtime fails to rewrite a signed zero point that several nodes share (see `providers`).
        signed_zero = graph.constant(0, np.int8, shared=False)
        hidden = graph.contrib(
            "QGemm",
            *(self._quantize(x, scale_in), graph.constant(scale_in), graph.constant(_ZERO_POINT, np.uint8)),
            *(graph.constant(first.values, np.int8), graph.constant(first.scale), signed_zero),
            *(graph.constant(bias, np.int32), scale_hidden, zero),
        )
        weight = graph.constant(second.values, np.int8)
        out_bias = graph.constant(self.weights.vectors[f"{prefix}_ffn_b2"])
        y = graph.contrib(
            "MatMulIntegerToFloat",
            *(hidden, weight, scale_hidden, graph.constant(second.scale), zero, "", out_bias),
        )
        return self._add_norm(y, x, f"{prefix}_ffn_ffn")

    def output_head(self, x: str, columns: NDArray[np.int64]) -> None:
        """Integer logits int32 [B, columns]: one scale for all, so the largest is the same as that of the real ones."""
        graph, table = self.graph, self.weights.matrices[EMBEDDING]
        multiplier = self.weights.multipliers[EMBEDDING]
        bias = self.weights.vectors["decoder_ff_logit_out_b"][columns] * (multiplier / table.scale)
        rows = np.concatenate([table.values.T[:, columns], _bias_rows(bias)])
        # What stands against the bias rows: 127, 127, 127 and 1, stored unsigned.
        ones = graph.constant([[255, 255, 255, _ZERO_POINT + 1]], np.uint8)
        size = graph.node("Concat", graph.node("Shape", "ids"), graph.constant([_BIAS_ROWS], np.int64), axis=0)
        left = graph.node("Concat", self._quantize(x, 1 / multiplier), graph.node("Expand", ones, size), axis=1)
        zero_point = graph.constant(_ZERO_POINT, np.uint8)
        graph.node("MatMulInteger", left, graph.constant(rows, np.int8), zero_point, out="logits")
        scale = graph.constant([[table.scale / multiplier]])
        graph.node("Identity", scale, out=graph.output("logits_scale", FLOAT, [1, 1]))

    def dense(self, x: str, names: Sequence[str], biases: Sequence[str | None]) -> str:
        """Return x times several matrices side by side, biases added: float32 [tokens, sum of outputs]."""
        graph = self.graph
        multipliers = {self.weights.multipliers[name] for name in names}
        if len(multipliers) != 1:
            raise OperatorError(f"{names[0]} and its neighbours have different activation scales: unsupported weights")
        matrices = [self.weights.matrices[name] for name in names]
        widths = [matrix.values.shape[1] for matrix in matrices]
        scales = [np.full(width, matrix.scale, np.float32) for width, matrix in zip(widths, matrices, strict=True)]
        offsets = [
            self.weights.vectors[name] if name else np.zeros(width, np.float32)
            for width, name in zip(widths, biases, strict=True)
        ]
        scale_in = 1 / multipliers.pop()
        return graph.contrib(
            "MatMulIntegerToFloat",
            self._quantize(x, scale_in),
            graph.constant(np.concatenate([matrix.values for matrix in matrices], axis=1), np.int8),
            graph.constant(scale_in),
            graph.constant(np.concatenate(scales)),
            graph.constant(_ZERO_POINT, np.uint8),
            "",
            graph.constant(np.concatenate(offsets)),
        )

    def _quantize(self, x: str, scale: float) -> str:
        return self.graph.node(
            "QuantizeLinear", x, self.graph.constant(scale), self.graph.constant(_ZERO_POINT, np.uint8)
        )

    def _add_norm(self, y: str, x: str, prefix: str) -> str:
        gain = self.graph.constant(self.weights.vectors[f"{prefix}_ln_scale"])
        shift = self.graph.constant(self.weights.vectors[f"{prefix}_ln_bias"])
        total = self.graph.node("Add", y, x)
        return self.graph.node("LayerNormalization", total, gain, shift, axis=-1, epsilon=_LAYER_NORM_EPSILON)


def position_table(positions: int, width: int) -> NDArray[np.float32]:
    """Return Marian's sinusoids, float32 [positions, width]: all sines, then all cosines."""
    half = width // 2
    rates = np.exp(np.arange(half) * -(np.log(_WAVELENGTH) / (half - 1)))
    angles = np.arange(positions)[:, None] * rates
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)


def _bias_rows(bias: NDArray[np.float32]) -> NDArray[np.int8]:
    """Return int8 [4, columns] whose product with (127, 127, 127, 1) is the rounded bias."""
    rest = np.round(bias).astype(np.int64)
    rows = []
    for _ in range(_BIAS_ROWS - 1):
        rows.append(np.clip(np.round(rest / 127), -127, 127).astype(np.int64))
        rest = rest - 127 * rows[-1]
    if np.abs(rest).max(initial=0) > 127:
        raise OperatorError("the output bias of this model is too large for an integer head: unsupported weights")
    return np.stack([*rows, rest]).astype(np.int8)
