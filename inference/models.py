"""Loaded models: sessions, tokenizer, sizes. Made by `inference.store`, used by the engines."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import onnxruntime as ort
from msgspec import Struct
from numpy.typing import NDArray

from inference.requests import ModelId

Ids = NDArray[np.int64]


class Tokenizer(Protocol):
    """Text to ids and back. `encode` appends what the model expects at the end (EOS) and never truncates."""

    def encode(self, text: str) -> Ids:
        """Return int64 [tokens]."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids without special tokens."""
        ...


class Geometry(Struct, frozen=True):
    """Sizes of a Marian tiny model. `start` is the id that stands for "no previous token"; `eos` ends a sentence."""

    layers: int
    heads: int
    head_dim: int
    d_model: int
    vocabulary: int
    start: int
    eos: int
    source_tokens_max: int
    target_tokens_max: int


class TranslationModel(Struct, frozen=True):
    """A translation model with an SSRU decoder, ready to run.

    encoder: ids int64 [N], pos int64 [N], idx_pad int64 [B, S], idx_flat int64 [N], lens int32 [B]
        -> kv float32 [N, layers * 2 * d_model] (per layer: cross-attention keys, then values); packed, N real tokens.
    decoder: ids int64 [B], pos int64 [B], sl1 int32 [B] (source length - 1), stot int32 [] (longest source length);
        per layer l = 1..layers: c{l} float32 [B, d_model], k{l} v{l} float32 [B, heads, S, head_dim],
        lk{l} lv{l} float32 [B, 1, d_model] (the last encoder position, fed as GroupQueryAttention's new token)
        -> logits int32 [B, columns], c{l}o, mk{l}, mv{l} (written in place by IO binding).
    columns: int64 [columns], the token id of each column of logits.
    """

    id: ModelId
    source: str
    target: str
    tokenizer: Tokenizer
    encoder: ort.InferenceSession
    decoder: ort.InferenceSession
    geometry: Geometry
    columns: Ids
    provider: str


class EmbeddingModel(Struct, frozen=True):
    """A sentence encoder: input_ids int64 [B, S], attention_mask int64 [B, S] -> embedding float32 [B, dim]."""

    id: ModelId
    tokenizer: Tokenizer
    session: ort.InferenceSession
    dim: int
    normalized: bool
    tokens_max: int
    provider: str


class LoadedModels(Struct, frozen=True):
    """What a pool serves: translation models by (source language, target locale or language), one embedding model."""

    translation: tuple[TranslationModel, ...]
    embedding: EmbeddingModel | None
