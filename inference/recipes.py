"""How each kind of model is built from its weights, and opened again."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from inference import providers
from inference.artefacts import Manifest
from inference.catalog import Kind, ModelSpec
from inference.graphs import marian_ssru, use
from inference.graphs.builder import write_model
from inference.models import DecoderKind, EmbeddingModel, Geometry, Pair, Precision, TranslationModel
from inference.requests import ModelId
from inference.tokenizers import SentencePieceTokenizer
from inference.weights.marian_bin import read_marian
from inference.weights.shortlist import head_columns, read_shortlist
from schemas.errors import OperatorError
from schemas.report import Reporter

Progress = Callable[[str, float], None]

# Raised whenever the graphs or files of a build change: old builds are then left alone and new ones made.
BUILDER: Final = 1
# The longest source sentence of a translation model, end of sentence included. The students were trained on
# sentences; the pool's buffers are sized by this.
SOURCE_TOKENS_MAX: Final = 128
# The longest target, end included: the model's own `max-length-factor` 2.5, and 3 for the shortest sources.
TARGET_TOKENS_MAX: Final = int(2.5 * SOURCE_TOKENS_MAX) + 3
# USE averages over tokens and has no limit of its own; beyond this a batch would take too much memory.
EMBEDDING_TOKENS_MAX: Final = 512

_TOKENIZER: Final = "tokenizer.spm"
_COLUMNS: Final = "columns.npy"


def build(spec: ModelSpec, weights: Mapping[str, Path], folder: Path, progress: Progress) -> dict[str, int]:
    """Write every file of a model into an empty folder and return its sizes, for the manifest."""
    recipe = {Kind.MARIAN_SSRU: _build_marian, Kind.USE: _build_use}[spec.kind]
    shutil.copyfile(weights["tokenizer"], folder / _TOKENIZER)
    progress(spec.name, 0.1)
    return recipe(spec, weights, folder, progress)


def _build_marian(spec: ModelSpec, weights: Mapping[str, Path], folder: Path, progress: Progress) -> dict[str, int]:
    parameters = read_marian(weights["model"])
    config = parameters.config
    tokenizer = SentencePieceTokenizer(folder / _TOKENIZER, begin=False, fuse_unknown=True)
    if tokenizer.vocabulary != config.vocabulary:
        raise OperatorError(
            f"model {spec.name}: {tokenizer.vocabulary} pieces in the tokenizer, {config.vocabulary} in the weights"
        )
    # Marian never emits the unknown piece, so it is no column of the head either.
    columns = head_columns(read_shortlist(weights["shortlist"]), config.vocabulary, tokenizer.unknown)
    np.save(folder / _COLUMNS, columns, allow_pickle=False)
    progress(spec.name, 0.2)
    write_model(marian_ssru.encoder_graph(parameters), folder, "encoder")
    progress(spec.name, 0.6)
    write_model(marian_ssru.decoder_graph(parameters, columns), folder, "decoder")
    return {
        "layers": config.decoder_layers,
        "heads": config.heads,
        "d_model": config.d_model,
        "vocabulary": config.vocabulary,
        "eos": tokenizer.eos,
        "source_tokens_max": SOURCE_TOKENS_MAX,
        "target_tokens_max": TARGET_TOKENS_MAX,
    }


def _build_use(spec: ModelSpec, weights: Mapping[str, Path], folder: Path, progress: Progress) -> dict[str, int]:
    parameters = use.read_use(weights["model"])
    progress(spec.name, 0.5)
    write_model(use.encoder_graph(parameters), folder, "encoder")
    return {"dim": use.DIMENSION, "tokens_max": EMBEDDING_TOKENS_MAX}


def open_translation(
    spec: ModelSpec, folder: Path, manifest: Manifest, device: str, reporter: Reporter
) -> TranslationModel:
    """Open a built translation model."""
    sizes = manifest.sizes
    # The int8 kernels exist on the CPU only.
    encoder, provider = providers.open_session(
        folder / "encoder.onnx", model=spec.name, device=device, accelerated=False, reporter=reporter
    )
    decoder, _ = providers.open_session(
        folder / "decoder.onnx", model=spec.name, device=device, accelerated=False, reporter=_once
    )
    tokenizer = SentencePieceTokenizer(folder / _TOKENIZER, begin=False, fuse_unknown=True)
    return TranslationModel(
        id=ModelId(spec.name, manifest.version),
        pairs=(Pair(spec.source, spec.target, tokenizer),),
        encoder=encoder,
        decoder=decoder,
        geometry=Geometry(
            decoder=DecoderKind.SSRU,
            layers=sizes["layers"],
            heads=sizes["heads"],
            head_dim=sizes["d_model"] // sizes["heads"],
            d_model=sizes["d_model"],
            vocabulary=sizes["vocabulary"],
            start=sizes["vocabulary"],
            eos=sizes["eos"],
            source_tokens_max=sizes["source_tokens_max"],
            target_tokens_max=sizes["target_tokens_max"],
        ),
        columns=np.load(folder / _COLUMNS, allow_pickle=False),
        provider=provider,
        precision=Precision.STATIC8,
    )


def open_embedding(
    spec: ModelSpec, folder: Path, manifest: Manifest, device: str, reporter: Reporter
) -> EmbeddingModel:
    """Open a built embedding model."""
    session, provider = providers.open_session(
        folder / "encoder.onnx", model=spec.name, device=device, accelerated=True, reporter=reporter
    )
    return EmbeddingModel(
        id=ModelId(spec.name, manifest.version),
        # The engine these embeddings are compared with gives every unknown character a piece of its own.
        tokenizer=SentencePieceTokenizer(folder / _TOKENIZER, begin=True, fuse_unknown=False),
        session=session,
        dim=manifest.sizes["dim"],
        normalized=True,
        tokens_max=manifest.sizes["tokens_max"],
        provider=provider,
    )


def _once(_: object) -> None:
    """A model's second session runs where the first does; one report speaks for both."""
