"""The rows of a running greedy decode in the memory of a device: only ids and lengths cross the bus."""

from collections.abc import Callable, Sequence, Sized
from heapq import heappop, heappush

import numpy as np

from inference.engine import ModelFault, running
from inference.engines.decoder_slots import NO_TOKEN, longest_translation
from inference.engines.device_state import DeviceState, Encoded, state_gigabytes
from inference.engines.ration import Ration
from inference.models import Ids, TranslationModel
from inference.providers import device_of
from schemas.errors import OperatorError
from schemas.report import Report


class DeviceSlots:
    """Up to `slots` sentences decoded together (see Slots), for a decoder that answers with tokens (`step_graph`).

    A row of the caller is a place on the device, and places never move: moving one would cost launches, an idle one
    costs next to nothing, because a GPU's step takes about as long for one row as for many. So every step computes
    every place, idle ones too, whose tokens nobody reads. With one shape throughout, a row's arithmetic does not
    depend on how many others there are.

    When memory runs out, sentences are encoded and placed, and rows advanced, in parts of half the size, and again in
    halves; each time is reported. Nothing is lost by it, since a run can be repeated (see DeviceState).

    Raises OperatorError when the buffers do not fit on the device of the model's decoder.
    """

    def __init__(self, model: TranslationModel, slots: int, report: Callable[[Report], None]) -> None:
        g = model.geometry
        self._model = model
        self._slots = slots
        self._state = _state(model, slots)
        self.active = 0
        self._places: list[int] = []
        self._free = list(range(slots))
        self._pending: dict[int, Encoded] = {}
        self._previous = np.full(slots, g.start, np.int64)
        self._position = np.zeros(slots, np.int64)
        self._source_last = np.zeros(slots, np.int64)
        self._limit = np.zeros(slots, np.int64)
        self._first = np.full(slots, NO_TOKEN, np.int64)
        self._written = np.zeros((slots, g.target_tokens_max), np.int64)
        self._encoding, self._writing, self._stepping = (Ration(model.id.name, slots, report) for _ in range(3))

    def encode(self, sentences: Sequence[Ids]) -> Sequence[Sized]:
        """Run the encoder; what it returns stays on the device. Raises ModelFault."""
        encoded: list[Encoded] = []
        self._encoding.run(sentences, lambda part: encoded.extend(self._state.encode(part)))
        return encoded

    def fits(self, tokens: int) -> bool:
        """Whether a sentence of so many source tokens may be placed: always, the buffers have room for the longest."""
        return tokens <= self._model.geometry.source_tokens_max

    def place(self, row: int, memory: Sized, first: int | None = None) -> None:
        """Start a sentence; its keys and values are written at the next `advance`, together with its neighbours'."""
        if not isinstance(memory, Encoded):
            raise TypeError("only what `encode` returned can be placed")
        if row == self.active:
            self._places.append(heappop(self._free))
            self.active += 1
        place = self._places[row]
        self._pending[place] = memory
        self._previous[place] = self._model.geometry.start
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
        self._state.feed(self._previous, self._position, self._source_last)
        self._stepping.run(range(self._slots), self._step)
        self._state.turn()
        places = np.array(self._places)
        position, first = self._position[places], self._first[places]
        token = self._model.columns[self._state.columns[places]]
        token = np.where((position == 0) & (first != NO_TOKEN), first, token)
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
        start, stop = int(self._first[place] != NO_TOKEN), int(self._position[place]) - complete
        ids: list[int] = self._written[place, start:stop].tolist()
        return ids, complete

    def _rest(self, place: int) -> None:
        """Make a place idle: it attends over one position and writes where the next sentence begins."""
        self._pending.pop(place, None)
        self._previous[place] = self._model.geometry.start
        self._position[place] = 0
        self._source_last[place] = 0
        heappush(self._free, place)

    def _write_pending(self) -> None:
        """Write new sentences, those of one run of the encoder at once."""
        runs: dict[int, list[int]] = {}
        for place, memory in self._pending.items():
            runs.setdefault(id(memory.kv), []).append(place)
        for places in runs.values():
            self._writing.run(places, lambda part: self._state.write(part, [self._pending[at] for at in part]))
            for place in places:
                del self._pending[place]

    def _step(self, part: Sequence[int]) -> None:
        """Advance neighbouring places; nothing to do where all of them are idle."""
        if any(part[0] <= place <= part[-1] for place in self._places):
            self._state.step(part[0], len(part))


def _state(model: TranslationModel, slots: int) -> DeviceState:
    try:
        with running():
            return DeviceState(model, slots, device_of(model.decoder))
    except ModelFault as fault:
        if not fault.memory:
            raise
        raise OperatorError(
            f"{slots} slots of {model.id.name} do not fit on the device ({state_gigabytes(model, slots):.1f} GB): "
            "lower pool.slots, pool.threads, or the number of models"
        ) from fault
