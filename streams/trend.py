"""Where lag is heading: what is consumed against what arrives lately, and when the backlog will be gone."""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from streams.lag import LagStatus, PartitionLag

WINDOW_S: Final = 30.0  # commits come in bursts: two samples a second apart tell their luck, not the rate


class Pace(Struct, frozen=True):
    """Records a second of one partition, consumed and arriving, over the samples at hand.

    `drain_s`: how long until nothing is left if both go on so; 0.0 where nothing is, None where the backlog does not
    shrink.
    """

    consumed_per_s: float
    arriving_per_s: float
    drain_s: float | None


Paces = Mapping[tuple[str, int], Pace]


class Trend:
    """The samples of the last `window_s` seconds. Not thread-safe."""

    def __init__(self, window_s: float = WINDOW_S) -> None:
        self._window_s = window_s
        self._samples: deque[tuple[float, dict[tuple[str, int], PartitionLag]]] = deque()

    def add(self, lags: Sequence[PartitionLag], now_s: float) -> list[PartitionLag]:
        """Take a sample, made at `now_s` (monotonic); return it with SLOW told apart from MOVING."""
        self._samples.append((now_s, {(lag.topic, lag.partition): lag for lag in lags}))
        while self._samples[0][0] < now_s - self._window_s:
            self._samples.popleft()
        paces = self.paces()
        return [_judged(lag, paces.get((lag.topic, lag.partition))) for lag in lags]

    def paces(self) -> Paces:
        """Return the pace of every partition of which there are two samples."""
        if not self._samples:
            return {}
        last_s, last = self._samples[-1]
        found = {}
        for key, lag in last.items():
            for first_s, first in self._samples:  # the oldest that knows the partition
                if key in first and first_s < last_s:
                    found[key] = _pace(first[key], lag, last_s - first_s)
                    break
        return found


def _pace(before: PartitionLag, after: PartitionLag, seconds: float) -> Pace:
    consumed = max(0, _position(after) - _position(before)) / seconds
    arriving = max(0, after.end - before.end) / seconds
    if after.records == 0:
        return Pace(consumed, arriving, 0.0)
    return Pace(consumed, arriving, after.records / (consumed - arriving) if consumed > arriving else None)


def _position(lag: PartitionLag) -> int:
    return lag.end - lag.records


def _judged(lag: PartitionLag, pace: Pace | None) -> PartitionLag:
    if lag.status is LagStatus.MOVING and pace is not None and pace.drain_s is None:
        return replace(lag, status=LagStatus.SLOW)
    return lag
