"""The live page: what is read of outputs, lag and workers, made into series and events that browsers follow."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict

from schemas.errors import OperatorError
from schemas.settings import Settings
from schemas.topics import DEAD_LETTER, INPUTS, listing_localized, logistics_localized, review_localized
from streams.access import token_of
from streams.connection import address
from streams.lag import LagReader, LagWatch, PartitionLag, worst_first
from streams.page.history import Journeys, Letter, Letters, Recent, Series
from streams.page.hub import Hub
from streams.page.outputs import Outputs
from streams.page.server import PageServer, as_json
from streams.page.shown import Kind, Shown
from streams.page.vitals import Vitals, Workers, quantile, total

PARTITIONS_MAX: Final = 32  # a line each; of more only the worst one of each topic has one
ROWS_MAX: Final = 64  # partitions in the table
RATE_S: Final = 5.0  # over which throughput is told
STALE_S: Final = 10.0  # a broker that hangs is waited for longer; until then its last lag is no news


class Counted(Struct, frozen=True):
    """Counters at a moment (monotonic seconds): records behind committed offsets by topic, outputs by kind."""

    at_s: float
    consumed: Mapping[str, int]
    came: Mapping[str, int]


class Page:
    """One page over one broker and the workers at `urls`; `run` it once."""

    def __init__(self, settings: Settings, urls: Sequence[str]) -> None:
        self._settings = settings
        kafka = settings.kafka
        texts = settings.localization
        self._topics = (
            *map(listing_localized, texts.locales),
            *map(review_localized, texts.locales),
            *map(logistics_localized, texts.partners),
            DEAD_LETTER,
        )
        self._lags = LagWatch(
            lambda: LagReader(kafka, kafka.group, INPUTS, kafka.request_timeout_s), settings.page.every_s
        )
        self._caught_up: Callable[[], bool] = lambda: False
        self._outputs = Outputs(kafka, self._topics, tell=self._tell, walk=self._walk, bury=self._bury)
        self._workers = Workers(urls, token_of(settings.http))
        self._hub = Hub()
        self._series = Series(max(2, int(settings.page.history_s / settings.page.every_s)))
        self._recent, self._letters, self._journeys = Recent(), Letters(), Journeys()
        self._counted: list[Counted] = []
        self._status: dict[str, Any] = {}

    async def run(self, on_start: Callable[[str], None]) -> None:
        """Serve until cancelled. Raises OperatorError when the broker, a topic or the address cannot be had."""
        server = PageServer(self._settings.page, self._hub, self._hello, self._journey)
        follower = await self._outputs.follower(self._settings.page.backlog)
        self._caught_up = follower.caught_up.is_set
        async with self._workers, server:
            on_start(server.url)
            try:
                async with asyncio.TaskGroup() as tasks:
                    for work in (follower.run(), self._outputs.show(), self._lags.follow(), self._sample_for_ever()):
                        tasks.create_task(work)
            except* OperatorError as errors:
                raise errors.exceptions[0] from errors

    def _tell(self, event: Shown) -> None:
        self._hub.send("localized", self._recent.take(event))

    def _walk(self, event: Shown) -> None:
        self._journeys.take(event)
        self._hub.send("step", as_json({"shipment_id": event.key}))

    def _bury(self, letter: Letter) -> None:
        self._letters.take(letter)
        self._hub.send("letter", as_json(letter))

    async def _sample_for_ever(self) -> None:
        every_s = self._settings.page.every_s
        lags, read_at_s = self._lags.latest, time.monotonic()
        while True:
            due = time.monotonic() + every_s
            vitals = await self._workers.look()
            if self._lags.latest is not lags:
                lags, read_at_s = self._lags.latest, time.monotonic()
            self.sample(vitals, lags if time.monotonic() - read_at_s < STALE_S + every_s else ())
            await asyncio.sleep(max(0.05, due - time.monotonic()))

    def sample(self, vitals: Vitals, lags: Sequence[PartitionLag]) -> None:
        """Take one moment into the series and tell the browsers."""
        self._counted.append(_counted(lags, self._outputs.came, self._counted))
        if not self._caught_up():  # what came before the page did is no throughput
            del self._counted[:-1]
        while len(self._counted) > 2 and self._counted[1].at_s <= self._counted[-1].at_s - RATE_S:
            del self._counted[0]
        values = {
            **lag_values(lags),
            **rate_values(self._counted[0], self._counted[-1]),
            **vital_values(vitals),
            **{f"dead/{reason}": float(count) for reason, count in self._letters.counts.items()},
        }
        at_ms = int(time.time() * 1000)
        self._series.take(at_ms, values)
        self._status = self._status_of(vitals, lags)
        self._hub.send("sample", as_json({"at": at_ms, "values": values, "status": self._status}))

    def _status_of(self, vitals: Vitals, lags: Sequence[PartitionLag]) -> dict[str, Any]:
        """What has no history: partitions, workers, and how much of the stream is shown."""
        rows = [
            asdict(lag) | {"in_flight": vitals.in_flight.get(f"{lag.topic}/{lag.partition}")}
            for lag in worst_first(lags)[:ROWS_MAX]
        ]
        return {
            "broker": bool(lags),
            "partitions": rows,
            "workers": self._workers.seen,
            "came": self._outputs.came,
            "hidden": self._outputs.hidden,
            "queue": vitals.queue,
            "parcels": self._journeys.parcels()[:100],
        }

    def _hello(self) -> bytes:
        """Everything a browser needs at once: it may have been away."""
        page, texts = self._settings.page, self._settings.localization
        head = as_json(
            {
                "locales": texts.locales,
                "kinds": list(Kind),
                "every_s": page.every_s,
                "history_s": page.history_s,
                "where": address(self._settings.kafka),
                "history": self._series.columns(),
                "letters": list(self._letters.latest),
                "status": self._status,
            }
        )
        return head[:-1] + b',"recent":[' + b",".join(self._recent) + b"]}"

    def _journey(self, shipment_id: str) -> bytes | None:
        steps = self._journeys.of(shipment_id)
        return as_json({"shipment_id": shipment_id, "steps": steps}) if steps else None


def _counted(lags: Sequence[PartitionLag], came: Mapping[Kind, int], before: Sequence[Counted]) -> Counted:
    """The counters of this moment; committed offsets are those last known while the broker is away."""
    consumed: dict[str, int] = {}
    for lag in lags:
        consumed[lag.topic] = consumed.get(lag.topic, 0) + (lag.committed or 0)
    if not consumed and before:
        consumed = dict(before[-1].consumed)
    return Counted(time.monotonic(), consumed, {str(kind): count for kind, count in came.items()})


def lag_values(lags: Sequence[PartitionLag]) -> dict[str, float | None]:
    """Records and seconds of lag, of each partition, or of the worst one of each topic where there are many."""
    named: dict[str, PartitionLag] = {}
    for lag in reversed(worst_first(lags)):
        named[f"{lag.topic}/{lag.partition}" if len(lags) <= PARTITIONS_MAX else f"{lag.topic}/worst"] = lag
    records: dict[str, float | None] = {f"lag/{name}": float(lag.records) for name, lag in sorted(named.items())}
    return records | {f"lag_s/{name}": lag.seconds for name, lag in sorted(named.items())}


def rate_values(before: Counted, now: Counted) -> dict[str, float | None]:
    """Events consumed and outputs come, per second."""
    spent_s = now.at_s - before.at_s
    if spent_s <= 0:
        return {}
    values: dict[str, float | None] = {}
    for prefix, older, newer in (("in", before.consumed, now.consumed), ("out", before.came, now.came)):
        for name, count in newer.items():
            # A topic seen for the first time has not come within this moment.
            values[f"{prefix}/{name}"] = max(0, count - older.get(name, count if prefix == "in" else 0)) / spent_s
    return values


def vital_values(vitals: Vitals) -> dict[str, float | None]:
    """Latency by input topic, and of all together; how full batches are by model."""
    values: dict[str, float | None] = {}
    everything = total(Vitals(latency={"all": buckets}) for buckets in vitals.latency.values())
    for topic, buckets in {**vitals.latency, **everything.latency}.items():
        values[f"p50/{topic}"] = quantile(0.50, buckets)
        values[f"p99/{topic}"] = quantile(0.99, buckets)
    for model, runs in vitals.fill_runs.items():
        values[f"fill/{model}"] = vitals.fill_sum.get(model, 0.0) / runs if runs > 0 else None
    return values
