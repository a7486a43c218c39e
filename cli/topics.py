"""`dragoman topics`: make the topics of this deployment, or see how the ones that exist differ."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import msgspec
import typer

from cli.console import JsonFlag, out, print_json, print_table
from schemas.settings import load
from streams.topics import TopicResult, check_topics, create_topics

app = typer.Typer(
    help="Create the topics of this deployment, or check that they are as they must be.", no_args_is_help=True
)


@app.command()
def create(json: JsonFlag = False) -> None:
    """Create the topics that are missing. One that exists and differs is reported, never changed: exit code 1."""
    settings = load()
    _report(asyncio.run(create_topics(settings.kafka, settings.topics(), settings.kafka.replication)), json=json)


@app.command()
def check(json: JsonFlag = False) -> None:
    """Compare partitions, clean-up and retention of every topic. Exit code 1 when one is missing or differs."""
    settings = load()
    _report(asyncio.run(check_topics(settings.kafka, settings.topics())), json=json)


def _report(results: Sequence[TopicResult], *, json: bool) -> None:
    counts = Counter(result.state for result in results)
    good = not counts["missing"] and not counts["differs"]
    if json:
        print_json({"ok": good, "counts": dict(counts), "topics": msgspec.to_builtins(results)})
    else:
        rows = [(result.name, result.partitions, result.state, "\n".join(result.differences)) for result in results]
        print_table(("topic", "partitions", "state", "differences"), rows)
        out.print(", ".join(f"{count} {state}" for state, count in sorted(counts.items())))
    if not good:
        raise typer.Exit(1)
