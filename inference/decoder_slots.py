"""The rows of a running decode: static buffers that the decoder reads and writes in place."""

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from inference.engine import running
from inference.models import TranslationModel

LENGTH_FACTOR = 2.5
LENGTH_BONUS = 3
"""A translation ends at 2.5 x source tokens + 3 at the latest: no human pair of the development set comes near it, and
a model that repeats itself is stopped early."""


class DecoderSlots:
    """Up to `slots` sentences decoded together; rows 0..active-1 are in use. One thread owns it.

    Per layer: cross-attention keys and values float32 [slots, heads, source_tokens_max, head_dim], their last position
    float32 [slots, 1, d_model], the SSRU cell float32 [slots, d_model]. Bound once per number of rows: the decoder
    updates the cell in place and a step copies nothing.
    """

    def __init__(self, model: TranslationModel, slots: int) -> None:
        g = model.geometry
        self._model = model
        self._pieces = 2 * g.layers
        self.active = 0
        self._cross = np.zeros((self._pieces, slots, g.heads, g.source_tokens_max, g.head_dim), np.float32)
        self._last = np.zeros((self._pieces, slots, 1, g.d_model), np.float32)
        self._cell = np.zeros((g.layers, slots, g.d_model), np.float32)
        self._previous = np.zeros(slots, np.int64)
        self._position = np.zeros(slots, np.int64)
        self._source_last = np.zeros(slots, np.int32)
        self._source_longest = np.array(0, np.int32)
        self._logits = np.zeros((slots, len(model.columns)), np.int32)
        self._tokens = np.zeros((slots, g.target_tokens_max), np.int32)
        self._limit = np.zeros(slots, np.int64)
        self._every_row = np.arange(slots)
        # A binding holds raw addresses and keeps nothing alive: the values are kept beside it.
        self._bindings: dict[int, tuple[ort.IOBinding, list[ort.OrtValue]]] = {}

    def place(self, row: int, memory: NDArray[np.float32]) -> None:
        """Start a sentence in a row; `memory` float32 [tokens, layers * 2 * d_model] is what the encoder returned."""
        g = self._model.geometry
        length = len(memory)
        by_head = memory.reshape(length, self._pieces, g.heads, g.head_dim)
        self._cross[:, row, :, :length] = by_head.transpose(1, 2, 0, 3)
        self._last[:, row, 0] = memory[-1].reshape(self._pieces, g.d_model)
        self._cell[:, row] = 0
        self._previous[row] = g.start
        self._position[row] = 0
        self._source_last[row] = length - 1
        self._limit[row] = min(int(LENGTH_FACTOR * length) + LENGTH_BONUS, g.target_tokens_max)
        self.active = max(self.active, row + 1)

    def remove(self, row: int) -> None:
        """Free a row; the last row in use moves into it."""
        self.active -= 1
        last = self.active
        if row == last:
            return
        length = self._source_last[last] + 1
        self._cross[:, row, :, :length] = self._cross[:, last, :, :length]
        self._last[:, row] = self._last[:, last]
        self._cell[:, row] = self._cell[:, last]
        position = self._position[last]
        self._tokens[row, :position] = self._tokens[last, :position]
        for values in (self._previous, self._position, self._source_last, self._limit):
            values[row] = values[last]

    def clear(self) -> None:
        """Free all rows."""
        self.active = 0

    def advance(self) -> list[int]:
        """Decode one token of every row; return the rows that are finished, the last first. Raises ModelFault."""
        n = self.active
        self._source_longest[...] = self._source_last[:n].max() + 1
        binding = self._binding(n)
        with running():
            self._model.decoder.run_with_iobinding(binding)
        # ONNX Runtime's ArgMax is 11 times slower than numpy's on these rows.
        token = self._model.columns[self._logits[:n].argmax(1)]
        self._previous[:n] = token
        position = self._position[:n]
        self._tokens[self._every_row[:n], position] = token
        position += 1
        ended = (token == self._model.geometry.eos) | (position >= self._limit[:n])
        rows: list[int] = ended.nonzero()[0][::-1].tolist()
        return rows

    def tokens(self, row: int) -> tuple[list[int], bool]:
        """Return the token ids of a finished row without its end, and whether it came to its end by itself."""
        length = int(self._position[row])
        complete = bool(self._previous[row] == self._model.geometry.eos)
        ids: list[int] = self._tokens[row, : length - complete].tolist()
        return ids, complete

    def _binding(self, rows: int) -> ort.IOBinding:
        if rows not in self._bindings:
            self._bindings[rows] = self._bind(rows)
        return self._bindings[rows][0]

    def _bind(self, n: int) -> tuple[ort.IOBinding, list[ort.OrtValue]]:
        inputs = {
            "ids": self._previous[:n],
            "pos": self._position[:n],
            "sl1": self._source_last[:n],
            "stot": self._source_longest,
        }
        in_place = {}
        for layer in range(self._model.geometry.layers):
            inputs[f"c{layer + 1}"] = self._cell[layer, :n]
            in_place[f"c{layer + 1}"] = f"c{layer + 1}o"
            for offset, kind in enumerate("kv"):
                inputs[f"{kind}{layer + 1}"] = self._cross[2 * layer + offset, :n]
                in_place[f"{kind}{layer + 1}"] = f"m{kind}{layer + 1}"
                inputs[f"l{kind}{layer + 1}"] = self._last[2 * layer + offset, :n]
        binding = self._model.decoder.io_binding()
        kept = []
        for name, array in inputs.items():
            value = ort.OrtValue.ortvalue_from_numpy(array)
            binding.bind_ortvalue_input(name, value)
            if name in in_place:
                binding.bind_ortvalue_output(in_place[name], value)
            kept.append(value)
        kept.append(ort.OrtValue.ortvalue_from_numpy(self._logits[:n]))
        binding.bind_ortvalue_output("logits", kept[-1])
        return binding, kept
