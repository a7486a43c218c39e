"""Random Marian tiny models, small enough for a unit test, in memory and as a weights file."""

import struct

import numpy as np

from inference.weights.marian_bin import EMBEDDING, MarianConfig, MarianWeights, Matrix

SMALL = MarianConfig(d_model=32, heads=4, d_ffn=48, encoder_layers=2, decoder_layers=2, vocabulary=60)
# Multipliers that use most of the int8 range for activations of unit variance, as those of real files do.
_UNIT_MULTIPLIER = 30.0


def random_weights(seed: int, config: MarianConfig = SMALL) -> MarianWeights:
    """A model with every parameter random; activations stay near unit variance."""
    random = np.random.default_rng(seed)
    matrices: dict[str, Matrix] = {}
    vectors: dict[str, np.ndarray] = {}

    def matrix(name: str, rows: int, columns: int) -> None:
        values = np.clip(np.round(random.normal(0, 40, (rows, columns))), -127, 127).astype(np.int8)
        matrices[name] = Matrix(values, float(np.float32(1 / (40 * np.sqrt(rows)))))

    def vector(name: str, size: int, mean: float = 0.0) -> None:
        vectors[name] = random.normal(mean, 0.2, size).astype(np.float32)

    def attention(prefix: str) -> None:
        for z in "qkvo":
            matrix(f"{prefix}_W{z}", config.d_model, config.d_model)
            vector(f"{prefix}_b{z}", config.d_model)
        layer_norm(f"{prefix}_Wo")

    def layer_norm(prefix: str) -> None:
        vector(f"{prefix}_ln_scale", config.d_model, mean=1.0)
        vector(f"{prefix}_ln_bias", config.d_model)

    def feed_forward(prefix: str) -> None:
        for number, (rows, columns) in enumerate(((config.d_model, config.d_ffn), (config.d_ffn, config.d_model)), 1):
            matrix(f"{prefix}_ffn_W{number}", rows, columns)
            vector(f"{prefix}_ffn_b{number}", columns)
        layer_norm(f"{prefix}_ffn_ffn")

    matrix(EMBEDDING, config.vocabulary, config.d_model)
    matrices[EMBEDDING] = Matrix(matrices[EMBEDDING].values, float(np.float32(1 / (40 * np.sqrt(config.d_model)))))
    vectors["decoder_ff_logit_out_b"] = random.normal(0, 1, config.vocabulary).astype(np.float32)
    for layer in range(1, config.encoder_layers + 1):
        attention(f"encoder_l{layer}_self")
        feed_forward(f"encoder_l{layer}")
    for layer in range(1, config.decoder_layers + 1):
        matrix(f"decoder_l{layer}_rnn_W", config.d_model, config.d_model)
        matrix(f"decoder_l{layer}_rnn_Wf", config.d_model, config.d_model)
        vector(f"decoder_l{layer}_rnn_bf", config.d_model)
        layer_norm(f"decoder_l{layer}_rnn_ffn")
        attention(f"decoder_l{layer}_context")
        feed_forward(f"decoder_l{layer}")
    return MarianWeights(config, matrices, vectors, dict.fromkeys(matrices, _UNIT_MULTIPLIER))


def weights_file(weights: MarianWeights, **overrides: str) -> bytes:
    """The bytes of a Marian file with these weights; `overrides` replace keys of its configuration."""
    items: list[tuple[str, int, tuple[int, ...], bytes]] = []
    for name, matrix in weights.matrices.items():
        stored = matrix.values if name == EMBEDDING else matrix.values.T
        body = np.ascontiguousarray(stored).tobytes() + np.float32(1 / matrix.scale).tobytes()
        items.append((name, 0x4101, matrix.values.shape, body.ljust(len(body) + 252, b"\0")))
        multiplier = "none" if name == EMBEDDING else name
        value = np.float32(weights.multipliers[name]).tobytes()
        items.append((f"{multiplier}_QuantMultA", 0x404, (1, 1), value.ljust(256, b"\0")))
    for name, values in weights.vectors.items():
        items.append((name, 0x404, (1, len(values)), values.tobytes()))
    body = _yaml(weights.config, overrides).encode() + b"\0"
    items.append(("special:model.yml", 0x101, (len(body),), body))
    return _container(items)


def shortlist_file(frequent: int, listed: list[int], *, magic: int = 0xF11A48D5013417F5) -> bytes:
    """The bytes of a lexical shortlist of two source pieces, which list the halves of these target pieces."""
    offsets = np.array([0, len(listed) // 2, len(listed)], "<u8")
    header = struct.pack("<6Q", magic, 0, frequent, 2, len(offsets), len(listed))
    return header + offsets.tobytes() + np.array(listed, "<u4").tobytes()


def _yaml(config: MarianConfig, overrides: dict[str, str]) -> str:
    keys = {
        "type": "transformer",
        "dec-cell": "ssru",
        "transformer-decoder-autoreg": "rnn",
        "transformer-ffn-activation": "relu",
        "transformer-ffn-depth": "2",
        "transformer-preprocess": '""',
        "transformer-postprocess": "dan",
        "transformer-postprocess-emb": "d",
        "tied-embeddings-all": "true",
        "transformer-train-position-embeddings": "false",
        "dim-emb": config.d_model,
        "transformer-heads": config.heads,
        "transformer-dim-ffn": config.d_ffn,
        "enc-depth": config.encoder_layers,
        "dec-depth": config.decoder_layers,
    }
    keys |= {key.replace("_", "-"): value for key, value in overrides.items()}
    vocabularies = f"dim-vocabs:\n  - {config.vocabulary}\n  - {config.vocabulary}\n"
    return "".join(f"{key}: {value}\n" for key, value in keys.items()) + vocabularies


def _container(items: list[tuple[str, int, tuple[int, ...], bytes]]) -> bytes:
    head = struct.pack("<QQ", 1, len(items))
    for name, code, shape, body in items:
        head += struct.pack("<4Q", len(name) + 1, code, len(shape), len(body))
    head += b"".join(name.encode() + b"\0" for name, *_ in items)
    head += b"".join(struct.pack(f"<{len(shape)}i", *shape) for _, _, shape, _ in items)
    gap = -(len(head) + 8) % 256
    return head + struct.pack("<Q", gap) + b"\0" * gap + b"".join(body for *_, body in items)
