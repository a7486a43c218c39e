"""`dragoman schema`: the contracts as JSON Schema and AsyncAPI, as the code has them."""

from pathlib import Path
from typing import Annotated

import typer

from cli.console import JsonFlag, err, out, print_json
from schemas.generation import CHECKED_IN, drifted, export, named, written

app = typer.Typer(help="Show and export the contracts as JSON Schema (2020-12) and AsyncAPI 3.0.", no_args_is_help=True)


@app.command("export")
def export_contracts(
    folder: Annotated[Path, typer.Option("--dir", help="Where the documents stand.", show_default=False)] = CHECKED_IN,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit code 1 when a document differs.")] = False,
    json: JsonFlag = False,
) -> None:
    """Write every contract to a folder; without --dir, to the copies that come with the code."""
    if check:
        _check(folder, json=json)
        return
    paths = export(folder)
    if json:
        print_json({"dir": str(folder), "written": [path.name for path in paths]})
    else:
        out.print(f"{len(paths)} documents written to {folder}", highlight=False, soft_wrap=True)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="`asyncapi`, or a message such as `listing-updated`.")],
    json: JsonFlag = False,
) -> None:
    """Print one contract; with --json on one line."""
    contract = named(name)
    if json:
        print_json(contract)
    else:
        out.print(written(contract).decode(), end="", highlight=False, markup=False, soft_wrap=True)


def _check(folder: Path, *, json: bool) -> None:
    names = drifted(folder)
    if json:
        print_json({"ok": not names, "dir": str(folder), "drifted": names})
    elif names:
        err.print(f"{', '.join(names)}: not what the code says; run `dragoman schema export`", soft_wrap=True)
    else:
        out.print("The contracts are what the code says.")
    if names:
        raise typer.Exit(1)
