"""`dragoman publish`: send real events from a file, as a producer of the contracts would."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Final

import msgspec
import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from cli.console import JsonFlag, err, out, print_json
from schemas.errors import OperatorError
from schemas.settings import load
from streams.publish import PublishSummary, publish

CHUNK_BYTES: Final = 1 << 16


def command(
    topic: Annotated[str, typer.Argument(help="Topic to send to, `listing-updated` say.")],
    file: Annotated[str, typer.Argument(metavar="FILE.jsonl", help="One event a line; - reads standard input.")],
    rate: Annotated[float | None, typer.Option(min=0.001, help="Events per second at most.")] = None,
    json: JsonFlag = False,
) -> None:
    """Send each line of a file as one event, and wait until the broker has them all.

    A line is an event of the topic's contract (its key and CloudEvents headers are made for it), or anything else,
    sent as it is. {"key": "k", "value": ..., "headers": {...}} sends exactly that: "value": null is a tombstone, a
    text its characters, "value_base64" its bytes, "headers": null none at all.
    """
    kafka = load().kafka
    with _opened(file) as stream, _progress(stream, file) as report:
        summary = asyncio.run(publish(kafka, topic, _lines(stream), rate=rate, report=report))
    if json:
        print_json(msgspec.to_builtins(summary))
    else:
        out.print(_sentence(summary), soft_wrap=True, highlight=False)


def _sentence(summary: PublishSummary) -> str:
    first = summary.first_undecoded
    parts = [
        f"{count} {name}"
        for count, name in (
            (summary.events, "events"),
            (summary.tombstones, "tombstones"),
            (summary.undecoded, f"that are no event of the contract and end in dead-letter, line {first} first"),
        )
        if count
    ]
    detail = f" ({', '.join(parts)})" if parts else ""
    return f"sent {summary.sent} records to {summary.topic} in {summary.seconds:.1f} s{detail}"


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(file).open("rb"))
        except OSError as error:
            raise OperatorError(f"cannot read {file}: {error.strerror}") from error
        yield stream


@contextmanager
def _progress(stream: BinaryIO, file: str) -> Iterator[Callable[[int], None]]:
    """A bar over the bytes of the file on a terminal; without an end where standard input is read."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    if not err.is_terminal:
        yield lambda _size: None
        return
    with Progress(*columns, console=err, transient=True) as bar:
        total = None if file == "-" else Path(file).stat().st_size
        task = bar.add_task("Publishing", total=total)
        yield lambda size: bar.update(task, advance=size)


async def _lines(stream: BinaryIO) -> AsyncIterator[bytes]:
    """Lines as they come: read in a thread, because standard input may wait for long."""
    seekable = stream.seekable()
    while True:
        # A pipe gives a line as soon as it is there; a file is read in chunks.
        chunk = await asyncio.to_thread(lambda: stream.readlines(CHUNK_BYTES) if seekable else [stream.readline()])
        if not chunk or not chunk[0]:
            return
        for line in chunk:
            yield line
