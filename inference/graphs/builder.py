"""Builds an ONNX graph node by node, in the order in which it runs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import ArrayLike, DTypeLike, NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET: Final = 21
_IR_VERSION: Final = 10
_CONTRIB: Final = "com.microsoft"
# Constants up to this many items are shared when equal; comparing larger ones costs more than it saves.
_SHARED_ITEMS: Final = 16
# Larger tensors live beside the graph: ONNX Runtime maps that file, so processes share one copy of the weights.
_EXTERNAL_BYTES: Final = 4096

FLOAT: Final = TensorProto.FLOAT
INT32: Final = TensorProto.INT32
INT64: Final = TensorProto.INT64
UINT8: Final = TensorProto.UINT8

Dimension = int | str


class GraphBuilder:
    """Nodes, constants, inputs and outputs of one graph. Values are named by strings, as in ONNX.

    `opset`: of the standard operators. A later one has operators that not every device has kernels for.
    """

    def __init__(self, name: str, opset: int = OPSET) -> None:
        self._name = name
        self.opset = opset
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._shared: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, element: int, shape: Sequence[Dimension]) -> str:
        """Declare a graph input and return its name."""
        self._inputs.append(helper.make_tensor_value_info(name, element, list(shape)))
        return name

    def output(self, name: str, element: int, shape: Sequence[Dimension]) -> str:
        """Declare a graph output; some node must write a value of this name."""
        self._outputs.append(helper.make_tensor_value_info(name, element, list(shape)))
        return name

    def constant(self, value: ArrayLike, dtype: DTypeLike = np.float32, *, shared: bool = True) -> str:
        """Return the name of a constant; small equal ones are one unless `shared` is false."""
        array: NDArray[Any] = np.array(value, dtype, order="C")
        if not shared or array.size > _SHARED_ITEMS:
            return self._new_constant(array)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._shared:
            self._shared[key] = self._new_constant(array)
        return self._shared[key]

    def node(self, operator: str, *inputs: str, out: str | None = None, **attributes: Any) -> str:
        """Append a standard operator with one output and return that output; `out` gives it a name."""
        return self._append("", operator, inputs, [out or self._fresh()], attributes)[0]

    def split(self, value: str, parts: int, axis: int) -> list[str]:
        """Cut a value into equal parts along an axis."""
        names = [f"{self._fresh()}_{part}" for part in range(parts)]
        return self._append("", "Split", (value,), names, {"axis": axis, "num_outputs": parts})

    def contrib(self, operator: str, *inputs: str, outs: Sequence[str] | None = None, **attributes: Any) -> str:
        """Append an operator of ONNX Runtime's own domain and return its first output."""
        return self._append(_CONTRIB, operator, inputs, list(outs or [self._fresh()]), attributes)[0]

    def model(self) -> onnx.ModelProto:
        """Return the finished model."""
        graph = helper.make_graph(self._nodes, self._name, self._inputs, self._outputs, self._constants)
        opsets = [helper.make_opsetid("", self.opset), helper.make_opsetid(_CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="dragoman")

    def _new_constant(self, array: NDArray[Any]) -> str:
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def _fresh(self) -> str:
        return f"value_{len(self._nodes)}"

    def _append(
        self, domain: str, operator: str, inputs: Sequence[str], outputs: list[str], attributes: dict[str, Any]
    ) -> list[str]:
        name = f"{operator}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, outputs, name=name, domain=domain, **attributes))
        return outputs


def write_model(model: onnx.ModelProto, folder: Path, name: str) -> None:
    """Write `name.onnx` and its large tensors as `name.weights` into `folder`."""
    onnx.save_model(
        model,
        folder / f"{name}.onnx",
        save_as_external_data=True,
        location=f"{name}.weights",
        size_threshold=_EXTERNAL_BYTES,
    )
