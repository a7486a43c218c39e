"""Continuous batching of one translation model on one thread."""

import re
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.decoder_slots import DecoderSlots
from inference.engine import Answer, ModelFault, Outcome, Suspect, Work, running
from inference.models import Ids, TranslationModel
from inference.queue import Request
from inference.requests import Decoding, PoisonText, SegmentTooLong, Translation
from schemas.errors import DragomanError
from schemas.report import BatchRun, Report

LOOK_AHEAD: Final = 64
"""Requests taken at once and sorted by length, so that sentences encoded together are alike."""
GROUP_TOKENS: Final = 160
"""Tokens encoded together: their activations stay in a core's second-level cache."""
_FIRST_WORD: Final = re.compile(r"\W*(\w+)")


def second_reading(text: str) -> str:
    """Return the text with its first letter in lower case, when the first word is capitalised like a sentence.

    Another decoding for titles and single words. A word that is capital throughout or holds a digit may be a protected
    span and stays as it is.
    """
    match = _FIRST_WORD.match(text)
    if match is None or not match[1].istitle() or not match[1].isalpha():
        return text
    at = match.start(1)
    return text[:at] + text[at].lower() + text[at + 1 :]


def pack(sentences: Sequence[Ids]) -> dict[str, NDArray[np.int64] | NDArray[np.int32]]:
    """Return the encoder's inputs for N tokens in all: the dense layers see real tokens only, attention sees rows."""
    lengths = np.array([len(ids) for ids in sentences], np.int32)
    starts = np.cumsum(lengths) - lengths
    steps = np.arange(lengths.max())[None]
    real = steps < lengths[:, None]
    ids = np.concatenate(sentences)
    return {
        "ids": ids,
        "pos": np.arange(len(ids)) - np.repeat(starts, lengths),
        "idx_pad": np.where(real, starts[:, None] + steps, 0),
        "idx_flat": np.flatnonzero(real.ravel()),
        "lens": lengths,
    }


