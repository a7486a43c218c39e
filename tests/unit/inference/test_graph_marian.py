"""The int8 graphs, part by part, against a numpy model on random weights."""

import hashlib

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from inference.graphs.marian_ssru import decoder_graph, encoder_graph
from inference.recipes import BUILDER
from inference.weights.marian_bin import EMBEDDING, MarianConfig, MarianWeights
from schemas.errors import OperatorError
from tests.reference.greedy import cross_inputs, pack
from tests.reference.marian_numpy import Exact, Rounded
from tests.reference.tiny_marian import SMALL, random_weights

SENTENCES = ([3, 17, 40, 0], [5, 0], [8, 9, 10, 11, 12, 13, 59, 0], [44, 2, 31, 0])
COLUMNS = np.array([0, *range(2, 60)], np.int64)


def session(model: onnx.ModelProto, *, exact_products: bool = False) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    if exact_products:
        options.add_session_config_entry("session.x64quantprecision", "1")
    return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def sources() -> list[np.ndarray]:
    return [np.array(ids, np.int64) for ids in SENTENCES]


def assert_same(got: np.ndarray, expected: np.ndarray) -> None:
    """Equal but for the few activations that another order of additions rounds the other way."""
    difference = np.abs(got - expected)
    assert np.quantile(difference, 0.97) < 1e-4
    assert difference.max() < 0.06


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_encoder_equals_the_numpy_model_layer_by_layer(seed: int) -> None:
    for layers in (1, 2):
        config = MarianConfig(32, 4, 48, layers, 2, 60)
        weights = random_weights(seed, config)
        (kv,) = session(encoder_graph(weights)).run(["kv"], pack(sources()))
        reference = Rounded(weights)
        assert_same(kv, np.concatenate([reference.encode(ids) for ids in sources()]))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_decoder_steps_equal_the_numpy_model(seed: int) -> None:
    weights = random_weights(seed)
    reference, decoder = Rounded(weights), session(decoder_graph(weights, COLUMNS))
    kvs = [reference.encode(ids).astype(np.float32) for ids in sources()]
    lengths = np.array([len(ids) for ids in sources()], np.int32)
    fed = cross_inputs(np.concatenate(kvs), lengths, SMALL.decoder_layers, SMALL.heads)
    states = {f"c{layer}": np.zeros((4, SMALL.d_model), np.float32) for layer in (1, 2)}
    own = [[np.zeros((1, SMALL.d_model), np.float32) for _ in (1, 2)] for _ in kvs]
    previous = np.full(4, SMALL.vocabulary, np.int64)
    for position in range(6):
        pos = np.full(4, position, np.int64)
        logits, c1, c2 = decoder.run(["logits", "c1o", "c2o"], {"ids": previous, "pos": pos, **fed, **states})
        expected = np.stack([reference.step(int(previous[row]), position, own[row], kvs[row]) for row in range(4)])
        unit = weights.matrices[EMBEDDING].scale / weights.multipliers[EMBEDDING]
        assert_same(logits * unit, expected[:, COLUMNS] * unit)
        for got, layer in ((c1, 0), (c2, 1)):
            assert_same(got, np.concatenate([own[row][layer] for row in range(4)]))
        # Both go on from the same state and piece, so a difference is this step's own.
        states = {"c1": c1, "c2": c2}
        own = [[c1[[row]], c2[[row]]] for row in range(4)]
        previous = COLUMNS[logits.argmax(1)]


def test_rounding_is_small_against_the_float_model() -> None:
    weights = random_weights(1)
    for ids in sources():
        exact, rounded = Exact(weights).encode(ids), Rounded(weights).encode(ids)
        assert np.abs(exact - rounded).mean() < 0.05 * np.abs(exact).mean()
        assert np.abs(exact - rounded).max() > 0


def test_a_sentence_does_not_depend_on_its_neighbours() -> None:
    encoder = session(encoder_graph(random_weights(4)))
    (together,) = encoder.run(["kv"], pack(sources()))
    alone = [encoder.run(["kv"], pack([ids]))[0] for ids in sources()]
    np.testing.assert_array_equal(together, np.concatenate(alone))


