"""The matrix products of a built translation model and nothing else: what is left of a step when all the rest is free.

Usage: python -m bench.sides.gemm_ceiling MODEL_NAME
Each request: {"tokens": of an encoder run, "rows": of a decoder step}; the answer has, for both graphs, milliseconds of
all its products one by one in hot loops (`isolated`) and in their order in one graph (`ordered`), and GMAC.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
from onnx import NodeProto, TensorProto, helper

from bench.sides.protocol import serve
from inference import providers
from inference.library.store import ModelStore
from schemas.report import silent
from schemas.settings import load

# Where each kind of product has its right-hand side.
RIGHT = {"MatMulIntegerToFloat": 1, "MatMulInteger": 1, "QGemm": 3, "QLinearMatMul": 3, "MatMul": 1, "Gemm": 1}
WRITES = {"MatMulIntegerToFloat": TensorProto.FLOAT, "MatMulInteger": TensorProto.INT32}
BLOCK_S = 0.05
BLOCKS = 7


class Products:
    """The products of one graph that have a constant right-hand side."""

    def __init__(self, path: Path) -> None:
        model = onnx.load(path)
        self.opsets, self.version = list(model.opset_import), model.ir_version
        self.constants = {tensor.name: tensor for tensor in model.graph.initializer}
        self.nodes = [node for node in model.graph.node if self.weight(node) is not None]

    def weight(self, node: NodeProto) -> TensorProto | None:
        """Return the constant right-hand side of a product, None of anything else."""
        place = RIGHT.get(node.op_type)
        return None if place is None else self.constants.get(node.input[place])

    def macs(self) -> int:
        """Multiplications for one row."""
        return sum(int(np.prod(self.weight(node).dims)) for node in self.nodes)

    def shape(self, node: NodeProto) -> tuple[Any, ...]:
        """What decides how long a product takes."""
        return (node.op_type, *self.weight(node).dims, len(node.input))

    def graph(self, nodes: Sequence[NodeProto]) -> onnx.ModelProto:
        """Return a graph of these products in order: one input per width, one output per product."""
        inputs: dict[str, onnx.ValueInfoProto] = {}
        outputs, kept, needed = [], [], set()
        for place, node in enumerate(nodes):
            depth, width = self.weight(node).dims
            integer = node.op_type not in {"MatMul", "Gemm"}
            name = f"x{depth}{'u8' if integer else ''}"
            inputs[name] = helper.make_tensor_value_info(
                name, TensorProto.UINT8 if integer else TensorProto.FLOAT, ["M", depth]
            )
            copy = NodeProto()
            copy.CopyFrom(node)
            copy.input[0] = name
            copy.output[0] = f"y{place}"
            outputs.append(helper.make_tensor_value_info(f"y{place}", self.writes(node), ["M", width]))
            needed.update(copy.input)
            kept.append(copy)
        constants = [tensor for name, tensor in self.constants.items() if name in needed]
        graph = helper.make_graph(kept, "products", list(inputs.values()), outputs, constants)
        return helper.make_model(graph, opset_imports=self.opsets, ir_version=self.version)

    def writes(self, node: NodeProto) -> int:
        """Return the element type of a product's output."""
        if node.op_type in {"QGemm", "QLinearMatMul"}:
            zero_point = node.input[8] if node.op_type == "QGemm" and len(node.input) > 8 else node.input[-1]
            return self.constants[zero_point].data_type if len(node.input) > 7 else TensorProto.FLOAT
        return WRITES.get(node.op_type, TensorProto.FLOAT)


def session(model: onnx.ModelProto) -> ort.InferenceSession:
    """Open a graph with the options that the engines' graphs are opened with."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "products.onnx"
        onnx.save_model(model, path)
        opened, _ = providers.open_session(path, model="products", device="cpu", accelerated=False, reporter=silent)
    return opened


def milliseconds(opened: ort.InferenceSession, rows: int) -> float:
    """Time a run into outputs that are already there: the median of several blocks of runs.

    Processor time of the one thread that works, as for the engine that is compared with it.
    """
    rng = np.random.default_rng(0)
    binding, kept = opened.io_binding(), []
    for value in opened.get_inputs():
        shape = (rows, value.shape[1])
        integers = rng.integers(0, 255, shape, dtype=np.uint8)
        kept.append(ort.OrtValue.ortvalue_from_numpy(integers if "uint8" in value.type else integers / np.float32(128)))
        binding.bind_ortvalue_input(value.name, kept[-1])
    kinds = {"tensor(float)": np.float32, "tensor(int32)": np.int32, "tensor(uint8)": np.uint8, "tensor(int8)": np.int8}
    for value in opened.get_outputs():
        kept.append(ort.OrtValue.ortvalue_from_numpy(np.zeros((rows, value.shape[1]), kinds[value.type])))
        binding.bind_ortvalue_output(value.name, kept[-1])
    blocks = []
    for _ in range(BLOCKS):
        began_s, runs = time.process_time(), 0
        while time.process_time() - began_s < BLOCK_S:
            opened.run_with_iobinding(binding)
            runs += 1
        blocks.append((time.process_time() - began_s) / runs * 1e3)
    return median(blocks)


class Ceiling:
    """Both ways of measuring one graph."""

    def __init__(self, path: Path) -> None:
        self.products = Products(path)
        self.ordered = session(self.products.graph(self.products.nodes))
        self.count = Counter(map(self.products.shape, self.products.nodes))
        examples = {self.products.shape(node): node for node in self.products.nodes}
        self.alone = {shape: session(self.products.graph([node])) for shape, node in examples.items()}

    def measure(self, rows: int) -> dict[str, Any]:
        """Return milliseconds of one run over this many rows."""
        parts = {shape: milliseconds(alone, rows) for shape, alone in self.alone.items()}
        return {
            "isolated_ms": sum(parts[shape] * count for shape, count in self.count.items()),
            "ordered_ms": milliseconds(self.ordered, rows),
            "gmac": self.products.macs() * rows / 1e9,
            "parts_ms": {" ".join(map(str, shape)): [round(ms, 4), self.count[shape]] for shape, ms in parts.items()},
        }


def main() -> None:
    store = ModelStore(load().pool.models_dir)
    folder = Path(store.build(sys.argv[1]).path)
    encoder, decoder = Ceiling(folder / "encoder.onnx"), Ceiling(folder / "decoder.onnx")
    serve(
        {},
        lambda request: {
            "encoder": encoder.measure(request["tokens"]),
            "decoder": decoder.measure(request["rows"]),
        },
    )


if __name__ == "__main__":
    main()
