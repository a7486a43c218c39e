"""A Marian tiny model in plain numpy, sentence by sentence: what the graphs are compared with.

`Exact` computes in float32 with dequantized weights. `Rounded` rounds where the int8 graphs round, and nowhere else.
"""

import numpy as np

from inference.weights.marian_bin import EMBEDDING, MarianWeights


class Exact:
    def __init__(self, weights: MarianWeights) -> None:
        self.weights = weights
        self.config = weights.config
        self.positions = sinusoids(512, weights.config.d_model)

    def encode(self, ids: np.ndarray) -> np.ndarray:
        """float32 [tokens, layers * 2 * d_model]: cross-attention keys and values of every decoder layer."""
        x = self.embed(ids) + self.positions[: len(ids)]
        for layer in range(1, self.config.encoder_layers + 1):
            prefix = f"encoder_l{layer}_self"
            keys, values = self.dense(x, f"{prefix}_Wk", f"{prefix}_bk"), self.dense(x, f"{prefix}_Wv", f"{prefix}_bv")
            x = self.attend(prefix, x, keys, values)
            x = self.feed_forward(f"encoder_l{layer}", x)
        names = [f"decoder_l{layer}_context_{{}}{z}" for layer in self.decoder_layers() for z in "kv"]
        return np.concatenate([self.dense(x, name.format("W"), name.format("b")) for name in names], axis=1)

    def step(self, previous: int, position: int, states: list[np.ndarray], kv: np.ndarray) -> np.ndarray:
        """Logits [vocabulary] after the piece `previous`; `states` are replaced in place."""
        width = self.config.d_model
        x = self.embed(np.array([previous])) + self.positions[[position]]
        for index, layer in enumerate(self.decoder_layers()):
            prefix = f"decoder_l{layer}_rnn"
            forget = 1 / (1 + np.exp(-self.dense(x, f"{prefix}_Wf", f"{prefix}_bf")))
            states[index] = forget * states[index] + (1 - forget) * self.dense(x, f"{prefix}_W", None)
            x = self.norm(np.maximum(states[index], 0) + x, f"{prefix}_ffn")
            keys, values = (kv[:, (2 * index + z) * width : (2 * index + z + 1) * width] for z in (0, 1))
            x = self.attend(f"decoder_l{layer}_context", x, keys, values)
            x = self.feed_forward(f"decoder_l{layer}", x)
        return self.logits(x)[0]

    def translate(self, ids: np.ndarray, limit: int, eos: int) -> list[int]:
        """Greedy target ids."""
        kv, previous, out = self.encode(ids), self.config.vocabulary, []
        states = [np.zeros((1, self.config.d_model), np.float32) for _ in self.decoder_layers()]
        for position in range(limit):
            previous = int(self.step(previous, position, states, kv).argmax())
            if previous == eos:
                break
            out.append(previous)
        return out

    def decoder_layers(self) -> range:
        return range(1, self.config.decoder_layers + 1)

    def embed(self, ids: np.ndarray) -> np.ndarray:
        table = self.weights.matrices[EMBEDDING]
        rows = np.concatenate([table.values, np.zeros((1, self.config.d_model), np.int8)])[ids]
        return rows.astype(np.float32) * np.float32(table.scale * np.sqrt(self.config.d_model))

    def attend(self, prefix: str, x: np.ndarray, keys: np.ndarray, values: np.ndarray) -> np.ndarray:
        heads = self.config.heads
        size = self.config.d_model // heads
        query, keys, values = (
            part.reshape(len(part), heads, size).transpose(1, 0, 2)
            for part in (self.dense(x, f"{prefix}_Wq", f"{prefix}_bq"), keys, values)
        )
        scores = query @ keys.transpose(0, 2, 1) / np.sqrt(size)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True) @ values).transpose(1, 0, 2).reshape(len(x), -1)
        return self.norm(self.dense(mixed.astype(np.float32), f"{prefix}_Wo", f"{prefix}_bo") + x, f"{prefix}_Wo")

    def norm(self, x: np.ndarray, prefix: str) -> np.ndarray:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-9)
        return scaled * self.weights.vectors[f"{prefix}_ln_scale"] + self.weights.vectors[f"{prefix}_ln_bias"]

    def dense(self, x: np.ndarray, name: str, bias: str | None) -> np.ndarray:
        matrix = self.weights.matrices[name]
        return x @ (matrix.values.astype(np.float32) * np.float32(matrix.scale)) + self.bias(bias)

    def feed_forward(self, prefix: str, x: np.ndarray) -> np.ndarray:
        hidden = np.maximum(self.dense(x, f"{prefix}_ffn_W1", f"{prefix}_ffn_b1"), 0)
        return self.norm(self.dense(hidden, f"{prefix}_ffn_W2", f"{prefix}_ffn_b2") + x, f"{prefix}_ffn_ffn")

    def logits(self, x: np.ndarray) -> np.ndarray:
        table = self.weights.matrices[EMBEDDING]
        return x @ (table.values.T.astype(np.float32) * np.float32(table.scale)) + self.bias("decoder_ff_logit_out_b")

    def bias(self, name: str | None) -> np.ndarray | float:
        return self.weights.vectors[name] if name else 0.0


class Rounded(Exact):
    """The same with activations rounded to int8 before each product, as the graphs do."""

    def dense(self, x: np.ndarray, name: str, bias: str | None) -> np.ndarray:
        matrix, step = self.weights.matrices[name], self._step(name)
        return (self._round(x, step) @ matrix.values.astype(np.int64)) * np.float32(matrix.scale * step) + self.bias(
            bias
        )

    def feed_forward(self, prefix: str, x: np.ndarray) -> np.ndarray:
        first, second = self.weights.matrices[f"{prefix}_ffn_W1"], self.weights.matrices[f"{prefix}_ffn_W2"]
        step_in = self._step(f"{prefix}_ffn_W1")
        step_hidden = 127 / 255 * self._step(f"{prefix}_ffn_W2")
        unit = first.scale * step_in
        total = self._round(x, step_in) @ first.values.astype(np.int64) + np.round(self.bias(f"{prefix}_ffn_b1") / unit)
        hidden = np.clip(np.round(total * (unit / step_hidden)), 0, 255)
        out = (hidden @ second.values.astype(np.int64)) * (step_hidden * second.scale) + self.bias(f"{prefix}_ffn_b2")
        return self.norm(out.astype(np.float32) + x, f"{prefix}_ffn_ffn")

    def logits(self, x: np.ndarray) -> np.ndarray:
        """Integers, as the graph's head gives them: real logits over one common scale."""
        table, step = self.weights.matrices[EMBEDDING], self._step(EMBEDDING)
        bias = np.round(self.bias("decoder_ff_logit_out_b") / (table.scale * step)).astype(np.int64)
        return self._round(x, step) @ table.values.T.astype(np.int64) + bias

    def _step(self, name: str) -> np.float32:
        return np.float32(1 / self.weights.multipliers[name])

    @staticmethod
    def _round(x: np.ndarray, step: np.float32) -> np.ndarray:
        return np.clip(np.round(x / step), -128, 127).astype(np.int64)


def sinusoids(positions: int, width: int) -> np.ndarray:
    """Marian's position table, written out: sines in the first half of a row, cosines in the second."""
    table = np.empty((positions, width), np.float32)
    half = width // 2
    for position in range(positions):
        for rate in range(half):
            angle = position / 10_000 ** (rate / (half - 1))
            table[position, rate], table[position, half + rate] = np.sin(angle), np.cos(angle)
    return table
