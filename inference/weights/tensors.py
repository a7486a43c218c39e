"""Reads the tensors of a model folder as the Hugging Face hub lays it out, whatever it is a model of.

Safetensors, whole or in shards; a `pytorch_model.bin` only through torch's weights-only loader, because a pickle can
run anything.
"""

import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from schemas.errors import OperatorError

Array = NDArray[np.float32]

CONFIG: Final = "config.json"
GENERATION: Final = "generation_config.json"
_SAFETENSORS: Final = "model.safetensors"
_TORCH: Final = "pytorch_model.bin"
_INDEX: Final = ".index.json"
# How safetensors names the types that are read; bfloat16 is the upper half of a float32.
_TYPES: Final = {"F32": "<f4", "F16": "<f2", "BF16": "<u2", "F64": "<f8"}


class _Index(msgspec.Struct):
    """The part of a shard index that is read: the file of each tensor."""

    weight_map: dict[str, str]


def read_config(folder: Path, name: str = CONFIG) -> Mapping[str, Any]:
    """Return a JSON object of a model folder; raises OperatorError when there is none or it is no object."""
    path = folder / name
    try:
        found = msgspec.json.decode(path.read_bytes())
    except FileNotFoundError:
        raise OperatorError(f"{folder} holds no {name}: name the folder of a model as the hub lays it out") from None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _damaged(path, error) from error
    if not isinstance(found, dict):
        raise _damaged(path, "no JSON object")
    return found


def count(found: Mapping[str, Any], name: str, unsupported: Callable[[str], OperatorError]) -> int:
    """Return a positive number of a config; raises what `unsupported` makes of the words."""
    value = found.get(name)
    if type(value) is not int or value < 1:
        raise unsupported(f"{name} {value!r}")
    return value


def shaped(tensors: Mapping[str, Array], name: str, shape: tuple[int, ...]) -> Array:
    """Return a tensor of this shape; raises OperatorError when it is missing or of another one."""
    if name not in tensors:
        raise misfit(f"no {name}")
    if tensors[name].shape != shape:
        raise misfit(f"{name} is {tensors[name].shape}, not {shape}")
    return tensors[name]


def linear(tensors: Mapping[str, Array], name: str, inputs: int, outputs: int) -> tuple[Array, Array]:
    """Return (weight [inputs, outputs], bias [outputs]) of a dense layer; raises OperatorError as `shaped` does."""
    weight = shaped(tensors, f"{name}.weight", (outputs, inputs))
    return weight.T, shaped(tensors, f"{name}.bias", (outputs,))


def norm(tensors: Mapping[str, Array], name: str, width: int) -> tuple[Array, Array]:
    """Return (gain [width], shift [width]) of a normalization; raises OperatorError as `shaped` does."""
    return shaped(tensors, f"{name}.weight", (width,)), shaped(tensors, f"{name}.bias", (width,))


def misfit(what: str) -> OperatorError:
    """Return the error of weights that are not those of their config."""
    return OperatorError(f"the weights do not fit config.json ({what}): download the model again")


def weight_files(folder: Path) -> list[Path]:
    """Return the files that hold the weights, safetensors before a pickle; raises OperatorError when there is none."""
    for name in (_SAFETENSORS, _TORCH):
        if (folder / name).is_file():
            return [folder / name]
        index = folder / f"{name}{_INDEX}"
        if index.is_file():
            return [folder / shard for shard in _shards(index)]
    raise OperatorError(f"{folder} holds neither {_SAFETENSORS} nor {_TORCH}: download the model again")


def read_tensors(folder: Path) -> dict[str, Array]:
    """Return every floating-point tensor of a model folder as float32, by the name it has there.

    Raises OperatorError when a file is damaged or missing, when a weight is not a finite number, or when torch is
    needed and not installed.
    """
    tensors: dict[str, Array] = {}
    for path in weight_files(folder):
        for name, array in _read(path):
            if not np.isfinite(array).all():
                raise _damaged(path, f"{name} holds values that are no finite numbers")
            tensors[name] = array
    return tensors


def _read(path: Path) -> Iterator[tuple[str, Array]]:
    if not path.is_file():
        raise OperatorError(f"{path} is missing: download the model again")
    return _read_safetensors(path) if path.suffix == ".safetensors" else _read_torch(path)


def _shards(index: Path) -> list[str]:
    try:
        names = sorted(set(msgspec.json.decode(index.read_bytes(), type=_Index).weight_map.values()))
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _damaged(index, error) from error
    if not names or any(Path(name).name != name for name in names):
        raise _damaged(index, "it names files outside its folder, or none")
    return names


def _read_safetensors(path: Path) -> Iterator[tuple[str, Array]]:
    """The file is checked by its own library, then mapped: float32 is read without a copy, bfloat16 at all."""
    try:
        with safe_open(path, framework="numpy"):
            pass
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from error
    data = np.memmap(path, np.uint8, "r")
    begin = 8 + int(data[:8].view("<u8")[0])
    header = json.loads(data[8:begin].tobytes())
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] not in _TYPES:
            continue
        first, last = entry["data_offsets"]
        # Copied when the file leaves it unaligned, mapped otherwise.
        values = np.require(data[begin + first : begin + last], requirements="C").view(_TYPES[entry["dtype"]])
        if entry["dtype"] == "BF16":
            values = (values.astype(np.uint32) << 16).view(np.float32)
        yield name, np.asarray(values.reshape(entry["shape"]), np.float32)


def _read_torch(path: Path) -> Iterator[tuple[str, Array]]:
    try:
        torch = importlib.import_module("torch")
    except ImportError:
        raise OperatorError(
            f"{path.name} is a pickle, which only torch reads safely: `pip install 'dragoman[convert]'`, "
            "or take a model with safetensors"
        ) from None
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
        for name, value in found.items():
            if isinstance(value, torch.Tensor) and value.is_floating_point():
                yield name, value.float().numpy()
    except Exception as error:  # the loader raises what the pickle inside it makes it raise
        raise _damaged(path, str(error).partition("\n")[0]) from error


def _damaged(path: Path, problem: object) -> OperatorError:
    return OperatorError(f"{path} cannot be read ({problem}): download the model again")
