"""`dragoman acl`: what each service may do at Kafka, to look at, to hand to Kafka's own tool, or to grant."""

import asyncio
import shlex
from collections.abc import Iterable
from itertools import groupby
from typing import Annotated

import msgspec
import typer
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from cli.console import JsonFlag, err, out, print_json
from schemas.errors import OperatorError
from schemas.settings import load
from streams.acl import grant, missing
from streams.permissions import Permission, commands, permissions


def command(
    service: Annotated[list[str] | None, typer.Option(help="Only this service (repeatable): worker, ...")] = None,
    json: JsonFlag = False,
    as_commands: Annotated[bool, typer.Option("--commands", help="Print calls of Kafka's kafka-acls.sh.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Show what is not granted; exit code 1 if anything.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Grant what is missing, and show it.")] = False,
) -> None:
    """Show the rights each service needs, from the settings: topics by locale and partner, groups, transactional ids.

    Services are worker, page, operator, producer, search, storefront.<locale> and partner.<id>; [acl] principals in the
    settings says who they are. Without --check and --apply no broker is asked. Nothing is ever taken away.
    """
    settings = load()
    wanted = _of(permissions(settings), service or [])
    if sum((as_commands, check, apply)) > 1:
        raise OperatorError("--commands, --check and --apply exclude each other")
    if as_commands:
        for line in commands(wanted, settings.kafka.bootstrap):
            out.print(shlex.join(line), markup=False, highlight=False, soft_wrap=True)
        return
    if check or apply:
        found = asyncio.run((grant if apply else missing)(settings.kafka, wanted))
        err.print(f"{len(found)} of {len(wanted)} {'granted now' if apply else 'missing'}", highlight=False)
        wanted = found
    if json:
        print_json({"permissions": [msgspec.to_builtins(one) for one in wanted]})
    else:
        _show(wanted)
    if check and wanted:
        raise typer.Exit(1)


def _of(all_of_them: list[Permission], services: Iterable[str]) -> list[Permission]:
    known = {one.service for one in all_of_them}
    for service in services:
        if service not in known:
            raise OperatorError(f"there is no service {service}, only {', '.join(sorted(known))}")
    chosen = set(services) or known
    return [one for one in all_of_them if one.service in chosen]


def _show(wanted: Iterable[Permission]) -> None:
    """Print each service with its principal, and under it the names it may do the same to in one row."""
    for (service, principal), rights in groupby(wanted, lambda one: (one.service, one.principal)):
        out.print(f"[bold]{escape(service)}[/]  {escape(principal)}", highlight=False)
        together: dict[tuple[str, str], list[str]] = {}
        for one in rights:
            kind = one.resource, " ".join(one.operations)
            together.setdefault(kind, []).append(f"{one.name}*" if one.prefixed else one.name)
        for (resource, operations), names in together.items():
            out.print(f"  {resource}: {operations}", highlight=False)
            out.print(Padding(Text("  ".join(names)), (0, 0, 0, 6)))
