"""Weights of a sentence encoder from a Hugging Face folder: BERT (MiniLM too), RoBERTa and XLM-R.

How tokens become one vector is read from the files of sentence-transformers beside the weights. What the folder says
and the graph does not do is refused here: a vector of something else looks like any other vector.
"""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from msgspec import Struct

from inference.weights.checkpoint import Activation
from inference.weights.tensors import Array, count, linear, misfit, norm, read_config, read_tensors, shaped
from schemas.errors import OperatorError

# By `model_type`: whether the position table begins behind the padding's row (fairseq's numbering).
_OFFSET_BY_PADDING: Final[Mapping[str, bool]] = {"bert": False, "roberta": True, "xlm-roberta": True}
_ACTIVATIONS: Final = {
    "relu": Activation.RELU,
    "gelu": Activation.GELU,
    "silu": Activation.SWISH,
    "swish": Activation.SWISH,
}
# Of BERT's configuration, with the only value that the graph does; what a folder leaves out has it.
_ONLY: Final[Mapping[str, Any]] = {
    "position_embedding_type": "absolute",
    "is_decoder": False,
    "add_cross_attention": False,
    "quantization_config": None,
}
_WORDS: Final = "embeddings.word_embeddings.weight"
_MODULES: Final = "modules.json"
_POOLING: Final = "1_Pooling"
_SENTENCE: Final = "sentence_bert_config.json"
_PROMPTS: Final = "config_sentence_transformers.json"
_FLAG: Final = "pooling_mode_"


class Pooling(StrEnum):
    """How the vectors of tokens become one: their mean, or that of the first token."""

    MEAN = "mean"
    CLS = "cls"


_POOLINGS: Final = {
    "mean": Pooling.MEAN,
    "mean_tokens": Pooling.MEAN,
    "cls": Pooling.CLS,
    "cls_token": Pooling.CLS,
}


class Reading(Struct, frozen=True):
    """What is made of a text: the longest piece read at once (special tokens included), the pooling, unit length."""

    tokens_max: int | None
    pooling: Pooling
    normalized: bool


class EncoderConfig(Struct, frozen=True):
    """Sizes and options of a sentence encoder. `first_position`: the row of the position table that token 0 gets."""

    activation: Activation
    layers: int
    heads: int
    d_model: int
    d_ffn: int
    vocabulary: int
    types: int
    positions: int
    first_position: int
    epsilon: float
    tokens_max: int
    pooling: Pooling
    normalized: bool


class EncoderWeights(Struct, frozen=True):
    """Every parameter of an encoder, float32.

    words: [vocabulary, d_model]. places: [tokens_max, d_model], row p for position p, with the embedding of the first
    token type in it: a text alone has no second. tensors: the rest, by BERT's names.
    """

    config: EncoderConfig
    words: Array
    places: Array
    tensors: Mapping[str, Array]

    def linear(self, name: str, inputs: int, outputs: int) -> tuple[Array, Array]:
        """Return (weight [inputs, outputs], bias [outputs]); raises OperatorError when missing or of another shape."""
        return linear(self.tensors, name, inputs, outputs)

    def norm(self, name: str) -> tuple[Array, Array]:
        """Return (gain [d_model], shift [d_model]); raises OperatorError as `linear` does."""
        return norm(self.tensors, name, self.config.d_model)


def read_encoder(folder: Path) -> EncoderWeights:
    """Read a model folder; raises OperatorError when it is damaged or of a kind that cannot be run here."""
    config = read_encoder_config(folder)
    return encoder_weights(config, read_tensors(folder))


def read_encoder_config(folder: Path) -> EncoderConfig:
    """Return what a model folder says of its encoder, without reading the weights; raises OperatorError."""
    return encoder_config(read_config(folder), read_reading(folder))


def encoder_config(found: Mapping[str, Any], reading: Reading) -> EncoderConfig:
    """Return the sizes that a config.json tells; raises OperatorError for what the graph does not do."""
    model_type = str(found.get("model_type"))
    if model_type not in _OFFSET_BY_PADDING:
        raise _unsupported(f"model_type {model_type!r}")
    for option, only in _ONLY.items():
        if found.get(option) is not None and found[option] != only:
            raise _unsupported(f"{option} {found[option]!r}")
    activation = _ACTIVATIONS.get(str(found.get("hidden_act")))
    if activation is None:
        raise _unsupported(f"hidden_act {found.get('hidden_act')!r}")
    d_model, heads, positions = (
        count(found, name, _unsupported) for name in ("hidden_size", "num_attention_heads", "max_position_embeddings")
    )
    if d_model % heads:
        raise _unsupported(f"{heads} heads in {d_model} channels")
    first = _padding(found) + 1 if _OFFSET_BY_PADDING[model_type] else 0
    if first >= positions:
        raise _unsupported(f"{positions} positions, of which {first} are skipped")
    return EncoderConfig(
        activation=activation,
        layers=count(found, "num_hidden_layers", _unsupported),
        heads=heads,
        d_model=d_model,
        d_ffn=count(found, "intermediate_size", _unsupported),
        vocabulary=count(found, "vocab_size", _unsupported),
        types=count(found, "type_vocab_size", _unsupported),
        positions=positions,
        first_position=first,
        epsilon=_epsilon(found),
        tokens_max=min(reading.tokens_max or positions, positions - first),
        pooling=reading.pooling,
        normalized=reading.normalized,
    )


