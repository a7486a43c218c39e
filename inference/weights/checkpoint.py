"""Weights of a translation model from a Hugging Face folder: MarianMT (opus-mt), M2M100 and NLLB.

What the folder says and the graphs do not do is refused here: a model must never run as something it is not.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from inference.weights.tensors import GENERATION, Array, count, linear, misfit, norm, read_config, read_tensors, shaped
from schemas.errors import OperatorError

_WAVELENGTH: Final = 10_000.0
# GroupQueryAttention's kernels take whole vectors of eight.
_HEAD_DIM_STEP: Final = 8
_SHARED: Final = "model.shared.weight"
_SOURCE: Final = "model.encoder.embed_tokens.weight"
_TARGET: Final = "model.decoder.embed_tokens.weight"
_OUTPUT: Final = "lm_head.weight"


class Architecture(StrEnum):
    """The two families, by the `model_type` of config.json. NLLB's dense models are M2M100."""

    MARIAN = "marian"
    M2M100 = "m2m_100"


class Activation(StrEnum):
    """The non-linearity of the feed-forward layers."""

    RELU = "relu"
    GELU = "gelu"
    SWISH = "swish"


_ACTIVATIONS: Final = {
    "relu": Activation.RELU,
    "gelu": Activation.GELU,
    "swish": Activation.SWISH,
    "silu": Activation.SWISH,
}
# Options that some folders carry and the reference implementation of these two families does not do either.
_REFUSED: Final[Mapping[str, bool]] = {
    "normalize_before": True,
    "normalize_embedding": True,
    "add_final_layer_norm": True,
    "static_position_embeddings": False,
}


class Seq2SeqConfig(Struct, frozen=True):
    """Sizes and options of an encoder-decoder transformer.

    `pre_norm`: norms stand before each part and once at the end, instead of after each sum. `vocabulary` is the
    target's. `shared`: source and target embedding are one. `tied`: the output's is the target's. `forbidden`: target
    ids that are never emitted. `positions_max`: the longest sentence it was made for.
    """

    architecture: Architecture
    activation: Activation
    pre_norm: bool
    d_model: int
    encoder_layers: int
    decoder_layers: int
    encoder_heads: int
    decoder_heads: int
    encoder_ffn: int
    decoder_ffn: int
    source_vocabulary: int
    vocabulary: int
    shared: bool
    tied: bool
    embedding_scale: float
    start: int
    eos: int
    pad: int
    forbidden: tuple[int, ...]
    positions_max: int


class Seq2SeqWeights(Struct, frozen=True):
    """Every parameter of a model, float32.

    source_embedding: [source_vocabulary, d_model]; target_embedding, output_embedding: [vocabulary, d_model], the
    first two not yet times `embedding_scale`; output_bias: [vocabulary], or None when it is zero throughout.
    positions: [positions, d_model], row p for position p. tensors: the layers', by the checkpoint's own names.
    """

    config: Seq2SeqConfig
    source_embedding: Array
    target_embedding: Array
    output_embedding: Array
    output_bias: Array | None
    positions: Array
    tensors: Mapping[str, Array]

    def linear(self, name: str, inputs: int, outputs: int) -> tuple[Array, Array]:
        """Return (weight [inputs, outputs], bias [outputs]); raises OperatorError when missing or of another shape."""
        return linear(self.tensors, name, inputs, outputs)

    def norm(self, name: str) -> tuple[Array, Array]:
        """Return (gain [d_model], shift [d_model]); raises OperatorError as `linear` does."""
        return norm(self.tensors, name, self.config.d_model)


def read_checkpoint(folder: Path, positions: int | None = None) -> Seq2SeqWeights:
    """Read a model folder; raises OperatorError when it is damaged or of a kind that cannot be run here.

    `positions`: rows of the position table, by default as many as the model was made for.
    """
    config = read_seq2seq_config(folder)
    return seq2seq_weights(config, read_tensors(folder), positions or config.positions_max)


def read_seq2seq_config(folder: Path) -> Seq2SeqConfig:
    """Return `config.json`, with what `generation_config.json`, if there is one, forbids to write."""
    found = read_config(folder)
    generation = read_config(folder, GENERATION) if (folder / GENERATION).is_file() else {}
    return seq2seq_config({**found, **{key: generation[key] for key in ("bad_words_ids",) if key in generation}})


