"""`dragoman kafka`: an Apache Kafka of one's own, without Docker and without a Java of one's own."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from cli.console import JsonFlag, err, out, print_json, print_table
from cli.quantities import duration
from streams.broker import jars, state
from streams.broker.config import HOST
from streams.broker.server import Broker, answers

app = typer.Typer(
    help="Start, stop and look at the embedded Apache Kafka (one node, loopback only).", no_args_is_help=True
)

PortOption = Annotated[int | None, typer.Option(min=1, max=65535, help="Port for clients; a free one when left out.")]
DataOption = Annotated[Path | None, typer.Option(help="Folder to keep data in; a temporary one when left out.")]
DetachOption = Annotated[bool, typer.Option("--detach/--foreground", help="Leave it running, or hold it until Ctrl-C.")]


@contextmanager
def jar_progress() -> Iterator[jars.Progress]:
    """A progress bar on standard error, or one line where that is no terminal; nothing when all jars are there."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=err)
    task = bar.add_task("Fetching Apache Kafka", start=False)

    def report(done: int, total: int) -> None:
        if not bar.tasks[task].started:
            bar.start_task(task)
            if err.is_terminal:
                bar.start()
            else:
                err.print(f"fetching Apache Kafka: {total / 1e6:.0f} MB")
        bar.update(task, completed=done, total=total)

    try:
        yield report
    finally:
        if bar.live.is_started:
            bar.stop()


@app.command()
def start(
    port: PortOption = None,
    data: DataOption = None,
    detach: DetachOption = True,
    json: JsonFlag = False,
) -> None:
    """Start Apache Kafka and return once it answers. The first start fetches 37 MB of jars and checks each of them."""
    with state.terminable():
        with state.starting(), jar_progress() as progress:
            broker = Broker.start(data, port, progress=progress, detached=detach)
            running = state.RunningBroker.of(broker)
            state.write_state(running)
        with nullcontext() if detach else state.held(broker):
            _announce(running, json=json)


@app.command()
def stop(json: JsonFlag = False) -> None:
    """Stop the embedded Kafka cleanly; temporary data goes with it."""
    stopped = state.stop_running()
    if json:
        print_json({"stopped": True, "pid": stopped.pid, "bootstrap": stopped.bootstrap})
    else:
        out.print(f"stopped Apache Kafka at {stopped.bootstrap} after {duration(stopped.uptime_s())}")


@app.command()
def status(json: JsonFlag = False) -> None:
    """Show the embedded Kafka: address, process, version, data, uptime. Exit code 1 when none runs."""
    running = state.read_state()
    if running is None or not running.alive():
        if json:
            print_json({"running": False})
        else:
            gone = f": the one with pid {running.pid} has ended" if running else ""
            out.print(f"no embedded Kafka runs{gone}")
        raise typer.Exit(1)
    ready = answers(HOST, int(running.bootstrap.rpartition(":")[2]))
    facts = _facts(running) | {"running": True, "answers": ready, "uptime_s": round(running.uptime_s(), 1)}
    if json:
        print_json(facts)
    else:
        facts["uptime_s"] = duration(running.uptime_s())
        print_table(("", "Apache Kafka"), [(name.removesuffix("_s"), value) for name, value in facts.items()])


def _announce(running: state.RunningBroker, *, json: bool) -> None:
    if json:
        print_json(_facts(running))
        return
    out.print(f"Apache Kafka {running.version} answers at [bold]{running.bootstrap}[/] (pid {running.pid})")
    out.print(f"data: {running.data}{' (removed by stop)' if running.temporary else ''}", soft_wrap=True)
    out.print(f"to use it: export DRAGOMAN_KAFKA__BOOTSTRAP={running.bootstrap}", soft_wrap=True)


def _facts(running: state.RunningBroker) -> dict[str, Any]:
    facts: dict[str, Any] = msgspec.to_builtins(running)
    del facts["mark"], facts["started_at"]
    return facts