def encoder_weights(config: EncoderConfig, tensors: Mapping[str, Array]) -> EncoderWeights:
    """Return the tensors in their places; raises OperatorError when one is missing or of another shape."""
    named = _named(tensors)
    places = shaped(named, "embeddings.position_embeddings.weight", (config.positions, config.d_model))
    types = shaped(named, "embeddings.token_type_embeddings.weight", (config.types, config.d_model))
    first = config.first_position
    return EncoderWeights(
        config=config,
        words=shaped(named, _WORDS, (config.vocabulary, config.d_model)),
        places=places[first : first + config.tokens_max] + types[0],
        tensors=named,
    )


def read_reading(folder: Path) -> Reading:
    """Return what the files of sentence-transformers in a model folder say; raises OperatorError.

    A folder without them is read by the mean of its tokens, scaled to unit length.
    """
    sentence = _object(folder / _SENTENCE)
    if sentence.get("do_lower_case"):
        raise _unsupported("do_lower_case in its tokenization")
    if _object(folder / _PROMPTS).get("default_prompt_name") is not None:
        raise _unsupported("a prompt before every text")
    tokens_max = None if sentence.get("max_seq_length") is None else count(sentence, "max_seq_length", _unsupported)
    modules = _modules(folder / _MODULES)
    if not modules:
        return Reading(tokens_max, _pooling(_object(folder / _POOLING / "config.json")), normalized=True)
    kinds = [str(module.get("type")).rpartition(".")[2] for module in modules]
    if kinds[:2] != ["Transformer", "Pooling"] or kinds[2:] not in ([], ["Normalize"]):
        raise _unsupported(f"the modules {', '.join(kinds)}")
    if modules[0].get("path"):
        raise _unsupported(f"its weights in {modules[0]['path']}")
    pooling = folder / str(modules[1].get("path")) / "config.json"
    if not pooling.is_file():
        raise OperatorError(f"{pooling} is missing, which {_MODULES} names: download the model again")
    return Reading(tokens_max, _pooling(_object(pooling)), normalized=len(kinds) > 2)


def _pooling(found: Mapping[str, Any]) -> Pooling:
    """The one pooling that is on: a flag each in older files, a name in newer ones; the mean where none is told."""
    if not found:
        return Pooling.MEAN
    on = [name.removeprefix(_FLAG) for name, value in found.items() if name.startswith(_FLAG) and value]
    if isinstance(found.get("pooling_mode"), str):
        on = [found["pooling_mode"]]
    if len(on) != 1 or on[0] not in _POOLINGS:
        raise _unsupported(f"the pooling {' and '.join(on) or None}")
    return _POOLINGS[on[0]]


def _object(path: Path) -> dict[str, Any]:
    """The JSON object in a file, empty when there is no file."""
    found = _json(path, {})
    if not isinstance(found, dict):
        raise OperatorError(f"{path} is no JSON object: download the model again")
    return found


def _modules(path: Path) -> list[dict[str, Any]]:
    """The modules of sentence-transformers in their order, none when there is no file."""
    found = _json(path, [])
    if not isinstance(found, list) or not all(isinstance(module, dict) for module in found):
        raise OperatorError(f"{path} is no list of modules: download the model again")
    return found


def _json(path: Path, missing: Any) -> Any:
    if not path.is_file():
        return missing
    try:
        return msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OperatorError(f"{path} cannot be read ({error}): download the model again") from error


def _named(tensors: Mapping[str, Array]) -> dict[str, Array]:
    """The tensors by BERT's names: without what a model with a task's head puts before them, norms named as today."""
    prefixes = [name.removesuffix(_WORDS) for name in tensors if name.endswith(_WORDS)]
    if len(prefixes) != 1:
        raise misfit(f"{len(prefixes)} tensors {_WORDS}")
    return {
        name.removeprefix(prefixes[0])
        .replace("LayerNorm.gamma", "LayerNorm.weight")
        .replace("LayerNorm.beta", "LayerNorm.bias"): array
        for name, array in tensors.items()
        if name.startswith(prefixes[0])
    }


def _padding(found: Mapping[str, Any]) -> int:
    value = found.get("pad_token_id", 1)
    if type(value) is not int or value < 0:
        raise _unsupported(f"pad_token_id {value!r}")
    return value


def _epsilon(found: Mapping[str, Any]) -> float:
    value = found.get("layer_norm_eps", 1e-12)
    if not isinstance(value, float) or not np.isfinite(value) or value <= 0:
        raise _unsupported(f"layer_norm_eps {value!r}")
    return value


def _unsupported(what: str) -> OperatorError:
    return OperatorError(
        f"an encoder with {what} is not supported: BERT, RoBERTa and XLM-R models with mean or cls pooling are"
    )
