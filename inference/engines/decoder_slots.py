"""The rows of a running greedy decode, in this process's memory."""

from collections.abc import Sequence, Sized
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from inference.engine import running
from inference.engines.arena import Arena
from inference.engines.decoder_state import DecoderState, kept_type
from inference.engines.packing import pack
from inference.models import DecoderKind, Ids, TranslationModel

LENGTH_FACTOR = 2.5
LENGTH_BONUS = 3
"""A translation ends at 2.5 x source tokens + 3 at the latest: no human pair of the development set comes near it, and
a model that repeats itself is stopped early."""
CACHE_BYTES: Final = 512 * 1024 * 1024
"""Keys and values that the sentences of one decode may come to need; what one sentence needs is always granted. A
12-layer model of width 1024 takes 98 kB a token, source or target (at STATIC8 a quarter): 32 sentences of 44 tokens."""
NO_TOKEN: Final = -1


class DecoderSlots:
    """Up to `slots` sentences decoded together; rows 0..active-1 are in use. One thread owns it (see `Slots`)."""

    def __init__(self, model: TranslationModel, slots: int, arena: Arena) -> None:
        self.active = 0
        self._model = model
        self._arena = arena
        self._state = DecoderState(model, slots, greedy=True)
        self._budget = CacheBudget(model)
        self._tokens = np.zeros((slots, model.geometry.target_tokens_max), np.int32)
        self._limit = np.zeros(slots, np.int64)
        self._first = np.full(slots, NO_TOKEN, np.int64)
        self._reserved = np.zeros(slots, np.int64)
        self._every_row = np.arange(slots)
        # Models whose translations start with a given token say so for every sentence.
        self._forces = any(pair.first is not None for pair in model.pairs)

    def encode(self, sentences: Sequence[Ids]) -> Sequence[NDArray[np.float32]]:
        """Return float32 [tokens, layers * 2 * d_model] for each sentence. Raises ModelFault."""
        return encode(self._model, self._arena, sentences)

    def fits(self, tokens: int) -> bool:
        """Whether a sentence of so many source tokens may be placed: not when the caches would outgrow CACHE_BYTES."""
        taken = int(self._reserved[: self.active].sum())
        return self._budget.fits(taken, tokens)

    def place(self, row: int, memory: Sized, first: int | None = None) -> None:
        """Start a sentence in a row; `memory` is what `encode` gave."""
        encoded = cast("NDArray[np.float32]", memory)
        self._state.start(slice(row, row + 1), encoded)
        self._limit[row] = longest_translation(self._model, len(encoded), first)
        self._first[row] = NO_TOKEN if first is None else first
        self._reserved[row] = self._budget.needs(len(encoded))
        self.active = max(self.active, row + 1)

    def remove(self, row: int) -> None:
        """Free a row; the last row in use moves into it."""
        self.active -= 1
        last = self.active
        if row != last:
            self._state.move(last, row)
            written = self._state.position[last]
            self._tokens[row, :written] = self._tokens[last, :written]
            for values in (self._limit, self._first, self._reserved):
                values[row] = values[last]
        self._state.release(last)

    def clear(self) -> None:
        """Free all rows."""
        while self.active:
            self.remove(self.active - 1)

    def advance(self) -> list[int]:
        """Decode one token of every row; return the rows that are finished, the last first. Raises ModelFault."""
        n, state = self.active, self._state
        token = self._model.columns[state.choose(n)]
        position = state.position[:n]
        if self._forces:
            first = self._first[:n]
            token = np.where((position == 0) & (first != NO_TOKEN), first, token)
        state.previous[:n] = token
        self._tokens[self._every_row[:n], position] = token
        position += 1
        ended = (token == self._model.geometry.eos) | (position >= self._limit[:n])
        rows: list[int] = ended.nonzero()[0][::-1].tolist()
        return rows

    def tokens(self, row: int) -> tuple[list[int], bool]:
        """Return the token ids of a finished row without its first and its end, and whether it came to its end."""
        complete = bool(self._state.previous[row] == self._model.geometry.eos)
        start, stop = int(self._first[row] != NO_TOKEN), int(self._state.position[row]) - complete
        ids: list[int] = self._tokens[row, start:stop].tolist()
        return ids, complete


class CacheBudget:
    """How much of the caches' memory a sentence may come to need, and whether there is that much."""

    def __init__(self, model: TranslationModel, rows: int = 1) -> None:
        g = model.geometry
        self._model = model
        self._rows = rows
        self._token_bytes = 2 * g.layers * g.heads * g.head_dim * np.dtype(kept_type(model.decoder)).itemsize
        self._keeps_targets = g.decoder is DecoderKind.ATTENTION

    def needs(self, tokens: int) -> int:
        """Return the bytes for a sentence of so many source tokens and its longest translation, in `rows` rows."""
        targets = longest_translation(self._model, tokens, None) if self._keeps_targets else 0
        return self._rows * self._token_bytes * (tokens + targets)

    def fits(self, taken: int, tokens: int) -> bool:
        """Whether a sentence of so many source tokens may join others that take `taken` bytes."""
        return not taken or taken + self.needs(tokens) <= CACHE_BYTES


def longest_translation(model: TranslationModel, tokens: int, first: int | None) -> int:
    """Return how many tokens are decoded at most for so many source tokens, end and forced first token included."""
    return min(int(LENGTH_FACTOR * tokens) + LENGTH_BONUS + (first is not None), model.geometry.target_tokens_max)


def encode(model: TranslationModel, arena: Arena, sentences: Sequence[Ids]) -> list[NDArray[np.float32]]:
    """Run the encoder; return float32 [tokens, layers * 2 * d_model] for each sentence. Raises ModelFault."""
    feeds = pack(sentences)
    with running():
        (memory,) = model.encoder.run(None, feeds, arena.options(feeds["idx_pad"].size))
    return np.split(memory, np.cumsum(feeds["lens"])[:-1])
