"""One worker, now: its counters and lanes from `/metrics`, its own word on whether it does its share from `/ready`."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, Self

import aiohttp
from msgspec import Struct
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from streams import families as f
from streams.scrape import Lanes, parse_lanes, session_with

READY: Final = "ready"


class ModelSeen(Struct, frozen=True):
    """What one model has done since the worker started.

    `requests` counts what it was given, sentences for a translation model; `rows` and `fill` are means over its runs,
    weighted by run; `waiting` is the queue now.
    """

    requests: int
    runs: int
    rows: float
    fill: float
    waiting: int


class WorkerSeen(Struct, frozen=True):
    """A worker's counters since its start, and its lanes. Dictionaries of dictionaries are topic -> reason -> count."""

    consumed: dict[str, int]
    emitted: dict[str, int]
    dead_letters: dict[str, dict[str, int]]
    dropped: dict[str, dict[str, int]]
    fallbacks: dict[str, int]
    models: dict[str, ModelSeen]
    lanes: Lanes


class WorkerProbe:
    """Asks one worker again and again over one connection; `async with`."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._url = url
        self._token = token
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._session = session_with(self._token)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def readiness(self) -> str | None:
        """Return "ready", or what the worker still waits for; None when it does not answer (yet)."""
        try:
            async with self._session.get(f"{self._url}/ready") as response:
                return (await response.text()).strip().removeprefix("not ready: ")
        except (aiohttp.ClientError, TimeoutError):
            return None

    async def seen(self) -> WorkerSeen | None:
        """Return the worker's counters; None when it does not answer (yet)."""
        try:
            async with self._session.get(f"{self._url}/metrics", raise_for_status=True) as response:
                return parse_worker(await response.text())
        except (aiohttp.ClientError, TimeoutError):
            return None


def parse_worker(text: str) -> WorkerSeen:
    """Return what a page of metrics says; raises ValueError when it is no such page."""
    pages = {family.name: family for family in text_string_to_metric_families(text)}
    return WorkerSeen(
        consumed=_sums(pages, f.CONSUMED, "topic"),
        emitted=_sums(pages, f.EMITTED, "topic"),
        dead_letters=_by_topic(pages, f.DEAD_LETTERS),
        dropped=_by_topic(pages, f.DROPPED),
        fallbacks=_sums(pages, f.FALLBACKS, "reason"),
        models=_models(pages),
        lanes=parse_lanes(text),
    )


def _samples(pages: Mapping[str, Metric], family: f.Family, suffix: str = "") -> Iterable[Sample]:
    """The samples of a family; the parser names a counter without `_total`, and its samples with it."""
    found = pages.get(family.full_name.removesuffix("_total"))
    wanted = family.full_name + suffix
    return () if found is None else (sample for sample in found.samples if sample.name == wanted)


def _sums(pages: Mapping[str, Metric], family: f.Family, label: str, suffix: str = "") -> dict[str, int]:
    sums: Counter[str] = Counter()
    for sample in _samples(pages, family, suffix):
        sums[sample.labels[label]] += int(sample.value)
    return dict(sums)


def _by_topic(pages: Mapping[str, Metric], family: f.Family) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for sample in _samples(pages, family):
        found.setdefault(sample.labels["topic"], {})[sample.labels["reason"]] = int(sample.value)
    return found


def _models(pages: Mapping[str, Metric]) -> dict[str, ModelSeen]:
    requests = _sums(pages, f.QUEUE_WAIT, "model", "_count")
    runs = _sums(pages, f.BATCH, "model", "_count")
    rows = {sample.labels["model"]: sample.value for sample in _samples(pages, f.BATCH, "_sum")}
    fills = {sample.labels["model"]: sample.value for sample in _samples(pages, f.FILL, "_sum")}
    waiting = _sums(pages, f.QUEUE, "model")
    return {
        model: ModelSeen(
            requests=requests.get(model, 0),
            runs=count,
            rows=rows[model] / max(1, count),
            fill=fills.get(model, 0.0) / max(1, count),
            waiting=waiting.get(model, 0),
        )
        for model, count in runs.items()
    }
