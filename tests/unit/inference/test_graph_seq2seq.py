"""Graphs of MarianMT, M2M100 and NLLB: fp32 against transformers, the others against numpy that rounds as they do."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from inference.library.calibration import Sample, calibrate
from inference.models import Precision
from inference.weights.checkpoint import Seq2SeqWeights, emitted, read_checkpoint
from schemas.errors import OperatorError
from tests.reference.seq2seq_numpy import Reference
from tests.unit.inference.seq2seq_models import Graphs, graphs

SMALL_KINDS = ("small", "untied", "relu", "own-head", "m2m100")
INT8 = (Precision.ROW8, Precision.STATIC8)


class Peer:
    """What transformers computed for one kind, and the checkpoint it computed with."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.weights = read_checkpoint(folder / kind)
        found = np.load(folder / f"{kind}.npz")
        count = sum(name.startswith("source") for name in found.files)
        self.first = int(found["first"])
        self.sources, self.targets, self.memory, self.logits, self.written = (
            [found[f"{what}{number}"] for number in range(count)]
            for what in ("source", "target", "memory", "logits", "written")
        )

    @property
    def samples(self) -> list[Sample]:
        return [Sample(source, None if self.first < 0 else self.first) for source in self.sources]


@pytest.fixture(scope="session")
def peer(seq2seq_peers):
    return cache(lambda kind: Peer(seq2seq_peers, kind))


@pytest.fixture(scope="session")
def scales(peer):
    return cache(lambda kind: calibrate(peer(kind).weights, peer(kind).samples))


@pytest.fixture(scope="session")
def int8(peer, scales):
    """Graphs at an int8 precision, and the numpy model that rounds as they do."""

    @cache
    def made(kind: str, precision: Precision) -> tuple[Graphs, Reference]:
        weights = peer(kind).weights
        found = scales(kind) if precision is Precision.STATIC8 else {}
        return graphs(weights, precision, found), Reference(weights, precision, found)

    return made


def row_scales(model: Graphs, decode, ids: np.ndarray) -> np.ndarray:
    """Logits of one step in their real size, whatever the precision leaves out of them."""
    logits = decode.step(ids)
    return logits * decode.extra["logits_scale"] if model.precision is Precision.ROW8 else logits


@pytest.mark.parametrize("kind", ["opus-mt", "nllb", *SMALL_KINDS])
def test_fp32_agrees_with_transformers_to_1e_4(peer, kind):
    found = peer(kind)
    model = graphs(found.weights)
    memory = model.memory(found.sources)
    np.testing.assert_allclose(memory, np.concatenate(found.memory), atol=1e-4, rtol=0)
    logits = model.start(found.sources, len(found.targets[0])).teach(np.stack(found.targets))
    np.testing.assert_allclose(logits, np.stack(found.logits)[..., model.columns], atol=1e-4, rtol=0)
    assert greedy(model, found) == [ids.tolist() for ids in found.written]


def greedy(model: Graphs, found: Peer) -> list[list[int]]:
    """As many ids as transformers was asked for; the end of sentence was forbidden to it, and is here."""
    config, steps = found.weights.config, len(found.written[0])
    decode = model.start(found.sources, steps)
    ids = np.full(len(found.sources), config.start, np.int64)
    written = []
    for step in range(steps):
        logits = decode.step(ids)
        logits[:, model.columns == config.eos] = -np.inf
        ids = model.columns[logits.argmax(axis=1)]
        if step == 0 and found.first >= 0:
            ids[:] = found.first
        written.append(ids)
    return np.stack(written, axis=1).tolist()


@pytest.mark.parametrize("kind", SMALL_KINDS)
def test_fp16_stays_near_fp32(peer, kind):
    """Half precision keeps 11 bits; through five layers the error stays below 2% of the spread of the logits."""
    found = peer(kind)
    model = graphs(found.weights, Precision.FLOAT16)
    logits = model.start(found.sources, len(found.targets[0])).teach(np.stack(found.targets))
    expected = np.stack(found.logits)[..., model.columns]
    assert np.abs(logits - expected).max() < 0.02 * expected.std()


