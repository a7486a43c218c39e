"""How each kind of model is built from its weights: the files of a build, and the sizes its manifest keeps."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np
from msgspec import Struct

from inference.graphs import marian_ssru, seq2seq, text_encoder, use
from inference.graphs.builder import write_model
from inference.graphs.device import step_graph
from inference.graphs.sharing import write_beside
from inference.library.catalog import Direction, Kind
from inference.models import Ids, Precision
from inference.tokenizers.json_tokenizer import JsonTokenizer
from inference.tokenizers.sentence_piece import SentencePieceTokenizer
from inference.weights.checkpoint import Seq2SeqWeights, emitted, read_checkpoint
from inference.weights.encoder_checkpoint import read_encoder
from inference.weights.marian_bin import read_marian
from inference.weights.shortlist import head_columns, narrowed_pieces, read_shortlist
from schemas.errors import OperatorError

Progress = Callable[[str, float], None]

# Raised whenever the graphs or files of a build change: old builds are then left alone and new ones made.
BUILDER: Final = 6
# The longest source sentence of a translation model, end of sentence included. The students were trained on
# sentences; the pool's buffers are sized by this.
SOURCE_TOKENS_MAX: Final = 128
# The longest target, end included: the model's own `max-length-factor` 2.5, and 3 for the shortest sources.
TARGET_TOKENS_MAX: Final = int(2.5 * SOURCE_TOKENS_MAX) + 3
# USE averages over tokens and has no limit of its own; beyond this a batch would take too much memory.
EMBEDDING_TOKENS_MAX: Final = 512
# What its makers found the tagger to read best at once; more lowers what it finds.
TAGGING_CHARS_MAX: Final = 480

COLUMNS: Final = "columns.npy"
NARROWED: Final = "narrowed.npy"
TILES: Final = "tiles"
"""The name of the graph that some encoders have beside the other, for CPUs that multiply bytes in tiles."""
GREEDY: Final = "greedy"
"""The name of the graph that some builds have beside the decoder's, for decoding without beams."""
# Files that are read again when a model is opened keep their role as their name.
TOKENIZER_ROLES: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.MARIAN_SSRU: ("tokenizer",),
    Kind.USE: ("tokenizer",),
    Kind.TAGGER: ("tokenizer", "config"),
    Kind.TEXT_ENCODER: ("tokenizer", "tokenizer_config"),
    Kind.MARIAN: ("source", "target", "vocabulary", "target_vocabulary"),
    Kind.M2M100: ("pieces", "vocabulary", "tokenizer_config", "special_tokens", "added_tokens"),
    Kind.NLLB: ("tokenizer", "tokenizer_config"),
}
PRECISIONS: Final[Mapping[Kind, tuple[Precision, ...]]] = {
    Kind.MARIAN_SSRU: (Precision.STATIC8, Precision.ROW8, Precision.FLOAT32, Precision.FLOAT16),
    Kind.USE: (Precision.FLOAT32,),
    Kind.TAGGER: (Precision.FLOAT32,),
    Kind.TEXT_ENCODER: (Precision.ROW8, Precision.FLOAT32, Precision.FLOAT16, Precision.STATIC8),
    Kind.MARIAN: (Precision.ROW8, Precision.FLOAT32, Precision.FLOAT16, Precision.STATIC8),
    Kind.M2M100: (Precision.ROW8, Precision.FLOAT32, Precision.FLOAT16, Precision.STATIC8),
    Kind.NLLB: (Precision.ROW8, Precision.FLOAT32, Precision.FLOAT16, Precision.STATIC8),
}
"""What each kind can be built with, the default on a CPU first."""


class Order(Struct, frozen=True):
    """One build that is wanted.

    files: weights and tokenizer by role (see `layouts`). columns: int64 [columns], the ids the output head keeps, or
    all that the model may emit. scales: activation scales by dense name, for STATIC8.
    """

    name: str
    kind: Kind
    files: Mapping[str, Path]
    directions: tuple[Direction, ...]
    precision: Precision
    columns: Ids | None = None
    scales: Mapping[str, float] | None = None


def build(order: Order, folder: Path, progress: Progress) -> dict[str, int]:
    """Write every file of a model into an empty folder and return its sizes, for the manifest."""
    if order.precision not in PRECISIONS[order.kind]:
        known = ", ".join(PRECISIONS[order.kind])
        raise OperatorError(f"a {order.kind} model is not built in {order.precision}: choose from {known}")
    for role in TOKENIZER_ROLES[order.kind]:
        if role in order.files:
            shutil.copyfile(order.files[role], folder / role)
    progress(order.name, 0.1)
    recipes = {
        Kind.MARIAN_SSRU: _build_marian_ssru,
        Kind.USE: _build_use,
        Kind.TAGGER: _build_tagger,
        Kind.TEXT_ENCODER: _build_text_encoder,
        Kind.MARIAN: _build_seq2seq,
        Kind.M2M100: _build_seq2seq,
        Kind.NLLB: _build_seq2seq,
    }
    return recipes[order.kind](order, folder, progress)


