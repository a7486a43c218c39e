"""The rows of a running beam search: several hypotheses of each sentence, decoded beside those of others."""

from collections.abc import Sequence, Sized
from typing import Final, cast

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from inference.engines.arena import Arena
from inference.engines.decoder_slots import CacheBudget, encode, longest_translation
from inference.engines.decoder_state import DecoderState
from inference.engines.device_beam import DeviceBeam
from inference.models import Ids, Precision, TranslationModel

Floats = NDArray[np.float32]

_NEVER: Final = np.float32(-1e9)
"""The score of a hypothesis that is not one: all but the first of a sentence, until they differ."""
_STRIDE: Final = 64
"""Columns are searched in groups of so many: a group whose best is not among the best groups holds none of the best."""


class Hypothesis(Struct, frozen=True):
    """The best finished translation of a sentence. `score`: its log-probability per token, end included."""

    score: float
    ids: list[int]
    complete: bool


class BeamSlots:
    """Up to `slots` sentences of `beam` hypotheses each (see `Slots`); a sentence's rows stand side by side.

    In every step the 2 x beam best continuations of a sentence's hypotheses are found. Those of the best `beam` that
    end are finished translations; the best `beam` that go on are its next hypotheses. It ends with `beam` finished
    ones, or at its longest allowed length, and the one with the best log-probability per token is its translation:
    what transformers calls num_beams=beam, early_stopping=True, length_penalty=1.

    Probabilities are over the model's columns. Nothing is computed across sentences, so neighbours change nothing.
    """

    def __init__(self, model: TranslationModel, slots: int, beam: int, arena: Arena) -> None:
        g = model.geometry
        self.active = 0
        self._model = model
        self._arena = arena
        self._beam = beam
        halves = model.precision is Precision.FLOAT16
        self._state = DeviceBeam(model, slots * beam) if halves else DecoderState(model, slots * beam)
        self._budget = CacheBudget(model, beam)
        self._scores = np.zeros((slots, beam), np.float32)
        # Written in each step: the token of each hypothesis, and of which hypothesis of the step before it goes on.
        self._tokens = np.zeros((slots, g.target_tokens_max, beam), np.int32)
        self._parents = np.zeros((slots, g.target_tokens_max, beam), np.int32)
        self._limit = np.zeros(slots, np.int64)
        self._first: list[int | None] = [None] * slots
        self._reserved = np.zeros(slots, np.int64)
        self._finished: list[list[Hypothesis]] = [[] for _ in range(slots)]
        self._count = np.zeros(slots, np.int64)
        self._values = np.zeros((slots * beam, len(model.columns)), np.float32)
        self._forces = any(pair.first is not None for pair in model.pairs)

    def encode(self, sentences: Sequence[Ids]) -> Sequence[Sized]:
        """Return what `place` takes of each sentence. Raises ModelFault."""
        if isinstance(self._state, DeviceBeam):
            return self._state.encode(sentences)
        return encode(self._model, self._arena, sentences)

    def fits(self, tokens: int) -> bool:
        """Whether a sentence of so many source tokens may be placed: not when the caches would outgrow CACHE_BYTES."""
        return self._budget.fits(int(self._reserved[: self.active].sum()), tokens)

    def place(self, row: int, memory: Sized, first: int | None = None) -> None:
        """Start a sentence; `memory` is what `encode` gave."""
        encoded = cast("NDArray[np.float32]", memory)
        self._state.start(self._rows(row), encoded)
        self._scores[row] = _NEVER
        self._scores[row, 0] = 0
        self._limit[row] = longest_translation(self._model, len(encoded), first)
        self._first[row] = first
        self._reserved[row] = self._budget.needs(len(encoded))
        self._finished[row] = []
        self._count[row] = 0
        self.active = max(self.active, row + 1)

    def remove(self, row: int) -> None:
        """Free a sentence's rows; the last sentence moves into them."""
        self.active -= 1
        last = self.active
        if row != last:
            for source, target in zip(self._every(last), self._every(row), strict=True):
                self._state.move(source, target)
            written = self._position(last)
            for history in (self._tokens, self._parents):
                history[row, :written] = history[last, :written]
            for values in (self._scores, self._limit, self._reserved, self._count):
                values[row] = values[last]
            self._first[row], self._finished[row] = self._first[last], self._finished[last]
        for free in self._every(last):
            self._state.release(free)

    def clear(self) -> None:
        """Free all rows."""
        while self.active:
            self.remove(self.active - 1)

    def advance(self) -> list[int]:
        """Continue every hypothesis by a token; return the sentences that are finished, the last first."""
        n, beam, state = self.active, self._beam, self._state
        logits = state.run(n * beam)
        position = state.position[: n * beam : beam].copy()
        tokens, parents, scores = self._best(logits)
        if self._forces:
            self._force_first(position, tokens, parents, scores)
        over = (tokens == self._model.geometry.eos) | (position + 1 >= self._limit[:n])[:, None]
        for sentence, place in np.argwhere(over[:, :beam]).tolist():
            self._finish(sentence, tokens[sentence, place], parents[sentence, place], scores[sentence, place])
        going = np.argsort(over, axis=1, kind="stable")[:, :beam]
        tokens, parents = np.take_along_axis(tokens, going, 1), np.take_along_axis(parents, going, 1)
        self._go_on(position, tokens, parents, np.take_along_axis(scores, going, 1))
        done = (self._count[:n] >= beam) | (position + 1 >= self._limit[:n])
        ended: list[int] = done.nonzero()[0][::-1].tolist()
        return ended

    def tokens(self, row: int) -> tuple[list[int], bool]:
        """Return the token ids of a finished sentence without its first and its end, and whether it came to its end."""
        best = max(self._finished[row], key=lambda hypothesis: hypothesis.score)
        return best.ids[self._first[row] is not None :], best.complete

    def _best(self, logits: NDArray[np.generic]) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
        """Return token, hypothesis and log-probability of the 2 x beam best continuations, [sentences, 2 x beam]."""
        beam, most = self._beam, 2 * self._beam
        # Every pass over all columns costs; new memory for each would cost as much again.
        values = self._values[: len(logits)]
        np.multiply(logits, self._state.factor(len(logits)), out=values, dtype=np.float32, casting="unsafe")
        columns = best_columns(values, most)
        chosen = np.take_along_axis(values, columns, 1)
        peak = chosen.max(1, keepdims=True)
        weight = np.exp(np.subtract(values, peak, out=values), out=values).sum(1, keepdims=True)
        scores = chosen - peak - np.log(weight) + self._scores[: self.active].reshape(-1, 1)
        together = scores.reshape(-1, beam * most)
        order = np.argsort(-together, axis=1, kind="stable")[:, :most]
        tokens = self._model.columns[np.take_along_axis(columns.reshape(-1, beam * most), order, 1)]
        return tokens, order // most, np.take_along_axis(together, order, 1).astype(np.float32)

    def _force_first(
        self, position: Ids, tokens: NDArray[np.int64], parents: NDArray[np.int64], scores: Floats
    ) -> None:
        """Let the first token of a translation be what its pair says: it costs nothing and all hypotheses have it."""
        for at in np.flatnonzero(position == 0).tolist():
            first = self._first[at]
            if first is not None:
                tokens[at], parents[at], scores[at] = first, 0, _NEVER
                scores[at, 0] = 0

    def _go_on(self, position: Ids, tokens: NDArray[np.int64], parents: NDArray[np.int64], scores: Floats) -> None:
        """Make the chosen continuations the hypotheses of the next step."""
        n, beam, state = self.active, self._beam, self._state
        every = np.arange(n)
        self._tokens[every, position], self._parents[every, position] = tokens, parents
        self._scores[:n] = scores
        rows = np.arange(n * beam)
        sources = (every[:, None] * beam + parents).ravel()
        state.position[rows] += 1
        moved = sources != rows
        state.gather(rows[moved], sources[moved])
        state.previous[rows] = tokens.ravel()

    def _finish(self, at: int, token: int, parent: int, score: float) -> None:
        """Write down a finished hypothesis: follow it back through the steps."""
        complete = bool(token == self._model.geometry.eos)
        ids = [] if complete else [int(token)]
        position = self._position(at)
        for step in range(position - 1, -1, -1):
            ids.append(int(self._tokens[at, step, parent]))
            parent = self._parents[at, step, parent]
        self._count[at] += 1
        self._finished[at].append(Hypothesis(float(score) / (position + 1), ids[::-1], complete))

    def _position(self, sentence: int) -> int:
        return int(self._state.position[sentence * self._beam])

    def _rows(self, sentence: int) -> slice:
        return slice(sentence * self._beam, (sentence + 1) * self._beam)

    def _every(self, sentence: int) -> range:
        return range(sentence * self._beam, (sentence + 1) * self._beam)


def best_columns(values: Floats, count: int) -> NDArray[np.int64]:
    """Return int64 [rows, count]: where each row's largest values stand, in no order.

    The best groups of columns are found first, each by its largest value: a tenth of a partition of the whole row.
    """
    rows, width = values.shape
    groups = width // _STRIDE
    if groups <= count:
        return np.argpartition(values, width - count, axis=1)[:, width - count :]
    peaks = values[:, : groups * _STRIDE].reshape(rows, _STRIDE, groups).max(1)
    best = np.argpartition(peaks, groups - count, axis=1)[:, groups - count :]
    inside = (best[:, None] + np.arange(_STRIDE)[:, None] * groups).reshape(rows, -1)
    rest = np.broadcast_to(np.arange(groups * _STRIDE, width), (rows, width - groups * _STRIDE))
    candidates = np.concatenate([inside, rest], axis=1)
    found = np.take_along_axis(values, candidates, 1)
    top = np.argpartition(found, found.shape[1] - count, axis=1)[:, found.shape[1] - count :]
    return np.take_along_axis(candidates, top, 1)
