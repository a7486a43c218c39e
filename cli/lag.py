"""`dragoman lag`: how far the workers are behind, per partition, the worst first."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer
from msgspec.structs import asdict
from rich.live import Live
from rich.table import Table

from cli.console import JsonFlag, out, print_json
from schemas.errors import OperatorError
from schemas.settings import Settings, load
from schemas.topics import INPUTS
from streams.lag import LagReader, LagStatus, PartitionLag, worst_first
from streams.scrape import Lanes, read_lanes

COLUMNS: Final = ("partition", "end", "committed", "lag", "lag s", "in flight", "oldest s", "status")
COLOURS: Final = {
    LagStatus.CAUGHT_UP: "green",
    LagStatus.MOVING: "green",
    LagStatus.BEHIND: "yellow",
    LagStatus.UNCOMMITTED: "yellow",
    LagStatus.STALLED: "red",
    LagStatus.STOPPED: "red",
}
UNKNOWN: Final = "-"


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
    """Show the true lag of each input partition: end, committed, lag in records and seconds, and work in flight.

    Read from the side, without joining the group. Status: caught_up, behind (one sample), moving, stalled (a worker
    holds the partition but commits nothing), stopped (nobody holds it), uncommitted (nothing was ever committed: the
    lag is the whole backlog).
    """
    settings = load()
    reader = LagReader(
        bootstrap or settings.kafka.bootstrap,
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
        self._usual = f"http://{settings.http.host}:{settings.http.port}" if settings.http.port > 0 else None

    async def lanes(self) -> Lanes:
        if self._named:
            return await read_lanes(self._named)
        try:
            return await read_lanes([self._usual] if self._usual else [])
        except OperatorError:
            return {}


async def _show(reader: LagReader, workers: _Workers, interval: float, *, watch: bool, json: bool) -> None:
    async with reader:
        lags = await reader.read()
        if watch:
            await _follow(reader, workers, lags, max(interval, 0.2), json=json)
            return
        if interval > 0:
            await asyncio.sleep(interval)
            lags = await reader.read(lags)
        lanes = await workers.lanes()
    if not lags:
        raise OperatorError("none of the input topics exists: create them with `dragoman topics create`")
    if json:
        print_json(document(lags, lanes))
    else:
        out.print(table(lags, lanes))


async def _follow(
    reader: LagReader, workers: _Workers, lags: list[PartitionLag], interval: float, *, json: bool
) -> None:
    with Live(console=out, auto_refresh=False, transient=False) as live:
        while True:
            lanes = await workers.lanes()
            if json:
                print_json(document(lags, lanes))
            else:
                live.update(table(lags, lanes), refresh=True)
            await asyncio.sleep(interval)
            lags = await reader.read(lags)


def document(lags: Sequence[PartitionLag], lanes: Lanes) -> dict[str, Any]:
    """Return what `--json` prints: the partitions, the worst first, and their sums."""
    partitions = []
    for one in worst_first(lags):
        seen = lanes.get((one.topic, one.partition))
        partitions.append(
            asdict(one)
            | {
                "seconds": None if one.seconds is None else round(one.seconds, 3),
                "in_flight": seen.in_flight if seen else None,
                "oldest_unfinished_s": seen.oldest_unfinished_s if seen else None,
            }
        )
    seconds = [one.seconds for one in lags if one.seconds is not None]
    return {
        "records": sum(one.records for one in lags),
        "seconds": round(max(seconds), 3) if seconds else None,
        "partitions": partitions,
    }


def table(lags: Sequence[PartitionLag], lanes: Lanes) -> Table:
    """Return the table for people, the worst first."""
    shown = Table(*COLUMNS, box=None, padding=(0, 1, 0, 0), pad_edge=False)  # fits 80 columns
    for column in shown.columns[1:-1]:
        column.justify = "right"
    for column in (*shown.columns[:4], shown.columns[-1]):
        column.no_wrap = True
    for one in worst_first(lags):
        seen = lanes.get((one.topic, one.partition))
        shown.add_row(
            f"{one.topic}/{one.partition}",
            str(one.end),
            UNKNOWN if one.committed is None else str(one.committed),
            str(one.records),
            UNKNOWN if one.seconds is None else f"{one.seconds:.1f}",
            str(seen.in_flight) if seen else UNKNOWN,
            f"{seen.oldest_unfinished_s:.1f}" if seen else UNKNOWN,
            f"[{COLOURS[one.status]}]{one.status}[/]",
        )
    return shown
