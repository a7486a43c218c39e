"""The sentences of one decode that have no row yet: who is encoded with whom, and who is placed next."""

from collections import deque
from collections.abc import Iterable, Sequence, Sized
from typing import Final

from inference.models import Ids
from inference.scheduling.queue import Request

PASSES: Final = 6
"""How often a sentence is passed over: by more urgent ones, or by those whose length suits better."""


class Sentence:
    """A request, its tokens, the first token of its translation where the pair has one, how often others went first."""

    __slots__ = ("first", "ids", "passed", "request")

    def __init__(self, request: Request, ids: Ids, first: int | None = None) -> None:
        self.request = request
        self.ids = ids
        self.first = first
        self.passed = 0


class Boarding:
    """Sentences `pending` (tokenized) and `ready` (encoded), in the order in which they get rows. Owned by one thread.

    A group to encode holds the sentences of the most urgent priority, the short ones first, so that they are alike. It
    is asked for when nothing is ready, or when something pending is more urgent than what is ready: it then goes
    before that. Who was passed over PASSES times goes first, whatever its priority and length. So an urgent sentence is
    in the next group and has the next free row, and nobody starves.
    """

    def __init__(self, group_tokens: int, group_rows: int) -> None:
        self._group_tokens = group_tokens
        self._group_rows = group_rows
        self._pending: list[Sentence] = []
        self._ready: deque[tuple[Sentence, Sized]] = deque()
        self.evicted = 0

    def __len__(self) -> int:
        return len(self._pending) + len(self._ready)

    def add(self, sentence: Sentence) -> None:
        """Let a sentence wait to be encoded."""
        self._pending.append(sentence)

    def group(self) -> list[Sentence]:
        """Return what must be encoded before the next row is filled: nothing when the next sentence is ready."""
        if not self._pending:
            return []
        if self._ready and not self._overtaken(self._ready[0][0]):
            return []
        waiting = [sentence for sentence in self._pending if not sentence.request.withdrawn]
        self.evicted += len(self._pending) - len(waiting)
        waiting.sort(key=lambda sentence: (sentence.passed < PASSES, sentence.request.priority, len(sentence.ids)))
        group = self._head(waiting)
        self._pending = waiting[len(group) :]
        for sentence in self._pending:
            sentence.passed += 1
        return group

    def encoded(self, group: Sequence[Sentence], memories: Iterable[Sized]) -> None:
        """Take a group back with what the encoder gave; it goes before what is ready."""
        for sentence, _ in self._ready:
            sentence.passed += 1
        self._ready.extendleft(reversed(list(zip(group, memories, strict=True))))

    def next(self) -> Sentence | None:
        """Return the sentence that gets the next row, None when none is ready."""
        while self._ready and self._ready[0][0].request.withdrawn:
            self._ready.popleft()
            self.evicted += 1
        return self._ready[0][0] if self._ready else None

    def take(self) -> tuple[Sentence, Sized]:
        """Remove and return the next sentence, which there is."""
        return self._ready.popleft()

    def _overtaken(self, first: Sentence) -> bool:
        """Whether something pending goes before what is ready. A caller who joined late may have made it urgent."""
        urgency = min(sentence.request.priority for sentence in self._pending)
        return first.passed < PASSES and urgency < first.request.priority

    def _head(self, waiting: Sequence[Sentence]) -> list[Sentence]:
        """Return the first sentences, of one priority and about `group_tokens` together, one at least."""
        group: list[Sentence] = []
        tokens = 0
        for sentence in waiting[: self._group_rows]:
            tokens += len(sentence.ids)
            mixed = group and sentence.passed < PASSES and sentence.request.priority != group[-1].request.priority
            if mixed or (group and tokens > self._group_tokens):
                break
            group.append(sentence)
        return group
