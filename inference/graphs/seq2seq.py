"""ONNX graphs of MarianMT, M2M100 and NLLB: a packed encoder and one decoder step over slots, at four precisions.

Biases that change nothing are not computed. Attention does not see a bias of its keys, which moves all scores of a
query alike; a bias of its values passes through to the output projection, whose bias takes it in.

STATIC8 keeps keys and values in int8: reading them takes a third of a decoder step, and int8 a third less of that.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray

from inference.graphs.attention import SentenceAttention, sentence_opset
from inference.graphs.builder import FLOAT, INT32, INT64, Dimension, GraphBuilder
from inference.graphs.dense import Affine, Array, Dense, round_columns
from inference.models import Precision
from inference.weights.checkpoint import Seq2SeqWeights

INT8: Final = onnx.TensorProto.INT8
# PyTorch's default, which all of these models were trained with.
_LAYER_NORM_EPSILON: Final = 1e-5
# The largest item of a normalized row is rarely below this many times its root mean square.
_PEAK_MIN: Final = 2.0


def encoder_graph(
    weights: Seq2SeqWeights,
    precision: Precision,
    scales: Mapping[str, float] | None = None,
    *,
    observe: bool = False,
) -> onnx.ModelProto:
    """Return the packed encoder; its inputs and outputs are told by `inference.models.TranslationModel`.

    `scales`, `observe`: as in `Dense`. Raises OperatorError when weights are missing or of another shape.
    """
    config, graph = weights.config, GraphBuilder("encoder", sentence_opset(precision))
    part = _Parts(weights, Dense(graph, precision, scales, observe=observe, tokens="ids"), config.encoder_ffn)
    graph.input("ids", INT64, ["N"])
    graph.input("pos", INT64, ["N"])
    graph.input("idx_pad", INT64, ["B", "S"])
    graph.input("idx_flat", INT64, ["N"])
    graph.input("lens", INT32, ["B"])
    attention = SentenceAttention(graph, config.encoder_heads, config.d_model, "idx_pad", "lens")
    x = part.embed(weights.source_embedding)
    for layer in range(config.encoder_layers):
        prefix = f"model.encoder.layers.{layer}"
        x = part.beside(f"{prefix}.self_attn_layer_norm", x, partial(part.encoder_attention, prefix, attention))
        x = part.beside(f"{prefix}.final_layer_norm", x, partial(part.feed_forward, prefix))
    if config.pre_norm:
        x = part.norm("model.encoder.layer_norm", x)
    part.cross_keys_values(x, graph.output("kv", part.kept, ["N", 2 * config.decoder_layers * config.d_model]))
    return graph.model()


def decoder_graph(
    weights: Seq2SeqWeights,
    columns: NDArray[np.int64],
    precision: Precision,
    scales: Mapping[str, float] | None = None,
    *,
    observe: bool = False,
) -> onnx.ModelProto:
    """Return one decoder step over slots, with logits of the token ids `columns` only.

    ROW8 leaves a positive factor of each row out of `logits`; its output `logits_scale` float32 [B, 1] is that factor.
    `scales`, `observe`: as in `Dense`. Raises OperatorError when weights are missing or of another shape.
    """
    config, graph = weights.config, GraphBuilder("decoder")
    part = _Parts(weights, Dense(graph, precision, scales, observe=observe, tokens="ids"), config.decoder_ffn)
    graph.input("ids", INT64, ["B"])
    graph.input("pos", INT64, ["B"])
    for length, total in (("sl1", "stot"), ("tl1", "ttot")):
        graph.input(length, INT32, ["B"])
        graph.input(total, INT32, [])
    x = part.embed(weights.target_embedding)
    for layer in range(config.decoder_layers):
        prefix = f"model.decoder.layers.{layer}"
        x = part.beside(f"{prefix}.self_attn_layer_norm", x, partial(part.decoder_attention, layer))
        x = part.beside(f"{prefix}.encoder_attn_layer_norm", x, partial(part.cross_attention, layer))
        x = part.beside(f"{prefix}.final_layer_norm", x, partial(part.feed_forward, prefix))
    final_norm = f"model.decoder.layers.{config.decoder_layers - 1}.final_layer_norm"
    if config.pre_norm:
        final_norm = "model.decoder.layer_norm"
        x = part.norm(final_norm, x)
    part.output_head(x, final_norm, columns)
    return graph.model()


class _Parts:
    """The parts of the two graphs: each method appends one and returns its result, [tokens, d_model]."""

    def __init__(self, weights: Seq2SeqWeights, layers: Dense, d_ffn: int) -> None:
        self.weights = weights
        self.config = weights.config
        self.layers = layers
        self.graph = layers.graph
        self.d_ffn = d_ffn
        # The type of keys and values that stay from step to step.
        self.kept = INT8 if layers.precision is Precision.STATIC8 else layers.element

    def embed(self, table: Array) -> str:
        """Embedding times its scale, plus the sinusoid of the position; int8 where layers are."""
        graph, layers = self.graph, self.layers
        scaled = table * np.float32(self.config.embedding_scale)
        if layers.is_int8:
            levels, steps = round_columns(scaled.T)
            rows = graph.node("Gather", graph.constant(np.ascontiguousarray(levels.T), np.int8), "ids")
            step = graph.node("Gather", graph.constant(steps[:, None]), "ids")
            tokens = graph.node("Mul", graph.node("Cast", rows, to=FLOAT), step)
        else:
            tokens = graph.node("Gather", layers.constant(scaled), "ids")
        return graph.node("Add", tokens, graph.node("Gather", layers.constant(self.weights.positions), "pos"))

    def norm(self, name: str, x: str) -> str:
        return self.layers.norm(x, *self.weights.norm(name), _LAYER_NORM_EPSILON)

    def beside(self, norm: str, x: str, part: Callable[[str], str]) -> str:
        """A part of a layer, its shortcut and its norm, which stands before the part or after the sum."""
        if self.config.pre_norm:
            return self.graph.node("Add", x, part(self.norm(norm, x)))
        return self.norm(norm, self.graph.node("Add", part(x), x))

    def encoder_attention(self, prefix: str, attention: SentenceAttention, x: str) -> str:
        """Attention over each sentence: packed tokens are spread to a padded batch only for the attention itself."""
        query, key, value = self.graph.split(self.queries_keys_values(f"{prefix}.self_attn", x), 3, axis=1)
        attended = attention.attend(query, key, value)
        return self.project(f"{prefix}.self_attn", self.graph.node("Gather", attended, "idx_flat", axis=0))

    def decoder_attention(self, layer: int, x: str) -> str:
        """Attention over what a slot has written; the new token's keys and values go into its cache."""
        graph, number, prefix = self.graph, layer + 1, f"model.decoder.layers.{layer}.self_attn"
        for name in (f"tk{number}", f"tv{number}"):
            graph.input(name, self.kept, self.cache("T"))
            graph.output(f"{name}o", self.kept, self.cache("T"))
        new = self.queries_keys_values(prefix, x)
        if self.layers.observe:
            for z, value in zip("kv", graph.split(new, 3, axis=1)[1:], strict=True):
                self.layers.watch(value, f"{_name(prefix)}.{z}")
        attended = self.attend(
            [graph.node("Unsqueeze", new, self.axis()), "", "", f"tk{number}", f"tv{number}", "tl1", "ttot"],
            [f"written{number}", f"tk{number}o", f"tv{number}o"],
            _name(prefix),
        )
        return self.project(prefix, attended)

    def cross_attention(self, layer: int, x: str) -> str:
        """Attention over the source, each slot with a length of its own.

        GroupQueryAttention is the only kernel with a length per row and buffers used in place; it wants a new token
        each step, so it is given the last source position, which it writes again where it already stands.
        """
        graph, number, prefix = self.graph, layer + 1, f"model.decoder.layers.{layer}.encoder_attn"
        for z in "kv":
            graph.input(f"{z}{number}", self.kept, self.cache("S"))
            graph.input(f"l{z}{number}", self.kept, ["B", 1, self.config.d_model])
            graph.output(f"m{z}{number}", self.kept, self.cache("S"))
        query = self.layers.dense(x, *self.linear(f"{prefix}.q_proj"), _name(prefix))
        last = [self.real(f"l{z}{number}", f"{_name(prefix)}.{z}") for z in "kv"]
        attended = self.attend(
            [graph.node("Unsqueeze", query, self.axis()), *last, f"k{number}", f"v{number}", "sl1", "stot"],
            [f"attended{number}", f"mk{number}", f"mv{number}"],
            _name(prefix),
        )
        return self.project(prefix, attended)

    def attend(self, inputs: Sequence[str], outs: Sequence[str], name: str) -> str:
        """Attention of one new token a slot over what is kept of that slot: [tokens, d_model]."""
        graph, heads = self.graph, self.config.decoder_heads
        attributes: dict[str, Any] = {"num_heads": heads, "kv_num_heads": heads}
        if self.kept == INT8:
            scales = [graph.constant([self.layers.static_scale(f"{name}.{z}")]) for z in "kv"]
            inputs = [*inputs, *[""] * 5, *scales]
            attributes |= {"k_quant_type": "PER_TENSOR", "v_quant_type": "PER_TENSOR", "kv_cache_bit_width": 8}
        return graph.node(
            "Squeeze", graph.contrib("GroupQueryAttention", *inputs, outs=outs, **attributes), self.axis()
        )

    def real(self, kept: str, name: str) -> str:
        """Keys or values in the activations' type."""
        if self.kept != INT8:
            return kept
        return self.graph.node("DequantizeLinear", kept, self.graph.constant(self.layers.static_scale(name)))

    def queries_keys_values(self, prefix: str, x: str) -> str:
        """Queries, keys and values side by side: [tokens, 3 * d_model]."""
        (query, bias), (key, _), (value, _) = (self.linear(f"{prefix}.{z}_proj") for z in "qkv")
        biases = np.concatenate([bias, np.zeros(2 * len(bias), np.float32)])
        return self.layers.dense(x, np.concatenate([query, key, value], axis=1), biases, _name(prefix))

    def project(self, prefix: str, x: str) -> str:
        """The output projection of an attention, with what the bias of its values comes to."""
        weight, bias = self.linear(f"{prefix}.out_proj")
        _, values_bias = self.linear(f"{prefix}.v_proj")
        return self.layers.dense(x, weight, bias + values_bias @ weight, f"{_name(prefix)}.out")

    def feed_forward(self, prefix: str, x: str) -> str:
        first = self.weights.linear(f"{prefix}.fc1", self.config.d_model, self.d_ffn)
        second = self.weights.linear(f"{prefix}.fc2", self.d_ffn, self.config.d_model)
        return self.layers.feed_forward(x, first, second, self.config.activation, _name(prefix))

    def cross_keys_values(self, x: str, out: str) -> None:
        """Keys and values of every decoder layer's cross-attention, in one product."""
        graph, names, pieces = self.graph, [], []
        for layer in range(self.config.decoder_layers):
            prefix = f"model.decoder.layers.{layer}.encoder_attn"
            for z in "kv":
                names.append(f"{_name(prefix)}.{z}")
                weight, _ = self.linear(f"{prefix}.{z}_proj")
                # In units of the level that is kept, rounding is to whole numbers.
                unit = self.layers.static_scale(names[-1]) if self.kept == INT8 else 1.0
                pieces.append(weight / np.float32(unit))
        y = self.layers.dense(x, np.concatenate(pieces, axis=1), None, "encoder.memory")
        if self.layers.observe:
            for value, name in zip(graph.split(y, len(names), axis=1), names, strict=True):
                self.layers.watch(value, name)
        if self.kept == INT8:
            graph.node("QuantizeLinear", y, graph.constant(1.0), graph.constant(0, np.int8), out=out)
        else:
            graph.node("Identity", y, out=out)

    def output_head(self, x: str, final_norm: str, columns: NDArray[np.int64]) -> None:
        bias = self.weights.output_bias
        gain, shift = self.weights.norm(final_norm)
        self.layers.head(
            x,
            np.ascontiguousarray(self.weights.output_embedding[columns].T),
            None if bias is None else bias[columns],
            "decoder.head",
            "logits",
            magnitude=_PEAK_MIN * float(np.sqrt(np.mean(gain**2 + shift**2))),
        )

    def linear(self, name: str) -> Affine:
        return self.weights.linear(name, self.config.d_model, self.config.d_model)

    def axis(self) -> str:
        """The axis of the one new token that attention sees of each slot."""
        return self.graph.constant([1], np.int64)

    def cache(self, positions: str) -> list[Dimension]:
        heads = self.config.decoder_heads
        return ["B", heads, positions, self.config.d_model // heads]


def _name(prefix: str) -> str:
    """`model.decoder.layers.0.encoder_attn` is known to calibration as `decoder.1.cross`."""
    _, side, _, layer, *part = prefix.split(".")
    words = {"self_attn": "self", "encoder_attn": "cross"}
    return ".".join([side, str(int(layer) + 1), *(words[word] for word in part)])
