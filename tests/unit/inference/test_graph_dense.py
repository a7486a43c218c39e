"""Dense layers at the four precisions, one layer at a time."""

import numpy as np
import pytest

from inference.graphs.builder import GraphBuilder
from inference.graphs.dense import OBSERVED, Dense, bias_rows, round_columns
from inference.models import Precision
from inference.weights.checkpoint import Activation
from schemas.errors import OperatorError
from tests.unit.inference.seq2seq_models import session

INPUTS, OUTPUTS = 48, 80
SCALES = {"one": 0.03, "ff.fc1": 0.03, "ff.fc2": 0.04, "head": 0.03}
# The rounding of weights and activations, as a part of the spread of the result.
ERROR_MAX = {Precision.FLOAT32: 1e-6, Precision.FLOAT16: 2e-3, Precision.ROW8: 0.02, Precision.STATIC8: 0.02}


def arrays(*shapes: tuple[int, ...], seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape).astype(np.float32) for shape in shapes]


def layer(precision: Precision, *, observe: bool = False) -> tuple[Dense, str]:
    graph = GraphBuilder("test")
    dense = Dense(graph, precision, SCALES, observe=observe)
    return dense, graph.input("x", dense.element, ["N", INPUTS])


def result(dense: Dense, y: str, x: np.ndarray) -> np.ndarray:
    dense.graph.node("Identity", y, out=dense.graph.output("y", dense.element, ["N", "M"]))
    element = np.float16 if dense.precision is Precision.FLOAT16 else np.float32
    return session(dense.graph.model()).run(["y"], {"x": x.astype(element)})[0]


@pytest.mark.parametrize("precision", Precision)
@pytest.mark.parametrize("with_bias", [True, False])
def test_dense_is_the_product(precision, with_bias):
    x, weight, bias = arrays((9, INPUTS), (INPUTS, OUTPUTS), (OUTPUTS,))
    dense, name = layer(precision)
    got = result(dense, dense.dense(name, weight, bias if with_bias else None, "one"), x)
    expected = x @ weight + (bias if with_bias else 0)
    assert np.abs(got - expected).std() < ERROR_MAX[precision] * expected.std()


@pytest.mark.parametrize("precision", Precision)
@pytest.mark.parametrize("activation", Activation)
def test_feed_forward_activates_between_its_layers(precision, activation):
    x, w1, b1, w2, b2 = arrays((9, INPUTS), (INPUTS, OUTPUTS), (OUTPUTS,), (OUTPUTS, INPUTS), (INPUTS,))
    w1 /= np.sqrt(INPUTS)
    dense, name = layer(precision)
    got = result(dense, dense.feed_forward(name, (w1, b1), (w2, b2), activation, "ff"), x)
    y = x @ w1 + b1
    relu, swish = np.maximum(y, 0), y / (1 + np.exp(-y))
    if activation is Activation.GELU:  # within 0.0003 of the exact one
        hidden = y / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (y + 0.044715 * y**3)))
    else:
        hidden = {Activation.RELU: relu, Activation.SWISH: swish}[activation]
    expected = hidden @ w2 + b2
    assert np.abs(got - expected).std() < max(ERROR_MAX[precision], 1e-3) * expected.std()


@pytest.mark.parametrize("precision", [Precision.ROW8, Precision.STATIC8])
def test_int8_rows_do_not_see_each_other(precision):
    x, weight, bias = arrays((9, INPUTS), (INPUTS, OUTPUTS), (OUTPUTS,))
    x[3] *= 100
    dense, name = layer(precision)
    y = dense.dense(name, weight, bias, "one")
    together = result(dense, y, x)
    for row in range(9):
        dense, name = layer(precision)
        alone = result(dense, dense.dense(name, weight, bias, "one"), x[row : row + 1])
        assert alone.tobytes() == together[row : row + 1].tobytes()


def test_a_row_of_zeros_gives_the_bias():
    x, weight, bias = arrays((3, INPUTS), (INPUTS, OUTPUTS), (OUTPUTS,))
    x[1] = 0
    dense, name = layer(Precision.ROW8)
    np.testing.assert_array_equal(result(dense, dense.dense(name, weight, bias, "one"), x)[1], bias)


