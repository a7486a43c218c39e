"""`dragoman page`: events, lag and latency in a browser, as they pass."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.console import out
from schemas.errors import OperatorError
from schemas.settings import PageSettings, Settings, load
from streams.broker.state import terminable
from streams.logs import configure_logging
from streams.page.page import Page


def command(
    metrics: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="Address of a worker's metrics (repeatable), instead of the settings'."),
    ] = None,
    host: Annotated[str | None, typer.Option(help="Where to listen, instead of the settings'.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = None,
    bootstrap: Annotated[str | None, typer.Option(help="Broker, instead of the settings'.")] = None,
    group: Annotated[str | None, typer.Option(help="The workers' consumer group, instead of the settings'.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file; default: dragoman.toml if it is there.")] = None,
) -> None:
    """Serve the live page: lag, throughput, latency, batches, dead letters, and events before and after.

    It reads the outputs as any consumer does and asks workers for their metrics; it joins no group, so it cannot slow
    a worker down. It listens on loopback; elsewhere it needs a token (setting page.token). Ends with 0 after SIGTERM
    or Ctrl-C.
    """
    settings = load(config)
    configure_logging(settings.logs)
    named = {name: value for name, value in (("bootstrap", bootstrap), ("group", group)) if value is not None}
    kafka = settings.kafka.model_copy(update=named)
    settings = settings.model_copy(update={"page": _page_settings(settings, host, port), "kafka": kafka})
    urls = metrics or settings.page.workers or ((settings.http.url,) if settings.http.url else ())
    if not urls:
        raise OperatorError("the worker's port is not fixed: name its address with --metrics http://HOST:PORT")
    page = Page(settings, urls)
    try:
        with terminable():
            asyncio.run(page.run(lambda url: _say(url, settings.page)))
    except KeyboardInterrupt:
        raise typer.Exit from None


def _page_settings(settings: Settings, host: str | None, port: int | None) -> PageSettings:
    named = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    return settings.page.model_copy(update=named)


def _say(url: str, settings: PageSettings) -> None:
    asked = " (open it with /?token=...)" if settings.token else ""
    out.print(f"live page: {url}{asked}", highlight=False, soft_wrap=True)