def tokenizer_files(kind: Kind, folder: Path) -> dict[str, Path]:
    """Return a build's tokenizer files by role, those that it has."""
    return {role: folder / role for role in TOKENIZER_ROLES[kind] if (folder / role).exists()}


def read_seq2seq(files: Mapping[str, Path]) -> Seq2SeqWeights:
    """Read the weights of an attention model, with positions for its longest sentences."""
    return read_checkpoint(files["config"].parent, positions=max(SOURCE_TOKENS_MAX, TARGET_TOKENS_MAX))


def _build_marian_ssru(order: Order, folder: Path, progress: Progress) -> dict[str, int]:
    parameters = read_marian(order.files["model"])
    config = parameters.config
    tokenizer = SentencePieceTokenizer(folder / "tokenizer", begin=False, fuse_unknown=True)
    if tokenizer.vocabulary != config.vocabulary:
        raise OperatorError(
            f"model {order.name}: {tokenizer.vocabulary} pieces in the tokenizer, {config.vocabulary} in the weights"
        )
    # Marian never emits the unknown piece, so it is no column of the head either.
    if "shortlist" in order.files:
        shortlist = read_shortlist(order.files["shortlist"])
        columns = head_columns(shortlist, config.vocabulary, tokenizer.unknown)
        np.save(folder / NARROWED, narrowed_pieces(shortlist, columns), allow_pickle=False)
    else:
        columns = np.delete(np.arange(config.vocabulary), tokenizer.unknown)
    np.save(folder / COLUMNS, columns, allow_pickle=False)
    progress(order.name, 0.2)
    write_model(marian_ssru.encoder_graph(parameters, order.precision), folder, "encoder")
    progress(order.name, 0.5)
    decoder = marian_ssru.decoder_graph(parameters, columns, order.precision)
    write_model(step_graph(decoder) if order.precision is Precision.FLOAT16 else decoder, folder, "decoder")
    progress(order.name, 0.7)
    if order.precision is Precision.STATIC8:
        write_model(marian_ssru.greedy_graph(parameters, columns), folder, GREEDY)
    return {
        "layers": config.decoder_layers,
        "heads": config.heads,
        "d_model": config.d_model,
        "vocabulary": config.vocabulary,
        # Marian starts a sentence from a zero embedding, which stands behind the vocabulary.
        "start": config.vocabulary,
        "eos": tokenizer.eos,
        "source_tokens_max": SOURCE_TOKENS_MAX,
        "target_tokens_max": TARGET_TOKENS_MAX,
    }


def _build_seq2seq(order: Order, folder: Path, progress: Progress) -> dict[str, int]:
    weights = read_seq2seq(order.files)
    config = weights.config
    columns = emitted(config) if order.columns is None else order.columns
    np.save(folder / COLUMNS, columns, allow_pickle=False)
    progress(order.name, 0.3)
    write_model(seq2seq.encoder_graph(weights, order.precision, order.scales), folder, "encoder")
    progress(order.name, 0.6)
    decoder = seq2seq.decoder_graph(weights, columns, order.precision, order.scales)
    write_model(step_graph(decoder) if order.precision is Precision.FLOAT16 else decoder, folder, "decoder")
    return {
        "layers": config.decoder_layers,
        "heads": config.decoder_heads,
        "d_model": config.d_model,
        "vocabulary": config.vocabulary,
        "start": config.start,
        "eos": config.eos,
        "source_tokens_max": min(SOURCE_TOKENS_MAX, config.positions_max),
        "target_tokens_max": min(TARGET_TOKENS_MAX, config.positions_max),
    }


def _build_use(order: Order, folder: Path, progress: Progress) -> dict[str, int]:
    parameters = use.read_use(order.files["model"])
    tables = use.tabulate(parameters)
    progress(order.name, 0.4)
    write_model(use.encoder_graph(parameters, tables), folder, "encoder")
    progress(order.name, 0.7)
    write_beside(use.encoder_graph(parameters, tables, in_halves=True), folder, TILES, "encoder")
    return {"dim": use.DIMENSION, "tokens_max": EMBEDDING_TOKENS_MAX}


def _build_tagger(order: Order, folder: Path, progress: Progress) -> dict[str, int]:
    """Take the graph as it comes: its makers have quantized it."""
    shutil.copyfile(order.files["model"], folder / "encoder.onnx")
    progress(order.name, 0.7)
    return {"chars_max": TAGGING_CHARS_MAX, "tokens_max": EMBEDDING_TOKENS_MAX}


def _build_text_encoder(order: Order, folder: Path, progress: Progress) -> dict[str, int]:
    weights = read_encoder(order.files["config"].parent)
    config, tokens = weights.config, JsonTokenizer(folder / "tokenizer").vocabulary
    if tokens > config.vocabulary:
        raise OperatorError(f"model {order.name}: {tokens} tokens in the tokenizer, {config.vocabulary} in the weights")
    progress(order.name, 0.5)
    write_model(text_encoder.encoder_graph(weights, order.precision, order.scales), folder, "encoder")
    return {"dim": config.d_model, "tokens_max": config.tokens_max, "normalized": int(config.normalized)}
