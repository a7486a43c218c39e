"""The state of a running beam search in the memory of a device."""

from collections.abc import Sequence, Sized

import numpy as np
from numpy.typing import NDArray

from inference.engines.device_state import DeviceState, Encoded
from inference.models import Ids, TranslationModel
from inference.providers import device_of

_ONE = np.ones((1, 1), np.float32)


class DeviceBeam:
    """What BeamSlots asks of a DecoderState, on the device of the model's decoder. One thread owns it.

    A row is a place on the device; to move a row is to exchange the places of two. The logits of each step cross the
    bus, which the greedy slots spare themselves: the choice among them is made over all hypotheses of a sentence.

    `previous` int64 [rows]: the token fed to the next step; `position` int64 [rows]: where it stands, from 0.
    """

    def __init__(self, model: TranslationModel, rows: int) -> None:
        self._start = model.geometry.start
        self._rows = rows
        self._state = DeviceState(model, rows, device_of(model.decoder), beams=True)
        self._places = np.arange(rows)
        self.previous = np.full(rows, self._start, np.int64)
        self.position = np.zeros(rows, np.int64)
        self._source_last = np.zeros(rows, np.int64)

    def encode(self, sentences: Sequence[Ids]) -> list[Encoded]:
        """Run the encoder; what it returns stays on the device. Raises ModelFault."""
        return self._state.encode(sentences)

    def start(self, rows: slice, memory: Sized) -> None:
        """Start a sentence in rows; `memory` is what `encode` gave. Raises ModelFault."""
        if not isinstance(memory, Encoded):
            raise TypeError("only what `encode` returned can be started")
        places = self._places[rows].tolist()
        self._state.write(places, [memory] * len(places))
        self.previous[rows] = self._start
        self.position[rows] = 0
        self._source_last[rows] = memory.length - 1

    def move(self, source: int, row: int) -> None:
        """Let a row that is free have what another one has, which is free then."""
        self._places[[source, row]] = self._places[[row, source]]
        for values in (self.previous, self.position, self._source_last):
            values[row] = values[source]

    def gather(self, rows: NDArray[np.int64], sources: NDArray[np.int64]) -> None:
        """Copy what was written so far over other rows that translate the same sentence, all at once."""
        if len(rows):
            origins = np.arange(self._rows)
            origins[self._places[rows]] = self._places[sources]
            self._state.reorder(origins)

    def release(self, row: int) -> None:
        """Make a row that is free idle: it attends over one position."""
        self.previous[row] = self._start
        self.position[row] = 0
        self._source_last[row] = 0

    def factor(self, _n: int) -> NDArray[np.float32]:
        """Return what logits are multiplied by for a softmax: they are what they are."""
        return _ONE

    def run(self, n: int) -> NDArray[np.generic]:
        """Run one step and return the logits of rows 0..n-1, [n, columns]. Raises ModelFault."""
        at = np.argsort(self._places)
        self._state.feed(self.previous[at], self.position[at], self._source_last[at])
        self._state.step(0, self._rows)
        self._state.turn()
        return self._state.logits[self._places[:n]]
