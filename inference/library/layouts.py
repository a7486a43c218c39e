"""What kind of model a folder of weights holds, and which of its files a conversion reads."""

import json
from collections.abc import Callable, Collection, Mapping
from fnmatch import fnmatch
from typing import Any, Final

import msgspec
from msgspec import Struct

from inference.library.catalog import Kind
from schemas.errors import OperatorError

CONFIG: Final = "config.json"
CARD: Final = "README.md"
_SAFETENSORS: Final = "model.safetensors"
_TORCH: Final = "pytorch_model.bin"
_INDEX: Final = ".index.json"
_GZIP: Final = ".gz"

# By the configuration's `model_type`.
_TYPES: Final = {
    "marian": Kind.MARIAN,
    "m2m_100": Kind.M2M100,
    "bert": Kind.TEXT_ENCODER,
    "roberta": Kind.TEXT_ENCODER,
    "xlm-roberta": Kind.TEXT_ENCODER,
}
# Role -> file, of what each kind needs besides its weights and configuration.
_REQUIRED: Final[Mapping[Kind, Mapping[str, str]]] = {
    Kind.MARIAN: {"source": "source.spm", "target": "target.spm", "vocabulary": "vocab.json"},
    Kind.M2M100: {"pieces": "sentencepiece.bpe.model", "vocabulary": "vocab.json"},
    Kind.NLLB: {"tokenizer": "tokenizer.json"},
    Kind.TEXT_ENCODER: {"tokenizer": "tokenizer.json"},
    Kind.MARIAN_SSRU: {"model": "model*.bin", "tokenizer": "vocab*.spm"},
}
_OPTIONAL: Final[Mapping[Kind, Mapping[str, str]]] = {
    Kind.MARIAN: {"target_vocabulary": "target_vocab.json", "generation_config": "generation_config.json"},
    Kind.M2M100: {
        "tokenizer_config": "tokenizer_config.json",
        "special_tokens": "special_tokens_map.json",
        "added_tokens": "added_tokens.json",
        "generation_config": "generation_config.json",
    },
    Kind.NLLB: {"tokenizer_config": "tokenizer_config.json", "generation_config": "generation_config.json"},
    Kind.TEXT_ENCODER: {
        "tokenizer_config": "tokenizer_config.json",
        "modules": "modules.json",
        "pooling": "*_Pooling/config.json",
        "sentence_config": "sentence_bert_config.json",
        "prompts": "config_sentence_transformers.json",
    },
    Kind.MARIAN_SSRU: {"shortlist": "lex*.s2t.bin"},
}
_LICENCE_FILES: Final = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "COPYING")

Read = Callable[[str], bytes]


class Layout(Struct, frozen=True):
    """A folder's kind, and its files by role. Weights have the role of their own name.

    `config`: what stands in config.json; empty for folders that have none.
    """

    kind: Kind
    files: dict[str, str]
    config: dict[str, Any]

    @property
    def documents(self) -> tuple[str, ...]:
        """Roles of files that are read for their licence only."""
        return tuple(role for role in self.files if role in {"card", "licence"})


def recognise(names: Collection[str], read: Read, where: str) -> Layout:
    """Tell the kind of a folder by its files' names, reading no more than small JSON files of it.

    `where` names the folder in messages. Raises OperatorError when it is none of the kinds, or lacks a file.
    """
    config = read_json(read, CONFIG, where) if CONFIG in names else {}
    kind = _kind(names, config, where)
    files = {"config": CONFIG} if config else {}
    for role, pattern in _REQUIRED[kind].items():
        files[role] = _one(names, pattern, kind, where)
    for role, pattern in _OPTIONAL[kind].items():
        if _matching(names, pattern):
            files[role] = _one(names, pattern, kind, where)
    if kind is not Kind.MARIAN_SSRU:
        files |= {name: name for name in _weights(names, read, where)}
    if CARD in names:
        files["card"] = CARD
    licence = next((name for name in _LICENCE_FILES if name in names), None)
    return Layout(kind, files | ({"licence": licence} if licence else {}), config)


def read_json(read: Read, name: str, where: str) -> dict[str, Any]:
    """Return the JSON object in a file; raises OperatorError."""
    try:
        found = json.loads(read(name))
    except ValueError as error:
        raise OperatorError(f"{where}: {name} is no JSON ({error})") from error
    if not isinstance(found, dict):
        raise OperatorError(f"{where}: {name} is no JSON object")
    return found


def _kind(names: Collection[str], config: Mapping[str, Any], where: str) -> Kind:
    if config:
        kind = _TYPES.get(str(config.get("model_type")))
        if kind is None:
            raise OperatorError(
                f"{where} is a {config.get('model_type')} model: this version converts {', '.join(_TYPES)}, Firefox's"
            )
        # NLLB has M2M100's architecture; M2M100's tokenizer alone keeps a vocabulary of its own.
        return Kind.NLLB if kind is Kind.M2M100 and "vocab.json" not in names else kind
    if _matching(names, _REQUIRED[Kind.MARIAN_SSRU]["model"]) and _matching(names, "*.spm"):
        return Kind.MARIAN_SSRU
    raise OperatorError(
        f"{where} has no {CONFIG}, nor model*.bin and vocab*.spm as Firefox's models do: not a model this version knows"
    )


def _one(names: Collection[str], pattern: str, kind: Kind, where: str) -> str:
    found = _matching(names, pattern)
    if len(found) != 1:
        raise OperatorError(f"{where} holds {len(found)} files {pattern}, a {kind} model has one")
    return found[0]


def _matching(names: Collection[str], pattern: str) -> list[str]:
    """Files of this pattern, as they are or compressed; a plain file wins over the same one compressed."""
    plain = [name for name in names if fnmatch(name, pattern)]
    packed = [name for name in names if fnmatch(name, pattern + _GZIP) and name.removesuffix(_GZIP) not in plain]
    return sorted(plain + packed)


def _weights(names: Collection[str], read: Read, where: str) -> list[str]:
    """The weights in the safest form there is: safetensors before torch's, one file before many."""
    for name in (_SAFETENSORS, _TORCH):
        if name in names:
            return [name]
        if name + _INDEX in names:
            return [name + _INDEX, *_shards(read(name + _INDEX), names, name + _INDEX, where)]
    raise OperatorError(f"{where} has neither {_SAFETENSORS} nor {_TORCH}: other forms of weights are not read")


class _Index(Struct):
    weight_map: dict[str, str]


def _shards(index: bytes, names: Collection[str], name: str, where: str) -> list[str]:
    try:
        shards = sorted(set(msgspec.json.decode(index, type=_Index).weight_map.values()))
    except msgspec.DecodeError as error:
        raise OperatorError(f"{where}: {name} is no index of weights ({error})") from error
    missing = [shard for shard in shards if shard not in names]
    if missing:
        raise OperatorError(f"{where} lacks {missing[0]}, which {name} names")
    return shards
