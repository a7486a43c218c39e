"""How much of one topic's text a worker takes into work at once.

The window bounds records for the sake of order; this bounds what they ask of the models. Without it a backlog of long
listings would put more into the pool at once than it can answer within a record's time, and records would time out for
no fault of theirs. Waiting here is backpressure: a record's time begins when it is admitted.
"""

import asyncio
from collections import deque


class Admission:
    """Lets work in, first come first served, while the bytes inside do not exceed `capacity`; a larger one goes alone.

    One event loop owns it, shared by all lanes of a topic.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._inside = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @property
    def inside(self) -> int:
        """Bytes in work now."""
        return self._inside

    def take(self, size: int) -> bool:
        """Take `size` if it fits and nobody waits; False: `enter` waits for it."""
        if self._waiting or not self._fits(size):
            return False
        self._inside += size
        return True

    async def enter(self, size: int) -> None:
        """Wait until `size` fits, and take it."""
        if self.take(size):
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave(size)  # let in and cancelled in the same moment
            else:
                self._waiting.remove((size, turn))
                self._admit()
            raise

    def leave(self, size: int) -> None:
        """Give back what `enter` took."""
        self._inside -= size
        self._admit()

    def _fits(self, size: int) -> bool:
        return self._inside == 0 or self._inside + size <= self._capacity

    def _admit(self) -> None:
        while self._waiting and self._fits(self._waiting[0][0]):
            size, turn = self._waiting.popleft()
            if not turn.done():
                self._inside += size
                turn.set_result(None)
