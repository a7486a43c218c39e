"""What a translation engine asks of the rows of a running decode, wherever their buffers are."""

from collections.abc import Sequence, Sized
from typing import Protocol

from inference.models import Ids


class Slots(Protocol):
    """Sentences decoded together, in rows 0..active-1 in the caller's eyes. One thread owns them.

    DecoderSlots keeps them in this process's memory, DeviceSlots in that of a device.
    """

    active: int

    def encode(self, sentences: Sequence[Ids]) -> Sequence[Sized]:
        """Run the encoder; return for each sentence what `place` takes, which has as many items as it has tokens.

        Raises ModelFault.
        """
        ...

    def fits(self, tokens: int) -> bool:
        """Whether a sentence of so many source tokens may be placed beside those in use; always when none is."""
        ...

    def place(self, row: int, memory: Sized, first: int | None = None) -> None:
        """Start a sentence in a row in use, whose sentence has ended, or in row `active`.

        `first`: the token its translation starts with (see Pair). Raises ModelFault at this or the next `advance`.
        """
        ...

    def remove(self, row: int) -> None:
        """Free a row; the last row in use takes its number."""
        ...

    def clear(self) -> None:
        """Free all rows."""
        ...

    def advance(self) -> list[int]:
        """Decode one token of every row; return the rows that are finished, the last first. Raises ModelFault."""
        ...

    def tokens(self, row: int) -> tuple[list[int], bool]:
        """Return the token ids of a finished row without its end, and whether it came to its end by itself."""
        ...
