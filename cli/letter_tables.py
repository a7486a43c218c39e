"""Dead letters as a terminal and as JSON show them. No original stands in either, unless it is asked for."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec import Struct
from rich.table import Column, Table
from rich.text import Text

from schemas.dead_letters import original_of
from schemas.handled import Handled
from schemas.outputs import DeadLetter
from streams.letters.letter import Letter
from streams.letters.plan import Outcome

BASE64: Final = "base64:"
ABSENT: Final = "-"
REFUSED_FIRST: Final = 100  # rows of a table of outcomes


class Group(Struct, frozen=True):
    """The letters of one reason and one topic; `keys`: how many different ones."""

    reason: str
    topic: str
    letters: int
    retryable: int
    keys: int
    oldest: str
    newest: str


def harmless(text: str) -> str:
    """Text of a stranger for one cell: nothing that moves the cursor, turns the line round, or cannot be seen."""
    return "".join(one if one.isprintable() else "\ufffd" for one in text)


def shown_key(key: bytes | None) -> str:
    """A record key for people, as `--key` takes it: its text, or `base64:` and its bytes."""
    if key is None:
        return ABSENT
    try:
        text = key.decode()
    except UnicodeDecodeError:
        return BASE64 + base64.b64encode(key).decode()
    return BASE64 + base64.b64encode(key).decode() if text.startswith(BASE64) or text == ABSENT else harmless(text)


def moment(at_ms: int) -> str:
    """A time in UTC to the second; `-` where there is none that a calendar knows."""
    try:
        return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M:%S}" if at_ms >= 0 else ABSENT
    except (OverflowError, ValueError, OSError):
        return ABSENT


def letters_table(letters: Iterable[Letter], *, handled: bool, narrow: bool = False) -> Table:
    """One row a letter; `handled` adds what was done about it, `narrow` leaves out what has no room beside the rest."""
    names = ("id", "time (UTC)", "input", "key", "stage", "reason", "tries", "message", "handled")
    left_out = {*(("time (UTC)", "stage", "message") if narrow else ()), *(() if handled else ("handled",))}
    kept = [at for at, name in enumerate(names) if name not in left_out]
    rows = (
        (
            str(letter.id),
            moment(letter.at_ms),
            letter.source,
            shown_key(letter.key),
            letter.facts.stage,
            letter.facts.reason,
            f"{letter.facts.attempts}{' r' if letter.facts.retryable else ''}",
            letter.facts.message,
            _done(letter.handled),
        )
        for letter in letters
    )
    return _table([names[at] for at in kept], ([row[at] for at in kept] for row in rows))


def told(handled: Handled | None) -> str:
    """What was done about a letter and when, in a line."""
    if handled is None:
        return ABSENT
    return f"{_done(handled)} at {handled.at:%Y-%m-%d %H:%M:%S} UTC{', forced' if handled.forced else ''}"


def _done(handled: Handled | None) -> str:
    if handled is None:
        return ABSENT
    return f"{handled.done} to {handled.to}" if handled.to else handled.done


def groups(letters: Iterable[Letter]) -> list[Group]:
    """Count letters by reason and topic, the most frequent first."""
    by_kind: dict[tuple[str, str], list[Letter]] = {}
    for letter in letters:
        by_kind.setdefault((letter.facts.reason, letter.facts.topic), []).append(letter)
    counted = [
        Group(
            reason,
            topic,
            len(some),
            sum(letter.facts.retryable for letter in some),
            len({letter.key for letter in some}),
            moment(min(letter.at_ms for letter in some)),
            moment(max(letter.at_ms for letter in some)),
        )
        for (reason, topic), some in by_kind.items()
    ]
    return sorted(counted, key=lambda group: (-group.letters, group.reason, group.topic))


def summary_table(found: Sequence[Group]) -> Table:
    """One row a group."""
    names = ("reason", "topic", "letters", "retryable", "keys", "oldest (UTC)", "newest (UTC)")
    return _table(names, ([str(cell) for cell in msgspec.structs.astuple(group)] for group in found))


def outcomes_table(outcomes: Sequence[Outcome], will: str) -> tuple[Table, int]:
    """One row a letter, refused ones first, and how many more there are; `will`: what is yet to come is called."""
    ordered = sorted(outcomes, key=lambda one: one.hindrance is None)
    rows = (
        (
            str(one.id),
            one.letter.source if one.letter else ABSENT,
            shown_key(one.letter.key) if one.letter else ABSENT,
            one.letter.facts.reason if one.letter else ABSENT,
            result(one, will),
        )
        for one in ordered[:REFUSED_FIRST]
    )
    table = _table(("id", "input", "key", "reason", "result"), rows)
    return table, max(0, len(outcomes) - REFUSED_FIRST)


def result(one: Outcome, will: str) -> str:
    """What has become of a letter, or will, in a line."""
    if one.hindrance is not None:
        return f"{one.hindrance.unfit}: {one.hindrance.said}"
    if one.to is not None:
        return f"replayed to {one.to}"
    return "dropped" if one.done else will


def outcomes_document(outcomes: Sequence[Outcome], *, dry_run: bool) -> dict[str, Any]:
    """What `--json` prints of a replay or a drop, or of a plan for one."""
    refused = Counter(one.hindrance.unfit.value for one in outcomes if one.hindrance is not None)
    done = sum(one.done for one in outcomes)
    return {
        "dry_run": dry_run,
        "asked": len(outcomes),
        "done": done,
        "left": len(outcomes) - done - refused.total(),
        "refused": dict(refused),
        "letters": [
            {
                "id": str(one.id),
                "input": one.letter.source if one.letter else None,
                "reason": one.letter.facts.reason if one.letter else None,
                "done": one.done,
                "to": one.to,
                "forced": one.forced,
                "refused": one.hindrance.unfit.value if one.hindrance else None,
                "because": one.hindrance.said if one.hindrance else None,
            }
            for one in outcomes
        ],
    }


def letter_document(letter: Letter) -> dict[str, Any]:
    """A letter for machines, without its original."""
    facts = letter.facts
    return {
        "id": str(letter.id),
        "written_at": None if letter.at_ms < 0 else _iso(letter.at_ms),
        "topic": facts.topic,
        "partition": facts.partition,
        "offset": facts.offset,
        "timestamp_ms": facts.timestamp_ms,
        "key": as_text(letter.key),
        "stage": facts.stage,
        "reason": facts.reason,
        "message": facts.message,
        "attempts": facts.attempts,
        "retryable": facts.retryable,
        "first_failed_at": facts.first_failed_at.isoformat(),
        "app_version": facts.app_version,
        "previous": facts.previous,
        "value_bytes": letter.value_bytes,
        "original_omitted": facts.value_omitted,
        "handled": None if letter.handled is None else msgspec.to_builtins(letter.handled),
    }


def whole_document(letter: Letter, whole: DeadLetter, *, reveal: bool) -> dict[str, Any]:
    """A letter for machines with what is known of its original: sizes and hashes, or with `reveal` all of it."""
    first = original_of(letter.key, whole)
    value = None if first is None else first.value
    headers = () if first is None else first.headers
    document = letter_document(letter)
    document["value_sha256"] = whole.value_sha256 if first is None else _sha256(value)
    document["headers"] = [_header_document(name, content, reveal=reveal) for name, content in headers]
    return document | ({"value": as_text(value)} if reveal else {})


def whole_rows(letter: Letter, whole: DeadLetter, *, reveal: bool) -> list[tuple[str, str]]:
    """A letter for people, a line a fact; with `reveal` the headers' contents too, never the value."""
    facts = letter.facts
    first = original_of(letter.key, whole)
    value = whole.value_sha256 if first is None else _sha256(first.value)
    size = "none: a tombstone" if letter.value_bytes is None else f"{letter.value_bytes} bytes, SHA-256 {value}"
    rows = [
        ("id", str(letter.id)),
        ("written", f"{moment(letter.at_ms)} UTC"),
        ("input", letter.source),
        ("record time", f"{moment(facts.timestamp_ms)} UTC"),
        ("key", shown_key(letter.key)),
        ("stage", facts.stage),
        ("reason", facts.reason),
        ("message", facts.message),
        ("tries", f"{facts.attempts}, first failed {facts.first_failed_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("retryable", "yes" if facts.retryable else "no"),
        ("replayed from", facts.previous or ABSENT),
        ("written by", f"dragoman {facts.app_version}"),
        ("handled", told(letter.handled)),
        ("value", f"{size}, not kept here" if first is None else size),
    ]
    for name, content in () if first is None else first.headers:
        rows.append((f"header {name}", _header(content, reveal=reveal)))
    return rows


def facts_table(rows: Iterable[tuple[str, str]]) -> Table:
    """Names and what they say, without lines between them."""
    table = Table.grid(Column(style="bold", no_wrap=True), Column(overflow="fold"), padding=(0, 2))
    for name, text in rows:
        table.add_row(Text(harmless(name)), Text(harmless(text)))
    return table


def as_text(content: bytes | None) -> str | dict[str, str] | None:
    """Bytes for machines: text as it is, others as {"base64": ...}."""
    if content is None:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(*(Column(name, overflow="fold") for name in names))
    for row in rows:
        table.add_row(*(Text(harmless(cell)) for cell in row))
    return table


def _header(content: bytes | None, *, reveal: bool) -> str:
    if content is None:
        return "null"
    if reveal:
        return content.decode("utf-8", "backslashreplace")
    return f"{len(content)} bytes, SHA-256 {_sha256(content)}"


def _header_document(name: str, content: bytes | None, *, reveal: bool) -> dict[str, Any]:
    size = None if content is None else len(content)
    document: dict[str, Any] = {"name": name, "bytes": size, "sha256": _sha256(content)}
    return document | ({"content": as_text(content)} if reveal else {})


def _sha256(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def _iso(at_ms: int) -> str | None:
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return None