@pytest.mark.parametrize("precision", INT8)
@pytest.mark.parametrize("kind", SMALL_KINDS)
def test_int8_rounds_where_numpy_does(peer, int8, kind, precision):
    model, reference = int8(kind, precision)
    found = peer(kind)
    sources, targets = found.sources, np.stack(found.targets)
    memory = [reference.memory(source) for source in sources]
    assert_same(reference.levels(model.memory(sources)), np.concatenate(memory), np.concatenate(found.memory))
    expected = np.stack([reference.logits(own, ids) for own, ids in zip(memory, targets, strict=True)])
    exact = np.stack(found.logits)[..., model.columns]
    assert_same(teach(model, sources, targets), expected[..., model.columns], exact)


def teach(model: Graphs, sources: list[np.ndarray], targets: np.ndarray) -> np.ndarray:
    decode = model.start(sources, targets.shape[1])
    return np.stack([row_scales(model, decode, ids) for ids in np.ascontiguousarray(targets.T)], axis=1)


def assert_same(got: np.ndarray, expected: np.ndarray, exact: np.ndarray) -> None:
    """Equal but for activations that another order of additions rounds the other way, and what follows from them.

    That is told from rounding at another place by its size: both results are far from the exact one, and near.
    """
    rounding = (expected - exact).std()
    assert (got - expected).std() < 0.6 * rounding
    assert np.median(np.abs(got - expected)) < 0.2 * rounding


@pytest.mark.parametrize("precision", INT8)
@pytest.mark.parametrize("kind", SMALL_KINDS)
def test_int8_stays_near_fp32(peer, int8, kind, precision):
    model, _ = int8(kind, precision)
    found = peer(kind)
    expected = np.stack(found.logits)[..., model.columns]
    error = teach(model, found.sources, np.stack(found.targets)) - expected
    assert error.std() < 0.05 * expected.std()


@pytest.mark.parametrize(
    ("kind", "precision"),
    [*((kind, precision) for kind in ("small", "relu", "m2m100") for precision in INT8), ("nllb", Precision.ROW8)],
)
def test_int8_sentence_is_bit_for_bit_the_same_alone_and_among_forty(peer, int8, kind, precision):
    model, _ = int8(kind, precision)
    own = peer(kind).sources[3]
    rng = np.random.default_rng(0)
    others = [rng.integers(10, 500, size).astype(np.int64) for size in rng.integers(1, 60, 40)]
    batch = [*others[:17], own, *others[17:]]
    alone, among = model.start([own], 24), model.start(batch, 24)
    ids, all_ids = np.array([5]), np.full(len(batch), 5)
    for _ in range(24):
        logits, all_logits = alone.step(ids), among.step(all_ids)
        assert logits[0].tobytes() == all_logits[17].tobytes()
        ids, all_ids = model.columns[logits.argmax(axis=1)], model.columns[all_logits.argmax(axis=1)]


@pytest.mark.parametrize("precision", INT8)
def test_five_hundred_and_twelve_positions(peer, int8, precision):
    model, reference = int8("small", precision)
    rng = np.random.default_rng(1)
    source, target = (rng.integers(10, 590, 512) for _ in range(2))
    exact = Reference(model.weights, Precision.FLOAT32, {})
    # One activation that rounds the other way is seen by every target position, so both start from the same memory.
    memory = reference.levels(model.memory([source]))
    assert_same(memory, reference.memory(source), exact.memory(source))
    expected = reference.logits(memory, target)[:, model.columns]
    unrounded = exact.logits(exact.memory(source), target)[:, model.columns]
    assert_same(teach(model, [source], target[None])[0], expected, unrounded)


@pytest.mark.parametrize("precision", Precision)
def test_a_pruned_head_has_the_logits_of_its_columns(peer, scales, precision):
    found = peer("small")
    columns = np.array([0, 3, 44, 100, 599])
    whole = graphs(found.weights, precision, scales("small"), np.arange(600))
    pruned = graphs(found.weights, precision, scales("small"), columns)
    targets = np.stack(found.targets)
    expected = [whole.start(found.sources, 12), pruned.start(found.sources, 12)]
    for ids in np.ascontiguousarray(targets.T):
        full, few = (row_scales(whole, decode, ids) for decode in expected)
        np.testing.assert_allclose(few, full[:, columns], atol=0.01, rtol=0)


def test_static_scales_are_asked_for_by_name(peer):
    with pytest.raises(OperatorError, match="no activation scale for encoder"):
        graphs(peer("small").weights, Precision.STATIC8, {})


def test_emitted_leaves_out_what_the_folder_forbids(peer):
    weights: Seq2SeqWeights = peer("untied").weights
    assert weights.config.vocabulary == 500
    assert np.setdiff1d(np.arange(500), emitted(weights.config)).tolist() == [7, 499]
