"""`dragoman lag`: how far the workers are behind, per partition, the worst first."""

import asyncio
import time
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer
from msgspec.structs import asdict
from rich.live import Live
from rich.table import Table

from cli.console import JsonFlag, out, print_json
from cli.quantities import duration
from schemas.errors import OperatorError
from schemas.settings import Settings, load
from schemas.topics import INPUTS
from streams.access import token_of
from streams.lag import LagReader, LagStatus, PartitionLag, worst_first
from streams.scrape import Lanes, read_lanes
from streams.trend import Pace, Paces, Trend

COLUMNS: Final = ("partition", "end", "committed", "lag", "lag s", "gone in", "in flight", "status")
COLOURS: Final = {
    LagStatus.CAUGHT_UP: "green",
    LagStatus.MOVING: "green",
    LagStatus.SLOW: "yellow",
    LagStatus.BEHIND: "yellow",
    LagStatus.UNCOMMITTED: "yellow",
    LagStatus.STALLED: "red",
    LagStatus.STOPPED: "red",
}
UNKNOWN: Final = "-"
NEVER: Final = "never"  # as it goes now


def command(
    watch: Annotated[bool, typer.Option("--watch", help="Go on, once every INTERVAL, until Ctrl-C.")] = False,
    json: JsonFlag = False,
    interval: Annotated[
        float, typer.Option(min=0.0, help="Seconds between two samples; two tell moving from stalled, 0 takes one.")
    ] = 1.0,
    metrics: Annotated[
        list[str] | None,
        typer.Option(help="Address of a worker's metrics (repeatable); default: the one of the settings, if it is up."),
    ] = None,
    bootstrap: Annotated[str | None, typer.Option(help="Broker, instead of the settings'.")] = None,
    group: Annotated[str | None, typer.Option(help="Consumer group, instead of the settings'.")] = None,
) -> None:
    """Show the true lag of each input partition, the worst first: in records, in seconds, and when it will be gone.

    Read from the side, without joining the group. Status: caught_up, behind (one sample, or what waits has just come),
    moving, slow (it moves, and the backlog does not shrink), stalled (a worker holds the partition, commits nothing
    between two samples, and its first record is ten seconds old: look again), stopped (nobody holds it), uncommitted
    (nothing was ever committed: the lag is the whole backlog). `gone in` goes by the rates of the last 30 seconds, or
    of the two samples.
    """
    settings = load()
    reader = LagReader(
        settings.kafka.model_copy(update={"bootstrap": bootstrap} if bootstrap else {}),
        group or settings.kafka.group,
        INPUTS,
        timeout_s=settings.kafka.request_timeout_s,
    )
    try:
        asyncio.run(_show(reader, _Workers(settings, metrics or []), interval, watch=watch, json=json))
    except KeyboardInterrupt:
        raise typer.Exit from None


class _Workers:
    """The workers to ask: those named must answer, the one of the settings may be absent."""

    def __init__(self, settings: Settings, named: Sequence[str]) -> None:
        self._named = named
        self._token = token_of(settings.http)
        self._usual = settings.http.url

    async def lanes(self) -> Lanes:
        if self._named:
            return await read_lanes(self._named, self._token)
        try:
            return await read_lanes([self._usual] if self._usual else [], self._token)
        except OperatorError:
            return {}


async def _show(reader: LagReader, workers: _Workers, interval: float, *, watch: bool, json: bool) -> None:
    trend = Trend()
    async with reader:
        lags = await _sample(reader, trend)
        if watch:
            await _follow(reader, workers, lags, trend, max(interval, 0.2), json=json)
            return
        if interval > 0:
            await asyncio.sleep(interval)
            lags = await _sample(reader, trend, lags)
        lanes = await workers.lanes()
    if not lags:
        raise OperatorError("none of the input topics exists: create them with `dragoman topics create`")
    if json:
        print_json(document(lags, lanes, trend.paces()))
    else:
        out.print(table(lags, lanes, trend.paces()))


async def _sample(reader: LagReader, trend: Trend, before: Sequence[PartitionLag] = ()) -> list[PartitionLag]:
    lags = await reader.read(before)
    return trend.add(lags, time.monotonic())


async def _follow(
    reader: LagReader,
    workers: _Workers,
    lags: list[PartitionLag],
    trend: Trend,
    interval: float,
    *,
    json: bool,
) -> None:
    with Live(console=out, auto_refresh=False, transient=False) as live:
        while True:
            lanes = await workers.lanes()
            if json:
                print_json(document(lags, lanes, trend.paces()))
            else:
                live.update(table(lags, lanes, trend.paces()), refresh=True)
            await asyncio.sleep(interval)
            lags = await _sample(reader, trend, lags)


def document(lags: Sequence[PartitionLag], lanes: Lanes, paces: Paces) -> dict[str, Any]:
    """Return what `--json` prints: the partitions, the worst first, and their sums. None: not known."""
    partitions = []
    for one in worst_first(lags):
        seen, pace = lanes.get((one.topic, one.partition)), paces.get((one.topic, one.partition))
        partitions.append(
            asdict(one)
            | {
                "seconds": None if one.seconds is None else round(one.seconds, 3),
                "in_flight": seen.in_flight if seen else None,
                "oldest_unfinished_s": seen.oldest_unfinished_s if seen else None,
                "consumed_per_s": round(pace.consumed_per_s, 1) if pace else None,
                "arriving_per_s": round(pace.arriving_per_s, 1) if pace else None,
                "drain_s": None if pace is None or pace.drain_s is None else round(pace.drain_s, 1),
            }
        )
    seconds = [one.seconds for one in lags if one.seconds is not None]
    return {
        "records": sum(one.records for one in lags),
        "seconds": round(max(seconds), 3) if seconds else None,
        "partitions": partitions,
    }


def table(lags: Sequence[PartitionLag], lanes: Lanes, paces: Paces) -> Table:
    """Return the table for people, the worst first."""
    shown = Table(*COLUMNS, box=None, padding=(0, 1, 0, 0), pad_edge=False)  # fits 80 columns
    for column in shown.columns[1:-1]:
        column.justify = "right"
    for column in (*shown.columns[:4], shown.columns[-1]):
        column.no_wrap = True
    for one in worst_first(lags):
        seen, pace = lanes.get((one.topic, one.partition)), paces.get((one.topic, one.partition))
        shown.add_row(
            f"{one.topic}/{one.partition}",
            str(one.end),
            UNKNOWN if one.committed is None else str(one.committed),
            str(one.records),
            UNKNOWN if one.seconds is None else f"{one.seconds:.1f}",
            _gone_in(pace),
            str(seen.in_flight) if seen else UNKNOWN,
            f"[{COLOURS[one.status]}]{one.status}[/]",
        )
    return shown


def _gone_in(pace: Pace | None) -> str:
    if pace is None:
        return UNKNOWN
    return NEVER if pace.drain_s is None else duration(pace.drain_s)
