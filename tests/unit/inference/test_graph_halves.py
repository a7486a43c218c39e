"""Products in halves, and graphs that share their constants' file."""

import numpy as np
import onnxruntime as ort
import pytest

from inference.graphs import halves
from inference.graphs.builder import FLOAT, GraphBuilder, write_model
from inference.graphs.sharing import write_beside
from inference.providers import multiplies_tiles


def session(model):
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def product(weight, bias, largest):
    graph = GraphBuilder("product")
    graph.input("x", FLOAT, ["N", len(weight)])
    x = halves.rounded(graph, "x", largest)
    y = halves.product(graph, x.high, x.low, x.step, weight, bias)
    graph.node("Identity", y, out=graph.output("y", FLOAT, ["N", weight.shape[1]]))
    return session(graph.model())


@pytest.mark.parametrize("seed", range(3))
def test_a_product_in_halves_is_that_of_floats(seed):
    random = np.random.default_rng(seed)
    weight, bias = random.standard_normal((300, 40)).astype(np.float32), random.standard_normal(40).astype(np.float32)
    x = random.standard_normal((17, 300)).astype(np.float32)
    exact = x.astype(np.float64) @ weight + bias
    (found,) = product(weight, bias, float(np.abs(x).max())).run(None, {"x": x})
    # One byte each would miss it by about 1% of a standard deviation; that of these sums is 17.
    assert np.abs(found - exact).max() < 17 * 1e-3


def test_a_row_does_not_depend_on_the_rows_beside_it():
    random = np.random.default_rng(3)
    weight = random.standard_normal((64, 32)).astype(np.float32)
    run = product(weight, np.zeros(32, np.float32), 5.0)
    x = random.standard_normal((50, 64)).astype(np.float32)
    (together,) = run.run(None, {"x": x})
    for row in range(0, 50, 7):
        np.testing.assert_array_equal(run.run(None, {"x": x[row : row + 1]})[0][0], together[row])


def test_weights_come_back_from_their_halves():
    random = np.random.default_rng(4)
    weight = random.standard_normal((200, 30)).astype(np.float32)
    weight[:, 7] = 0
    high, low, steps = halves.split(weight)
    back = steps * (256.0 * high + low)
    assert np.abs(back - weight).max() <= np.abs(weight).max() / halves.LEVELS
    assert np.abs(high.astype(int)).max() <= 127


def summed(table, more):
    graph = GraphBuilder("sum")
    graph.input("x", FLOAT, list(table.shape))
    y = graph.node("Add", "x", graph.constant(table))
    graph.node("Add", y, graph.constant(more), out=graph.output("y", FLOAT, list(table.shape)))
    return graph.model()


def test_a_second_graph_reads_common_constants_from_the_firsts_file(tmp_path):
    random = np.random.default_rng(5)
    common, one, other = (random.standard_normal((600, 512)).astype(np.float32) for _ in range(3))
    write_model(summed(common, one), tmp_path, "first")
    write_beside(summed(common, other), tmp_path, "second", "first")
    sizes = [(tmp_path / f"{name}.weights").stat().st_size for name in ("first", "second")]
    assert sizes[1] < 0.6 * sizes[0]
    zeros = np.zeros_like(common)
    for name, own in (("first", one), ("second", other)):
        run = ort.InferenceSession(str(tmp_path / f"{name}.onnx"), providers=["CPUExecutionProvider"])
        np.testing.assert_array_equal(run.run(None, {"x": zeros})[0], zeros + common + own)


def test_tiles_are_told_by_the_cpu(tmp_path):
    info = tmp_path / "cpuinfo"
    assert not multiplies_tiles(info)
    info.write_text("flags : fpu avx512_vnni")
    assert not multiplies_tiles(info)
    info.write_text("flags : fpu avx512_vnni amx_bf16 amx_tile amx_int8")
    assert multiplies_tiles(info)
