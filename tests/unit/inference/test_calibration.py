"""Activation scales: what calibration sees is what the numpy model computes."""

import numpy as np
import pytest

from inference.library.calibration import Sample, calibrate
from inference.models import Precision
from inference.weights.checkpoint import read_checkpoint
from schemas.errors import OperatorError
from tests.reference.seq2seq_numpy import Reference


class Watching(Reference):
    """The exact numpy model, noting the largest magnitude of every dense layer's input."""

    def __init__(self, weights):
        super().__init__(weights, Precision.FLOAT32, {})
        self.seen: dict[str, float] = {}

    def kept(self, values, name):
        self.seen[name] = max(self.seen.get(name, 0.0), float(np.abs(values).max()))
        return values

    def dense(self, x, weight, bias, name, lowest=None):
        self.seen[name] = max(self.seen.get(name, 0.0), float(np.abs(x).max()))
        return super().dense(x, weight, bias, name, lowest)


def written(source: np.ndarray, first: int | None, watching: Watching) -> None:
    """Decode greedily from scratch at every step, as far as calibration goes."""
    config = watching.config
    memory = watching.memory(source)
    ids = [config.start]
    for position in range(int(2.5 * len(source)) + 3):
        logits = watching.logits(memory, np.array(ids))[-1]
        logits[list(config.forbidden)] = -np.inf
        ids.append(int(logits.argmax()) if position or first is None else first)
        if ids[-1] == config.eos:
            break


@pytest.mark.parametrize(("kind", "first"), [("small", None), ("m2m100", 590)])
def test_scales_are_the_largest_magnitudes_of_the_translations(seq2seq_peers, kind, first):
    weights = read_checkpoint(seq2seq_peers / kind)
    sources = [np.load(seq2seq_peers / f"{kind}.npz")[f"source{number}"] for number in (0, 1, 3, 5)]
    watching = Watching(weights)
    for source in sources:
        written(source, first, watching)
    scales = calibrate(weights, [Sample(source, first) for source in sources])
    assert scales.keys() == watching.seen.keys()
    for name, largest in watching.seen.items():
        assert scales[name] * 127 == pytest.approx(largest, rel=1e-4), name


def test_a_percentile_leaves_out_the_largest_tokens(seq2seq_peers):
    weights = read_checkpoint(seq2seq_peers / "small")
    samples = [Sample(np.load(seq2seq_peers / "small.npz")["source4"])]
    all_of_them, most = calibrate(weights, samples), calibrate(weights, samples, percentile=90)
    assert all(most[name] <= all_of_them[name] for name in all_of_them)
    assert most["encoder.1.fc1"] < all_of_them["encoder.1.fc1"]


def test_sentences_beyond_the_models_positions_are_left_out(seq2seq_peers):
    weights = read_checkpoint(seq2seq_peers / "small", positions=30)
    with pytest.raises(OperatorError, match="at least one sentence"):
        calibrate(weights, [Sample(np.full(31, 5))])
    assert calibrate(weights, [Sample(np.full(31, 5)), Sample(np.full(30, 5))])


def test_no_sentence_at_all_is_the_operators_business(seq2seq_peers):
    with pytest.raises(OperatorError, match="a text file with a sentence per line"):
        calibrate(read_checkpoint(seq2seq_peers / "small"), [])
