"""Which dead letters an operator means: the options that `list`, `replay` and `drop` share, and what they say."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

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


def which_of(
    *,
    ids: Sequence[str] | None,
    reasons: Sequence[str] | None,
    stages: Sequence[str] | None,
    topics: Sequence[str] | None,
    since: str | None,
    until: str | None,
    key: str | None,
    retryable: bool | None,
    limit: int | None,
    everything: bool,
) -> Which:
    """Read what `replay` and `drop` are to act on: ids or filters, never neither nor both; raises OperatorError."""
    filters = (reasons, stages, topics, since, until, key, retryable, limit)
    if ids:
        if any(one is not None for one in filters):
            raise OperatorError("name letters by id or describe them by filters, not both")
        return ids_of(ids)
    if all(one is None for one in filters):
        raise OperatorError("say which: ids as `dragoman dead-letters list` shows them, or a filter, `--since 14d` say")
    return selection_of(
        reasons=reasons,
        stages=stages,
        topics=topics,
        since=since,
        until=until,
        key=key,
        retryable=retryable,
        limit=limit,
        everything=everything,
    )


def selection_of(
    *,
    reasons: Sequence[str] | None,
    stages: Sequence[str] | None,
    topics: Sequence[str] | None,
    since: str | None,
    until: str | None,
    key: str | None,
    retryable: bool | None,
    limit: int | None,
    everything: bool,
) -> Selection:
    """Read filters; raises OperatorError."""
    now = datetime.now(UTC)
    return Selection(
        reasons=_known("--reason", reasons, tuple(Reason)),
        stages=_known("--stage", stages, tuple(Stage)),
        topics=_known("--topic", topics, INPUTS),
        since_ms=_ms(read_moment("--since", since, now)),
        until_ms=_ms(read_moment("--until", until, now)),
        key=None if key is None else key_of(key),
        retryable=retryable,
        handled=everything,
        newest=limit or None,
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
