"""Two graphs of one model in a folder, with their common constants stored once."""

from pathlib import Path
from typing import Final

import onnx
from onnx import TensorProto

from inference.graphs.builder import write_model

# Smaller constants are not worth a look at the file.
_SHARED_BYTES: Final = 1 << 20


def write_beside(model: onnx.ModelProto, folder: Path, name: str, first: str) -> None:
    """Write `name.onnx` and its large tensors, but read from `first.weights` what `first.onnx` keeps there too.

    Changes `model`.
    """
    stored = onnx.load(folder / f"{first}.onnx", load_external_data=False).graph.initializer
    for tensor in model.graph.initializer:
        if len(tensor.raw_data) < _SHARED_BYTES:
            continue
        same = next((other for other in stored if _is_same(tensor, other, folder)), None)
        if same is not None:
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            tensor.external_data.extend(same.external_data)
    write_model(model, folder, name)


def _is_same(tensor: TensorProto, stored: TensorProto, folder: Path) -> bool:
    if stored.data_location != TensorProto.EXTERNAL:
        return False
    if (tensor.data_type, list(tensor.dims)) != (stored.data_type, list(stored.dims)):
        return False
    at = {entry.key: entry.value for entry in stored.external_data}
    with (folder / at["location"]).open("rb") as file:
        file.seek(int(at["offset"]))
        return bool(file.read(int(at["length"])) == tensor.raw_data)
