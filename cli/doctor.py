"""`dragoman doctor`: what is wrong with this installation, and what to type about it."""

from typing import Annotated, Final

import msgspec
import typer
from rich.text import Text

from cli.checks import examine
from cli.console import JsonFlag, out, print_json, print_table
from cli.findings import Check, Verdict
from schemas.settings import load, origins
from streams.logs import masked

STYLES: Final = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "bold red"}


def command(
    json: JsonFlag = False,
    settings: Annotated[
        bool, typer.Option("--settings", help="Print the effective settings and where each comes from.")
    ] = False,
) -> None:
    """Check this installation: one line per check, with the remedy. Exit code 1 when something would stop a worker."""
    if settings:
        _print_settings(json=json)
        return
    checks = examine(load())
    if json:
        print_json([msgspec.to_builtins(check) for check in checks])
    else:
        out.print(lines(checks), soft_wrap=True, end="")
    if any(check.verdict is Verdict.FAIL for check in checks):
        raise typer.Exit(1)


def lines(checks: list[Check]) -> Text:
    """Return the findings for people: a line each, and under it what to type. Nothing is cut: it is to be copied."""
    width = max(len(check.name) for check in checks)
    shown = Text()
    for check in checks:
        shown.append(f"{check.verdict:<5}", STYLES[check.verdict]).append(f"{check.name:<{width}}  {check.detail}\n")
        if check.remedy:
            shown.append(f"{'':<5}{'':<{width}}  -> {check.remedy}\n", "bold")
    return shown


def _print_settings(*, json: bool) -> None:
    values, sources = masked(load()), origins()
    if json:
        rows = {key: {"value": _plain(value), "from": sources[key]} for key, value in values.items()}
        print_json(rows)
        return
    print_table(
        ("setting", "value", "from"),
        ((key, _plain(value), sources[key]) for key, value in values.items()),
        title="DRAGOMAN_<SECTION>__<KEY> sets one in the environment, \\[section] key = value in dragoman.toml",
    )


def _plain(value: object) -> object:
    """Return a value that JSON has; a path as its text."""
    return value if isinstance(value, str | int | float | dict | tuple | list | None) else str(value)
