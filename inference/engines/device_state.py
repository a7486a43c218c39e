"""What a decode keeps in the memory of a device: encoded sentences, keys and values, cells, and bindings to them."""

from collections.abc import Sequence
from functools import partial
from math import prod
from typing import Final

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import TensorProto

from inference.engine import running
from inference.engines.packing import pack
from inference.graphs.device import LOGITS, TOKENS, place_graph, reorder_graph
from inference.models import DecoderKind, Ids, Precision, TranslationModel
from inference.providers import Device, open_helper

_ELEMENTS: Final = {Precision.FLOAT16: (np.float16, TensorProto.FLOAT16)}
_FLOAT32: Final = (np.float32, TensorProto.FLOAT)


class Encoded:
    """One encoded sentence: rows start..start+length-1 of what a run of the encoder left on the device."""

    __slots__ = ("kv", "length", "start")

    def __init__(self, kv: ort.OrtValue, start: int, length: int) -> None:
        self.kv = kv
        self.start = start
        self.length = length

    def __len__(self) -> int:
        return self.length


class DeviceState:
    """The state of `places` sentences on a device. One thread owns it; a run that fails may be repeated.

    Per layer, float32 or float16: cross-attention keys and values [places, heads, source_tokens_max, head_dim] and
    their last position [places, 1, d_model]; keys and values of what was written [places, heads, target_tokens_max,
    head_dim], or two SSRU cells [places, d_model], of which a step reads one and writes the other.
    With `beams` places can be reordered, for which what was written is kept twice, and a step gives its logits.

    The longest lengths are told as those of the buffers: attention on a GPU splits its sums by them, and with true
    ones a row's last bits would depend on its neighbours.
    """

    def __init__(self, model: TranslationModel, places: int, device: Device, *, beams: bool = False) -> None:
        g = model.geometry
        self._model = model
        self._device = device
        dtype, element = _ELEMENTS.get(model.precision, _FLOAT32)
        shapes = _shapes(model)
        buffer = partial(_Buffer, model.decoder, device)
        self._cross = buffer(shapes["cross"], places, dtype)
        self._last = buffer(shapes["last"], places, dtype)
        self._own = [buffer(shapes["own"], places, dtype) for _ in range(1 + beams) if "own" in shapes]
        self._cells = [buffer(shapes["cell"], places, dtype) for _ in range(2) if "cell" in shapes]
        self._fed: dict[str, type[np.generic]] = {"ids": np.int64, "pos": np.int64, "sl1": np.int32}
        if self._own:
            self._fed["tl1"] = np.int32
        self._feeds = {name: buffer((1,), places, integer) for name, integer in self._fed.items()}
        self._totals = {"stot": _scalar(g.source_tokens_max)} | (
            {"ttot": _scalar(g.target_tokens_max)} if self._own else {}
        )
        self._placing = open_helper(place_graph(g, places, element), model.decoder)
        if beams:
            kept = {name: (shape[0], prod(shape[1:])) for name, shape in shapes.items() if name in {"own", "cell"}}
            self._reordering = open_helper(reorder_graph(kept, places, element), model.decoder)
        # Which of two cells the next step reads, and which of two caches it uses.
        self._cell_at = self._own_at = 0
        self._bindings: dict[tuple[int, int, int, int], ort.IOBinding] = {}
        self.columns: NDArray[np.int64] = np.zeros(places, np.int64)
        """The column of logits that each place's last step chose."""
        head = next(output.type for output in model.decoder.get_outputs() if output.name == LOGITS)
        width = len(model.columns) if beams else 0
        self.logits: NDArray[np.generic] = np.zeros((places, width), np.int32 if head == "tensor(int32)" else dtype)
        """The logits of each place's last step, [places, columns], with `beams`."""

    def encode(self, sentences: Sequence[Ids]) -> list[Encoded]:
        """Run the encoder once; what it returns stays on the device. Raises ModelFault."""
        encoder = self._model.encoder
        with running():
            binding = encoder.io_binding()
            for name, values in pack(sentences).items():
                binding.bind_cpu_input(name, values)
            binding.bind_output("kv", self._device.kind, self._device.index)
            binding.synchronize_inputs()
            encoder.run_with_iobinding(binding)
            (kv,) = binding.get_outputs()
        stops = np.cumsum([len(ids) for ids in sentences]).tolist()
        return [Encoded(kv, stop - len(ids), len(ids)) for ids, stop in zip(sentences, stops, strict=True)]

    def write(self, places: Sequence[int], memories: Sequence[Encoded]) -> None:
        """Write sentences of one run of the encoder into places. Raises ModelFault."""
        g = self._model.geometry
        steps = [np.arange(memory.length) for memory in memories]
        fed = {
            "tokens": np.concatenate([memory.start + step for memory, step in zip(memories, steps, strict=True)]),
            "targets": np.concatenate(
                [place * g.heads * g.source_tokens_max + step for place, step in zip(places, steps, strict=True)]
            ),
            "ends": np.array([memory.start + memory.length - 1 for memory in memories], np.int64),
            "rows": np.array(places, np.int64),
        }
        with running():
            binding = self._placing.io_binding()
            binding.bind_ortvalue_input("kv", memories[0].kv)
            for name, values in fed.items():
                binding.bind_cpu_input(name, values)
            for out in (False, True):
                self._cross.bind_whole(binding, "cross", (-1, g.head_dim), out=out)
                self._last.bind_whole(binding, "last", (-1, g.head_dim), out=out)
                if self._cells:
                    self._cells[self._cell_at].bind_whole(binding, "cell", (-1, g.d_model), out=out)
            binding.synchronize_inputs()
            self._placing.run_with_iobinding(binding)

    def feed(self, previous: Ids, position: Ids, source_last: Ids) -> None:
        """Say what the next step reads, each int64 [places]. Raises ModelFault."""
        values = {"ids": previous, "pos": position, "sl1": source_last, "tl1": position}
        with running():
            for name, buffer in self._feeds.items():
                buffer.value.update_inplace(values[name].astype(self._fed[name]).reshape(1, -1))

    def step(self, start: int, count: int) -> None:
        """Advance neighbouring places by one token; `columns` has their answers. Raises ModelFault."""
        key = start, count, self._cell_at, self._own_at
        with running():
            if key not in self._bindings:
                self._bindings[key] = self._bind(start, count)
            self._model.decoder.run_with_iobinding(self._bindings[key])

    def turn(self) -> None:
        """End a step of all places: the next one reads the cells that this one wrote."""
        self._cell_at ^= 1

    def reorder(self, sources: Ids) -> None:
        """Give each place what place sources[place] has written so far, int64 [places]. Raises ModelFault."""
        with running():
            binding = self._reordering.io_binding()
            binding.bind_cpu_input("sources", sources)
            if self._own:
                self._own[self._own_at].bind_whole(binding, "own", (*self._own[0].shape[:2], -1))
                self._own[self._own_at ^ 1].bind_whole(binding, "own", (*self._own[0].shape[:2], -1), out=True)
            if self._cells:
                self._cells[self._cell_at].bind_whole(binding, "cell", self._cells[0].shape)
                self._cells[self._cell_at ^ 1].bind_whole(binding, "cell", self._cells[0].shape, out=True)
            binding.synchronize_inputs()
            self._reordering.run_with_iobinding(binding)
        self._own_at ^= len(self._own) > 1
        self._cell_at ^= bool(self._cells)

    def _bind(self, start: int, count: int) -> ort.IOBinding:
        binding = self._model.decoder.io_binding()
        for name, buffer in self._feeds.items():
            binding.bind_input(name, *buffer.part(0, start, count))
        for name, total in self._totals.items():
            binding.bind_ortvalue_input(name, total)
        for piece in range(2 * self._model.geometry.layers):
            name = f"{'kv'[piece % 2]}{piece // 2 + 1}"
            binding.bind_input(f"l{name}", *self._last.part(piece, start, count))
            binding.bind_input(name, *self._cross.part(piece, start, count))
            binding.bind_output(f"m{name}", *self._cross.part(piece, start, count))
            if self._own:
                own = self._own[self._own_at].part(piece, start, count)
                binding.bind_input(f"t{name}", *own)
                binding.bind_output(f"t{name}o", *own)
        if self._cells:
            read, write = self._cells[self._cell_at], self._cells[self._cell_at ^ 1]
            for layer in range(self._model.geometry.layers):
                binding.bind_input(f"c{layer + 1}", *read.part(layer, start, count))
                binding.bind_output(f"c{layer + 1}o", *write.part(layer, start, count))
        name, answers = (LOGITS, self.logits) if self.logits.size else (TOKENS, self.columns)
        binding.bind_ortvalue_output(name, ort.OrtValue.ortvalue_from_numpy(answers[start : start + count]))
        return binding