class TranslationEngine:
    """Sentences in, translations out, through slots that are refilled as soon as a sentence ends.

    A request goes `pending` (tokenized, sorted by length) -> `ready` (encoded) -> a decoder row. A row that ends is
    taken over by the next ready sentence, or by the last row when nothing waits. A text does not depend on its
    neighbours: all scales of the graphs are static and attention is per row.

    A BatchRun sums up a window of the decode: mean rows of its steps, tokens encoded and decoded, the waits it ended.
    """

    def __init__(self, model: TranslationModel, slots: int, report: Callable[[Report], None]) -> None:
        self.work = Work()
        self._model = model
        self._report = report
        self._slots = slots
        self._rows = DecoderSlots(model, slots)
        self._owners: list[tuple[Request, int]] = []
        self._pending: deque[tuple[Request, Ids]] = deque()
        self._ready: deque[tuple[Request, NDArray[np.float32]]] = deque()
        self._outcomes: list[Outcome | Suspect] = []
        self._queue_depth = 0
        self._window = _Window()

    @property
    def busy(self) -> bool:
        """Whether anything is on board."""
        return bool(self._owners or self._ready or self._pending or self._outcomes)

    @property
    def room(self) -> int:
        """A look-ahead when nothing is pending and an eighth of the slots is free: fuller encoder runs cost less."""
        if self._pending or self._ready:
            return 0
        free = self._slots - len(self._owners)
        return LOOK_AHEAD if free >= max(1, self._slots // 8) else 0

    def admit(self, requests: Sequence[Request], queue_depth: int) -> None:
        """Tokenize and sort; a text that the tokenizer refuses or that is too long is answered at once."""
        self._queue_depth = queue_depth
        fresh = []
        for request in requests:
            try:
                ids = self._tokenize(request)
            except DragomanError as error:
                self._outcomes.append(Outcome(request, error))
            else:
                fresh.append((request, ids))
        self._pending.extend(sorted(fresh, key=lambda item: len(item[1])))

    def step(self) -> list[Outcome | Suspect]:
        """Fill free rows, decode one token of each row, hand over what ended."""
        began_s = monotonic()
        self._evict()
        while len(self._owners) < self._slots and self._next_ready():
            self._place(len(self._owners))
        if self._owners:
            self._advance()
        spent_s = monotonic() - began_s
        self.work.busy_s += spent_s
        self._window.seconds += spent_s
        if not (self._owners or self._ready or self._pending):
            self._queue_depth = 0  # a queue that held something would have been asked before the engine ran dry
            self._flush()
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def _tokenize(self, request: Request) -> Ids:
        text = second_reading(request.text) if request.decoding is Decoding.SECOND else request.text
        try:
            ids = self._model.pairs[request.pair].tokenizer.encode(text)
        except Exception as error:
            raise PoisonText(f"the tokenizer of {self._model.id.name} refuses this text") from error
        longest = self._model.geometry.source_tokens_max
        if len(ids) > longest:
            raise SegmentTooLong(f"{len(ids)} tokens, {self._model.id.name} takes {longest}")
        return ids

    def _evict(self) -> None:
        """Let go of rows whose callers have all left."""
        for row in range(len(self._owners) - 1, -1, -1):
            if self._owners[row][0].withdrawn:
                self._remove(row)
                self.work.evicted += 1

    def _next_ready(self) -> bool:
        """Whether a wanted sentence is encoded and at the head of `ready`; encodes the next group if need be."""
        while True:
            while self._ready and self._ready[0][0].withdrawn:
                self._ready.popleft()
                self.work.evicted += 1
            if self._ready:
                return True
            if not self._pending:
                return False
            self._encode(self._next_group())

    def _next_group(self) -> list[tuple[Request, Ids]]:
        """Take sentences of about GROUP_TOKENS together, one at least."""
        group: list[tuple[Request, Ids]] = []
        tokens = 0
        while self._pending and len(group) < self._slots:
            request, ids = self._pending[0]
            if group and tokens + len(ids) > GROUP_TOKENS:
                break
            self._pending.popleft()
            if request.withdrawn:
                self.work.evicted += 1
                continue
            tokens += len(ids)
            group.append((request, ids))
        return group

    def _encode(self, group: list[tuple[Request, Ids]]) -> None:
        """Run the encoder and append to `ready`; a fault goes to every sentence of the group."""
        if not group:
            return
        now_s = monotonic()
        feeds = pack([ids for _, ids in group])
        try:
            with running():
                (memory,) = self._model.encoder.run(None, feeds)
        except ModelFault as fault:
            self._outcomes += [Suspect(request, fault) for request, _ in group]
            return
        at = 0
        for request, ids in group:
            request.started_s = now_s
            self._ready.append((request, memory[at : at + len(ids)]))
            at += len(ids)
        self.work.tokens_in += at
        if self._window.steps >= _WINDOW_STEPS:
            self._flush()
        self._window.tokens += at
        self._window.computed += feeds["idx_pad"].size
        self._window.waits_s += [now_s - request.arrived_s for request, _ in group]

    def _place(self, row: int) -> None:
        request, memory = self._ready.popleft()
        self._rows.place(row, memory)
        if row == len(self._owners):
            self._owners.append((request, len(memory)))
        else:
            self._owners[row] = (request, len(memory))

    def _remove(self, row: int) -> None:
        self._rows.remove(row)
        last = self._owners.pop()
        if row < len(self._owners):
            self._owners[row] = last

    def _advance(self) -> None:
        active = len(self._owners)
        try:
            ended = self._rows.advance()
        except ModelFault as fault:
            # The cells are updated in place, so a row of a failed run has no state to go on from.
            self._outcomes += [Suspect(request, fault) for request, _ in self._owners]
            self._owners.clear()
            self._rows.clear()
            return
        self.work.steps += 1
        self.work.rows += active
        self.work.capacity += self._slots
        self._window.steps += 1
        self._window.rows += active
        for row in ended:
            self._outcomes.append(Outcome(self._owners[row][0], self._answer(row)))
            if self._next_ready():
                self._place(row)
            else:
                self._remove(row)

    def _answer(self, row: int) -> Answer | DragomanError:
        request, tokens_in = self._owners[row]
        ids, complete = self._rows.tokens(row)
        self.work.tokens_out += len(ids)
        try:
            text = self._model.pairs[request.pair].tokenizer.decode(ids)
        except Exception as error:  # noqa: BLE001  (one undecodable sequence must not end the thread)
            return PoisonText(f"the tokenizer of {self._model.id.name} cannot write this translation ({error!r})")
        return Translation(
            text=text,
            model=self._model.id,
            tokens_in=tokens_in,
            tokens_out=len(ids),
            complete=complete,
            queue_wait_s=request.started_s - request.arrived_s,
            compute_s=monotonic() - request.started_s,
        )

    def _flush(self) -> None:
        """Report the decoder's last window; nothing when it holds nothing."""
        window, self._window = self._window, _Window()
        if window.steps:
            self._report(
                BatchRun(
                    model=self._model.id.name,
                    rows=round(window.rows / window.steps),
                    capacity=self._slots,
                    tokens=window.tokens + window.rows,
                    padded_tokens=window.computed + window.rows,
                    queue_depth=self._queue_depth,
                    queue_wait_s=tuple(window.waits_s),
                    seconds=window.seconds,
                )
            )


_WINDOW_STEPS: Final = 64
"""Decoder steps summed in one report: at most about ten reports a second and thread."""


class _Window:
    """What a report sums up: decoder steps, their rows, encoder tokens real and computed, and the waits it ended."""

    __slots__ = ("computed", "rows", "seconds", "steps", "tokens", "waits_s")

    def __init__(self) -> None:
        self.steps = 0
        self.rows = 0
        self.tokens = 0
        self.computed = 0
        self.waits_s: list[float] = []
        self.seconds = 0.0
