"""This project's graphs of the model with random weights, built once and kept beside the checkpoint.

A sentence ends by a rule in the decoder's graph, where real weights would end it: at the position that the source has
tokens, what enters the output head is a vector whose largest logit is the end's. So the pool runs as it is.

Usage: python -m bench.sides.marian_graphs CACHE_FOLDER PRECISION,... builds what a bench of these precisions opens.
"""

import hashlib
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

import inference
from bench.sides import numbered
from inference import providers
from inference.graphs import seq2seq
from inference.graphs.builder import write_model
from inference.graphs.device import step_graph
from inference.library.calibration import Sample, calibrate
from inference.models import DecoderKind, Geometry, Ids, LoadedModels, Pair, Precision, TranslationModel
from inference.requests import ModelId
from inference.weights.checkpoint import Seq2SeqConfig, Seq2SeqWeights, emitted, read_checkpoint, seq2seq_config
from schemas.report import silent

SOURCE, TARGET = "en", "de"
POSITIONS = 64
CALIBRATION = 48
"""Sentences that the activation scales are taken from; they are none of those that are measured."""


class Numbers:
    """A tokenizer whose words are the ids themselves; any other word, as in the pool's warm-up, is the unknown one."""

    def encode(self, text: str) -> Ids:
        """Return int64 [tokens], the end last."""
        ids = [int(word) if word.isdigit() else numbered.UNKNOWN for word in text.split()]
        return np.array([*ids, numbered.EOS], np.int64)

    def decode(self, ids: Sequence[int]) -> str:
        """Return the ids as a text."""
        return " ".join(map(str, ids))


def load(cache: Path, precision: Precision, head: str, device: str) -> LoadedModels:
    """Open the model; `head`: full or pruned. Builds what is missing."""
    folder = build(cache, precision, head)
    config = _config(cache)
    accelerated = precision in {Precision.FLOAT32, Precision.FLOAT16}
    (encoder, provider), (decoder, _) = (
        providers.open_session(
            folder / f"{name}.onnx", model="marian-base", device=device, accelerated=accelerated, reporter=silent
        )
        for name in ("encoder", "decoder")
    )
    model = TranslationModel(
        id=ModelId("marian-base", precision.value),
        pairs=(Pair(SOURCE, TARGET, Numbers()),),
        encoder=encoder,
        decoder=decoder,
        geometry=Geometry(
            decoder=DecoderKind.ATTENTION,
            layers=config.decoder_layers,
            heads=config.decoder_heads,
            head_dim=config.d_model // config.decoder_heads,
            d_model=config.d_model,
            vocabulary=config.vocabulary,
            start=config.start,
            eos=config.eos,
            source_tokens_max=POSITIONS,
            target_tokens_max=POSITIONS,
        ),
        columns=_columns(config, head),
        provider=provider,
        precision=precision,
    )
    return LoadedModels((model,), None)


def build(cache: Path, precision: Precision, head: str) -> Path:
    """Return the folder of the graphs, built if need be; what other versions of the code have built goes."""
    root, kind = cache / "marian-base", f"{precision.value}-{head}-"
    folder = root / f"{kind}{_code_version()}"
    if not (folder / "complete").exists():
        for outdated in root.glob(f"{kind}*"):
            shutil.rmtree(outdated, ignore_errors=True)
        weights = read_checkpoint(numbered.folders(cache)["checkpoint"], POSITIONS)
        _write(weights, precision, _columns(weights.config, head), folder)
    return folder


def end_with_the_source(decoder: onnx.ModelProto, weights: Seq2SeqWeights, *, half: bool) -> None:
    """Give the graph of a decoder step the rule of the module's docstring."""
    graph = decoder.graph
    at = max(place for place, node in enumerate(graph.node) if node.op_type == "LayerNormalization")
    entering = graph.node[at].output[0]
    graph.node[at].output[0] = "before_the_end"
    row = weights.output_embedding[weights.config.eos]
    # As long as what a layer norm returns.
    end = row / np.linalg.norm(row) * np.sqrt(weights.config.d_model)
    graph.initializer.append(numpy_helper.from_array(end[None].astype(np.float16 if half else np.float32), "the_end"))
    graph.initializer.append(numpy_helper.from_array(np.array([1], np.int64), "the_end_axis"))
    rule: list[NodeProto] = [
        helper.make_node("Cast", ["sl1"], ["last_position"], to=TensorProto.INT64),
        helper.make_node("GreaterOrEqual", ["pos", "last_position"], ["is_last"]),
        helper.make_node("Unsqueeze", ["is_last", "the_end_axis"], ["is_last_row"]),
        helper.make_node("Where", ["is_last_row", "the_end", "before_the_end"], [entering]),
    ]
    for offset, node in enumerate(rule):
        graph.node.insert(at + 1 + offset, node)


def _write(weights: Seq2SeqWeights, precision: Precision, columns: NDArray[np.int64], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    scales = _scales(weights, folder.parent) if precision is Precision.STATIC8 else None
    encoder = seq2seq.encoder_graph(weights, precision, scales)
    decoder = seq2seq.decoder_graph(weights, columns, precision, scales)
    end_with_the_source(decoder, weights, half=precision is Precision.FLOAT16)
    write_model(encoder, folder, "encoder")
    write_model(step_graph(decoder) if precision is Precision.FLOAT16 else decoder, folder, "decoder")
    (folder / "complete").touch()


def _scales(weights: Seq2SeqWeights, folder: Path) -> dict[str, float]:
    """Calibrate as `dragoman models convert --calibrate` does."""
    kept = folder / f"scales-{_code_version()}.json"
    if not kept.exists():
        for outdated in folder.glob("scales-*.json"):
            outdated.unlink()
        samples = [Sample(np.array(ids)) for ids in numbered.sentences(CALIBRATION, seed=2)]
        kept.write_text(json.dumps(dict(calibrate(weights, samples))), "utf-8")
    scales: dict[str, float] = json.loads(kept.read_text("utf-8"))
    return scales


def _config(cache: Path) -> Seq2SeqConfig:
    return seq2seq_config(json.loads((numbered.folders(cache)["checkpoint"] / "config.json").read_text("utf-8")))


def _columns(config: Seq2SeqConfig, head: str) -> Ids:
    return np.sort(np.array(numbered.pruned_columns())) if head == "pruned" else emitted(config)


def _code_version() -> str:
    """What graphs are made by: another version of the code makes its own."""
    rooms = Path(inference.__file__).parent
    sources = [
        rooms / "library" / "calibration.py",
        *sorted(rooms.glob("graphs/*.py")),
        rooms / "weights" / "checkpoint.py",
    ]
    sources.append(Path(__file__))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:8]


if __name__ == "__main__":
    for name in sys.argv[2].split(","):
        for kind in ("full", "pruned"):
            build(Path(sys.argv[1]), Precision(name), kind)
