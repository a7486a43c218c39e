"""The rows of a running decode in the memory of a device: only ids and lengths cross the bus."""

from collections.abc import Callable, Sequence, Sized
from heapq import heappop, heappush
from math import prod
from typing import Final

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import TensorProto

from inference.decoder_slots import NO_TOKEN, longest_translation
from inference.engine import ModelFault, running
from inference.graphs.device import TOKENS, place_graph
from inference.models import DecoderKind, Ids, Precision, TranslationModel
from inference.packing import pack
from inference.providers import Device, device_of, open_helper
from inference.ration import Ration
from schemas.errors import OperatorError
from schemas.report import ModelFailed, Report

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


class DeviceSlots:
    """Up to `slots` sentences decoded together (see Slots), for a decoder that answers with tokens (`step_graph`).

    A row of the caller is a place on the device. Places never move: moving one costs about as many kernel launches as
    half a step, an idle one nothing, because a GPU's step takes as long for one row as for many. So every step
    computes every place, idle ones too, whose tokens nobody reads. With one shape throughout, and with the longest
    lengths told as the buffers' own, a row's arithmetic does not depend on how many others there are.

    When memory runs out, sentences are encoded and placed, and rows advanced, in parts of half the size, and again in
    halves; each time is reported. A step can be repeated: keys and values are written again where they stand, and the
    cells of a step are read from one buffer and written to another.

    `device`: where the buffers are; default: where the decoder runs. Raises OperatorError when they do not fit.
    """

    def __init__(
        self, model: TranslationModel, slots: int, report: Callable[[Report], None], *, device: Device | None = None
    ) -> None:
        g = model.geometry
        self._model = model
        self._slots = slots
        self._device = device or device_of(model.decoder)
        self._report = report
        self.active = 0
        self._places: list[int] = []
        self._free = list(range(slots))
        self._pending: dict[int, Encoded] = {}
        dtype, element = _ELEMENTS.get(model.precision, _FLOAT32)
        self._cross = self._buffer(2 * g.layers, (g.heads, g.source_tokens_max, g.head_dim), dtype)
        self._last = self._buffer(2 * g.layers, (1, g.d_model), dtype)
        self._own: _Buffer | None = None
        self._cells: list[_Buffer] = []
        if g.decoder is DecoderKind.SSRU:
            self._cells = [self._buffer(g.layers, (g.d_model,), dtype) for _ in range(2)]
        else:
            self._own = self._buffer(2 * g.layers, (g.heads, g.target_tokens_max, g.head_dim), dtype)
        self._step_inputs = {"ids": self._buffer(1, (), np.int64), "pos": self._buffer(1, (), np.int64)}
        self._step_inputs["sl1"] = self._buffer(1, (), np.int32)
        if self._own is not None:
            self._step_inputs["tl1"] = self._buffer(1, (), np.int32)
        self._totals = {"stot": _scalar(g.source_tokens_max), "ttot": _scalar(g.target_tokens_max)}
        self._placing = open_helper(place_graph(g, slots, element), model.decoder)
        self._previous = np.full(slots, g.start, np.int64)
        self._position = np.zeros(slots, np.int64)
        self._source_last = np.zeros(slots, np.int64)
        self._limit = np.zeros(slots, np.int64)
        self._first = np.full(slots, NO_TOKEN, np.int64)
        self._written = np.zeros((slots, g.target_tokens_max), np.int64)
        self._answers = np.zeros(slots, np.int64)
        self._bindings: dict[tuple[int, int, int], ort.IOBinding] = {}
        self._even = 0
        self._encoding = Ration(slots, self._halved)
        self._writing = Ration(slots, self._halved)
        self._stepping = Ration(slots, self._halved)

    def encode(self, sentences: Sequence[Ids]) -> Sequence[Sized]:
        """Run the encoder; what it returns stays on the device. Raises ModelFault."""
        encoded: list[Encoded] = []
        self._encoding.run(sentences, lambda part: encoded.extend(self._encode(part)))
        return encoded

    def fits(self, tokens: int) -> bool:
        """Whether a sentence of so many source tokens may be placed: always, the buffers have room for the longest."""
        return tokens <= self._model.geometry.source_tokens_max

    def place(self, row: int, memory: Sized, first: int | None = None) -> None:
        """Start a sentence; its keys and values are written at the next `advance`, together with its neighbours'."""
        if not isinstance(memory, Encoded):
            raise TypeError("only what `encode` returned can be placed")
        g = self._model.geometry
        if row == self.active:
            self._places.append(heappop(self._free))
            self.active += 1
        place = self._places[row]
        self._pending[place] = memory
        self._previous[place] = g.start
        self._position[place] = 0
        self._source_last[place] = memory.length - 1
        self._first[place] = NO_TOKEN if first is None else first
        self._limit[place] = longest_translation(self._model, memory.length, first)

    def remove(self, row: int) -> None:
        """Free a row; the last row in use takes its number, and stays where it is on the device."""
        self._rest(self._places[row])
        last = self._places.pop()
        self.active -= 1
        if row < self.active:
            self._places[row] = last

    def clear(self) -> None:
        """Free all rows."""
        for place in self._places:
            self._rest(place)
        self._places.clear()
        self.active = 0

    def advance(self) -> list[int]:
        """Decode one token of every row; return the rows that are finished, the last first. Raises ModelFault."""
        self._write_pending()
        state = {"ids": self._previous, "pos": self._position, "sl1": self._source_last, "tl1": self._position}
        with running():
            for name, buffer in self._step_inputs.items():
                buffer.value.update_inplace(state[name].astype(buffer.dtype))
        self._stepping.run(range(self._slots), self._step)
        self._even ^= 1
        places = np.array(self._places)
        token = self._model.columns[self._answers[places]]
        position = self._position[places]
        token = np.where((position == 0) & (self._first[places] != NO_TOKEN), self._first[places], token)
        self._previous[places] = token
        self._written[places, position] = token
        self._position[places] = position + 1
        ended = (token == self._model.geometry.eos) | (position + 1 >= self._limit[places])
        rows: list[int] = ended.nonzero()[0][::-1].tolist()
        return rows

    def tokens(self, row: int) -> tuple[list[int], bool]:
        """Return the token ids of a finished row without its first and its end, and whether it came to its end."""
        place = self._places[row]
        complete = bool(self._previous[place] == self._model.geometry.eos)
        begin = int(self._first[place] != NO_TOKEN)
        ids: list[int] = self._written[place, begin : int(self._position[place]) - complete].tolist()
        return ids, complete

    def _rest(self, place: int) -> None:
        """Make a place idle: it attends over one position and writes where the next sentence begins."""
        self._pending.pop(place, None)
        self._previous[place] = self._model.geometry.start
        self._position[place] = 0
        self._source_last[place] = 0
        heappush(self._free, place)

    def _encode(self, sentences: Sequence[Ids]) -> list[Encoded]:
        encoder, device = self._model.encoder, self._device
        with running():
            binding = encoder.io_binding()
            for name, values in pack(sentences).items():
                binding.bind_cpu_input(name, values)
            binding.bind_output("kv", device.kind, device.index)
            binding.synchronize_inputs()
            encoder.run_with_iobinding(binding)
            (kv,) = binding.get_outputs()
        stops = np.cumsum([len(ids) for ids in sentences]).tolist()
        return [Encoded(kv, stop - len(ids), len(ids)) for ids, stop in zip(sentences, stops, strict=True)]

    def _write_pending(self) -> None:
        """Write each run of the encoder at once."""
        runs: dict[int, list[int]] = {}
        for place, memory in self._pending.items():
            runs.setdefault(id(memory.kv), []).append(place)
        for places in runs.values():
            self._writing.run(places, self._write)
            for place in places:
                del self._pending[place]

    def _write(self, places: Sequence[int]) -> None:
        g, memories = self._model.geometry, [self._pending[place] for place in places]
        steps = [np.arange(memory.length) for memory in memories]
        rows = np.array(places, np.int64)
        fed = {
            "tokens": np.concatenate([memory.start + step for memory, step in zip(memories, steps, strict=True)]),
            "targets": np.concatenate(
                [place * g.heads * g.source_tokens_max + step for place, step in zip(places, steps, strict=True)]
            ),
            "ends": np.array([memory.start + memory.length - 1 for memory in memories], np.int64),
            "rows": rows,
        }
        buffers = {"cross": (self._cross, g.head_dim), "last": (self._last, g.head_dim)}
        if self._cells:
            buffers["cell"] = self._cells[self._even], g.d_model
        with running():
            binding = self._placing.io_binding()
            binding.bind_ortvalue_input("kv", memories[0].kv)
            for name, values in fed.items():
                binding.bind_cpu_input(name, values)
            for name, (buffer, width) in buffers.items():
                buffer.bind_whole(binding, name, width)
            binding.synchronize_inputs()
            self._placing.run_with_iobinding(binding)

    def _step(self, places: Sequence[int]) -> None:
        """Advance neighbouring places; nothing to do where all of them are idle."""
        start, count = places[0], len(places)
        if not any(start <= place < start + count for place in self._places):
            return
        key = start, count, self._even
        if key not in self._bindings:
            self._bindings[key] = self._bind(start, count)
        with running():
            self._model.decoder.run_with_iobinding(self._bindings[key])

    def _bind(self, start: int, count: int) -> ort.IOBinding:
        binding = self._model.decoder.io_binding()
        for name, buffer in self._step_inputs.items():
            buffer.bind(binding, name, 0, start, count)
        binding.bind_ortvalue_input("stot", self._totals["stot"])
        if self._own is not None:
            binding.bind_ortvalue_input("ttot", self._totals["ttot"])
        for piece in range(2 * self._model.geometry.layers):
            name = f"{'kv'[piece % 2]}{piece // 2 + 1}"
            self._cross.bind(binding, name, piece, start, count, out=f"m{name}")
            self._last.bind(binding, f"l{name}", piece, start, count)
            if self._own is not None:
                self._own.bind(binding, f"t{name}", piece, start, count, out=f"t{name}o")
        if self._cells:
            read, write = self._cells[self._even], self._cells[self._even ^ 1]
            for layer in range(self._model.geometry.layers):
                read.bind(binding, f"c{layer + 1}", layer, start, count)
                write.bind_output(binding, f"c{layer + 1}o", layer, start, count)
        answers = ort.OrtValue.ortvalue_from_numpy(self._answers[start : start + count])
        binding.bind_ortvalue_output(TOKENS, answers)
        return binding

    def _buffer(self, pieces: int, row: tuple[int, ...], dtype: type[np.generic]) -> "_Buffer":
        try:
            with running():
                return _Buffer(pieces, self._slots, row, dtype, self._device)
        except ModelFault as fault:
            if not fault.memory:
                raise
            gigabytes = pieces * self._slots * prod(row) * np.dtype(dtype).itemsize / 1e9
            raise OperatorError(
                f"{self._slots} slots of {self._model.id.name} do not fit on the device ({gigabytes:.1f} GB at once): "
                "lower pool.slots, pool.threads, or the number of models"
            ) from fault

    def _halved(self, fault: ModelFault, size: int) -> None:
        told = f"out of memory, going on with {size} at a time ({fault})"
        self._report(ModelFailed(self._model.id.name, told, poison=False))


