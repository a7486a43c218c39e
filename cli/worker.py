"""`dragoman worker`: a process that localizes until it is told to stop."""

from pathlib import Path
from typing import Annotated

import typer

from cli.console import err
from schemas.settings import load
from streams.logs import configure_logging
from streams.process import run_worker
from streams.worker import Started, Worker


def command(
    config: Annotated[Path | None, typer.Option(help="Settings file; default: dragoman.toml if it is there.")] = None,
) -> None:
    """Consume listings, reviews and parcels and emit them localized, exactly once.

    Ends with 0 after SIGTERM or Ctrl-C, with 2 for what only you can mend, with 1 when models, pool or state are lost.
    """
    settings = load(config)
    configure_logging(settings.logs)
    run_worker(lambda leaving: Worker(settings, on_start=say_where, on_leaving=leaving))


def say_where(started: Started) -> None:
    """Tell people where health and metrics are served."""
    if started.health_url:
        err.print(f"health and metrics: {started.health_url}/ready {started.health_url}/metrics", highlight=False)
