"""Every operator of the graphs that go to a GPU is one that ONNX Runtime has been seen to compute there.

`docs/gpu.md` says how the list was made. An operator that is missing from it may have a kernel all the same: look it up
in ONNX Runtime's OperatorKernels.md for opset 21 and float16, and add it here.
"""

import numpy as np
import pytest
from msgspec import structs

from inference.graphs import marian_ssru, seq2seq, text_encoder
from inference.graphs.builder import OPSET
from inference.graphs.device import place_graph, reorder_graph, step_graph
from inference.models import DecoderKind, Geometry, Precision
from inference.weights.encoder_checkpoint import Pooling, read_encoder
from tests.reference import tiny_marian, tiny_seq2seq
from tests.reference.model_folders import write_encoder

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


def check(graph):
    assert {node.op_type for node in graph.graph.node} <= HALF, graph.graph.name
    # The list holds for this opset: a kernel is bound to the versions of its operator.
    assert {opset.domain: opset.version for opset in graph.opset_import}[""] == OPSET == 21


@pytest.mark.parametrize("name", GRAPHS)
def test_every_operator_has_a_kernel_on_a_gpu(name):
    for graph in GRAPHS[name]():
        check(graph)


@pytest.mark.parametrize("pooling", Pooling)
def test_every_operator_of_a_sentence_encoder_has_a_kernel_on_a_gpu(tmp_path, pooling):
    write_encoder(tmp_path / "encoder")
    weights = read_encoder(tmp_path / "encoder")
    config = structs.replace(weights.config, pooling=pooling)
    check(text_encoder.encoder_graph(structs.replace(weights, config=config), Precision.FLOAT16))
