"""Which dead letters an operator means: the options that `list`, `replay` and `drop` share, and what they say."""

import base64
import binascii
import inspect
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import wraps
from typing import Annotated, Any, Final, get_type_hints

import typer
from msgspec import Struct

from cli.letter_tables import BASE64
from cli.quantities import read_moment
from schemas.errors import OperatorError
from schemas.handled import LetterId, parse_letter_id
from schemas.reasons import Reason, Stage
from schemas.topics import INPUTS
from streams.letters.letter import Selection
from streams.letters.plan import Which

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Letters by id: 2/1041.", show_default=False)]
Reasons = Annotated[list[str] | None, typer.Option("--reason", help="Only this reason (repeatable).")]
Stages = Annotated[list[str] | None, typer.Option("--stage", help=f"Only this stage: {', '.join(Stage)} (repeatable).")]
Topics = Annotated[list[str] | None, typer.Option("--topic", help="Only from this input topic (repeatable).")]
Since = Annotated[
    str | None, typer.Option(help="Only written since: `2h` ago, or an ISO time, UTC unless it says.", metavar="TIME")
]
Until = Annotated[str | None, typer.Option(help="Only written before.", metavar="TIME")]
Key = Annotated[str | None, typer.Option("--key", help="Only this record key; `base64:...` for one that is no text.")]
Retryable = Annotated[
    bool | None,
    typer.Option("--retryable/--not-retryable", help="Only what may pass when tried again, or only what may not."),
]
Limit = Annotated[int | None, typer.Option(min=0, help="The newest N of them; 0 is all.")]


class Filters(Struct, frozen=True):
    """What was asked for, as it was typed. None where nothing was said."""

    reason: Reasons = None
    stage: Stages = None
    topic: Topics = None
    since: Since = None
    until: Until = None
    key: Key = None
    retryable: Retryable = None
    limit: Limit = None


NO_FILTERS: Final = Filters()


def takes_filters(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for every field of Filters, where it has a parameter `filters`, with its defaults."""
    asked = inspect.signature(command)
    given: Filters = asked.parameters["filters"].default
    options = [
        asked.parameters["filters"].replace(name=name, annotation=kind, default=getattr(given, name))
        for name, kind in get_type_hints(Filters, include_extras=True).items()
    ]

    @wraps(command)
    def run(**said: Any) -> None:
        command(filters=Filters(**{option.name: said.pop(option.name) for option in options}), **said)

    there = asked.parameters.values()
    shown = [option for one in there for option in (options if one.name == "filters" else [one])]
    run.__signature__ = asked.replace(parameters=shown)  # type: ignore[attr-defined]  # what typer reads
    return run


def which_of(ids: Sequence[str] | None, filters: Filters, *, everything: bool) -> Which:
    """Read what `replay` and `drop` are to act on: ids or filters, never neither nor both; raises OperatorError."""
    if ids:
        if filters != NO_FILTERS:
            raise OperatorError("name letters by id or describe them by filters, not both")
        return ids_of(ids)
    if filters == NO_FILTERS:
        raise OperatorError("say which: ids as `dragoman dead-letters list` shows them, or a filter, `--since 14d` say")
    return selection_of(filters, everything=everything)


def selection_of(filters: Filters, *, everything: bool) -> Selection:
    """Read filters; raises OperatorError."""
    now = datetime.now(UTC)
    return Selection(
        reasons=_known("--reason", filters.reason, tuple(Reason)),
        stages=_known("--stage", filters.stage, tuple(Stage)),
        topics=_known("--topic", filters.topic, INPUTS),
        since_ms=_ms(read_moment("--since", filters.since, now)),
        until_ms=_ms(read_moment("--until", filters.until, now)),
        key=None if filters.key is None else key_of(filters.key),
        retryable=filters.retryable,
        handled=everything,
        newest=filters.limit or None,
    )


def _known(option: str, said: Sequence[str] | None, known: Sequence[str]) -> frozenset[str]:
    for one in said or ():
        if one not in known:
            raise OperatorError(f"{option} {one}: there is only {', '.join(known)}")
    return frozenset(said or ())


def ids_of(said: Sequence[str]) -> list[LetterId]:
    """Read ids of letters; raises OperatorError."""
    try:
        return [parse_letter_id(one) for one in said]
    except ValueError as error:
        raise OperatorError(str(error)) from error


def key_of(said: str) -> bytes:
    """Read a record key as lists show it; raises OperatorError."""
    if not said.startswith(BASE64):
        return said.encode("utf-8", "surrogateescape")
    try:
        return base64.b64decode(said.removeprefix(BASE64), validate=True)
    except (binascii.Error, ValueError) as error:
        raise OperatorError(f"--key {said}: what follows {BASE64} is no base64") from error


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)
