"""One vector per text out of packed tokens: the parts that sentence encoders share.

Packed: the tokens of all texts stand one after another, N in all, with nothing between them. All of it works token by
token or text by text in the order of the text's own tokens, so a vector's bits do not depend on the texts beside it.
"""

import numpy as np

from inference.graphs.builder import FLOAT, INT32, INT64, GraphBuilder


def packed_inputs(graph: GraphBuilder) -> None:
    """Declare the inputs that `inference.models.EmbeddingModel` tells."""
    for name in ("ids", "pos", "row"):
        graph.input(name, INT64, ["N"])
    graph.input("lens", INT32, ["B"])


def sums(graph: GraphBuilder, x: str, width: int) -> str:
    """Sum the tokens of each text: float32 [N, width] -> [B, width].

    ScatterND adds one token after the other on a CPU; on a GPU, in the order they come. ReduceSum over padded rows adds
    in another order with each shape, and a product with a matrix of ones cuts a text in two where it lies across the
    kernel's block.
    """
    shape = graph.node("Concat", graph.node("Shape", "lens"), graph.constant([width], np.int64), axis=0)
    rows = graph.node("Unsqueeze", "row", graph.constant([1], np.int64))
    return graph.node("ScatterND", graph.node("ConstantOfShape", shape), rows, x, reduction="add")


def counts(graph: GraphBuilder) -> str:
    """Tokens of each text: float32 [B, 1]."""
    return graph.node("Unsqueeze", graph.node("Cast", "lens", to=FLOAT), graph.constant([1], np.int64))


def unit(graph: GraphBuilder, x: str, square_min: float) -> str:
    """Scale each row to length 1; a square sum below `square_min` counts as that. float32 [B, width]."""
    square = graph.node("ReduceSum", graph.node("Mul", x, x), graph.constant([1], np.int64))
    return graph.node("Div", x, graph.node("Sqrt", graph.node("Max", square, graph.constant(square_min))))
