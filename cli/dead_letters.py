"""`dragoman dead-letters`: see what could not be processed, put it back exactly once, or call it settled."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
import typer
from rich.console import Console

from cli.console import JsonFlag, bars, err, out, print_json
from cli.letter_filters import NO_FILTERS, Filters, Ids, ids_of, selection_of, takes_filters, which_of
from cli.letter_tables import (
    facts_table,
    groups,
    letter_document,
    letters_table,
    outcomes_document,
    outcomes_table,
    summary_table,
    whole_document,
    whole_rows,
)
from cli.quantities import read_rate
from cli.tail import plain
from schemas.dead_letters import original_of
from schemas.errors import OperatorError
from schemas.settings import Settings, load
from streams.letters.letter import Selection
from streams.letters.plan import Plan, Which, find, look_up, plan_drop, plan_replay
from streams.letters.run import Run

NEWEST: Final = Filters(limit=100)
WIDE: Final = 120  # columns of a terminal that has room for times and messages
PIPE_WIDTH: Final = 240
INTERRUPTED: Final = 130  # 128 and SIGINT, as shells have it
READING: Final = "Reading dead letters"

app = typer.Typer(help="See what could not be processed, replay it exactly once, or drop it.", no_args_is_help=True)

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command("list")
@takes_filters
def show_all(
    filters: Filters = NEWEST,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are replayed or dropped.")] = False,
    summary: Annotated[
        bool, typer.Option("--summary", help="Count them by reason and topic; --limit is not asked.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """List dead letters, oldest first: those about which nothing has been done yet.

    Under `tries`, r marks what may pass when it is tried again. Originals are never shown here.
    """
    asked = msgspec.structs.replace(filters, limit=None) if summary else filters
    wanted = selection_of(asked, everything=everything)
    with bars() as tell:
        found = asyncio.run(find(load().kafka, wanted, lambda done: tell(READING, done)))
    if summary:
        counted = groups(found.letters)
        if json:
            print_json(
                {"summary": msgspec.to_builtins(counted), "matched": found.matched, "unreadable": found.unreadable}
            )
        else:
            out.print(summary_table(counted))
    elif json:
        letters = [letter_document(letter) for letter in found.letters]
        print_json({"letters": letters, "matched": found.matched, "unreadable": found.unreadable})
    elif found.letters:
        # A pipe has no width of its own: whoever reads it wants whole words.
        wide = out if out.is_terminal else Console(width=PIPE_WIDTH)
        wide.print(letters_table(found.letters, handled=everything, narrow=wide.width < WIDE))
    else:
        out.print("no dead letters" + ("" if everything else " that nothing has been done about"))
    _tell_what_is_not_shown(len(found.letters), found.matched, found.unreadable)


@app.command()
def show(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it: 2/1041.")],
    reveal: Annotated[bool, typer.Option("--reveal", help="Show the original: its value and its headers.")] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="With --reveal: write the value's bytes, and nothing else.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Show all that is known of one dead letter; of its original only sizes and SHA-256, unless it is revealed."""
    if raw and not reveal:
        raise OperatorError("--raw writes the original: say --reveal as well")
    letter, whole = asyncio.run(look_up(load().kafka, ids_of([letter_id])[0]))
    first = original_of(letter.key, whole)
    if reveal and first is None:
        raise OperatorError(
            f"the original of {letter.id} was too large to be kept: it stood at {letter.source}, SHA-256"
            f" {whole.value_sha256}"
        )
    if raw:
        sys.stdout.buffer.write((first and first.value) or b"")
        sys.stdout.buffer.flush()
        return
    if json:
        print_json(whole_document(letter, whole, reveal=reveal))
        return
    out.print(facts_table(whole_rows(letter, whole, reveal=reveal)))
    if reveal and first is not None and first.value is not None:
        out.print(plain(first.value.decode("utf-8", "backslashreplace")), soft_wrap=True)


