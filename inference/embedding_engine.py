"""Batches of one sentence encoder on one thread."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.engine import ModelFault, Outcome, Suspect, Work, running
from inference.models import EmbeddingModel, Ids
from inference.queue import Request
from inference.requests import Embedding, PoisonText
from schemas.report import BatchRun, Report

RUN_TOKENS: Final = 128
"""Padded tokens in one run: 1.6 times as many texts a second as one by one; runs of 512 are slower by a sixth, because
their activations leave the cache, and the sentences being decoded on the same thread wait for the run to end."""
LOOK_AHEAD: Final = 32
"""Texts taken at once and sorted by length."""


class _Text:
    """A request whose pieces are being embedded: the sum of their vectors, each weighted by its tokens."""

    __slots__ = ("failed", "left", "pieces", "request", "tokens", "vector")

    def __init__(self, request: Request, pieces: int, dim: int) -> None:
        self.request = request
        self.pieces = pieces
        self.left = pieces
        self.tokens = 0
        self.vector: NDArray[np.float32] = np.zeros(dim, np.float32)
        self.failed = False

    @property
    def wanted(self) -> bool:
        return not (self.failed or self.request.withdrawn)


class EmbeddingEngine:
    """Texts in, vectors out, in padded runs of texts of like length.

    A text of more than `tokens_max` tokens is cut into near-equal pieces of its token ids; its vector is the mean of
    theirs, weighted by tokens, and scaled back to unit length where the model's vectors have unit length.
    """

    def __init__(self, model: EmbeddingModel, report: Callable[[Report], None]) -> None:
        self.work = Work()
        self._model = model
        self._report = report
        self._pending: list[tuple[_Text, Ids]] = []
        self._outcomes: list[Outcome | Suspect] = []
        self._queue_depth = 0

    @property
    def busy(self) -> bool:
        """Whether anything is on board."""
        return bool(self._pending or self._outcomes)

    @property
    def room(self) -> int:
        """A look-ahead once all that was taken is done: so the longest text of one look-ahead waits for no other."""
        return 0 if self._pending else LOOK_AHEAD

    def admit(self, requests: Sequence[Request], queue_depth: int) -> None:
        """Tokenize, cut what is too long, sort by length; a text that the tokenizer refuses is answered at once."""
        self._queue_depth = queue_depth
        for request in requests:
            try:
                ids = self._model.tokenizer.encode(request.text)
            except Exception:  # noqa: BLE001  (a text the tokenizer cannot take must not end the thread)
                refusal = PoisonText(f"the tokenizer of {self._model.id.name} refuses this text")
                self._outcomes.append(Outcome(request, refusal))
                continue
            pieces = np.array_split(ids, -(-len(ids) // self._model.tokens_max))
            text = _Text(request, len(pieces), self._model.dim)
            self._pending += [(text, piece) for piece in pieces]
        self._pending.sort(key=lambda item: len(item[1]), reverse=True)

    def step(self) -> list[Outcome | Suspect]:
        """Run one batch, the shortest texts first."""
        batch = self._next_batch()
        if batch:
            self._run(batch)
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def _next_batch(self) -> list[tuple[_Text, Ids]]:
        batch: list[tuple[_Text, Ids]] = []
        while self._pending:
            text, ids = self._pending[-1]
            if batch and len(ids) * (len(batch) + 1) > RUN_TOKENS:
                break
            self._pending.pop()
            if text.wanted:
                batch.append((text, ids))
            elif text.request.withdrawn:
                self.work.evicted += 1
        return batch

    def _run(self, batch: list[tuple[_Text, Ids]]) -> None:
        began_s = monotonic()
        ids = np.zeros((len(batch), len(batch[-1][1])), np.int64)
        mask = np.zeros_like(ids)
        for row, (text, piece) in enumerate(batch):
            ids[row, : len(piece)] = piece
            mask[row, : len(piece)] = 1
            text.request.started_s = text.request.started_s or began_s
        try:
            with running():
                (vectors,) = self._model.session.run(None, {"input_ids": ids, "attention_mask": mask})
        except ModelFault as fault:
            self._fail({text for text, _ in batch}, fault)
            return
        for (text, piece), vector in zip(batch, vectors, strict=True):
            self._add(text, vector, len(piece))
        self._account(batch, ids.size, began_s)

    def _fail(self, texts: set[_Text], fault: ModelFault) -> None:
        """A piece is in doubt, so its whole text is; its other pieces are skipped when they come up."""
        for text in texts:
            text.failed = True
            self._outcomes.append(Suspect(text.request, fault))

    def _add(self, text: _Text, vector: NDArray[np.float32], tokens: int) -> None:
        text.left -= 1
        text.tokens += tokens
        if text.pieces == 1:
            text.vector[:] = vector
        else:
            text.vector += vector * np.float32(tokens)
        if text.left:
            return
        if text.pieces > 1:
            scale = np.linalg.norm(text.vector) if self._model.normalized else text.tokens
            text.vector /= np.float32(scale) or np.float32(1)
        # Requests that share one flight share one array.
        text.vector.flags.writeable = False
        self._outcomes.append(Outcome(text.request, Embedding(text.vector, self._model.id, self._model.normalized)))

    def _account(self, batch: list[tuple[_Text, Ids]], computed: int, began_s: float) -> None:
        spent_s = monotonic() - began_s
        tokens = sum(len(ids) for _, ids in batch)
        self.work.steps += 1
        self.work.rows += len(batch)
        self.work.capacity += max(len(batch), RUN_TOKENS // len(batch[-1][1]))
        self.work.tokens_in += tokens
        self.work.busy_s += spent_s
        self._report(
            BatchRun(
                model=self._model.id.name,
                rows=len(batch),
                capacity=max(len(batch), RUN_TOKENS // len(batch[-1][1])),
                tokens=tokens,
                padded_tokens=computed,
                queue_depth=self._queue_depth,
                queue_wait_s=tuple(began_s - text.request.arrived_s for text, _ in batch),
                seconds=spent_s,
            )
        )
