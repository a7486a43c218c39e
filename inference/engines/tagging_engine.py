"""Entities of texts, by one token classifier on one thread."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.engine import WARM_UP_TEXT, ModelFault, Outcome, Suspect, Work, running
from inference.engines.ration import Ration
from inference.models import Encoded, TaggingModel
from inference.requests import Entity, PoisonText, Tagging
from inference.scheduling.queue import Request
from schemas.report import BatchRun, Report

RUN_TOKENS: Final = 256
"""Places in one run: its texts times the longest of them."""
LOOK_AHEAD: Final = 16
"""Texts taken at once, of which those of like length are run together."""
SCORE_MIN: Final = 0.5
"""A token's label counts from this probability on."""

Piece = tuple["_Text", int, Encoded]
"""A text, where its piece begins in it, and the piece's tokens."""


class _Text:
    """A request whose pieces are being read."""

    __slots__ = ("entities", "failed", "left", "request")

    def __init__(self, request: Request, pieces: int) -> None:
        self.request = request
        self.left = pieces
        self.entities: list[Entity] = []
        self.failed = False

    @property
    def wanted(self) -> bool:
        return not (self.failed or self.request.withdrawn)


class TaggingEngine:
    """Texts in, labelled stretches out, in padded runs of texts of like length, the most urgent first.

    A text that is longer than the model reads well is cut between words; a stretch across a cut is found in two parts.
    """

    def __init__(self, model: TaggingModel, report: Callable[[Report], None]) -> None:
        self.work = Work()
        self._model = model
        self._report = report
        self._ration = Ration(model.id.name, RUN_TOKENS, report)
        self._pending: list[Piece] = []
        self._outcomes: list[Outcome | Suspect] = []

    @property
    def busy(self) -> bool:
        """Whether anything is on board."""
        return bool(self._pending or self._outcomes)

    @property
    def room(self) -> int:
        """A look-ahead when less than a run is on board."""
        return LOOK_AHEAD if sum(len(piece.ids) for _, _, piece in self._pending) < RUN_TOKENS else 0

    def warm_up(self) -> None:
        """Run the longest piece, then a full run of short ones. Raises ModelFault."""
        ids = self._model.tokenizer.encode(WARM_UP_TEXT).ids
        for rows in ([np.resize(ids, self._model.tokens_max)], [ids] * (RUN_TOKENS // len(ids))):
            self._logits(rows)

    def admit(self, requests: Sequence[Request]) -> None:
        """Tokenize; a text that the tokenizer refuses is answered at once."""
        for request in requests:
            try:
                pieces = self._model.tokenizer.pieces(request.text, self._model.chars_max, self._model.tokens_max)
            except Exception:  # noqa: BLE001  (a text the tokenizer cannot take must not end the thread)
                refusal = PoisonText(f"the tokenizer of {self._model.id.name} refuses this text")
                self._outcomes.append(Outcome(request, refusal))
                continue
            text = _Text(request, len(pieces))
            self._pending += [(text, start, piece) for start, piece in pieces]

    def step(self) -> list[Outcome | Suspect]:
        """Run one batch with the most urgent text in it."""
        self.work.evicted += len({text for text, _, _ in self._pending if text.request.withdrawn})
        self._pending = [item for item in self._pending if item[0].wanted]
        if self._pending:
            self._run(self._next_batch())
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def _next_batch(self) -> list[Piece]:
        first = min(self._pending, key=lambda item: item[0].request.priority)
        near = sorted(self._pending, key=lambda item: (item is not first, abs(len(item[2].ids) - len(first[2].ids))))
        batch: list[Piece] = []
        longest = 0
        for item in near:
            longest = max(longest, len(item[2].ids))
            if batch and longest * (len(batch) + 1) > RUN_TOKENS:
                break
            batch.append(item)
        taken = {id(item) for item in batch}
        self._pending = [item for item in self._pending if id(item) not in taken]
        return batch

    def _run(self, batch: list[Piece]) -> None:
        began_s = monotonic()
        for text, _, _ in batch:
            text.request.started_s = text.request.started_s or began_s
        found: list[NDArray[np.float32]] = []
        try:
            self._ration.run([piece.ids for _, _, piece in batch], lambda part: found.extend(self._logits(part)))
        except ModelFault as fault:
            for text in {text for text, _, _ in batch}:
                text.failed = True
                self._outcomes.append(Suspect(text.request, fault))
            return
        for (text, start, piece), logits in zip(batch, found, strict=True):
            text.entities += self._entities(start, piece, logits)
            text.left -= 1
            if not text.left:
                entities = tuple(sorted(text.entities, key=lambda one: one.start))
                self._outcomes.append(Outcome(text.request, Tagging(entities, self._model.id)))
        self._account(batch, began_s)

    def _logits(self, rows: Sequence[NDArray[np.int64]]) -> list[NDArray[np.float32]]:
        """Return float32 [tokens, labels] for each row."""
        longest = max(map(len, rows))
        ids = np.zeros((len(rows), longest), np.int64)
        mask = np.zeros_like(ids)
        for at, row in enumerate(rows):
            ids[at, : len(row)], mask[at, : len(row)] = row, 1
        with running():
            (logits,) = self._model.session.run(
                None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            )
        return [logits[at, : len(row)] for at, row in enumerate(rows)]

    def _entities(self, start: int, piece: Encoded, logits: NDArray[np.float32]) -> list[Entity]:
        """Join the tokens of one entity: labels `B-X` begin one, `I-X` behind the same X go on with it."""
        weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
        scores, best = weights.max(axis=-1) / weights.sum(axis=-1), logits.argmax(axis=-1)
        entities: list[Entity] = []
        last_token = -2
        for at, (first, end) in enumerate(piece.offsets):
            mark, _, label = self._model.labels[best[at]].partition("-")
            if not label or scores[at] < SCORE_MIN or first == end:
                continue
            goes_on = entities and last_token == at - 1 and entities[-1].label == label
            if goes_on and (mark == "I" or start + first == entities[-1].end):
                before = entities.pop()
                entities.append(Entity(label, before.start, start + end, min(before.score, float(scores[at]))))
            else:
                entities.append(Entity(label, start + first, start + end, float(scores[at])))
            last_token = at
        return entities

    def _account(self, batch: list[Piece], began_s: float) -> None:
        spent_s = monotonic() - began_s
        rows, longest = len(batch), max(len(piece.ids) for _, _, piece in batch)
        tokens, capacity = sum(len(piece.ids) for _, _, piece in batch), max(rows, RUN_TOKENS // longest)
        self.work.ran(rows, capacity, tokens, spent_s)
        self._report(
            BatchRun(
                model=self._model.id.name,
                rows=rows,
                capacity=capacity,
                tokens=tokens,
                padded_tokens=rows * longest,
                queue_wait_s=tuple(began_s - text.request.arrived_s for text, _, _ in batch),
                seconds=spent_s,
            )
        )