def seq2seq_config(found: Mapping[str, Any]) -> Seq2SeqConfig:
    """Return the sizes that a config.json tells; raises OperatorError for what the graphs do not do."""
    architecture = _architecture(found)
    activation = _ACTIVATIONS.get(str(found.get("activation_function")))
    if activation is None:
        raise _unsupported(f"activation_function {found.get('activation_function')!r}")
    for option, refused in _REFUSED.items():
        if found.get(option) is refused:
            raise _unsupported(f"{option} {refused}")
    if found.get("quantization_config"):
        raise _unsupported("weights that are already quantized")
    d_model, vocabulary = count(found, "d_model", _unsupported), count(found, "vocab_size", _unsupported)
    marian = architecture is Architecture.MARIAN
    shared = not marian or found.get("share_encoder_decoder_embeddings", True) is True
    pad = _token(found, "pad_token_id", vocabulary)
    config = Seq2SeqConfig(
        architecture=architecture,
        activation=activation,
        pre_norm=not marian,
        d_model=d_model,
        encoder_layers=count(found, "encoder_layers", _unsupported),
        decoder_layers=count(found, "decoder_layers", _unsupported),
        encoder_heads=count(found, "encoder_attention_heads", _unsupported),
        decoder_heads=count(found, "decoder_attention_heads", _unsupported),
        encoder_ffn=count(found, "encoder_ffn_dim", _unsupported),
        decoder_ffn=count(found, "decoder_ffn_dim", _unsupported),
        source_vocabulary=vocabulary,
        vocabulary=vocabulary if shared else count(found, "decoder_vocab_size", _unsupported),
        shared=shared,
        tied=found.get("tie_word_embeddings", True) is True,
        embedding_scale=float(np.sqrt(d_model)) if found.get("scale_embedding", not marian) else 1.0,
        start=_token(found, "decoder_start_token_id", vocabulary),
        eos=_token(found, "eos_token_id", vocabulary),
        pad=pad,
        forbidden=_forbidden(found, pad),
        positions_max=count(found, "max_position_embeddings", _unsupported),
    )
    for heads in (config.encoder_heads, config.decoder_heads):
        if d_model % (heads * _HEAD_DIM_STEP):
            raise _unsupported(f"{heads} heads of {d_model / heads:g} channels")
    return config


def seq2seq_weights(config: Seq2SeqConfig, tensors: Mapping[str, Array], positions: int) -> Seq2SeqWeights:
    """Return the tensors in their places; raises OperatorError when one is missing or of another shape."""
    source_shape, target_shape = (config.source_vocabulary, config.d_model), (config.vocabulary, config.d_model)
    if config.shared and config.tied:
        source = target = _first(tensors, (_SHARED, _SOURCE, _TARGET), source_shape)
    else:
        # An output of its own may have left even shared embeddings in two copies that were trained apart.
        source = _first(tensors, (_SOURCE, _SHARED) if config.shared else (_SOURCE,), source_shape)
        target = _first(tensors, (_TARGET, _SHARED) if config.shared else (_TARGET,), target_shape)
    output = target if config.tied else shaped(tensors, _OUTPUT, target_shape)
    bias = None
    if config.architecture is Architecture.MARIAN:
        bias = shaped(tensors, "final_logits_bias", (1, config.vocabulary))[0]
    return Seq2SeqWeights(
        config=config,
        source_embedding=source,
        target_embedding=target,
        output_embedding=output,
        output_bias=bias if bias is not None and bias.any() else None,
        positions=position_table(config, positions),
        tensors={name: array for name, array in tensors.items() if ".layer" in name},
    )


def position_table(config: Seq2SeqConfig, positions: int) -> Array:
    """Return the sinusoids, float32 [positions, d_model]: all sines, then all cosines.

    Marian's rates fall by 2 / d_model; M2M100's are spread so that the last one is 1 / 10,000, and its rows begin
    behind the padding's (fairseq's numbering: position 0 has row pad + 1).
    """
    half = config.d_model // 2
    marian = config.architecture is Architecture.MARIAN
    exponents = np.arange(half) / (half if marian else half - 1)
    rows = np.arange(positions) + (0 if marian else config.pad + 1)
    angles = rows[:, None] * _WAVELENGTH**-exponents
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)


def emitted(config: Seq2SeqConfig) -> NDArray[np.int64]:
    """Return the ids a full output head emits, int64 [columns], ascending: all but the forbidden ones."""
    return np.setdiff1d(np.arange(config.vocabulary), config.forbidden)


def _architecture(found: Mapping[str, Any]) -> Architecture:
    try:
        return Architecture(str(found.get("model_type")))
    except ValueError:
        raise _unsupported(f"model_type {found.get('model_type')!r}") from None


def _forbidden(found: Mapping[str, Any], pad: int) -> tuple[int, ...]:
    """The padding, and the single ids among `bad_words_ids`, which opus-mt folders carry."""
    words = found.get("bad_words_ids") or []
    single = {word[0] for word in words if isinstance(word, list) and len(word) == 1 and isinstance(word[0], int)}
    return tuple(sorted({pad, *single}))


def _token(found: Mapping[str, Any], name: str, vocabulary: int) -> int:
    value = found.get(name)
    if type(value) is not int or not 0 <= value < vocabulary:
        raise _unsupported(f"{name} {value!r}")
    return value


def _first(tensors: Mapping[str, Array], names: Sequence[str], shape: tuple[int, ...]) -> Array:
    """The first of these tensors that is there: tied ones are stored once, under any of their names."""
    for name in names:
        if name in tensors:
            return shaped(tensors, name, shape)
    raise misfit(f"no {' and no '.join(names)}")


def _unsupported(what: str) -> OperatorError:
    return OperatorError(f"a model with {what} is not supported: MarianMT (opus-mt), M2M100 and NLLB models are")