def test_products_that_cannot_saturate_give_the_same_numbers() -> None:
    model = encoder_graph(random_weights(5))
    plain, exact = (session(model, exact_products=choice).run(["kv"], pack(sources()))[0] for choice in (False, True))
    np.testing.assert_allclose(plain, exact, atol=1e-5)
    weights = random_weights(5)
    session(decoder_graph(weights, COLUMNS), exact_products=True)


def test_cross_attention_caches_are_left_as_they_were() -> None:
    weights = random_weights(6)
    decoder = session(decoder_graph(weights, COLUMNS))
    lengths = np.array([len(ids) for ids in sources()], np.int32)
    kv = np.concatenate([Rounded(weights).encode(ids) for ids in sources()]).astype(np.float32)
    fed = cross_inputs(kv, lengths, 2, SMALL.heads)
    state = {f"c{layer}": np.zeros((4, SMALL.d_model), np.float32) for layer in (1, 2)}
    start = {"ids": np.full(4, SMALL.vocabulary, np.int64), "pos": np.zeros(4, np.int64)}
    caches = decoder.run(["mk1", "mv1", "mk2", "mv2"], {**start, **fed, **state})
    for got, name in zip(caches, ("k1", "v1", "k2", "v2"), strict=True):
        for row, size in enumerate(lengths):
            np.testing.assert_array_equal(got[row, :, :size], fed[name][row, :, :size])


def with_bias(weights: MarianWeights, bias: np.ndarray) -> MarianWeights:
    vectors = {**weights.vectors, "decoder_ff_logit_out_b": bias.astype(np.float32)}
    return MarianWeights(weights.config, weights.matrices, vectors, weights.multipliers)


def first_logits(weights: MarianWeights) -> np.ndarray:
    kv = Rounded(weights).encode(sources()[0]).astype(np.float32)
    fed = cross_inputs(kv, np.array([len(kv)], np.int32), 2, SMALL.heads)
    state = {f"c{layer}": np.zeros((1, SMALL.d_model), np.float32) for layer in (1, 2)}
    start = {"ids": np.array([SMALL.vocabulary]), "pos": np.array([0])}
    return session(decoder_graph(weights, COLUMNS)).run(["logits"], {**start, **fed, **state})[0][0]


def test_a_large_output_bias_is_exact_and_a_larger_one_refused() -> None:
    weights = random_weights(7)
    unit = weights.matrices[EMBEDDING].scale / weights.multipliers[EMBEDDING]
    bias = np.linspace(-48_000, 48_000, SMALL.vocabulary)
    added = first_logits(with_bias(weights, bias * unit)) - first_logits(with_bias(weights, bias * 0))
    assert np.abs(added - bias[COLUMNS]).max() <= 0.51
    with pytest.raises(OperatorError, match="bias"):
        decoder_graph(with_bias(weights, bias * unit * 2), COLUMNS)


def test_fused_matrices_need_one_activation_scale() -> None:
    weights = random_weights(8)
    multipliers = {**weights.multipliers, "encoder_l1_self_Wk": 11.0}
    with pytest.raises(OperatorError, match="activation scales"):
        encoder_graph(MarianWeights(weights.config, weights.matrices, weights.vectors, multipliers))


def test_a_changed_graph_needs_another_builder_version() -> None:
    """Builds on disk are found by BUILDER: when this digest changes, raise it and put the new digest here."""
    digest = hashlib.sha256()
    weights = random_weights(1)
    for model in (encoder_graph(weights), decoder_graph(weights, COLUMNS)):
        digest.update(f"{model.ir_version} {[opset.version for opset in model.opset_import]}".encode())
        for node in model.graph.node:
            attributes = sorted(attribute.SerializeToString(deterministic=True).hex() for attribute in node.attribute)
            digest.update(f"{node.domain} {node.op_type} {node.input} {node.output} {attributes}".encode())
        for constant in model.graph.initializer:
            digest.update(f"{constant.name} {constant.data_type} {constant.dims}".encode())
    assert (BUILDER, digest.hexdigest()[:16]) == (3, "0d5aba6429d38136")
