"""`dragoman tail`: follow a topic, source and translation side by side."""

import asyncio
import base64
from collections.abc import Iterator, Mapping
from contextlib import aclosing, suppress
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.json import JSON
from rich.table import Table
from rich.text import Text

from cli.console import JsonFlag, err, out, print_json
from schemas.settings import load
from schemas.topics import listing_localized, logistics_localized, review_localized
from streams.connection import Where
from streams.tail import Seen, tail

LOCALIZED: Final = (listing_localized(""), review_localized(""), logistics_localized(""))
# Control characters of a payload must not reach the terminal; line ends and tabs may.
_HARMLESS: Final = {code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in {0x09, 0x0A}}

Row = tuple[str, str, str, str]
"""Field, source text, text that is shown, and what is to be said about it."""


def command(
    topic: Annotated[str, typer.Argument(help="Topic to follow, `listing-localized.pt-BR` say.")],
    from_beginning: Annotated[bool, typer.Option("--from-beginning", help="Start with the oldest record.")] = False,
    count: Annotated[int | None, typer.Option(min=1, help="Leave after this many records.")] = None,
    timeout: Annotated[
        float | None, typer.Option(min=0.1, help="Leave when nothing came for this many seconds.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Show committed records as they come: localized texts beside their source, everything else as JSON.

    With --json each record is one line with topic, partition, offset, timestamp_ms, key, headers, value and source.
    Ctrl-C leaves. Exit code 1 when --timeout ended it before --count was reached.
    """
    kafka = load().kafka
    shown = 0
    with suppress(KeyboardInterrupt):
        shown = asyncio.run(_follow(kafka, topic, from_beginning, count, timeout, json=json))
        if count is not None and shown < count:
            err.print(f"{shown} of {count} records came")
            raise typer.Exit(1)


async def _follow(
    kafka: Where, topic: str, from_beginning: bool, count: int | None, timeout_s: float | None, *, json: bool
) -> int:
    shown = 0
    records = tail(kafka, topic, from_beginning=from_beginning, timeout_s=timeout_s)
    async with aclosing(records):
        async for seen in records:
            if json:
                print_json(as_json(seen))
            else:
                out.print(*_rendered(seen), sep="\n")
            shown += 1
            if shown == count:
                break
    return shown


def as_json(seen: Seen) -> dict[str, Any]:
    """The record for machines: JSON values as they are, other bytes as text, or as {"base64": ...}."""
    return {
        "topic": seen.topic,
        "partition": seen.partition,
        "offset": seen.offset,
        "timestamp_ms": seen.timestamp,
        "key": _text(seen.key),
        "headers": {name: _text(value) for name, value in seen.headers},
        "value": _document(seen.value),
        "source": _document(seen.source),
    }


def side_by_side(topic: str, value: Mapping[str, Any], source: Mapping[str, Any] | None) -> list[Row]:
    """The texts of a localized event beside those it was made from; fields that hold no text are left out."""
    origin = source or {}
    if topic.startswith(LOCALIZED[0]):
        return list(_listing_rows(value.get("fields", {}), origin))
    if topic.startswith(LOCALIZED[1]):
        said = "machine translated" if value.get("machine_translated") else ""
        rows = [("title", origin.get("title") or "", value.get("title") or "", "")]
        rows.append(("body", value.get("original", ""), value.get("body", ""), said))
        return [row for row in rows if row[1] or row[2]]
    names = ("headline", "explanation", "action", "detail")
    texts = {name: value[name] for name in names if value.get(name)}
    original = value.get("original") or origin.get("description") or ""
    beside = "detail" if "detail" in texts else "headline"
    return [(name, original if name == beside else "", text, "") for name, text in texts.items()]


def _listing_rows(fields: Mapping[str, Any], source: Mapping[str, Any]) -> Iterator[Row]:
    for name in ("title", "description"):
        if field := fields.get(name):
            yield _row(name, source.get(name, ""), field)
    bullets = source.get("bullets", ())
    for number, field in enumerate(fields.get("bullets", ())):
        yield _row(f"bullet {number + 1}", bullets[number] if number < len(bullets) else "", field)
    attributes = source.get("attributes", ())
    for number, field in enumerate(fields.get("attributes", ())):
        before = attributes[number] if number < len(attributes) else {}
        yield _row(f"attribute {number + 1} name", before.get("name", ""), field["name"])
        yield _row(f"attribute {number + 1} value", before.get("value", ""), field["value"])


def _row(name: str, before: str, field: Mapping[str, Any]) -> Row:
    return name, before, field["text"], ", ".join((field["origin"], *field.get("warnings", ())))


def _rendered(seen: Seen) -> Iterator[Text | Table | JSON]:
    value, source = _document(seen.value), _document(seen.source)
    place = f"{seen.topic}/{seen.partition}/{seen.offset}  {_text(seen.key) or 'no key'}"
    if seen.value is None:
        yield plain(f"{place}  deleted", "bold")
        return
    if isinstance(value, dict) and seen.topic.startswith(LOCALIZED):
        facts = [str(value[name]) for name in ("status", "canonical_status", "rating") if name in value]
        yield plain("  ".join([place, *facts, *value.get("warnings", ())]), "bold")
        yield _table(side_by_side(seen.topic, value, source if isinstance(source, dict) else None))
        return
    yield plain(place, "bold")
    yield JSON.from_data(value) if isinstance(value, (dict, list)) else plain(str(value))


def _table(rows: list[Row]) -> Table:
    table = Table("field", "source", "shown", "origin", expand=True)
    for row in rows:
        table.add_row(*(plain(cell) for cell in row))
    return table


def plain(text: str, style: str = "") -> Text:
    """A payload's text as it may be shown on a terminal: no markup, no control characters."""
    return Text(str(text).translate(_HARMLESS), style)


def _text(data: bytes | None) -> Any:
    if data is None:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def _document(data: bytes | None) -> Any:
    if data is None:
        return None
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _text(data)
