"""The graphs of tiny models, part by part, against a numpy model on random weights."""

import hashlib

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from inference.graphs.builder import UINT8, GraphBuilder
from inference.graphs.marian_ssru import decoder_graph, encoder_graph, greedy_graph
from inference.graphs.picks import Picks
from inference.library.recipes import BUILDER
from inference.models import Precision
from inference.weights.marian_bin import EMBEDDING, MarianConfig, MarianWeights
from schemas.errors import OperatorError
from tests.reference.greedy import cross_inputs, pack
from tests.reference.marian_numpy import Exact, Rounded
from tests.reference.tiny_marian import SMALL, random_weights

REAL = {Precision.FLOAT32: np.float32, Precision.ROW8: np.float32, Precision.FLOAT16: np.float16}
# How far activations of about unit variance are from the float32 ones: nothing but the order of additions; eight bits
# of an activation, or of a row's largest; eleven bits.
FAR = {Precision.FLOAT32: 1e-4, Precision.ROW8: 0.15, Precision.FLOAT16: 0.02}
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


@pytest.mark.parametrize("precision", REAL)
def test_every_precision_stays_near_the_float_model(precision: Precision) -> None:
    weights, dtype, far = random_weights(1), REAL[precision], FAR[precision]
    reference = Exact(weights)
    (kv,) = session(encoder_graph(weights, precision)).run(["kv"], pack(sources()))
    assert kv.dtype == dtype
    expected = [reference.encode(ids) for ids in sources()]
    np.testing.assert_allclose(kv, np.concatenate(expected), atol=far)
    decoder = session(decoder_graph(weights, COLUMNS, precision))
    lengths = np.array([len(ids) for ids in sources()], np.int32)
    fed = cross_inputs(np.concatenate(expected), lengths, 2, SMALL.heads)
    state = {f"c{layer}": np.zeros((4, SMALL.d_model), dtype) for layer in (1, 2)}
    own = [[np.zeros((1, SMALL.d_model), np.float32) for _ in (1, 2)] for _ in expected]
    previous = np.full(4, SMALL.vocabulary, np.int64)
    for position in range(4):
        feeds = {"ids": previous, "pos": np.full(4, position), **state}
        feeds |= {name: value.astype(dtype) if value.dtype == np.float32 else value for name, value in fed.items()}
        outputs = dict(zip(names_of(decoder), decoder.run(None, feeds), strict=True))
        logits = outputs["logits"] * outputs.get("logits_scale", 1)
        exact = np.stack([reference.step(int(previous[row]), position, own[row], expected[row]) for row in range(4)])
        np.testing.assert_allclose(logits, exact[:, COLUMNS], atol=far)
        for layer in (1, 2):
            np.testing.assert_allclose(outputs[f"c{layer}o"], np.concatenate([one[layer - 1] for one in own]), atol=far)
        state = {f"c{layer}": np.concatenate([one[layer - 1] for one in own]).astype(dtype) for layer in (1, 2)}
        previous = COLUMNS[exact[:, COLUMNS].argmax(1)]


def names_of(model: ort.InferenceSession) -> list[str]:
    return [output.name for output in model.get_outputs()]


@pytest.mark.parametrize("precision", Precision)
def test_a_sentence_does_not_depend_on_its_neighbours(precision: Precision) -> None:
    encoder = session(encoder_graph(random_weights(4), precision))
    long = [*sources(), np.arange(1, 40, dtype=np.int64)]
    (together,) = encoder.run(["kv"], pack(long))
    alone = [encoder.run(["kv"], pack([ids]))[0] for ids in long]
    np.testing.assert_array_equal(together, np.concatenate(alone))


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_greedy_graph_answers_with_the_largest_logit(seed: int) -> None:
    weights = random_weights(seed)
    decoder, greedy = (session(graph(weights, COLUMNS)) for graph in (decoder_graph, greedy_graph))
    assert set(names_of(greedy)) == {*names_of(decoder), "tokens"} - {"logits", "logits_scale"}
    lengths = np.array([len(ids) for ids in sources()], np.int32)
    kv = np.concatenate([Rounded(weights).encode(ids) for ids in sources()]).astype(np.float32)
    fed = cross_inputs(kv, lengths, 2, SMALL.heads)
    state = {f"c{layer}": np.zeros((4, SMALL.d_model), np.float32) for layer in (1, 2)}
    previous = np.array([SMALL.vocabulary, 3, 4, 5])
    for position in range(6):
        feeds = {"ids": previous, "pos": np.full(4, position), **fed, **state}
        logits, *cells = decoder.run(["logits", "c1o", "c2o"], feeds)
        tokens, *same = greedy.run(["tokens", "c1o", "c2o"], feeds)
        np.testing.assert_array_equal(tokens, logits.argmax(1))
        np.testing.assert_array_equal(same, cells)
        state, previous = dict(zip(("c1", "c2"), cells, strict=True)), COLUMNS[tokens]


