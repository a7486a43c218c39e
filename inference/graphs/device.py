"""Graphs that keep a decode on a device: a decoder that answers with tokens, and the placing of encoded sentences."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from inference.graphs.builder import INT64, GraphBuilder
from inference.models import DecoderKind, Geometry

TOKENS: Final = "tokens"
LOGITS: Final = "logits"


def step_graph(decoder: onnx.ModelProto) -> onnx.ModelProto:
    """Return a decoder that also gives tokens int64 [B]: the column with the largest logit, the first of equals.

    The logits then never leave the device. The weights stay where the decoder has them, beside it or in it. On the CPU
    this costs more than it saves: ONNX Runtime's ArgMax is 11 times slower there than numpy's.
    """
    step = onnx.ModelProto()
    step.CopyFrom(decoder)
    step.graph.node.append(helper.make_node("ArgMax", [LOGITS], [TOKENS], name=f"ArgMax_{TOKENS}", axis=1, keepdims=0))
    step.graph.output.append(helper.make_tensor_value_info(TOKENS, INT64, ["B"]))
    return step


def place_graph(geometry: Geometry, slots: int, element: int) -> onnx.ModelProto:
    """Return the graph that writes encoded sentences into the rows of a decode, in place.

    kv [N, pieces * d_model]: what the encoder returned, where a piece is the keys or the values of one layer. Of it are
    taken: tokens int64 [M], written to targets int64 [M] (row * heads * S + position) of each piece of cross
    [pieces * slots * heads * S, head_dim]; and ends int64 [n], each sentence's last token, written to rows int64 [n] of
    last [pieces * slots * heads, head_dim]. SSRU: the rows of cell [layers * slots, d_model] become zero. What is
    written is bound as input and as output, `{name}_out`, at one address: ScatterND then copies nothing else.
    `element`: TensorProto FLOAT or FLOAT16.
    """
    graph, pieces = GraphBuilder("place"), 2 * geometry.layers
    longest = geometry.source_tokens_max
    graph.input("kv", element, ["N", pieces * geometry.d_model])
    graph.input("tokens", INT64, ["M"])
    graph.input("targets", INT64, ["M"])
    graph.input("ends", INT64, ["n"])
    graph.input("rows", INT64, ["n"])
    by_head = (pieces, geometry.heads, slots)
    tokens = graph.node("Gather", "kv", "tokens", axis=0)
    _scatter(graph, "cross", tokens, "targets", _offsets(*by_head, longest), geometry.head_dim, element)
    ends = graph.node("Gather", "kv", "ends", axis=0)
    heads = graph.node("Mul", "rows", graph.constant(geometry.heads, np.int64))
    _scatter(graph, "last", ends, heads, _offsets(*by_head, 1), geometry.head_dim, element)
    if geometry.decoder is DecoderKind.SSRU:
        nothing = graph.constant(
            np.zeros((1, geometry.layers * geometry.d_model)), helper.tensor_dtype_to_np_dtype(element)
        )
        zeros = graph.node("Gather", nothing, graph.node("Sub", "rows", "rows"), axis=0)
        layers = np.arange(geometry.layers, dtype=np.int64) * slots
        _scatter(graph, "cell", zeros, "rows", layers, geometry.d_model, element)
    return graph.model()


def reorder_graph(shapes: Mapping[str, tuple[int, int]], places: int, element: int) -> onnx.ModelProto:
    """Return the graph that gives each place what another one holds: sources int64 [places] -> `{name}_out` per name.

    `shapes`: of each buffer [pieces, places, width], pieces and width. What is read is not what is written.
    """
    graph = GraphBuilder("reorder")
    graph.input("sources", INT64, [places])
    for name, (pieces, width) in shapes.items():
        buffer = graph.input(name, element, [pieces, places, width])
        out = graph.output(f"{name}_out", element, [pieces, places, width])
        graph.node("Gather", buffer, "sources", axis=1, out=out)
    return graph.model()


def _offsets(pieces: int, heads: int, slots: int, positions: int) -> NDArray[np.int64]:
    """Where each piece's heads begin in [pieces, slots, heads, positions], in the order of the encoder's columns."""
    piece = np.arange(pieces, dtype=np.int64)[:, None] * (slots * heads * positions)
    head = np.arange(heads, dtype=np.int64)[None] * positions
    return (piece + head).ravel()


def _scatter(
    graph: GraphBuilder, name: str, values: str, bases: str, offsets: NDArray[np.int64], width: int, element: int
) -> None:
    """Write values [items, offsets * width] to the rows bases [items] + offsets of a buffer [rows, width]."""
    buffer = graph.input(name, element, [f"{name} rows", width])
    column = graph.node("Unsqueeze", bases, graph.constant([1], np.int64))
    rows = graph.node("Add", column, graph.constant(offsets[None], np.int64))
    at = graph.node("Reshape", rows, graph.constant([-1, 1], np.int64))
    updates = graph.node("Reshape", values, graph.constant([-1, width], np.int64))
    graph.node("ScatterND", buffer, at, updates, out=graph.output(f"{name}_out", element, [f"{name} rows", width]))
