"""What a decoder graph reads and writes between two steps: static buffers, bound once, updated in place."""

import mmap
from math import prod
from typing import Any, Final

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from inference.engine import running
from inference.graphs.device import LOGITS, TOKENS
from inference.models import DecoderKind, Ids, TranslationModel

KEPT_TOKENS: Final = 32
"""Positions of a row whose memory stays when the row is free. Most sentences are shorter; a longer one pays some page
faults, which are lost in its own time, and a burst of long ones leaves nothing behind."""
_ONE: Final = np.ones((1, 1), np.float32)
Rows = slice | NDArray[np.int64]


class DecoderState:
    """The state of up to `rows` rows. One thread owns it.

    Per layer: cross-attention keys and values float32 [rows, heads, source_tokens_max, head_dim] and their last
    position float32 [rows, 1, d_model]; the SSRU cell float32 [rows, d_model], or the keys and values of what was
    written, float32 [rows, heads, target_tokens_max, head_dim]. Bound once per number of rows: a step copies nothing.
    Where the graph keeps keys and values as int8, all of them and the last positions are int8.

    `previous` int64 [rows]: the token fed to the next step; `position` int64 [rows]: where it stands, from 0.
    `greedy`: only `choose` is asked, which the model may have a graph of its own for.
    """

    def __init__(self, model: TranslationModel, rows: int, *, greedy: bool = False) -> None:
        g = model.geometry
        self._model = model
        self._decoder = model.greedy if greedy and model.greedy is not None else model.decoder
        self._pieces = 2 * g.layers
        self.previous = np.zeros(rows, np.int64)
        self.position = np.zeros(rows, np.int64)
        self._source_last = np.zeros(rows, np.int32)
        self._source_longest = np.array(0, np.int32)
        self._target_last = np.zeros(rows, np.int32)
        self._target_longest = np.array(0, np.int32)
        kept = kept_type(self._decoder)
        self._last = np.zeros((self._pieces, rows, 1, g.d_model), kept)
        self._cross = _Cache((self._pieces, rows, g.heads, g.source_tokens_max, g.head_dim), kept)
        self._cell: NDArray[np.float32] | None = None
        self._own: _Cache | None = None
        if g.decoder is DecoderKind.SSRU:
            self._cell = np.zeros((g.layers, rows, g.d_model), np.float32)
        else:
            self._own = _Cache((self._pieces, rows, g.heads, g.target_tokens_max, g.head_dim), kept)
        outputs = {output.name: output for output in self._decoder.get_outputs()}
        self._logits: NDArray[np.int32 | np.float32] | None = None
        self._chosen: Ids | None = None
        if LOGITS in outputs:
            dtype: type[np.int32 | np.float32] = np.int32 if outputs[LOGITS].type == "tensor(int32)" else np.float32
            self._logits = np.zeros((rows, len(model.columns)), dtype)
        else:
            self._chosen = np.zeros(rows, np.int64)
        self._factor: NDArray[np.float32] | None = None
        if "logits_scale" in outputs:
            self._factor = np.ones((1 if outputs["logits_scale"].shape[0] == 1 else rows, 1), np.float32)
        # A binding holds raw addresses and keeps nothing alive: the values are kept beside it.
        self._bindings: dict[int, tuple[ort.IOBinding, list[ort.OrtValue]]] = {}

    @property
    def resident_bytes(self) -> int:
        """Memory of the caches that has been written and not given back."""
        return self._cross.resident_bytes + (self._own.resident_bytes if self._own else 0)

    def start(self, rows: slice, memory: NDArray[np.float32 | np.int8]) -> None:
        """Start a sentence in rows; `memory` [tokens, layers * 2 * d_model] is what the encoder returned."""
        g = self._model.geometry
        length = len(memory)
        by_head = memory.reshape(length, self._pieces, g.heads, g.head_dim).transpose(1, 2, 0, 3)
        self._cross.claim(rows, length)
        self._cross.values[:, rows, :, :length] = by_head[:, None]
        self._last[:, rows, 0] = memory[-1].reshape(self._pieces, 1, g.d_model)
        self._source_last[rows] = length - 1
        self.previous[rows] = g.start
        self.position[rows] = 0
        if self._cell is not None:
            self._cell[:, rows] = 0
        if self._own is not None:
            self._own.claim(rows, 0)

    def move(self, source: int, row: int) -> None:
        """Copy a row over another that is free."""
        length = int(self._source_last[source]) + 1
        self.release(row)
        self._cross.wrote(row, length)
        self._cross.values[:, row, :, :length] = self._cross.values[:, source, :, :length]
        self._last[:, row] = self._last[:, source]
        for values in (self.previous, self.position, self._source_last):
            values[row] = values[source]
        self.gather(np.array([row]), np.array([source]))

    def gather(self, rows: Rows, sources: Rows) -> None:
        """Copy what was written so far over other rows that translate the same sentence, all at once."""
        if self._cell is not None:
            self._cell[:, rows] = self._cell[:, sources]
        if self._own is not None and (written := int(self.position[sources].max(initial=0))):
            self._own.wrote(rows, written)
            self._own.values[:, rows, :, :written] = self._own.values[:, sources, :, :written]

    def release(self, row: int) -> None:
        """Give back what a long sentence left in a row that is free now."""
        for cache in (self._cross, self._own):
            if cache is not None:
                cache.trim(row, 0)

    def factor(self, n: int) -> NDArray[np.float32]:
        """Return what the last step's logits of rows 0..n-1 are multiplied by for a softmax, float32 [n or 1, 1]."""
        return _ONE if self._factor is None else self._factor[:n]

    def run(self, n: int) -> NDArray[np.int32 | np.float32]:
        """Run one step of rows 0..n-1 and return their logits [n, columns], overwritten by the next run.

        Raises ModelFault; the rows have no state to go on from then.
        """
        self._step(n)
        if self._logits is None:
            raise TypeError("the logits of a greedy state are never written")
        return self._logits[:n]

    def choose(self, n: int) -> Ids:
        """Run one step of rows 0..n-1 and return the column of each one's largest logit, int64 [n]; see `run`."""
        if self._chosen is None:
            # ONNX Runtime's ArgMax is 11 times slower than numpy's on these rows.
            largest: Ids = self.run(n).argmax(1)
            return largest
        self._step(n)
        return self._chosen[:n]

    def _step(self, n: int) -> None:
        self._source_longest[...] = self._source_last[:n].max() + 1
        if self._own is not None:
            self._target_last[:n] = self.position[:n]
            self._target_longest[...] = self._target_last[:n].max() + 1
            self._own.wrote(slice(n), self._target_last[:n] + 1)
        if n not in self._bindings:
            self._bindings[n] = self._bind(n)
        with running():
            self._decoder.run_with_iobinding(self._bindings[n][0])

    def _bind(self, n: int) -> tuple[ort.IOBinding, list[ort.OrtValue]]:
        binding = self._decoder.io_binding()
        kept = []
        for name, (array, out) in self._inputs(n).items():
            value = ort.OrtValue.ortvalue_from_numpy(array)
            binding.bind_ortvalue_input(name, value)
            if out:
                binding.bind_ortvalue_output(out, value)
            kept.append(value)
        answers = ((LOGITS, self._logits), (TOKENS, self._chosen), ("logits_scale", self._factor))
        for name, answer in answers:
            if answer is not None:
                kept.append(ort.OrtValue.ortvalue_from_numpy(answer[:n]))
                binding.bind_ortvalue_output(name, kept[-1])
        return binding, kept

    def _inputs(self, n: int) -> dict[str, tuple[NDArray[np.generic], str]]:
        """Return every input of the graph with the output that is written in its place, if one is."""
        inputs: dict[str, tuple[NDArray[np.generic], str]] = {
            "ids": (self.previous[:n], ""),
            "pos": (self.position[:n], ""),
            "sl1": (self._source_last[:n], ""),
            "stot": (self._source_longest, ""),
        }
        if self._own is not None:
            inputs["tl1"] = self._target_last[:n], ""
            inputs["ttot"] = self._target_longest, ""
        for piece in range(self._pieces):
            name = f"{'kv'[piece % 2]}{piece // 2 + 1}"
            inputs[name] = self._cross.values[piece, :n], f"m{name}"
            inputs[f"l{name}"] = self._last[piece, :n], ""
            if self._own is not None:
                inputs[f"t{name}"] = self._own.values[piece, :n], f"t{name}o"
        if self._cell is not None:
            for layer, cell in enumerate(self._cell, 1):
                inputs[f"c{layer}"] = cell[:n], f"c{layer}o"
        return inputs