@pytest.mark.parametrize("with_bias", [True, False])
@pytest.mark.parametrize("size", [1.0, 40.0])
def test_row8_head_has_its_largest_logit_where_the_dequantized_product_has(with_bias, size):
    """The factor of a row that is left out, and the bias inside the product, are exact: nothing is rounded twice."""
    columns, rows = 5000, 400
    x, weight, bias = arrays((rows, INPUTS), (INPUTS, columns), (columns,), seed=1)
    x *= np.linspace(0.5, 4, rows, dtype=np.float32)[:, None]
    bias *= size
    weight[:, 7] = 0
    magnitude = 2.0
    dense, name = layer(Precision.ROW8)
    dense.head(name, weight, bias if with_bias else None, "head", "logits", magnitude=magnitude)
    logits, scale = session(dense.graph.model()).run(["logits", "logits_scale"], {"x": x})
    largest = np.abs(x).max(axis=1, keepdims=True)
    if with_bias:
        levels, steps = round_columns(weight, np.abs(bias) / np.float32(magnitude * 127 * 32))
        parts = np.clip(np.floor(np.float32(magnitude * 127) / largest), 1, 127)
        step = np.float32(magnitude) / parts
        whole = np.round(bias / (steps * magnitude)).astype(np.float64) * steps * magnitude
    else:
        levels, steps = round_columns(weight)
        step, whole = largest * np.float32(1 / 127), np.zeros(columns)
    rounded = np.clip(np.rint(x / step), -128, 127).astype(np.int64)
    dequantized = (rounded @ levels.astype(np.int64)) * step.astype(np.float64) * steps + whole
    np.testing.assert_array_equal(logits.argmax(axis=1), dequantized.argmax(axis=1))
    np.testing.assert_allclose(logits * scale, dequantized, rtol=1e-4, atol=1e-4 * dequantized.std())
    exact = x @ weight + (bias if with_bias else 0)
    assert np.abs(dequantized - exact).std() < 0.02 * exact.std()


@pytest.mark.parametrize("precision", [Precision.FLOAT32, Precision.FLOAT16, Precision.STATIC8])
def test_other_heads_have_logits_of_their_real_size(precision):
    x, weight, bias = arrays((9, INPUTS), (INPUTS, OUTPUTS), (OUTPUTS,))
    dense, name = layer(precision)
    dense.head(name, weight, bias, "head", "logits")
    (logits,) = session(dense.graph.model()).run(
        None, {"x": x.astype(np.float16 if dense.element != 1 else np.float32)}
    )
    expected = x @ weight + bias
    assert np.abs(logits - expected).std() < ERROR_MAX[precision] * expected.std()


def test_observed_is_the_largest_magnitude_of_each_row():
    x, w1, b1, w2, b2 = arrays((9, INPUTS), (INPUTS, OUTPUTS), (OUTPUTS,), (OUTPUTS, INPUTS), (INPUTS,))
    dense, name = layer(Precision.FLOAT32, observe=True)
    y = dense.feed_forward(name, (w1, b1), (w2, b2), Activation.RELU, "ff")
    dense.graph.node("Identity", y, out=dense.graph.output("y", dense.element, ["N", INPUTS]))
    first, second = session(dense.graph.model()).run([f"{OBSERVED}ff.fc1", f"{OBSERVED}ff.fc2"], {"x": x})
    np.testing.assert_array_equal(first, np.abs(x).max(axis=1))
    np.testing.assert_allclose(second, np.maximum(x @ w1 + b1, 0).max(axis=1), rtol=1e-5)


def test_products_of_one_input_share_its_rounding():
    weight, bias = arrays((INPUTS, OUTPUTS), (OUTPUTS,))
    dense, name = layer(Precision.ROW8)
    for part in "abc":
        dense.dense(name, weight, bias, part)
    operators = [node.op_type for node in dense.graph.model().graph.node]
    assert operators.count("QuantizeLinear") == 1
    assert operators.count("MatMulIntegerToFloat") == 3


def test_a_scale_that_is_missing_is_the_operators_business():
    (weight,) = arrays((INPUTS, OUTPUTS))
    dense, name = layer(Precision.STATIC8)
    with pytest.raises(OperatorError, match="no activation scale for other"):
        dense.dense(name, weight, None, "other")


def test_bias_rows_add_up_to_the_rounded_bias():
    bias = np.array([0.4, -1.6, 127, 128, -1000.5, 3000], np.float32)
    rows = bias_rows(bias)
    assert rows.dtype == np.int8
    np.testing.assert_array_equal(rows.sum(axis=0, dtype=np.int64), np.round(bias))
