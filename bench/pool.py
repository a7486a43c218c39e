"""The inference pool side by side with other engines. One run, on this machine, with outputs compared.

Each row's module says what is compared, each side's module how it is driven; bench/README.md tells both for people.
Needs `.venv-peers` (`make peers`) for the rows against CTranslate2 and transformers.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

sys.path.insert(0, str(Path(__file__).absolute().parents[1]))

from bench.rows import arrivals, embeddings, marian, memory, quality, tiny
from bench.rows.figure import Figure
from bench.rows.options import Options
from bench.rows.side import PEERS
from schemas.settings import cache_dir

ROWS: dict[str, Callable[[Options, Callable[[str], None]], list[Figure]]] = {
    module.ROW: module.compare for module in (marian, tiny, arrivals, embeddings, memory, quality)
}
WITH_PEERS = {"marian", "arrivals", "memory"}
ROUNDS, QUICK_ROUNDS = 3, 1
MARKS = {True: "met", False: "not met", None: ""}
COLUMNS = ("comparison", "ours", "other", "value", "goal", "", "note")


def run(names: Sequence[str], options: Options) -> list[Figure]:
    """Run rows in order, saying on standard error what is being measured."""
    figures: list[Figure] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        for name in names:
            task = progress.add_task(name)

            def step(said: str, task: TaskID = task) -> None:
                progress.update(task, description=said)
                if not console.is_terminal:
                    console.print(said)

            figures += ROWS[name](options, step)
            progress.update(task, description=f"{name}: done", total=1, completed=1)
    return figures


def cells(figure: Figure) -> tuple[str, ...]:
    """Return a line of the table."""
    mark = MARKS[figure.met]
    return (
        *(figure.comparison, figure.ours, figure.peer, figure.shown_value, figure.shown_goal, mark),
        figure.note,
    )


def machine() -> str:
    """Say what the figures were measured on."""
    model = next((line for line in _cpuinfo() if line.startswith("model name")), ":" + platform.machine())
    flags = next((line for line in _cpuinfo() if line.startswith("flags")), "")
    units = [name for name in ("avx512_vnni", "amx_int8") if name in flags]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return ", ".join([model.partition(":")[2].strip(), f"{cores} cores", *units])


def _cpuinfo() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text("ascii", errors="replace").splitlines()
    except OSError:
        return []


def markdown(figures: Sequence[Figure], command: str) -> str:
    """Return what bench/README.md shows."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("onnxruntime", "numpy"))
    lines = [f"`{command}`, {datetime.now(UTC):%Y-%m-%d}; {machine()}; {versions}.", ""]
    lines += [f"| {' | '.join(COLUMNS)} |", "|" + "---|" * len(COLUMNS)]
    lines += [f"| {' | '.join(cells(figure))} |" for figure in figures]
    return "\n".join(lines)


def table(figures: Sequence[Figure]) -> Table:
    """Return the table for people."""
    shown = Table(title=machine(), show_lines=False)
    for column in COLUMNS:
        shown.add_column(column, justify="right" if column in {"value", "goal"} else "left")
    for figure in figures:
        style = {True: "green", False: "red", None: ""}[figure.met]
        shown.add_row(*cells(figure), style=style)
    return shown


def summary(figures: Sequence[Figure], options: Options) -> dict[str, object]:
    """Return the last line, for machines."""
    return {
        "name": "pool",
        "machine": machine(),
        "device": options.device,
        "quick": options.quick,
        "figures": [msgspec.to_builtins(figure) | {"met": figure.met} for figure in figures],
        "met": all(figure.met is not False for figure in figures),
    }


def chosen(only: str | None) -> list[str]:
    """Return the rows asked for; leaves with a word when one is unknown or the peers are not installed."""
    names = only.split(",") if only else list(ROWS)
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        raise SystemExit(f"no row is called {', '.join(unknown)}: choose from {', '.join(ROWS)}")
    if WITH_PEERS.intersection(names) and not PEERS.exists():
        raise SystemExit(f"{', '.join(sorted(WITH_PEERS))} need other engines: make peers")
    return names


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="ROW,...", help=f"some of {', '.join(ROWS)}")
    parser.add_argument("--rounds", type=int, help=f"timed rounds of every side (default {ROUNDS})")
    parser.add_argument("--quick", action="store_true", help="fewer sentences, one round: does it run at all?")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where our side runs; peers stay put")
    parser.add_argument(
        "--cores", type=int, default=len(os.sched_getaffinity(0)), help="cores and threads of each side"
    )
    parser.add_argument("--cache", type=Path, default=cache_dir() / "bench", help="where the random model is kept")
    parser.add_argument("--json", action="store_true", help="print the last line for machines and no table")
    parser.add_argument("--markdown", action="store_true", help="print the table as bench/README.md holds it")
    asked = parser.parse_args()
    options = Options(
        rounds=asked.rounds or (QUICK_ROUNDS if asked.quick else ROUNDS),
        quick=asked.quick,
        cores=asked.cores,
        device=asked.device,
        cache=asked.cache.absolute(),
    )
    figures = run(chosen(asked.only), options)
    if asked.markdown:
        print(markdown(figures, " ".join(["python", *sys.argv])))
    elif not asked.json:
        Console(width=None if sys.stdout.isatty() else 200).print(table(figures))
    print(json.dumps(summary(figures, options)))


if __name__ == "__main__":
    main()
