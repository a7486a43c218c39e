"""Built models opened: sessions, tokenizers and sizes from a folder and its manifest."""

from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from inference import providers
from inference.library.artefacts import Manifest
from inference.library.catalog import EMBEDDERS, Kind
from inference.library.recipes import COLUMNS, GREEDY, NARROWED, TILES, tokenizer_files
from inference.models import DecoderKind, EmbeddingModel, Geometry, Pair, Precision, TaggingModel, TranslationModel
from inference.providers import Wish
from inference.requests import ModelId
from inference.tokenizers import directions
from inference.tokenizers.json_tokenizer import JsonOffsetTokenizer, JsonTokenizer
from inference.tokenizers.sentence_piece import SentencePieceTokenizer
from schemas.report import Reporter, silent


def open_translation(folder: Path, manifest: Manifest, wish: Wish, reporter: Reporter) -> TranslationModel:
    """Open a built translation model; raises OperatorError."""
    kind, precision, sizes = Kind(manifest.kind), Precision(manifest.precision), manifest.sizes
    greedy = folder / f"{GREEDY}.onnx"
    (encoder, decoder, *rest), provider = providers.open_sessions(
        [folder / "encoder.onnx", folder / "decoder.onnx", *([greedy] if greedy.exists() else [])],
        model=manifest.name,
        wish=wish,
        # The int8 kernels exist on the CPU only, and GroupQueryAttention's on a GPU in half precision only.
        accelerated=precision is Precision.FLOAT16,
        reporter=reporter,
    )
    narrowed = folder / NARROWED
    return TranslationModel(
        id=ModelId(manifest.name, manifest.version),
        pairs=_pairs(kind, folder, manifest),
        encoder=encoder,
        decoder=decoder,
        geometry=Geometry(
            decoder=DecoderKind.SSRU if kind is Kind.MARIAN_SSRU else DecoderKind.ATTENTION,
            layers=sizes["layers"],
            heads=sizes["heads"],
            head_dim=sizes["d_model"] // sizes["heads"],
            d_model=sizes["d_model"],
            vocabulary=sizes["vocabulary"],
            start=sizes["start"],
            eos=sizes["eos"],
            source_tokens_max=sizes["source_tokens_max"],
            target_tokens_max=sizes["target_tokens_max"],
        ),
        columns=np.load(folder / COLUMNS, allow_pickle=False),
        provider=provider,
        precision=precision,
        greedy=rest[0] if rest else None,
        narrowed=np.load(narrowed, allow_pickle=False) if narrowed.exists() else None,
    )


def open_embedding(folder: Path, manifest: Manifest, wish: Wish, reporter: Reporter) -> EmbeddingModel:
    """Open a built embedding model; raises OperatorError."""
    kind, precision, sizes = Kind(manifest.kind), Precision(manifest.precision), manifest.sizes
    tiles = folder / f"{TILES}.onnx"
    in_tiles = tiles.exists() and providers.multiplies_tiles() and not wish.cuda
    (session,), provider = providers.open_sessions(
        [tiles if in_tiles else folder / "encoder.onnx"],
        model=manifest.name,
        wish=wish,
        # The int8 kernels exist on the CPU only.
        accelerated=precision in {Precision.FLOAT32, Precision.FLOAT16},
        reporter=reporter,
    )
    tokenizer: SentencePieceTokenizer | JsonTokenizer
    if kind is Kind.USE:
        # The engine these embeddings are compared with gives every unknown character a piece of its own.
        tokenizer = SentencePieceTokenizer(folder / "tokenizer", begin=True, fuse_unknown=False)
        frame = (1, 1)
    else:
        tokenizer = JsonTokenizer(folder / "tokenizer")
        frame = tokenizer.frame()
    return EmbeddingModel(
        id=ModelId(manifest.name, manifest.version),
        tokenizer=tokenizer,
        session=session,
        dim=sizes["dim"],
        normalized=bool(sizes.get("normalized", True)),
        tokens_max=sizes["tokens_max"],
        provider=provider,
        frame=frame,
        precision=precision,
    )


def open_tagging(folder: Path, manifest: Manifest, reporter: Reporter) -> TaggingModel:
    """Open a built tagger, on the CPU: its 4-bit kernels are there; raises OperatorError."""
    session, provider = providers.open_session(
        folder / "encoder.onnx", model=manifest.name, device="cpu", accelerated=False, reporter=reporter
    )
    labels = msgspec.json.decode((folder / "config").read_bytes(), type=_Labels).id2label
    return TaggingModel(
        id=ModelId(manifest.name, manifest.version),
        tokenizer=JsonOffsetTokenizer(folder / "tokenizer"),
        session=session,
        labels=tuple(labels[str(at)] for at in range(len(labels))),
        chars_max=manifest.sizes["chars_max"],
        tokens_max=manifest.sizes["tokens_max"],
        provider=provider,
    )


class _Labels(Struct, frozen=True):
    """What a tagger's `config.json` says of its outputs."""

    id2label: dict[str, str]


def rehearse(folder: Path, manifest: Manifest) -> None:
    """Open a new build once, so that one that cannot be opened is never published; raises OperatorError.

    In half precision only its tokenizers: the graphs are for a GPU, which need not be in the machine that converts.
    """
    kind = Kind(manifest.kind)
    if kind in EMBEDDERS:
        open_embedding(folder, manifest, Wish("cpu"), silent)
    elif manifest.precision == Precision.FLOAT16:
        _pairs(kind, folder, manifest)
    else:
        open_translation(folder, manifest, Wish("cpu"), silent)


def _pairs(kind: Kind, folder: Path, manifest: Manifest) -> tuple[Pair, ...]:
    if kind is not Kind.MARIAN_SSRU:
        return directions.open_pairs(kind, tokenizer_files(kind, folder), manifest.directions)
    tokenizer = SentencePieceTokenizer(folder / "tokenizer", begin=False, fuse_unknown=True)
    return tuple(Pair(one.source, one.target, tokenizer) for one in manifest.directions)