@app.command()
@takes_filters
def replay(
    ids: Ids = None,
    filters: Filters = NO_FILTERS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of each.")] = False,
    rate: Annotated[str | None, typer.Option(help="At most so many a second: `50` or `50/s`.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also what would fail again, and what was dropped; never what was replayed.")
    ] = False,
    yes: Yes = False,
    json: JsonFlag = False,
) -> None:
    """Put records back where they came from, each exactly once, whoever else is at it and whatever dies meanwhile.

    Same topic, partition, key, value, headers and timestamp; three headers more say that it was tried before. What
    would fail again is left out and named. Run it with the settings of the workers: they decide what would fail.
    """
    settings = load()
    pace = read_rate(rate)
    which = which_of(ids, filters, everything=force)
    with bars() as tell:
        plan = asyncio.run(plan_replay(settings, which, force=force, tell=lambda done: tell(READING, done)))
    for warning in plan.warnings:
        err.print(f"warning: {warning}", markup=False, soft_wrap=True)
    if dry_run:
        _tell(plan.outcomes, "would be replayed", json=json, dry_run=True)
        return
    _ask("Replay", plan, which, yes=yes)
    _handle(settings, plan, "replayed", pace, json=json)


@app.command()
@takes_filters
def drop(
    ids: Ids = None,
    filters: Filters = NO_FILTERS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of each.")] = False,
    yes: Yes = False,
    json: JsonFlag = False,
) -> None:
    """Mark letters as settled without a replay. Nothing is deleted: retention does that."""
    settings = load()
    which = which_of(ids, filters, everything=False)
    with bars() as tell:
        plan = asyncio.run(plan_drop(settings, which, tell=lambda done: tell(READING, done)))
    if dry_run:
        _tell(plan.outcomes, "would be dropped", json=json, dry_run=True)
        return
    _ask("Drop", plan, which, yes=yes)
    _handle(settings, plan, "dropped", None, json=json)


def _tell_what_is_not_shown(shown: int, matched: int, unreadable: int) -> None:
    if shown < matched:
        err.print(f"the newest {shown} of {matched}: --limit 0 shows all", highlight=False)
    if unreadable:
        err.print(f"{unreadable} records of the topic are no dead letters and left out", highlight=False)


def _ask(verb: str, plan: Plan, which: Which, *, yes: bool) -> None:
    """Ask before acting on a description, where somebody is there to answer."""
    fit = plan.fit
    if not fit or yes or not isinstance(which, Selection) or not sys.stdin.isatty():
        return
    topics = sorted({one.letter.facts.topic for one in fit if one.letter})
    refused = len(plan.outcomes) - len(fit)
    more = f" ({refused} more are refused: --dry-run says why)" if refused else ""
    if not typer.confirm(f"{verb} {len(fit)} dead letters of {', '.join(topics)}{more}?", err=True):
        err.print("nothing was done")
        raise typer.Exit(1)


def _handle(
    settings: Settings, plan: Plan, work: Literal["replayed", "dropped"], rate: float | None, *, json: bool
) -> None:
    """Do what the plan says, and say what was done, also of a run that ended early."""
    title = "Replaying" if work == "replayed" else "Dropping"
    with bars() as tell:
        run = Run(settings, plan, work, rate=rate, tell=lambda done: tell(title, done))
        asyncio.run(_run(run))
    left = "not done yet" if run.ended is None else "not known to be done"
    _tell(run.outcomes, left, json=json, dry_run=False)
    if work == "replayed" and not json and any(one.done for one in run.outcomes):
        err.print("what fails again is a new letter: `dragoman dead-letters list --since 5m`", highlight=False)
    if run.ended is not None:
        raise run.ended
    if run.stop.is_set():
        raise typer.Exit(INTERRUPTED)


async def _run(run: Run) -> None:
    """Work until done; Ctrl-C ends it after the transaction in flight, so that no reader waits for its time-out."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, run.stop.set)
    loop.add_signal_handler(signal.SIGTERM, run.stop.set)
    try:
        await run.work()
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        loop.remove_signal_handler(signal.SIGTERM)


def _tell(outcomes: Sequence[Any], will: str, *, json: bool, dry_run: bool) -> None:
    document = outcomes_document(outcomes, dry_run=dry_run)
    if json:
        print_json(document)
        return
    if outcomes:
        table, more = outcomes_table(outcomes, will)
        out.print(table)
        if more:
            err.print(f"and {more} more: --json lists all", highlight=False)
    refused = ", ".join(f"{count} {unfit}" for unfit, count in document["refused"].items())
    parts = [f"{document['done']} done", *([f"{document['left']} {will}"] if document["left"] else [])]
    out.print(f"{'; '.join(parts)}{f'; refused: {refused}' if refused else ''}", highlight=False, soft_wrap=True)
