"""A histogram of samples that stand for more than themselves."""

import time
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import inf
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar


class Weighted:
    """The buckets of one set of labels. Owned by the thread that observes; a scrape reads what is there."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds: Final = bounds
        self._names = ["+Inf" if bound == inf else str(float(bound)) for bound in bounds]
        self._counts = [0] * len(bounds)
        self._sum = 0.0
        self._exemplars: list[Exemplar | None] = [None] * len(bounds)

    def observe(self, values: Iterable[float], each: int) -> None:
        """Count every value `each` times."""
        for value in values:
            self._counts[bisect_left(self._bounds, value)] += each
            self._sum += value * each

    def point_at(self, value: float, trace: str) -> None:
        """Remember the trace of a value that has been counted; the last one of each bucket is shown."""
        at = bisect_left(self._bounds, value)
        self._exemplars[at] = Exemplar({"trace_id": trace}, value, time.time())

    def read(self) -> tuple[list[tuple[str, float] | tuple[str, float, Exemplar]], float]:
        """Return how many values are at most each bound, with an exemplar of its bucket if any, and the sum of all."""
        counts = accumulate(self._counts)
        return [
            (name, count) if exemplar is None else (name, count, exemplar)
            for name, count, exemplar in zip(self._names, counts, self._exemplars, strict=True)
        ], self._sum


class WeightedHistogram(Collector):
    """A histogram like any other once it is scraped.

    A sample out of each transaction, unweighted, would hide the slow ones: the larger a transaction, the later its
    records, and the fewer of them are looked at. `buckets` are upper bounds, ascending; +Inf is added.
    """

    def __init__(
        self,
        name: str,
        documentation: str,
        names: Sequence[str],
        *,
        buckets: Sequence[float],
        registry: CollectorRegistry,
    ) -> None:
        self._about = (name, documentation)
        self._names = names
        self._bounds = (*buckets, inf)
        self._children: dict[tuple[str, ...], Weighted] = {}
        registry.register(self)

    def labels(self, *values: object) -> Weighted:
        """Return the buckets of these labels, made where they are new."""
        return self._children.setdefault(tuple(map(str, values)), Weighted(self._bounds))

    def describe(self) -> Iterable[HistogramMetricFamily]:
        """Name the family."""
        return (self._family(),)

    def collect(self) -> Iterable[HistogramMetricFamily]:
        """Return the family of this moment."""
        family = self._family()
        for values, child in list(self._children.items()):
            buckets, total = child.read()
            family.add_metric(values, buckets, total)
        return (family,)

    def _family(self) -> HistogramMetricFamily:
        return HistogramMetricFamily(*self._about, labels=self._names)
