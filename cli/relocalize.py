"""`dragoman relocalize`: replay what a new glossary, model, pipeline or locale has put out of date, and watch it."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer
from msgspec.structs import asdict

from agents.audience import serving
from cli.console import JsonFlag, bars, err, out, print_json, print_table
from cli.quantities import read_rate
from schemas.errors import OperatorError
from schemas.locales import UnknownLocale
from schemas.relocalization import REPLAYABLE, Relocalization
from schemas.settings import KafkaSettings, Settings, load
from schemas.topics import LISTING_UPDATED
from streams.relocalize import RequestProgress, Wanted, ask, read_progress, read_requests, take_back

COLUMNS: Final = ("request", "partition", "replayed", "total", "per s", "left s", "status")
UNKNOWN: Final = "-"
WATCH_S: Final = 1.0
Rates = dict[tuple[str, int], float]

app = typer.Typer(
    help="Localize again, at low priority, what a change has put out of date.",
    epilog="Restart the workers with the new glossary or model first: they do the work, when there is time.",
    invoke_without_command=True,
    no_args_is_help=True,
)


@app.callback()
def request(
    ctx: typer.Context,
    topic: Annotated[str | None, typer.Option(help=f"What to replay: {' or '.join(REPLAYABLE)}.")] = None,
    locale: Annotated[
        list[str] | None, typer.Option(help="Only events for readers of this locale (repeatable); default: all.")
    ] = None,
    category: Annotated[str | None, typer.Option(help="Only listings of this category id.")] = None,
    rate: Annotated[
        str | None, typer.Option(help="At most so many events a second, of all workers together: `50` or `50/s`.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Stay until it is done, with a progress bar.")] = False,
    json: JsonFlag = False,
) -> None:
    """Ask all workers to localize again what a topic holds now: those that own its partitions do it when there is time.

    An event is told again, under a new id, only where what its output was made from has changed: the pipeline, the
    model, the glossary's entries for its words, the locales served. Everything else is passed over. Restart the workers
    with the new glossary or model first.
    """
    if ctx.invoked_subcommand is not None:
        return
    settings = load()
    asked = asyncio.run(ask(settings.kafka, _wanted(settings, topic, locale or [], category, rate)))
    if not json:
        out.print(f"request {asked.id}: {sum(asked.ends) - sum(asked.begins)} offsets of {asked.topic}")
    if wait:
        try:
            asyncio.run(_wait(settings.kafka, asked))
        except KeyboardInterrupt:
            err.print(f"it goes on; `dragoman relocalize cancel {asked.id}` takes it back")
            raise
        if not json:
            err.print("done: what has changed is told again, the rest was left as it is")
    if json:
        print_json(document(asyncio.run(read_progress(settings.kafka, [asked])), {})["requests"][0])


@app.command()
def status(
    json: JsonFlag = False,
    interval: Annotated[
        float, typer.Option(min=0.0, help="Seconds between two looks, from which the rates are; 0 looks once.")
    ] = 1.0,
) -> None:
    """Show how far every request is, by partition: offsets replayed and in all, rate, time left.

    Offsets are counted, so what compaction has removed is in the sums. Status: waiting, running, done, or over (too old
    for its progress to be known).
    """
    kafka = load().kafka
    found, rates = asyncio.run(_two_looks(kafka, interval))
    if json:
        print_json(document(found, rates))
        return
    print_table(COLUMNS, rows(found, rates))
    for one in found:
        out.print(f"{one.request.id}: {told(one.request)}", highlight=False)


@app.command()
def cancel(
    request_id: Annotated[str, typer.Argument(metavar="ID", help="As `dragoman relocalize status` shows it.")],
    json: JsonFlag = False,
) -> None:
    """Take a request back. What has been told again stays told."""
    kafka = load().kafka
    taken = asyncio.run(take_back(kafka, request_id))
    if json:
        print_json({"id": taken.id, "cancelled": True})
    else:
        out.print(f"request {taken.id} is taken back; workers stop it within a second")


def _wanted(
    settings: Settings, topic: str | None, locales: Sequence[str], category: str | None, rate: str | None
) -> Wanted:
    if topic not in REPLAYABLE:
        raise OperatorError(f"--topic must be {' or '.join(REPLAYABLE)}: only events with a version can be told again")
    if category is not None and topic != LISTING_UPDATED:
        raise OperatorError(f"only {LISTING_UPDATED} has categories: leave --category out")
    served = settings.localization.locales
    asked = tuple(dict.fromkeys(_served(tag, served) for tag in locales))
    return Wanted(topic, asked, category, read_rate(rate))


def _served(tag: str, served: tuple[str, ...]) -> str:
    """Return the served locale that answers for a tag."""
    try:
        locale = serving(tag, served)
    except UnknownLocale as error:
        raise OperatorError(f"--locale {tag}: {error}") from error
    if locale is None:
        raise OperatorError(f"locale {tag} is not served; these are: {', '.join(served)}")
    return locale


async def _wait(kafka: KafkaSettings, asked: Relocalization) -> None:
    """Show a bar until nothing is left; raises OperatorError when somebody takes the request back."""
    with bars() as tell:
        while True:
            (found,) = await read_progress(kafka, [asked])
            tell(asked.id, found.replayed / max(1, found.total))
            if found.done:
                return
            if asked not in await read_requests(kafka):
                raise OperatorError(f"request {asked.id} was taken back")
            await asyncio.sleep(WATCH_S)


async def _two_looks(kafka: KafkaSettings, interval: float) -> tuple[list[RequestProgress], Rates]:
    """Return how far the requests are, and what each partition did a second between two looks."""
    requests = await read_requests(kafka)
    first = await read_progress(kafka, requests)
    if interval <= 0 or all(one.done or one.lapsed for one in first):
        return first, {}
    await asyncio.sleep(interval)
    second = await read_progress(kafka, requests)
    rates = {
        (now.request.id, after.partition): (after.replayed - before.replayed) / interval
        for then, now in zip(first, second, strict=True)
        for before, after in zip(then.partitions, now.partitions, strict=True)
    }
    return second, rates


def document(found: Sequence[RequestProgress], rates: Rates) -> dict[str, Any]:
    """Return what `--json` prints. A rate is None with one look only, a time left without a rate."""
    return {"requests": [_described(one, rates) for one in found]}


def _described(one: RequestProgress, rates: Rates) -> dict[str, Any]:
    rate = sum(rates.get((one.request.id, each.partition), 0.0) for each in one.partitions) if rates else None
    asked = asdict(one.request)
    return {
        **{name: asked[name] for name in ("id", "topic", "locales", "category")},
        "rate_limit": one.request.rate,
        "created_at": one.request.created_at.isoformat(),
        "replayed": one.replayed,
        "total": one.total,
        "rate": rate,
        "seconds_left": _left_s(one.total - one.replayed, rate),
        "done": one.done,
        "lapsed": one.lapsed,
        "partitions": [
            asdict(each) | {"done": each.done, "rate": rates.get((one.request.id, each.partition))}
            for each in one.partitions
        ],
    }


def rows(found: Sequence[RequestProgress], rates: Rates) -> list[tuple[object, ...]]:
    """Return the rows of the table for people: one a partition, the request's id on its first."""
    shown: list[tuple[object, ...]] = []
    for one in found:
        for number, each in enumerate(one.partitions):
            rate = rates.get((one.request.id, each.partition))
            left_s = _left_s(each.total - each.replayed, rate)
            state = "done" if each.done else "over" if one.lapsed else "running" if rate else "waiting"
            shown.append(
                (
                    one.request.id if number == 0 else "",
                    each.partition,
                    each.replayed,
                    each.total,
                    UNKNOWN if rate is None else f"{rate:.1f}",
                    UNKNOWN if left_s is None else f"{left_s:.0f}",
                    state,
                )
            )
    return shown


def told(request: Relocalization) -> str:
    """Say in a line what a request asks for."""
    parts = [request.topic]
    parts += [f"for readers of {', '.join(request.locales)}"] if request.locales else []
    parts += [f"in category {request.category}"] if request.category else []
    parts += [f"at most {request.rate:g}/s"] if request.rate else []
    return ", ".join([*parts, f"asked {request.created_at:%Y-%m-%d %H:%M:%S} UTC"])


def _left_s(left: int, rate: float | None) -> float | None:
    if left <= 0:
        return 0.0
    return left / rate if rate else None
