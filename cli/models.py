"""`dragoman models`: which models there are, what is built of them here, and whether it is sound."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Final

import msgspec
import typer
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

from cli.console import JsonFlag, err, out, print_json, print_table
from inference import catalog
from inference.recipes import Progress as Told
from inference.status import ModelStatus
from inference.store import ModelStore
from schemas.settings import load

MEGABYTE: Final = 1_000_000
Names = Annotated[list[str] | None, typer.Argument(help="Models by name; none means all.", show_default=False)]

app = typer.Typer(
    help="List, build and verify the models. They are built from the weights inside installed packages, at first use "
    "or with `build`, and kept per user (setting pool.models_dir).",
    no_args_is_help=True,
)


@app.command("list")
def list_models(json: JsonFlag = False) -> None:
    """Show every known model: languages, state on this machine, size, licence and origin."""
    _show(_store().list(), json=json)


@app.command()
def build(
    names: Names = None,
    json: JsonFlag = False,
    force: Annotated[bool, typer.Option("--force", help="Build again even where a sound build is.")] = False,
) -> None:
    """Build models from their weights. Takes a second or two each; a sound build is left alone."""
    store = _store()
    with bars() as progress:
        states = [store.build(name, progress, force=force) for name in _selected(names)]
    _show(states, json=json)


@app.command()
def verify(names: Names = None, json: JsonFlag = False) -> None:
    """Compare every file of the builds with its SHA-256. Exit code 1 when one is damaged, missing or not built."""
    store = _store()
    states = [store.verify(name) for name in _selected(names)]
    _show(states, json=json)
    if any(state.state != "built" for state in states):
        raise typer.Exit(1)


@contextmanager
def bars() -> Iterator[Told]:
    """Draw a bar per model on standard error, and none where that is no terminal; gone when done."""
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        tasks: dict[str, TaskID] = {}

        def tell(name: str, fraction: float) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(f"model {name}", total=1.0)
            progress.update(tasks[name], completed=fraction)

        yield tell


def _store() -> ModelStore:
    return ModelStore(load().pool.models_dir)


def _selected(names: Sequence[str] | None) -> list[str]:
    """Every name is checked before the first one is worked on."""
    return [catalog.find(name).name for name in names] if names else [spec.name for spec in catalog.CATALOG]


def _show(states: Sequence[ModelStatus], *, json: bool) -> None:
    if json:
        print_json(msgspec.to_builtins(states))
        return
    print_table(("model", "for", "state", "version", "MB"), (_row(state) for state in states))
    for state in states:
        package = f"{state.package} {state.package_version or 'missing'}"
        out.print(f"{state.name}: {state.origin}; {state.licence}; from {package}", soft_wrap=True, highlight=False)
        if state.problem:
            out.print(f"{state.name}: {state.problem}", style="bold red", soft_wrap=True, markup=False)


def _row(state: ModelStatus) -> tuple[str, ...]:
    purpose = ", ".join(f"{source} -> {target}" for source, target in state.pairs) or "embeddings"
    size = f"{state.bytes / MEGABYTE:.0f}" if state.bytes else ""
    return state.name, purpose, state.state.replace("_", " "), state.version or "", size
