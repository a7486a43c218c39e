"""What workers say of themselves, over a window: latency from histograms, how full batches are, work in flight."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Self, TypeVar

import aiohttp
from msgspec import Struct, field
from prometheus_client.parser import text_string_to_metric_families

from streams import families as f
from streams.scrape import read_page, session_with

WINDOW_S: Final = 15.0  # quantiles of fewer seconds jump about, of more seconds lag behind

K = TypeVar("K")

Buckets = dict[float, float]
"""Upper bound of a bucket to the observations up to it."""


class Vitals(Struct):
    """One reading of one worker's counters and gauges, or the sum of several workers' growth."""

    latency: dict[str, Buckets] = field(default_factory=dict)
    fill_sum: dict[str, float] = field(default_factory=dict)
    fill_runs: dict[str, float] = field(default_factory=dict)
    queue: dict[str, float] = field(default_factory=dict)
    in_flight: dict[str, float] = field(default_factory=dict)


def parse_vitals(text: str) -> Vitals:
    """Return what a page of metrics says; raises ValueError when it is no such page."""
    wanted = (f.END_TO_END.full_name, f.FILL.full_name, f.QUEUE.full_name, f.IN_FLIGHT.full_name)
    marks = (*wanted, *(f"# TYPE {name}" for name in wanted))
    # The parser is slow and most of the page is of no interest here.
    lines = "\n".join(line for line in text.splitlines() if line.startswith(marks))
    vitals = Vitals()
    for family in text_string_to_metric_families(lines + "\n"):
        for sample in family.samples:
            _take(vitals, sample.name, sample.labels, float(sample.value))
    return vitals


def _take(vitals: Vitals, name: str, labels: Mapping[str, str], value: float) -> None:
    if name == f"{f.END_TO_END.full_name}_bucket":
        vitals.latency.setdefault(labels["topic"], {})[float(labels["le"])] = value
    elif name == f"{f.FILL.full_name}_sum":
        vitals.fill_sum[labels["model"]] = value
    elif name == f"{f.FILL.full_name}_count":
        vitals.fill_runs[labels["model"]] = value
    elif name == f.QUEUE.full_name:
        vitals.queue[labels["model"]] = value
    elif name == f.IN_FLIGHT.full_name:
        vitals.in_flight[f"{labels['topic']}/{labels['partition']}"] = value


def growth(now: Vitals, before: Vitals) -> Vitals:
    """How far the counters of one worker have grown; from 0 where it has started anew. Gauges are those of `now`."""
    again = any(
        sum(buckets.values()) < sum(before.latency.get(topic, {}).values()) for topic, buckets in now.latency.items()
    ) or any(runs < before.fill_runs.get(model, 0.0) for model, runs in now.fill_runs.items())
    base = Vitals() if again else before
    return Vitals(
        latency={topic: _less(buckets, base.latency.get(topic, {})) for topic, buckets in now.latency.items()},
        fill_sum=_less(now.fill_sum, base.fill_sum),
        fill_runs=_less(now.fill_runs, base.fill_runs),
        queue=now.queue,
        in_flight=now.in_flight,
    )


def _less(now: Mapping[K, float], before: Mapping[K, float]) -> dict[K, float]:
    return {key: value - before.get(key, 0.0) for key, value in now.items()}


def total(parts: Iterable[Vitals]) -> Vitals:
    """The sum over workers."""
    latency: dict[str, Buckets] = {}
    sums: list[defaultdict[str, float]] = [defaultdict(float) for _ in range(4)]
    for part in parts:
        for topic, buckets in part.latency.items():
            into = latency.setdefault(topic, {})
            for bound, count in buckets.items():
                into[bound] = into.get(bound, 0.0) + count
        for into_sum, counts in zip(sums, (part.fill_sum, part.fill_runs, part.queue, part.in_flight), strict=True):
            for key, count in counts.items():
                into_sum[key] += count
    return Vitals(latency, *(dict(counts) for counts in sums))


def quantile(share: float, buckets: Buckets) -> float | None:
    """The value below which `share` of the observations lie, seconds; None without any.

    Linear inside a bucket, as PromQL's histogram_quantile; beyond the last bound it is that bound.
    """
    bounds = sorted(buckets)
    count = buckets[bounds[-1]] if bounds else 0.0
    if count <= 0:
        return None
    lower, below = 0.0, 0.0
    for bound in bounds:
        if buckets[bound] >= share * count:
            if bound == float("inf"):
                break
            inside = buckets[bound] - below
            return lower + (bound - lower) * ((share * count - below) / inside if inside > 0 else 1.0)
        lower, below = bound, buckets[bound]
    return lower


class WorkerSeen(Struct, frozen=True):
    """Whether a worker answers at its address, and if not, why."""

    url: str
    answers: bool
    said: str = ""


class Workers:
    """Asks workers again and again over kept connections; `async with`. One `look` at a time.

    All of them are shown the `token`.
    """

    def __init__(
        self, urls: Sequence[str], token: str | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._token = token
        self._urls = tuple(dict.fromkeys(url.rstrip("/").removesuffix("/metrics") for url in urls))
        self._clock = clock
        self._readings: dict[str, deque[tuple[float, Vitals]]] = {url: deque() for url in self._urls}
        self._session: aiohttp.ClientSession
        self.seen: tuple[WorkerSeen, ...] = tuple(WorkerSeen(url, answers=False) for url in self._urls)

    async def __aenter__(self) -> Self:
        self._session = session_with(self._token)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def look(self) -> Vitals:
        """Return the growth of all workers' counters over the last WINDOW_S; who does not answer counts for nothing."""
        self.seen = tuple(await asyncio.gather(*(self._ask(url) for url in self._urls)))
        answering = [self._readings[one.url] for one in self.seen if one.answers]
        return total(growth(readings[-1][1], readings[0][1]) for readings in answering)

    async def _ask(self, url: str) -> WorkerSeen:
        try:
            self.take(url, parse_vitals(await read_page(self._session, f"{url}/metrics")))
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError) as error:
            return WorkerSeen(url, answers=False, said=type(error).__name__)
        return WorkerSeen(url, answers=True)

    def take(self, url: str, vitals: Vitals) -> None:
        """Keep a reading, and those of the window before it."""
        readings = self._readings[url]
        if not readings:  # nothing is known of the time before: counters of a worker that is new to us start here
            readings.append((self._clock(), vitals))
        readings.append((self._clock(), vitals))
        while len(readings) > 2 and readings[1][0] <= self._clock() - WINDOW_S:
            readings.popleft()
