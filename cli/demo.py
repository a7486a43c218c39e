"""`dragoman demo`: a Kafka, a worker, the live page and a day of two shops, to be watched."""

import asyncio
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Annotated, Final

import typer
from msgspec import Struct
from rich.console import Console
from rich.live import Live

from cli.console import JsonFlag, bars, err, out, print_json
from cli.demo_board import Board, Localized
from cli.demo_events import DemoEvent, load_demo_events
from cli.demo_page import page_process, require_answer
from cli.demo_report import disagreement, document, examples, line, summary
from cli.demo_run import Flow, prepare
from cli.demo_view import FLOW_ROWS, DemoView, flow
from cli.demo_worker import worker_process
from cli.kafka import jar_progress
from inference.library.catalog import CATALOG
from inference.library.store import ModelStore
from schemas.errors import Fatal
from schemas.settings import Settings, load
from schemas.topics import DEAD_LETTER_LEDGER, INPUTS, RELOCALIZE, TRANSLATION_MEMORY, changelog
from streams.broker.server import Broker
from streams.broker.state import terminable
from streams.connection import address

EVENTS_PER_SECOND: Final = 18.0  # all events in nine seconds: fast enough to stay, slow enough to follow
INTERRUPTED: Final = 128 + signal.SIGINT
UNREAD: Final = frozenset((*INPUTS, *map(changelog, INPUTS), RELOCALIZE, DEAD_LETTER_LEDGER, TRANSLATION_MEMORY))


def command(
    bootstrap: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Another Kafka, with empty input topics; default: its own.")
    ] = None,
    json: JsonFlag = False,
    rate: Annotated[float, typer.Option(min=0.1, help="Events per second.")] = EVENTS_PER_SECOND,
    page: Annotated[bool, typer.Option("--page/--no-page", help="Serve the live page meanwhile.")] = True,
    stay: Annotated[
        bool | None,
        typer.Option("--stay/--no-stay", help="Keep page, worker and Kafka until Ctrl-C; default: on a terminal."),
    ] = None,
) -> None:
    """Watch listings, reviews and parcel events go through a real Kafka and come out in other languages.

    Builds the models and fetches Kafka where they are missing, starts a Kafka and a worker, sends some 160 events of
    two shops, ten of them broken, reads what comes out as any consumer would, and takes all of it down again. On a
    terminal you see it live, elsewhere a line per localized event; the live page shows it in a browser. Ends with 0
    when every event is through and the worker's counts agree with what Kafka holds.
    """
    began_s = time.monotonic()
    settings, events = load(), load_demo_events()
    console = err if json else out
    plan = _Plan(bootstrap, rate, page=page, stay=page and (console.is_terminal if stay is None else stay))
    try:
        with terminable(signal.SIGTERM, signal.SIGHUP):
            board = _run(settings, events, plan, began_s, console)
    except KeyboardInterrupt:
        err.print("interrupted: worker and Kafka are stopped")
        raise typer.Exit(INTERRUPTED) from None
    if json:
        print_json(document(board))
    if wrong := disagreement(board):
        raise Fatal(wrong)


class _Plan(Struct, frozen=True):
    """What was asked for; `stay` only with the page, which is what one stays for."""

    bootstrap: str | None
    rate: float
    page: bool
    stay: bool


def _run(settings: Settings, events: list[DemoEvent], plan: _Plan, began_s: float, console: Console) -> Board:
    with ExitStack() as stack:
        _build_models(settings, console)
        theirs = settings.kafka.model_copy(update={"bootstrap": plan.bootstrap}) if plan.bootstrap else None
        where = theirs or stack.enter_context(_kafka(console)).bootstrap
        specs = settings.topics()
        asyncio.run(prepare(settings, where, specs, own=plan.bootstrap is None))
        folder = stack.enter_context(_log_folder())
        worker = stack.enter_context(worker_process(where, folder / "worker.log"))
        board = Board(total=len(events), where=f"Kafka at {address(where)}", began_s=began_s)
        if plan.page:
            page = stack.enter_context(page_process(where, worker.url, settings.page.port, folder / "page.log"))
            require_answer(page)
            board.where += f"   page {page.url}"
            console.print(f"live page: {page.url}", highlight=False, soft_wrap=True)
        outputs = {s.name: s.partitions for s in specs if s.name not in UNREAD}
        with _watching(board, console) as (show, tell):
            flow = Flow(settings, where, board, show=show, tell=tell)
            asyncio.run(flow.run(events, plan.rate, outputs, worker))
        if plan.stay:
            _stay(address(where), page.url, console)
    return board


def _stay(where: str, url: str, console: Console) -> None:
    """Leave everything as it is until Ctrl-C, which then is no interruption."""
    console.print(f"the live page stays at {url}; end it with Ctrl-C. To send more, in another shell:", soft_wrap=True)
    console.print(
        f"  DRAGOMAN_KAFKA__BOOTSTRAP={where} dragoman publish listing-updated docs/examples/listing.jsonl",
        highlight=False,
        soft_wrap=True,
    )
    with suppress(KeyboardInterrupt):
        signal.pause()


def _build_models(settings: Settings, console: Console) -> None:
    store = ModelStore(settings.pool.models_dir, device=settings.pool.device)
    with bars() as progress:
        for spec in CATALOG:
            store.build(spec.name, progress)
    console.print(f"models are built: {', '.join(spec.name for spec in CATALOG)}", highlight=False)


def _kafka(console: Console) -> Broker:
    with jar_progress() as progress:
        console.print("starting Apache Kafka on this machine ...", highlight=False)
        broker = Broker.start(progress=progress)
    console.print(f"Apache Kafka answers at {broker.bootstrap}", highlight=False)
    return broker


@contextmanager
def _log_folder() -> Iterator[Path]:
    """A folder for the logs, kept when the run fails: the error names the log."""
    folder = Path(tempfile.mkdtemp(prefix="dragoman-demo-"))
    try:
        yield folder
    except Exception:
        raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    else:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _watching(board: Board, console: Console) -> Iterator[tuple[Callable[[Board], None], Callable[[Localized], None]]]:
    """How the run is shown: live on a terminal, else a line per localized event; a summary follows either."""
    if console.is_terminal:
        with Live(DemoView(board), console=console, screen=True, auto_refresh=False) as live:
            yield lambda _board: live.refresh(), lambda _localized: None
        examples(board, console)
        console.print(flow(board, console.width), height=FLOW_ROWS)
    else:
        yield lambda _board: None, lambda localized: console.print(line(localized), markup=False, soft_wrap=True)
    summary(board, console)
