"""What the pool counts: frozen snapshots of it, for metrics, health and people."""

from msgspec import Struct

from inference.requests import ModelId


class ModelStatistics(Struct, frozen=True):
    """One model since the pool started. Counters only grow; `depth`, `at_door` and `in_flight` are of this moment.

    `queue`: how many may be queued. `in_flight`: computations taken by a worker and not answered. `requests` counts
    calls, `shared` those that joined another's computation, `cancelled` and `timed_out` those that left early.
    `expired`: computations whose deadline passed in the queue, never started; `evicted`: those dropped by a worker
    because nobody wanted them. `shortlist_misses`: sentences with a word of which a reduced head lacks translations.
    `steps`, `rows`, `capacity`: decoder steps (or encoder runs), the rows they had and could have had. Waits in
    seconds, of answered computations.
    """

    model: ModelId
    provider: str
    depth: int
    queue: int
    at_door: int
    in_flight: int
    requests: int
    shared: int
    answered: int
    cancelled: int
    timed_out: int
    too_long: int
    poisoned: int
    expired: int
    evicted: int
    shortlist_misses: int
    steps: int
    rows: int
    capacity: int
    tokens_in: int
    tokens_out: int
    busy_s: float
    queue_wait_total_s: float
    queue_wait_max_s: float

    @property
    def fill(self) -> float:
        """Rows used of those there were, 0 to 1."""
        return self.rows / self.capacity if self.capacity else 0.0


class PoolStatistics(Struct, frozen=True):
    """The whole pool: its threads, whether it runs, and its models."""

    threads: int
    alive: bool
    models: tuple[ModelStatistics, ...]


class Counters(Struct):
    """What the event loop counts for one model."""

    requests: int = 0
    shared: int = 0
    answered: int = 0
    cancelled: int = 0
    timed_out: int = 0
    too_long: int = 0
    poisoned: int = 0
    queue_wait_total_s: float = 0.0
    queue_wait_max_s: float = 0.0

    def waited(self, seconds: float) -> None:
        """Count the wait of an answered computation."""
        self.queue_wait_total_s += seconds
        self.queue_wait_max_s = max(self.queue_wait_max_s, seconds)
