"""One running decode: its rows, whose they are, and who gets the next one."""

from collections.abc import Callable

from msgspec import Struct

from inference.engines.boarding import Boarding, Sentence
from inference.engines.slots import Slots


class Ended(Struct, frozen=True):
    """A sentence that came to its end, or to its longest allowed length: then it is not `complete`."""

    sentence: Sentence
    ids: list[int]
    complete: bool


class Decode:
    """Sentences in rows that are refilled as soon as one ends. Owned by one thread.

    A row that ends is taken over by the next ready sentence, or by the last row when nothing waits or fits.
    `capacity`: sentences at once; `width`: how many rows of the decoder each takes. `encode` is given the group that
    is needed next and hands it to `boarding` encoded, or keeps it when the encoder fails.
    """

    def __init__(
        self,
        rows: Slots,
        capacity: int,
        width: int,
        boarding: Boarding,
        encode: Callable[["Decode", list[Sentence]], None],
    ) -> None:
        self.rows = rows
        self.capacity = capacity
        self.width = width
        self.boarding = boarding
        self._encode = encode
        self._owners: list[Sentence | None] = []  # None: it has ended, and its row is about to be filled
        self._free: list[int] = []
        self._evicted = 0

    @property
    def active(self) -> int:
        """How many sentences have a row."""
        return len(self._owners)

    @property
    def busy(self) -> bool:
        """Whether anything is on board."""
        return bool(self._owners or len(self.boarding))

    @property
    def evicted(self) -> int:
        """How many sentences were let go because nobody wanted them any more."""
        return self._evicted + self.boarding.evicted

    def refill(self) -> None:
        """Free the rows of sentences that nobody wants, then fill what is free. May raise ModelFault, see `abandon`."""
        for row in range(len(self._owners) - 1, -1, -1):
            owner = self._owners[row]
            if owner and owner.request.withdrawn:
                self._remove(row)
                self._evicted += 1
        while len(self._owners) < self.capacity and self._next_fits():
            self._place(len(self._owners))

    def advance(self) -> list[Ended]:
        """Decode one token of every row and return what ended; `replace` must follow. Raises ModelFault."""
        self._free = self.rows.advance()
        ended = []
        for row in self._free:
            owner = self._owners[row]
            if owner:
                ended.append(Ended(owner, *self.rows.tokens(row)))
                self._owners[row] = None
        return ended

    def replace(self) -> None:
        """Fill the rows of what ended. May raise ModelFault."""
        for row in self._free:
            if self._next_fits():
                self._place(row)
            else:
                self._remove(row)

    def abandon(self) -> list[Sentence]:
        """Free all rows after a fault, when none has a state any more; return whose they were."""
        owners = [owner for owner in self._owners if owner]
        self._owners.clear()
        self.rows.clear()
        return owners

    def _next_fits(self) -> bool:
        """Whether a wanted sentence is ready for a row that is free; encodes the next group if need be."""
        while True:
            sentence = self.boarding.next()
            group = self.boarding.group()
            if not group:
                return sentence is not None and self.rows.fits(len(sentence.ids))
            self._encode(self, group)

    def _place(self, row: int) -> None:
        sentence, memory = self.boarding.take()
        if row == len(self._owners):
            self._owners.append(sentence)
        else:
            self._owners[row] = sentence
        self.rows.place(row, memory, sentence.first)

    def _remove(self, row: int) -> None:
        self.rows.remove(row)
        last = self._owners.pop()
        if row < len(self._owners):
            self._owners[row] = last
