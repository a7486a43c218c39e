"""Activation scales of a sentence encoder, from sample texts: what its STATIC8 graph rounds with."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from inference.engines.embedding_engine import packed
from inference.graphs.builder import write_model
from inference.graphs.dense import LEVELS, OBSERVED
from inference.graphs.text_encoder import encoder_graph
from inference.library.calibration import MAGNITUDE_MIN, open_observed
from inference.models import Ids, Precision
from inference.weights.encoder_checkpoint import EncoderWeights
from schemas.errors import OperatorError

_BATCH: Final = 16


def encoder_scales(weights: EncoderWeights, texts: Sequence[Ids]) -> Mapping[str, float]:
    """Return the real size of one of the 127 activation levels, by dense name, for `text_encoder`'s STATIC8 graph.

    texts: int64 [tokens] each, as the tokenizer encodes them; longer ones than the model takes at once are left out.
    Runs at fp32 on the CPU. Raises OperatorError when none is left.
    """
    fitting = sorted((ids for ids in texts if 0 < len(ids) <= weights.config.tokens_max), key=len)
    if not fitting:
        raise OperatorError("calibration needs at least one text: give a text file with a text per line")
    largest: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="dragoman-") as folder:
        write_model(encoder_graph(weights, Precision.FLOAT32, observe=True), Path(folder), "encoder")
        session = open_observed(Path(folder) / "encoder.onnx")
        names = [output.name for output in session.get_outputs() if output.name.startswith(OBSERVED)]
        for at in range(0, len(fitting), _BATCH):
            found = session.run(names, packed(fitting[at : at + _BATCH]))
            for name, magnitudes in zip(names, found, strict=True):
                largest[name] = max(largest.get(name, MAGNITUDE_MIN), float(magnitudes.max()))
    return {name.removeprefix(OBSERVED): value / LEVELS for name, value in largest.items()}
