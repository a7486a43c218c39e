"""`dragoman models`: which models there are, what is built of them here, and whether it is sound."""

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
import typer

from cli import conversion
from cli.console import JsonFlag, bars, out, print_json, print_table
from inference.library import catalog
from inference.library.status import ModelStatus
from inference.library.store import ModelStore
from schemas.settings import load

MEGABYTE: Final = 1_000_000
Names = Annotated[list[str] | None, typer.Argument(help="Models by name; none means all.", show_default=False)]

app = typer.Typer(
    help="List, build, convert and verify the models. Bundled ones are built from the weights inside installed "
    "packages, at first use or with `build`; others are converted from a folder or pulled from a hub. All are kept "
    "per user (setting pool.models_dir).",
    no_args_is_help=True,
)
conversion.register(app)


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
    """Build bundled models from their weights. Takes a second or two each; a sound build is left alone."""
    store = _store()
    # Every name is checked before the first one is worked on.
    wanted = [catalog.find(name).name for name in names] if names else [spec.name for spec in catalog.CATALOG]
    with bars() as progress:
        states = [store.build(name, progress, force=force) for name in wanted]
    _show(states, json=json)


@app.command()
def verify(names: Names = None, json: JsonFlag = False) -> None:
    """Compare every file of the builds with its SHA-256. Exit code 1 when one is damaged, missing or not built."""
    store = _store()
    states = store.states(names or store.names(), thorough=True)
    _show(states, json=json)
    if any(state.state != "built" for state in states):
        raise typer.Exit(1)


@app.command()
def remove(
    names: Annotated[list[str], typer.Argument(help="Converted models by name.", show_default=False)],
    json: JsonFlag = False,
) -> None:
    """Delete converted models. A worker that runs them goes on until it is started again."""
    store = _store()
    store.states(names, thorough=False)
    removed = [state for name in names for state in store.remove(name)]
    if json:
        print_json(msgspec.to_builtins(removed))
        return
    for state in removed:
        out.print(f"removed {state.name}, {state.bytes / MEGABYTE:.0f} MB", highlight=False, markup=False)


def _store() -> ModelStore:
    pool = load().pool
    return ModelStore(pool.models_dir, device=pool.device)


def _show(states: Sequence[ModelStatus], *, json: bool) -> None:
    if json:
        print_json(msgspec.to_builtins(states))
        return
    print_table(("model", "for", "state", "version", "MB"), (_row(state) for state in states))
    for state in states:
        out.print(_origin(state), soft_wrap=True, highlight=False, markup=False)
        if state.problem:
            problem = f"{state.name}: {state.problem}" + (f"; {state.remedy}" if state.remedy else "")
            out.print(problem, style="bold red", soft_wrap=True, markup=False)


def _row(state: ModelStatus) -> tuple[str, ...]:
    size = f"{state.bytes / MEGABYTE:.0f}" if state.bytes else ""
    return state.name, state.purpose, state.state.replace("_", " "), state.version or "", size


def _origin(state: ModelStatus) -> str:
    if not state.converted:
        package = f"{state.package} {state.package_version or 'missing'}"
        return f"{state.name}: {state.origin}; {state.licence}; from {package}"
    revision = f" at {state.revision[:12]}" if state.revision else ""
    accepted = f", accepted {state.accepted[:10]}" if state.accepted else ""
    return f"{state.name}: converted from {state.origin}{revision}; {state.licence}{accepted}"