def kept_type(decoder: ort.InferenceSession) -> type[np.float32 | np.int8]:
    """Return the type in which a decoder on the CPU keeps keys and values."""
    types = {node.name: node.type for node in decoder.get_inputs()}
    return np.int8 if types["k1"] == "tensor(int8)" else np.float32


class _Cache:
    """Keys and values [pieces, rows, heads, positions, head_dim] that take memory as they are written.

    The buffers of a model with 12 layers and 512 positions are gigabytes of addresses. numpy asks the system for huge
    pages, and one short sentence per row would then occupy all of it; here small pages come with what is written, and
    a row that held a long sentence gives them back.
    """

    def __init__(self, shape: tuple[int, int, int, int, int], kept: type[np.float32 | np.int8]) -> None:
        item_bytes = np.dtype(kept).itemsize
        self._memory = mmap.mmap(-1, prod(shape) * item_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.values: NDArray[Any] = np.frombuffer(self._memory, kept).reshape(shape)
        self._token_bytes = item_bytes * shape[0] * shape[2] * shape[4]
        self._written = np.zeros(shape[1], np.int64)

    @property
    def resident_bytes(self) -> int:
        return int(self._written.sum()) * self._token_bytes

    def claim(self, rows: slice, tokens: int) -> None:
        """Start to write `tokens` positions of rows that are free."""
        for row in range(*rows.indices(len(self._written))):
            if self._written[row] > KEPT_TOKENS:
                self.trim(row, 2 * tokens)
            self._written[row] = max(self._written[row], tokens)

    def wrote(self, rows: int | Rows, tokens: int | NDArray[np.int32]) -> None:
        """Say that so many positions of rows hold something."""
        self._written[rows] = np.maximum(self._written[rows], tokens)

    def trim(self, row: int, tokens: int) -> None:
        """Give a free row's memory back if it is more than `tokens` need; its values are zeros then."""
        if self._written[row] <= max(KEPT_TOKENS, tokens) or not hasattr(mmap, "MADV_DONTNEED"):
            return
        pieces, rows, *rest = self.values.shape
        size = prod(rest) * self.values.itemsize
        for piece in range(pieces):
            start = (piece * rows + row) * size
            first = -(-start // mmap.PAGESIZE) * mmap.PAGESIZE
            length = (start + size) // mmap.PAGESIZE * mmap.PAGESIZE - first
            if length > 0:
                self._memory.madvise(mmap.MADV_DONTNEED, first, length)
        self._written[row] = 0