class _Buffer:
    """A tensor [pieces, slots, *row] of zeros on a device, of which neighbouring rows are bound by their address."""

    def __init__(self, pieces: int, slots: int, row: tuple[int, ...], dtype: type[np.generic], device: Device) -> None:
        zeros: NDArray[np.generic] = np.zeros((pieces, slots, *row) if pieces > 1 or row else slots, dtype)
        # Zeros, not whatever memory held: an attention kernel may multiply what it masks, and 0 * NaN is NaN.
        self.value = ort.OrtValue.ortvalue_from_numpy(zeros, device.kind, device.index)
        self.dtype = dtype
        self._device = device
        self._slots = slots
        self._row = row
        self._row_bytes = prod(row) * zeros.itemsize

    def bind(self, binding: ort.IOBinding, name: str, piece: int, start: int, count: int, out: str = "") -> None:
        """Bind rows of a piece as an input, and as an output written in its place if `out` names one."""
        binding.bind_input(name, *self._part(piece, start, count))
        if out:
            self.bind_output(binding, out, piece, start, count)

    def bind_output(self, binding: ort.IOBinding, name: str, piece: int, start: int, count: int) -> None:
        """Bind rows of a piece as an output."""
        binding.bind_output(name, *self._part(piece, start, count))

    def bind_whole(self, binding: ort.IOBinding, name: str, width: int) -> None:
        """Bind all of it as [-1, width], as an input and as the output of the same place."""
        size = prod(self.value.shape())
        where = self._device.kind, self._device.index, self.dtype, (size // width, width), self.value.data_ptr()
        binding.bind_input(name, *where)
        binding.bind_output(f"{name}_out", *where)

    def _part(self, piece: int, start: int, count: int) -> tuple[str, int, type[np.generic], tuple[int, ...], int]:
        address = self.value.data_ptr() + (piece * self._slots + start) * self._row_bytes
        return self._device.kind, self._device.index, self.dtype, (count, *self._row), address


def _scalar(value: int) -> ort.OrtValue:
    """Return an int32 scalar; GroupQueryAttention reads it on the CPU, also on a GPU."""
    return ort.OrtValue.ortvalue_from_numpy(np.array(value, np.int32))