def picked(levels: np.ndarray, bias: np.ndarray, rounded: np.ndarray, largest: float) -> np.ndarray:
    graph = GraphBuilder("picks")
    graph.input("rounded", UINT8, ["B", rounded.shape[1]])
    Picks(graph, levels, bias, largest).write("rounded", graph.constant(128, np.uint8))
    (tokens,) = session(graph.model()).run(None, {"rounded": rounded})
    return np.array(tokens)


@pytest.mark.parametrize("columns", [1, 63, 64, 65, 2048, 4500])
@pytest.mark.parametrize("largest", [2.0**18, 2.0**20])
def test_the_first_of_the_largest_is_picked(columns: int, largest: float) -> None:
    random = np.random.default_rng(columns)
    levels = random.integers(-2, 3, (16, columns)).astype(np.int8)
    bias = random.integers(-3, 4, columns).astype(np.float32)
    rounded = random.integers(126, 131, (40, 16)).astype(np.uint8)
    logits = (rounded.astype(np.int64) - 128) @ levels + bias
    assert columns < 64 or (np.sort(logits, axis=1)[:, -1] == np.sort(logits, axis=1)[:, -2]).any(), "no ties"
    np.testing.assert_array_equal(picked(levels, bias, rounded, largest), logits.argmax(1))


def test_logits_as_large_as_they_may_be_are_told_apart() -> None:
    columns, largest = 200, 2.0**18 - 1
    bias = -np.full(columns, largest, np.float32)
    bias[[17, 130]] = largest - 1, largest
    rounded = np.full((3, 16), 128, np.uint8)
    assert picked(np.zeros((16, columns), np.int8), bias, rounded, largest).tolist() == [130] * 3
    with pytest.raises(OperatorError, match="too large"):
        picked(np.zeros((16, columns), np.int8), bias, rounded, 2.0**23)


def test_beams_are_told_the_unit_of_whole_logits() -> None:
    weights = random_weights(9)
    decoder = session(decoder_graph(weights, COLUMNS))
    kv = Exact(weights).encode(sources()[0]).astype(np.float32)
    fed = cross_inputs(kv, np.array([len(kv)], np.int32), 2, SMALL.heads)
    state = {f"c{layer}": np.zeros((1, SMALL.d_model), np.float32) for layer in (1, 2)}
    start = {"ids": np.array([SMALL.vocabulary]), "pos": np.array([0])}
    logits, unit = decoder.run(["logits", "logits_scale"], {**start, **fed, **state})
    own = [np.zeros((1, SMALL.d_model), np.float32) for _ in (1, 2)]
    exact = Exact(weights).step(SMALL.vocabulary, 0, own, kv)[COLUMNS]
    assert unit.shape == (1, 1)
    assert np.abs(logits[0] * unit - exact).mean() < 0.1 * np.abs(exact).mean()


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
    (logits,) = session(decoder_graph(weights, COLUMNS)).run(["logits"], {**start, **fed, **state})
    return np.array(logits[0])


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
    multipliers = {**weights.multipliers, "decoder_l1_context_Wk": 11.0}
    with pytest.raises(OperatorError, match="activation scales"):
        encoder_graph(MarianWeights(weights.config, weights.matrices, weights.vectors, multipliers))


def test_a_changed_graph_needs_another_builder_version() -> None:
    """Builds on disk are found by BUILDER: when this digest changes, raise it and put the new digest here."""
    digest = hashlib.sha256()
    weights = random_weights(1)
    graphs = encoder_graph(weights), decoder_graph(weights, COLUMNS), greedy_graph(weights, COLUMNS)
    for model in graphs:
        digest.update(f"{model.ir_version} {[opset.version for opset in model.opset_import]}".encode())
        for node in model.graph.node:
            attributes = sorted(attribute.SerializeToString(deterministic=True).hex() for attribute in node.attribute)
            digest.update(f"{node.domain} {node.op_type} {node.input} {node.output} {attributes}".encode())
        for constant in model.graph.initializer:
            digest.update(f"{constant.name} {constant.data_type} {constant.dims}".encode())
    assert (BUILDER, digest.hexdigest()[:16]) == (6, "1c2aa6108c8f3311")
