"""Activation scales of a translation model, from sample sentences: what STATIC8 graphs round with.

The fp32 graphs translate the samples and tell the largest magnitude of every dense layer's input, token by token.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime as ort
from msgspec import Struct
from numpy.typing import NDArray

from inference import providers
from inference.engines.decoder_slots import LENGTH_BONUS, LENGTH_FACTOR
from inference.engines.packing import pack
from inference.graphs import seq2seq
from inference.graphs.builder import write_model
from inference.graphs.dense import LEVELS, OBSERVED
from inference.models import Ids, Precision
from inference.weights.checkpoint import Seq2SeqWeights, emitted
from schemas.errors import OperatorError
from schemas.report import silent

PERCENTILE: Final = 100.0
"""Of the largest magnitudes of the tokens, which one gets the last level; 100 cuts nothing off.

On a 6+6-layer opus-mt with random weights the logits' error is the same from 95 to 100 (6.2-6.5% of their spread), a
third larger at 50; real models have outliers, which 100 keeps.
"""
_BATCH: Final = 16
# Of a layer that only ever saw zeros: any size does, but zero.
MAGNITUDE_MIN: Final = 1e-6

Magnitudes = dict[str, list[NDArray[np.float32]]]


class Sample(Struct, frozen=True):
    """A source sentence as its tokenizer encodes it, end included; `first`: the language token a target starts with."""

    source: Ids
    first: int | None = None


def calibrate(
    weights: Seq2SeqWeights, samples: Sequence[Sample], *, percentile: float = PERCENTILE
) -> Mapping[str, float]:
    """Return the real size of one of 127 levels, by name, for `seq2seq`'s STATIC8 graphs.

    The names are those of dense layers, for their inputs, and of the keys and values that decoders keep.

    Translates the samples greedily at fp32 on the CPU, in batches sorted by length: a few hundred sentences take a
    minute for an opus-mt model, and many for NLLB. Sentences beyond the model's positions are left
    out. Raises OperatorError when none is left.
    """
    fitting = [sample for sample in samples if 0 < len(sample.source) <= len(weights.positions)]
    if not fitting:
        raise OperatorError("calibration needs at least one sentence: give a text file with a sentence per line")
    ordered = sorted(fitting, key=lambda sample: len(sample.source))
    seen: Magnitudes = {}
    with tempfile.TemporaryDirectory() as folder:
        translator = _Observed(weights, Path(folder), seen)
        for at in range(0, len(ordered), _BATCH):
            translator.translate(ordered[at : at + _BATCH])
    return {
        name: max(float(np.percentile(np.concatenate(values), percentile)), MAGNITUDE_MIN) / LEVELS
        for name, values in seen.items()
    }


class _Observed:
    """The fp32 graphs with an output per dense layer, and a padded batch taken through them."""

    def __init__(self, weights: Seq2SeqWeights, folder: Path, seen: Magnitudes) -> None:
        self._config = weights.config
        self._columns = emitted(weights.config)
        self._positions = len(weights.positions)
        self._seen = seen
        graphs = {
            "encoder": seq2seq.encoder_graph(weights, Precision.FLOAT32, observe=True),
            "decoder": seq2seq.decoder_graph(weights, self._columns, Precision.FLOAT32, observe=True),
        }
        for name, graph in graphs.items():
            write_model(graph, folder, name)
        self._encoder, self._decoder = (open_observed(folder / f"{name}.onnx") for name in graphs)

    def translate(self, batch: Sequence[Sample]) -> None:
        """Decode a batch until every sentence has ended or is far too long."""
        config, lengths = self._config, np.array([len(sample.source) for sample in batch], np.int32)
        # A translation that has not ended by then repeats itself, and tells nothing about real ones.
        limits = np.minimum((lengths * LENGTH_FACTOR + LENGTH_BONUS).astype(np.int64), self._positions)
        positions = int(limits.max())
        fed = self._memory(batch, lengths)
        shape = (len(batch), config.decoder_heads, positions, config.d_model // config.decoder_heads)
        for layer in range(1, config.decoder_layers + 1):
            fed |= {f"t{z}{layer}": np.zeros(shape, np.float32) for z in "kv"}
        caches = [name for name in fed if name.startswith("t")]
        ids = np.full(len(batch), config.start, np.int64)
        alive = np.ones(len(batch), bool)
        for position in range(positions):
            fed |= {
                "ids": ids,
                "pos": np.full(len(batch), position, np.int64),
                "tl1": np.full(len(batch), position, np.int32),
                "ttot": np.array(position + 1, np.int32),
            }
            outputs = self._run(self._decoder, fed, alive)
            fed |= {name: outputs[f"{name}o"] for name in caches}
            ids = self._columns[outputs["logits"].argmax(1)]
            if position == 0:
                ids = np.array([row if s.first is None else s.first for row, s in zip(ids, batch, strict=True)])
            alive &= (ids != config.eos) & (position + 1 < limits)
            if not alive.any():
                return

    def _memory(self, batch: Sequence[Sample], lengths: NDArray[np.int32]) -> dict[str, NDArray[Any]]:
        """Run the encoder and return the cross-attention inputs of the decoder."""
        config, longest = self._config, int(lengths.max())
        real = np.arange(longest) < lengths[:, None]
        packed = pack([sample.source for sample in batch])
        memory = self._run(self._encoder, packed, np.ones(int(lengths.sum()), bool))["kv"]
        padded = np.where(real[..., None], memory[packed["idx_pad"]], 0)
        last = memory[np.cumsum(lengths) - 1][:, None]
        fed: dict[str, NDArray[Any]] = {"sl1": lengths - 1, "stot": np.array(longest, np.int32)}
        for index in range(2 * config.decoder_layers):
            own = slice(index * config.d_model, (index + 1) * config.d_model)
            name = f"{'kv'[index % 2]}{index // 2 + 1}"
            by_head = padded[..., own].reshape(len(batch), longest, config.decoder_heads, -1)
            fed[name] = np.ascontiguousarray(by_head.transpose(0, 2, 1, 3))
            fed[f"l{name}"] = np.ascontiguousarray(last[..., own])
        return fed

    def _run(
        self, session: ort.InferenceSession, fed: Mapping[str, NDArray[Any]], rows: NDArray[np.bool_]
    ) -> dict[str, NDArray[Any]]:
        """Run, and note the magnitudes of the rows that count."""
        wanted = [output.name for output in session.get_outputs() if not output.name.startswith("m")]
        outputs = dict(zip(wanted, session.run(wanted, fed), strict=True))
        for name in wanted:
            if name.startswith(OBSERVED):
                self._seen.setdefault(name.removeprefix(OBSERVED), []).append(outputs[name][rows])
        return outputs


def open_observed(path: Path) -> ort.InferenceSession:
    """Open a graph that tells the magnitudes of its activations, on the CPU."""
    session, _ = providers.open_session(path, model="calibration", device="cpu", accelerated=False, reporter=silent)
    return session