def state_gigabytes(model: TranslationModel, places: int) -> float:
    """Return the memory that a DeviceState takes on its device."""
    itemsize = np.dtype(_ELEMENTS.get(model.precision, _FLOAT32)[0]).itemsize
    shapes = _shapes(model)
    return places * itemsize * sum(prod(shapes[name]) * (2 if name == "cell" else 1) for name in shapes) / 1e9


def _shapes(model: TranslationModel) -> dict[str, tuple[int, ...]]:
    """Return the shape of each buffer but for its places: [pieces, ...]."""
    g = model.geometry
    pieces = 2 * g.layers
    shapes: dict[str, tuple[int, ...]] = {
        "cross": (pieces, g.heads, g.source_tokens_max, g.head_dim),
        "last": (pieces, 1, g.d_model),
    }
    if g.decoder is DecoderKind.SSRU:
        return shapes | {"cell": (g.layers, g.d_model)}
    return shapes | {"own": (pieces, g.heads, g.target_tokens_max, g.head_dim)}


class _Buffer:
    """A tensor [pieces, places, ...] of zeros on a device, of which neighbouring places are bound by their address."""

    def __init__(
        self,
        owner: ort.InferenceSession,
        device: Device,
        shape: tuple[int, ...],
        places: int,
        dtype: type[np.generic],
    ) -> None:
        pieces, *row = shape
        zeros: NDArray[np.generic] = np.zeros((pieces, places, *row), dtype)
        # The session's own allocator: only there does the limit of its memory count, and nothing is rounded up to
        # powers of two. Zeros, because an attention kernel may multiply what it masks, and 0 * NaN is NaN.
        self.value = owner.create_ortvalue_from_shape_and_type(zeros.shape, dtype, device.kind, device.index)
        self.value.update_inplace(zeros)
        self._dtype = dtype
        self._where = device.kind, device.index
        self.shape = zeros.shape
        self._row_bytes = prod(row) * zeros.itemsize

    def part(self, piece: int, start: int, count: int) -> tuple[str, int, type[np.generic], tuple[int, ...], int]:
        """Return what IOBinding wants to know of some places of a piece."""
        address = self.value.data_ptr() + (piece * self.shape[1] + start) * self._row_bytes
        return *self._where, self._dtype, (count, *self.shape[2:]), address

    def bind_whole(self, binding: ort.IOBinding, name: str, shape: tuple[int, ...], *, out: bool = False) -> None:
        """Bind all of it in another shape, as the input `name` or as the output `{name}_out`."""
        whole = tuple(size if size >= 0 else -prod(self.shape) // prod(shape) for size in shape)
        where = *self._where, self._dtype, whole, self.value.data_ptr()
        if out:
            binding.bind_output(f"{name}_out", *where)
        else:
            binding.bind_input(name, *where)


def _scalar(value: int) -> ort.OrtValue:
    """Return an int32 scalar; GroupQueryAttention reads it on the CPU, also on a GPU."""
    return ort.OrtValue.ortvalue_from_numpy(np.array(value, np.int32))
