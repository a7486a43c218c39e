"""Loaded models: sessions, tokenizer, sizes. Made by `inference.library.store`, used by the engines."""

from collections.abc import Sequence
from enum import StrEnum
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


class Precision(StrEnum):
    """How a graph computes. In every one a row's result is independent of its neighbours in the batch.

    FLOAT32: reference. FLOAT16: GPU. ROW8: int8 weights, activations rounded with a scale per row, found at run time.
    STATIC8: int8 weights, activations rounded with scales that are fixed in the graph.
    """

    FLOAT32 = "fp32"
    FLOAT16 = "fp16"
    ROW8 = "row8"
    STATIC8 = "static8"


class DecoderKind(StrEnum):
    """What a decoder remembers of what it wrote: one cell per layer, or keys and values of every position."""

    SSRU = "ssru"
    ATTENTION = "attention"


class Geometry(Struct, frozen=True):
    """Sizes of the decoder. `start` is the id fed before the first token; `eos` ends a sentence."""

    decoder: DecoderKind
    layers: int
    heads: int
    head_dim: int
    d_model: int
    vocabulary: int
    start: int
    eos: int
    source_tokens_max: int
    target_tokens_max: int


class Pair(Struct, frozen=True):
    """One direction of a model. `first`: the token every translation starts with, which is no part of its text.

    Models for many languages are told the source by the tokenizer, which adds its mark, and the target by `first`.
    """

    source: str
    target: str
    tokenizer: Tokenizer
    first: int | None = None


class TranslationModel(Struct, frozen=True):
    """A translation model, ready to run.

    encoder: ids int64 [N], pos int64 [N], idx_pad int64 [B, S], idx_flat int64 [N], lens int32 [B]
        -> kv float32 [N, layers * 2 * d_model] (per layer: cross-attention keys, then values); packed, N real tokens.
    decoder: ids int64 [B], pos int64 [B], sl1 int32 [B] (source length - 1), stot int32 [] (longest source length);
        per layer l = 1..layers: k{l} v{l} float32 [B, heads, S, head_dim],
        lk{l} lv{l} float32 [B, 1, d_model] (the last encoder position, fed as GroupQueryAttention's new token)
        -> logits int32 or float32 [B, columns], mk{l}, mv{l} (k{l} and v{l}, written in place by IO binding);
        where a head leaves a factor out of its logits, logits_scale float32 [B, 1] or [1, 1] is that factor.
        SSRU, per layer: c{l} float32 [B, d_model] -> c{l}o, in place.
        ATTENTION: tl1 int32 [B] (target length so far, that is `pos`), ttot int32 [] (the longest such length + 1);
        per layer tk{l} tv{l} float32 [B, heads, T, head_dim] -> tk{l}o, tv{l}o, in place.
        FLOAT16 graphs have float16 where float32 stands here. STATIC8 graphs of kind ATTENTION have int8 for keys and
        values: in kv, k{l} v{l}, lk{l} lv{l}, tk{l} tv{l} and what is written of them; their sizes are in the graphs.
    columns: int64 [columns], the token id of each column of logits.
    greedy: a decoder that answers with tokens int64 [B], the column of the largest logit, the first of equals, in
        place of logits and their scale; None where that saves nothing.
    narrowed: int64, the source tokens that a reduced head translates less freely: a sentence with one is a shortlist
        miss. None where that is not known.
    """

    id: ModelId
    pairs: tuple[Pair, ...]
    encoder: ort.InferenceSession
    decoder: ort.InferenceSession
    geometry: Geometry
    columns: Ids
    provider: str
    precision: Precision
    greedy: ort.InferenceSession | None = None
    narrowed: Ids | None = None


class EmbeddingModel(Struct, frozen=True):
    """A sentence encoder, ready to run on packed texts: the N tokens of B texts one after another, nothing between.

    session: ids int64 [N], pos int64 [N] (place within its text), row int64 [N] (its text), lens int32 [B]
        -> embedding float32 [B, dim], of unit length when `normalized`.
    frame: how many ids the tokenizer puts before and after those of the text; each piece of a text that is longer than
    `tokens_max` (frame included) gets them too.
    """

    id: ModelId
    tokenizer: Tokenizer
    session: ort.InferenceSession
    dim: int
    normalized: bool
    tokens_max: int
    provider: str
    frame: tuple[int, int] = (0, 0)
    precision: Precision = Precision.FLOAT32


class Encoded(Struct, frozen=True):
    """A text's tokens: ids int64 [tokens], and where each stands in the text; a special token stands nowhere (0, 0)."""

    ids: Ids
    offsets: tuple[tuple[int, int], ...]


class OffsetTokenizer(Protocol):
    """Text to ids that know their place."""

    def encode(self, text: str) -> Encoded:
        """Return the tokens of a text, never cut short."""
        ...

    def pieces(self, text: str, chars_max: int, tokens_max: int) -> list[tuple[int, Encoded]]:
        """Return the text in pieces of so much at most, cut between words, each with its place in the text."""
        ...


class TaggingModel(Struct, frozen=True):
    """A token classifier, ready to run.

    session: input_ids, attention_mask, token_type_ids int64 [B, T] -> logits float32 [B, T, labels].
    labels: `O`, or `B-X` and `I-X` for the first and the further tokens of an X. chars_max: what it reads well at once.
    """

    id: ModelId
    tokenizer: OffsetTokenizer
    session: ort.InferenceSession
    labels: tuple[str, ...]
    chars_max: int
    tokens_max: int
    provider: str


class LoadedModels(Struct, frozen=True):
    """What a pool serves: translation models by (source language, target locale or language), one of each other kind.

    Without an embedding or a tagging model the pool answers such requests with PairUnavailable.
    """

    translation: tuple[TranslationModel, ...]
    embedding: EmbeddingModel | None
    tagging: TaggingModel | None = None
