"""`dragoman offsets`: where the group stands on each partition, and moving it by hand."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
import typer

from cli.console import JsonFlag, err, out, print_json, print_table
from cli.quantities import read_moment
from schemas.errors import OperatorError
from schemas.settings import load
from schemas.topics import INPUTS
from streams.offsets import Move, Stand, Target, carry_out, plan, read_stands

UNKNOWN: Final = "-"

app = typer.Typer(help="Show where the group stands on each partition, and move it by hand.", no_args_is_help=True)

TopicOption = Annotated[
    list[str] | None, typer.Option("--topic", help="An input topic (repeatable); default: all of them.")
]


@app.command()
def show(topic: TopicOption = None, json: JsonFlag = False) -> None:
    """Show the first offset, the committed one, the end, and who holds the partition."""
    stands = asyncio.run(read_stands(load().kafka, _inputs(topic)))
    if json:
        print_json(msgspec.to_builtins(stands))
        return
    rows = [
        (f"{one.topic}/{one.partition}", one.start, _known(one.committed), one.end, one.owner or UNKNOWN)
        for one in stands
    ]
    print_table(("partition", "start", "committed", "end", "held by"), rows)


@app.command()
def reset(
    to: Annotated[str, typer.Option(help="`earliest`, `latest`, an offset, or a time: `2h` ago, `2026-03-01T12:00`.")],
    topic: TopicOption = None,
    partition: Annotated[list[int] | None, typer.Option(help="Only this partition of each topic (repeatable).")] = None,
    execute: Annotated[bool, typer.Option("--execute", help="Do it. Without this it is only shown.")] = False,
    with_state: Annotated[
        bool, typer.Option("--with-state", help="Forget the topics' state too, so that events count again.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Move the group's committed offsets; a dry run unless you say --execute. Stop the workers first.

    Forwards: what lies between is never read. Backwards: it is read again, which needs --with-state, for the state
    drops what it has seen; outputs then come again under their old ids, old versions before new ones, and a reader
    sees them pass. To tell again only what a new glossary or model changes, use `dragoman relocalize`.
    """
    settings = load()
    stands, moves = asyncio.run(_plan(_inputs(topic), partition, _target(to)))
    if execute:
        asyncio.run(carry_out(settings, moves, with_state=with_state))
    if json:
        print_json({"executed": execute, "with_state": with_state, "moves": msgspec.to_builtins(moves)})
        return
    rows = [(f"{one.topic}/{one.partition}", _known(one.before), one.after, one.skipped, one.repeated) for one in moves]
    print_table(("partition", "committed", "moves to", "skipped", "read again"), rows)
    if execute:
        out.print(f"moved group {settings.kafka.group}" + (", and made its state anew" if with_state else ""))
    else:
        holding = sorted({one.owner for one in stands if one.owner})
        then = f" after stopping {', '.join(holding)}" if holding else ""
        err.print(f"nothing was changed: this is a dry run; add --execute{then}", highlight=False, soft_wrap=True)


async def _plan(
    topics: Sequence[str], partitions: Sequence[int] | None, target: Target
) -> tuple[list[Stand], list[Move]]:
    kafka = load().kafka
    stands = [one for one in await read_stands(kafka, topics) if partitions is None or one.partition in partitions]
    if not stands:
        raise OperatorError(f"no such partition: {', '.join(map(str, partitions or ()))}; see `dragoman offsets show`")
    return stands, await plan(kafka, stands, target)


def _inputs(topics: Sequence[str] | None) -> Sequence[str]:
    for topic in topics or ():
        if topic not in INPUTS:
            raise OperatorError(f"{topic} is no input topic: choose from {', '.join(INPUTS)}")
    return topics or INPUTS


def _target(said: str) -> Target:
    if said in {"earliest", "latest"}:
        return "earliest" if said == "earliest" else "latest"
    if said.isdecimal():
        return int(said)
    try:
        moment = read_moment("--to", said, datetime.now(UTC))
    except OperatorError as error:
        raise OperatorError(
            f"--to {said!r} is no place: write earliest, latest, an offset, `2h` or `2026-03-01T12:00`"
        ) from error
    assert moment is not None  # noqa: S101  (for the type checker: None is what nothing said gives)
    return moment


def _known(offset: int | None) -> object:
    return UNKNOWN if offset is None else offset
