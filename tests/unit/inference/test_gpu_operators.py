"""Every operator of the graphs that go to a GPU is one that ONNX Runtime has been seen to compute there.

`docs/gpu.md` says how the list was made. An operator that is missing from it may have a kernel all the same: look it up
in ONNX Runtime's OperatorKernels.md for opset 21 and float16, and add it here.
"""

import numpy as np
import pytest

from inference.graphs import marian_ssru, seq2seq
from inference.graphs.builder import OPSET
from inference.graphs.device import place_graph, reorder_graph, step_graph
from inference.models import DecoderKind, Geometry, Precision
from tests.reference import tiny_marian, tiny_seq2seq

HALF = frozenset(
    {
        "Add",
        "ArgMax",
        "Cast",
        "Concat",
        "ConstantOfShape",
        "CumSum",
        "Div",
        "Gather",
        "Gelu",
        "Gemm",
        "Identity",
        "LayerNormalization",
        "MatMul",
        "Max",
        "Min",
        "Mul",
        "Range",
        "ReduceMax",
        "ReduceSum",
        "Relu",
        "Reshape",
        "ScatterND",
        "Shape",
        "Sigmoid",
        "Slice",
        "Split",
        "Sqrt",
        "Squeeze",
        "Sub",
        "Unsqueeze",
        # ONNX Runtime's own.
        "GroupQueryAttention",
        "MultiHeadAttention",
        "QuickGelu",
    }
)
"""With float16 where they see activations, at opset 21."""


def seq2seq_graphs(config):
    weights = tiny_seq2seq.random_weights(1, **config)
    columns = np.arange(2, weights.config.vocabulary)
    yield seq2seq.encoder_graph(weights, Precision.FLOAT16)
    yield step_graph(seq2seq.decoder_graph(weights, columns, Precision.FLOAT16))


def ssru_graphs():
    weights = tiny_marian.random_weights(1)
    yield marian_ssru.encoder_graph(weights, Precision.FLOAT16)
    yield step_graph(marian_ssru.decoder_graph(weights, np.arange(2, weights.config.vocabulary), Precision.FLOAT16))


def place_graphs():
    for kind in DecoderKind:
        geometry = Geometry(kind, 2, 4, 8, 32, 60, 0, 0, source_tokens_max=24, target_tokens_max=40)
        yield place_graph(geometry, 8, 10)
    yield reorder_graph({"own": (4, 1280), "cell": (2, 32)}, 8, 10)


GRAPHS = {
    "marian": lambda: seq2seq_graphs(tiny_seq2seq.MARIAN),
    "marian with gelu": lambda: seq2seq_graphs(tiny_seq2seq.MARIAN | {"activation_function": "gelu"}),
    "m2m100": lambda: seq2seq_graphs(tiny_seq2seq.M2M100),
    "marian tiny": ssru_graphs,
    "placing and reordering": place_graphs,
}


@pytest.mark.parametrize("name", GRAPHS)
def test_every_operator_has_a_kernel_on_a_gpu(name):
    for graph in GRAPHS[name]():
        assert {node.op_type for node in graph.graph.node} <= HALF, graph.graph.name
        # The list holds for this opset: a kernel is bound to the versions of its operator.
        assert {opset.domain: opset.version for opset in graph.opset_import}[""] == OPSET == 21
