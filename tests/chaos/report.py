"""What people and machines are told of runs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from tests.chaos.fleet import GROUP
from tests.chaos.run import Result
from tests.chaos.schedule import KINDS, LOCALIZE_S, SESSION_S, TRANSACTION_S, Schedule

COUNTS = (
    ("lost", "lost"),
    ("duplicate", "duplicate"),
    ("reordered", "reordered"),
    ("invented", "invented"),
    ("broken_chain", "broken chains"),
    ("misjudged", "misjudged"),
    ("state", "state"),
    ("offset", "offset"),
    ("unsettled", "unsettled"),
    ("input", "input"),
)


def repeat_command(schedule: Schedule, rate: float, only: Sequence[str]) -> str:
    """The command that does this run again."""
    choice = f" --only {','.join(only)}" if only else ""
    return f"python -m tests.chaos --runs 1 --seed {schedule.seed} --events {schedule.events} --rate {rate:g}{choice}"


def say_schedule(console: Console, schedule: Schedule) -> None:
    """Say what a run is about to do."""
    settings = {key.rpartition("__")[2].lower(): value for key, value in schedule.settings.items()}
    said = " ".join(f"{key}={value}" for key, value in settings.items())
    faults = [f"{fault.name}@{fault.at}" for fault in schedule.faults]
    console.print(
        f"seed {schedule.seed}: {schedule.workers} workers, {said}; {', '.join([*schedule.in_input, *faults])}",
        highlight=False,
    )


def say_result(console: Console, result: Result, kept: Path, again: str) -> None:
    """Say how a run ended, and how to do it again where that was badly."""
    said = f"  {result.visible} events, {result.dead_letters} dead letters, {result.seconds:.0f} s: "
    if result.good:
        console.print(said + "all zero", highlight=False)
        return
    console.print(f"{said}[red]{result.verdict.broken or 'something hung'}[/red]", highlight=False)
    for line in (*result.troubles, *result.verdict.findings):
        console.print(f"  {line}", highlight=False, markup=False)
    console.print(f"  kept in {kept}; again: {again}", highlight=False, markup=False, soft_wrap=True)


def print_table(results: Sequence[Result]) -> None:
    """Print a row per fault: all runs that had it count, whatever else they had."""
    table = Table(title=f"{len(results)} runs", title_justify="left")
    for name in ("fault", "runs", "events", *(shown for _, shown in COUNTS), "hung", "dead letters", "recover s"):
        table.add_column(name, justify="left" if name == "fault" else "right")
    for kind in KINDS:
        having = [result for result in results if kind.name in result.schedule.names]
        done = [result for result in having if kind.name not in result.skipped]
        if done:
            table.add_row(kind.name, *_cells(done, kind.name))
        elif having:
            table.add_row(kind.name, "skipped", having[0].skipped[kind.name])
    table.add_section()
    table.add_row("all", *_cells(results, None))
    Console(width=None if Console().is_terminal else 200).print(table)


def _cells(results: Sequence[Result], fault: str | None) -> list[str]:
    counts = [sum(getattr(result.verdict, name) for result in results) for name, _ in COUNTS]
    seconds = [
        one for result in results for name, all_s in result.recover_s.items() if fault in {None, name} for one in all_s
    ]
    hung = sum(len(result.troubles) for result in results)
    letters = sum(result.dead_letters for result in results)
    recover = f"{median(seconds):.1f} / {max(seconds):.1f}" if seconds else "-"
    events = sum(result.visible for result in results)
    return [str(cell) for cell in (len(results), events, *counts, hung, letters, recover)]


def as_json(results: Sequence[Result], told: Mapping[str, Any], only: Sequence[str]) -> bytes:
    """Everything there is to know, for machines."""
    settings = {"group": GROUP, "session_s": SESSION_S, "transaction_s": TRANSACTION_S, "localize_s": LOCALIZE_S}
    rate = told["rate"]
    runs = [
        asdict(result) | {"good": result.good, "again": repeat_command(result.schedule, rate, only)}
        for result in results
    ]
    return orjson.dumps({**told, "settings": settings, "only": only, "runs": runs}, option=orjson.OPT_INDENT_2)
