"""Batches of one sentence encoder on one thread."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from inference.engine import WARM_UP_TEXT, ModelFault, Outcome, Suspect, Work, running
from inference.engines.arena import Arena
from inference.engines.ration import Ration
from inference.models import EmbeddingModel, Ids
from inference.providers import CUDA, device_of
from inference.requests import Embedding, PoisonText
from inference.scheduling.queue import Request
from schemas.report import BatchRun, Report

RUN_TOKENS: Final = 256
"""Places in one run: its texts times the longest of them, though only attention works on the padding. Beyond this a run
saves little, the activations leave the cache, and sentences decoded on the same thread wait for the run to end."""
LOOK_AHEAD: Final = 64
"""Texts taken at once, of which those of like length are run together."""


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
    """Texts in, vectors out, in packed runs of texts of like length.

    A run takes the most urgent text on board, every second run the oldest, and those nearest to it in length: packed
    dense layers do not mind, but attention works on rows as long as the longest. A text's vector does not depend on its
    company.

    A text of more than `tokens_max` tokens is cut into near-equal pieces of its token ids; its vector is the mean of
    theirs, weighted by tokens, and scaled back to unit length where the model's vectors have unit length.
    """

    def __init__(self, model: EmbeddingModel, report: Callable[[Report], None]) -> None:
        self.work = Work()
        self._model = model
        self._report = report
        self._ration = Ration(model.id.name, RUN_TOKENS, report)
        self._arena = Arena(model.provider, RUN_TOKENS, device_of(model.session).index if model.provider == CUDA else 0)
        self._pending: list[tuple[_Text, Ids]] = []
        self._pending_tokens = 0
        self._outcomes: list[Outcome | Suspect] = []

    @property
    def busy(self) -> bool:
        """Whether anything is on board."""
        return bool(self._pending or self._outcomes)

    @property
    def room(self) -> int:
        """A look-ahead when less than a run is on board: full runs, and little that a more urgent text waits for."""
        return LOOK_AHEAD if self._pending_tokens < RUN_TOKENS else 0

    def warm_up(self) -> None:
        """Run the longest text, then a full run of short ones. Raises ModelFault."""
        (ids,) = self._pieces(WARM_UP_TEXT)
        for texts in ([np.resize(ids, self._model.tokens_max)], [ids] * (RUN_TOKENS // len(ids))):
            self._vectors(texts)

    def admit(self, requests: Sequence[Request]) -> None:
        """Tokenize and cut what is too long; a text that the tokenizer refuses is answered at once."""
        for request in requests:
            pieces = self._pieces(request.text)
            if not pieces:
                refusal = PoisonText(f"the tokenizer of {self._model.id.name} refuses this text")
                self._outcomes.append(Outcome(request, refusal))
                continue
            text = _Text(request, len(pieces), self._model.dim)
            self._pending += [(text, piece) for piece in pieces]
            self._pending_tokens += sum(map(len, pieces))

    def step(self) -> list[Outcome | Suspect]:
        """Run one batch with the most urgent text or the oldest in it."""
        batch = self._next_batch()
        if batch:
            self._run(batch)
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def _pieces(self, text: str) -> list[Ids]:
        """The ids of a text in pieces that the model takes, each framed like a text; none when it has no ids."""
        try:
            ids = self._model.tokenizer.encode(text)
        except Exception:  # noqa: BLE001  (a text the tokenizer cannot take must not end the thread)
            return []
        if len(ids) <= self._model.tokens_max:
            return [ids] if len(ids) else []
        before, after = self._model.frame
        first, body, last = np.split(ids, [before, len(ids) - after])
        count = -(-len(body) // (self._model.tokens_max - before - after))
        return [np.concatenate([first, piece, last]) for piece in np.array_split(body, count)]

    def _next_batch(self) -> list[tuple[_Text, Ids]]:
        wanted = [item for item in self._pending if item[0].wanted]
        self.work.evicted += len({text for text, _ in self._pending if text.request.withdrawn})
        batch: list[tuple[_Text, Ids]] = []
        longest = 0
        if wanted:
            # Every second run is the oldest text's: nobody starves among more urgent ones.
            first = wanted[0] if self.work.steps % 2 else min(wanted, key=lambda item: item[0].request.priority)
            wanted.sort(key=lambda item: (item is not first, abs(len(item[1]) - len(first[1]))))
        for text, ids in wanted:
            longest = max(longest, len(ids))
            if batch and longest * (len(batch) + 1) > RUN_TOKENS:
                break
            batch.append((text, ids))
        taken = {id(ids) for _, ids in batch}
        self._pending = [item for item in self._pending if item[0].wanted and id(item[1]) not in taken]
        self._pending_tokens = sum(len(ids) for _, ids in self._pending)
        return batch

    def _run(self, batch: list[tuple[_Text, Ids]]) -> None:
        began_s = monotonic()
        for text, _ in batch:
            text.request.started_s = text.request.started_s or began_s
        vectors: list[NDArray[np.float32]] = []
        try:
            self._ration.run([ids for _, ids in batch], lambda part: vectors.extend(self._vectors(part)))
        except ModelFault as fault:
            self._fail({text for text, _ in batch}, fault)
            return
        for (text, piece), vector in zip(batch, vectors, strict=True):
            self._add(text, vector, len(piece))
        self._account(batch, began_s)

    def _vectors(self, texts: Sequence[Ids]) -> NDArray[np.float32]:
        """Return float32 [texts, dim]."""
        options = self._arena.options(len(texts) * max(map(len, texts)))
        with running():
            (vectors,) = self._model.session.run(None, packed(texts), options)
        return cast("NDArray[np.float32]", vectors)

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

    def _account(self, batch: list[tuple[_Text, Ids]], began_s: float) -> None:
        spent_s = monotonic() - began_s
        rows, tokens = len(batch), sum(len(ids) for _, ids in batch)
        capacity = max(rows, rows * RUN_TOKENS // tokens)
        self.work.ran(rows, capacity, tokens, spent_s)
        self._report(
            BatchRun(
                model=self._model.id.name,
                rows=rows,
                capacity=capacity,
                tokens=tokens,
                padded_tokens=tokens,
                queue_wait_s=tuple(began_s - text.request.arrived_s for text, _ in batch),
                seconds=spent_s,
            )
        )


def packed(texts: Sequence[Ids]) -> dict[str, NDArray[np.int64] | NDArray[np.int32]]:
    """Return the inputs that `EmbeddingModel` tells, for N tokens in all."""
    lengths = np.array([len(ids) for ids in texts], np.int32)
    starts = np.cumsum(lengths) - lengths
    ids, row = np.concatenate(texts), np.repeat(np.arange(len(texts)), lengths)
    return {"ids": ids, "pos": np.arange(len(ids)) - starts[row], "row": row, "lens": lengths}
