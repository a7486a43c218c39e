"""`dragoman memory`: what is remembered of a text, who corrected what, and how much of it there is."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec import to_builtins

from cli.console import JsonFlag, bars, out, print_json, print_table
from localization.memory.slots import stores
from localization.memory.store import entries_in
from schemas.errors import OperatorError
from schemas.locales import UnknownLocale, parse_locale
from schemas.settings import Settings, load
from schemas.topics import TRANSLATION_MEMORY
from streams.memory.reader import Remembered, read_corrections, read_remembered, shared_records
from streams.memory.shared import memory_dir

app = typer.Typer(help="See what the translation memory holds, and what people have corrected.", no_args_is_help=True)


@app.command()
def show(
    text: Annotated[str, typer.Argument(help="A sentence, a title or a whole field, as it was written.")],
    source: Annotated[str, typer.Option("--from", metavar="LOCALE", help="Its language.")],
    target: Annotated[str, typer.Option("--to", metavar="LOCALE", help="The language it is shown in.")],
    json: JsonFlag = False,
) -> None:
    """Show what is known of a text: a person's correction, which outranks all, and what models made of it.

    Exit code 1 when nothing is known. The whole topic is read, so it may take a while; no worker need run.
    """
    _known(source)
    _known(target)
    settings = load()
    with bars() as progress:
        found = asyncio.run(
            read_remembered(settings, text, source, target, lambda share: progress(TRANSLATION_MEMORY, share))
        )
    if json:
        print_json({"text": text, "from": source, "to": target, "known": to_builtins(found)})
    elif found:
        rows = [(one.kind, _shown(one), _who(one), _when(one.at)) for one in found]
        print_table(("known as", "shown", "by", "since"), rows)
    else:
        out.print("Nothing is known of it.")
    if not found:
        raise typer.Exit(1)


@app.command()
def corrections(json: JsonFlag = False) -> None:
    """List every correction in force, the latest first."""
    found = asyncio.run(read_corrections(load().kafka))
    if json:
        print_json({"corrections": to_builtins(found)})
        return
    rows = [
        (one.locale, one.source_text, one.correction, f"{one.actor_role} ({one.kind} {one.source_id})", _when(one.at))
        for one in found
    ]
    print_table(("locale", "text", "reads", "by", "since"), rows)


@app.command()
def stats(json: JsonFlag = False) -> None:
    """Count what is shared, what is corrected, and what lies on this machine. Hit ratios are metrics of the workers."""
    settings = load()
    found = asyncio.run(_stats(settings))
    if json:
        print_json(found)
        return
    out.print(
        f"{found['records']} records in {TRANSLATION_MEMORY}, {found['corrections']} corrections in force",
        highlight=False,
    )
    rows = [(store["folder"], store["entries"], f"{store['bytes'] / 1e6:.1f} MB") for store in found["stores"]]
    print_table(("store", "entries", "size"), rows)


async def _stats(settings: Settings) -> dict[str, Any]:
    kafka = settings.kafka
    here = stores(memory_dir(settings), settings.kafka.group)
    return {
        "records": await shared_records(kafka),
        "corrections": len(await read_corrections(kafka)),
        "stores": [{"folder": str(path), "entries": entries_in(path), "bytes": _size(path)} for path in here],
    }


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def _known(locale: str) -> None:
    try:
        parse_locale(locale)
    except UnknownLocale as error:
        raise OperatorError(str(error)) from error


def _shown(one: Remembered) -> str:
    if one.text is not None:
        return one.text
    return "in pieces only" if one.cut else f"nothing: {one.refused or 'its output does not fit this text'}"


def _who(one: Remembered) -> str:
    return one.by if one.kind == "correction" else f"{one.by} (pipeline {one.pipeline_version})"


def _when(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(" ", "seconds").removesuffix("+00:00")
