"""What the demo says at its end: one document for machines, tables for people, and whether both sides agree."""

from collections import Counter
from typing import Any, Final

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from cli.demo_board import Board, Localized
from cli.demo_view import BeforeAfter, words
from cli.tail import plain
from schemas.topics import INPUTS

EXAMPLES: Final = ("listing pt-BR", "listing en", "review pt-BR", "review en", "parcel pt-BR", "parcel en")
EXAMPLE_ROWS: Final = 8


def document(board: Board) -> dict[str, Any]:
    """What `--json` prints last.

    `consumed` counts records behind committed offsets, `emitted` and `dead_lettered` what a read_committed reader got;
    `by_model` how many of the emitted hold a model's words, `by_people` how many texts are as people corrected them
    meanwhile. `dropped`, `fallbacks` and `sentences` are the worker's own
    counts. `seconds` is the whole run, `localizing_seconds` from a ready worker to the last output read.
    """
    worker = board.worker
    localizing_s = _localizing_s(board)
    return {
        "events": board.total,
        "sent": dict(board.sent),
        "consumed": board.consumed,
        "emitted": dict(sorted(board.emitted.items())),
        "by_model": {topic: count for topic, count in sorted(board.by_model.items()) if count},
        "by_people": board.by_people,
        "withdrawn": board.withdrawn,
        "dead_lettered": {topic: dict(reasons) for topic, reasons in sorted(board.dead.items())},
        "dropped": worker.dropped if worker else {},
        "fallbacks": worker.fallbacks if worker else {},
        "lag": board.lag,
        "sentences": board.sentences,
        "seconds": round(board.through_s or board.now_s, 3),
        "localizing_seconds": round(localizing_s, 3),
        "sentences_per_second": round(board.sentences / localizing_s, 1),
    }


def disagreement(board: Board) -> str | None:
    """Say where the worker's own counts differ from what Kafka holds; None when they agree to the last record."""
    if board.worker is None:
        return "the worker does not tell its counts"
    held: dict[str, tuple[object, object]] = {
        "consumed": (board.worker.consumed, _present(board.consumed)),
        "emitted": (_present(board.worker.emitted), _present(board.emitted)),
        "dead letters": (board.worker.dead_letters, {topic: dict(reasons) for topic, reasons in board.dead.items()}),
    }
    return next(
        (f"{name}: the worker counts {own}, Kafka holds {real}" for name, (own, real) in held.items() if own != real),
        None,
    )


def _present(counts: dict[str, int] | Counter[str]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def _localizing_s(board: Board) -> float:
    ready_s = board.ready_s or 0.0
    return max(0.001, (board.through_s or board.now_s) - ready_s)


def line(localized: Localized) -> str:
    """A localized event as one line: locale, kind, key, source and translation cut short, marks."""
    rows = {name: (before, after) for name, before, after, _ in localized.rows}
    spoken = "detail" if localized.by_model else "headline"  # a parcel's headline is always in the reader's language
    before, after = rows.get("body") or rows.get(spoken) or next(iter(rows.values()))
    marks = f"  [{', '.join(localized.warnings)}]" if localized.warnings else ""
    return f"{localized.locale:<6}{localized.kind:<8}{localized.key:<7}{_cut(before)} -> {_cut(after)}{marks}"


def _cut(text: str, characters: int = 60) -> str:
    joined = plain(" ".join(text.split())).plain
    return joined if len(joined) <= characters else joined[: characters - 1].rstrip() + "…"


def summary(board: Board, console: Console) -> None:
    """Print what went in, what came out, what was refused, and how fast it was."""
    console.print(_inputs(board))
    console.print(_outputs(board))
    console.print(
        f"{sum(board.consumed.values())} events in, {sum(board.emitted.values())} records out, "
        f"{board.sentences} sentences in {_localizing_s(board):.1f} s after the worker was ready "
        f"({board.sentences / _localizing_s(board):.0f} a second); {board.through_s or board.now_s:.1f} s in all",
        highlight=False,
    )
    if board.by_people:
        console.print(f"texts shown as people had corrected them meanwhile: {board.by_people}", highlight=False)
    if board.marks:
        console.print(f"marked: {words(board.marks)}", highlight=False, style="yellow")


def examples(board: Board, console: Console) -> None:
    """Print a few events before and after, one of each kind and direction."""
    for name in EXAMPLES:
        if (localized := board.examples.get(name)) is not None:
            title = plain(f"{localized.kind} {localized.key}: {localized.status}")
            console.print(Panel(BeforeAfter(localized, EXAMPLE_ROWS), title=title, title_align="left"))


def _inputs(board: Board) -> Table:
    table = Table("input", "sent", "committed", "dropped", "dead letters")
    for column in table.columns[1:3]:
        column.justify = "right"
    dropped = board.worker.dropped if board.worker else {}
    for topic in INPUTS:
        table.add_row(
            topic,
            str(board.sent[topic]),
            str(board.consumed.get(topic, 0)),
            words(dropped.get(topic, {})) or "-",
            words(board.dead.get(topic, {})) or "-",
        )
    return table


def _outputs(board: Board) -> Table:
    """One row for all locales of a kind: how many records, and whose texts a model translated."""
    table = Table("output", "records", "locales", "translated by a model")
    table.columns[1].justify = "right"
    families: dict[str, list[str]] = {}
    for topic in sorted(board.emitted):
        families.setdefault(topic.partition(".")[0], []).append(topic)
    for family, topics in families.items():
        suffixes = [topic.partition(".")[2] for topic in topics]
        by_model = {suffix: board.by_model[topic] for suffix, topic in zip(suffixes, topics, strict=True)}
        table.add_row(
            family,
            str(sum(board.emitted[topic] for topic in topics)),
            " ".join(suffixes) or "-",
            words({suffix: count for suffix, count in by_model.items() if count}) or "-",
        )
    return table
