"""A transformer in numpy, one sentence at a time, rounding where the graphs round: no batch, no cache, no packing."""

import math
from collections.abc import Mapping

import numpy as np

from inference.models import Ids, Precision
from inference.weights.checkpoint import Activation, Seq2SeqWeights

LOWEST = {Activation.RELU: 0.0, Activation.SWISH: -0.27847, Activation.GELU: -0.16998}


def softmax(scores: np.ndarray) -> np.ndarray:
    grown = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return grown / grown.sum(axis=-1, keepdims=True)


def round_to(x: np.ndarray, step: np.ndarray | float, low: int, high: int) -> np.ndarray:
    return np.clip(np.rint(x / np.asarray(step, np.float32)), low, high) * np.asarray(step, np.float32)


def columns_rounded(weight: np.ndarray) -> np.ndarray:
    return round_to(weight, column_steps(weight), -127, 127)


def column_steps(weight: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(weight).max(axis=0) / 127, 1e-14).astype(np.float32)


class Reference:
    """The model at ROW8 or STATIC8; at FLOAT32 nothing is rounded."""

    def __init__(self, weights: Seq2SeqWeights, precision: Precision, scales: Mapping[str, float]) -> None:
        self.weights = weights
        self.config = weights.config
        self.precision = precision
        self.scales = scales

    def memory(self, source: Ids) -> np.ndarray:
        """float32 [tokens, decoder_layers * 2 * d_model], as the encoder graph returns it."""
        config = self.config
        x = self.embed(self.weights.source_embedding, source)
        for layer in range(config.encoder_layers):
            prefix, name = f"model.encoder.layers.{layer}", f"encoder.{layer + 1}"
            x = self.part(f"{prefix}.self_attn_layer_norm", x, self.self_attention, prefix, name)
            x = self.part(f"{prefix}.final_layer_norm", x, self.feed_forward, prefix, name, config.encoder_ffn)
        if config.pre_norm:
            x = self.norm("model.encoder.layer_norm", x)
        names = [
            f"model.decoder.layers.{layer}.encoder_attn.{z}_proj"
            for layer in range(config.decoder_layers)
            for z in "kv"
        ]
        pieces = [self.dense(x, self.square(name)[0], None, "encoder.memory") for name in names]
        kept = [
            self.kept(piece, f"decoder.{index // 2 + 1}.cross.{'kv'[index % 2]}") for index, piece in enumerate(pieces)
        ]
        return np.concatenate(kept, axis=1)

    def kept(self, values: np.ndarray, name: str) -> np.ndarray:
        """Keys or values as STATIC8 keeps them."""
        return round_to(values, self.scales[name], -128, 127) if self.precision is Precision.STATIC8 else values

    def levels(self, memory: np.ndarray) -> np.ndarray:
        """The real size of what a STATIC8 encoder graph returns."""
        if self.precision is not Precision.STATIC8:
            return memory
        names = [f"decoder.{layer + 1}.cross.{z}" for layer in range(self.config.decoder_layers) for z in "kv"]
        return memory * np.repeat([np.float32(self.scales[name]) for name in names], self.config.d_model)

    def logits(self, memory: np.ndarray, target: Ids) -> np.ndarray:
        """float32 [target positions, vocabulary]."""
        config = self.config
        x = self.embed(self.weights.target_embedding, target)
        for layer in range(config.decoder_layers):
            prefix, name = f"model.decoder.layers.{layer}", f"decoder.{layer + 1}"
            x = self.part(f"{prefix}.self_attn_layer_norm", x, self.self_attention, prefix, name)
            own = memory[:, 2 * layer * config.d_model : 2 * (layer + 1) * config.d_model]
            x = self.part(f"{prefix}.encoder_attn_layer_norm", x, self.cross_attention, prefix, name, own)
            x = self.part(f"{prefix}.final_layer_norm", x, self.feed_forward, prefix, name, config.decoder_ffn)
        final_norm = f"model.decoder.layers.{config.decoder_layers - 1}.final_layer_norm"
        if config.pre_norm:
            final_norm = "model.decoder.layer_norm"
            x = self.norm(final_norm, x)
        weight, bias = self.weights.output_embedding.T, self.weights.output_bias
        if self.precision is Precision.ROW8 and bias is not None:
            return self.row_head(x, weight, bias, final_norm)
        return self.dense(x, weight, bias, "decoder.head")

    def row_head(self, x: np.ndarray, weight: np.ndarray, bias: np.ndarray, final_norm: str) -> np.ndarray:
        """The bias is added in whole units, of which a row's step is a whole part."""
        gain, shift = self.weights.norm(final_norm)
        unit = 2 * np.sqrt(np.mean(gain**2 + shift**2))
        weight_steps = np.maximum(column_steps(weight), np.abs(bias) / (unit * 127 * 32)).astype(np.float32)
        parts = np.clip(np.floor(unit * 127 / np.abs(x).max(axis=-1, keepdims=True)), 1, 127)
        whole_bias = np.rint(bias / (weight_steps * unit)) * weight_steps * unit
        return round_to(x, unit / parts, -128, 127) @ round_to(weight, weight_steps, -127, 127) + whole_bias

    def embed(self, table: np.ndarray, ids: Ids) -> np.ndarray:
        rows = table[ids] * np.float32(self.config.embedding_scale)
        if self.precision is not Precision.FLOAT32:
            rows = columns_rounded(rows.T).T
        return rows + self.weights.positions[: len(ids)]

    def part(self, norm, x, function, *arguments):
        if self.config.pre_norm:
            return x + function(self.norm(norm, x), *arguments)
        return self.norm(norm, x + function(x, *arguments))

    def norm(self, name: str, x: np.ndarray) -> np.ndarray:
        gain, shift = self.weights.norm(name)
        centred = x - x.mean(axis=-1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5) * gain + shift

    def self_attention(self, x: np.ndarray, prefix: str, name: str) -> np.ndarray:
        decoding = name.startswith("decoder")
        weights = {z: self.square(f"{prefix}.self_attn.{z}_proj") for z in "qkv"}
        query = self.dense(x, *weights["q"], f"{name}.self")
        key, value = (self.dense(x, weights[z][0], None, f"{name}.self") for z in "kv")
        if decoding:
            key, value = self.kept(key, f"{name}.self.k"), self.kept(value, f"{name}.self.v")
        heads = self.config.decoder_heads if decoding else self.config.encoder_heads
        mask = np.triu(np.full((len(x), len(x)), -np.inf), 1) if decoding else 0.0
        return self.project(f"{prefix}.self_attn", self.attend(query, key, value, heads, mask), f"{name}.self.out")

    def cross_attention(self, x: np.ndarray, prefix: str, name: str, memory: np.ndarray) -> np.ndarray:
        key, value = np.split(memory, 2, axis=1)
        query = self.dense(x, *self.square(f"{prefix}.encoder_attn.q_proj"), f"{name}.cross")
        attended = self.attend(query, key, value, self.config.decoder_heads, 0.0)
        return self.project(f"{prefix}.encoder_attn", attended, f"{name}.cross.out")

    def attend(self, query, key, value, heads, mask) -> np.ndarray:
        def split(x: np.ndarray) -> np.ndarray:
            return x.reshape(len(x), heads, -1).transpose(1, 0, 2)

        scores = split(query) @ split(key).transpose(0, 2, 1) / np.sqrt(query.shape[1] / heads)
        return (softmax(scores + mask) @ split(value)).transpose(1, 0, 2).reshape(query.shape).astype(np.float32)

    def project(self, prefix: str, x: np.ndarray, name: str) -> np.ndarray:
        """The values' bias passes through the attention, so it may as well be added behind it."""
        weight, bias = self.square(f"{prefix}.out_proj")
        _, values_bias = self.square(f"{prefix}.v_proj")
        return self.dense(x, weight, bias + values_bias @ weight, name)

    def feed_forward(self, x: np.ndarray, prefix: str, name: str, width: int) -> np.ndarray:
        first = self.weights.linear(f"{prefix}.fc1", self.config.d_model, width)
        second = self.weights.linear(f"{prefix}.fc2", width, self.config.d_model)
        activation = self.config.activation
        if self.precision is Precision.STATIC8 and activation is Activation.RELU:
            # The sum of products is rounded as it is, so its bias is a whole number too.
            unit = column_steps(first[0]) * np.float32(self.scales[f"{name}.fc1"])
            first = first[0], np.rint(first[1] / unit) * unit
        y = self.dense(x, *first, f"{name}.fc1")
        if activation is Activation.RELU:
            y = np.maximum(y, 0)
        elif activation is Activation.SWISH:
            y = y / (1 + np.exp(-y))
        else:
            y = y * 0.5 * (1 + np.vectorize(math.erf, otypes=[np.float32])(y / np.sqrt(2)))
        return self.dense(y, *second, f"{name}.fc2", lowest=LOWEST[activation])

    def square(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        return self.weights.linear(name, self.config.d_model, self.config.d_model)

    def dense(self, x, weight, bias, name, lowest=None) -> np.ndarray:
        if self.precision is not Precision.FLOAT32:
            x, weight = self.activations(x, name, lowest), columns_rounded(weight)
        y = x @ weight
        return y if bias is None else y + bias

    def activations(self, x: np.ndarray, name: str, lowest: float | None) -> np.ndarray:
        """Levels -128..127 around 0, or 0..255 above `lowest` where that is known and a level of its own is worth it."""
        if self.precision is Precision.ROW8:
            largest = np.abs(x).max(axis=-1, keepdims=True)
            return round_to(x, largest / 255, 0, 255) if lowest == 0 else round_to(x, largest / 127, -128, 127)
        step = self.scales[name]
        if lowest is None:
            return round_to(x, step, -128, 127)
        step = (step * 127 - lowest) / 255
        zero = round(-lowest / step)
        return round_to(x, step, -zero, 255 - zero)
