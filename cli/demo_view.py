"""The demo on a terminal: curves of throughput and lag, topics and models, and the latest event before and after."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.layout import Layout
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from cli.demo_board import Board, Localized, Sample
from cli.tail import plain
from schemas.topics import INPUTS

EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
CURVE_ROWS: Final = 2
RATE_OVER_S: Final = 1.0
FLOW_ROWS: Final = 10  # four topics and headings, two or three models, and the frame
LABEL_COLUMNS: Final = 13
TALL: Final = 28  # rows from which reasons may take two lines
HOLD_S: Final = 0.8  # an event stays this long before the next takes its place: it has to be read
WIDE: Final = 120  # columns from which the origin of each text has room
NARROW: Final = 96  # columns below which what was sent has no room beside a topic's name
NAME_COLUMNS: Final = 13
ORIGIN_COLUMNS: Final = 22


class DemoView:
    """Renders the board at any size; `update` is called a few times a second and keeps an event long enough to read."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._held: Localized | None = None
        self._since_s = 0.0

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Fill the height that there is."""
        yield frame(self._board, self._latest(), options.max_width, options.height or console.height)

    def _latest(self) -> Localized | None:
        now_s = self._board.now_s
        if self._held is None or now_s - self._since_s >= HOLD_S:
            self._held, self._since_s = self._board.latest, now_s
        return self._held


def frame(board: Board, latest: Localized | None, width: int, height: int) -> Layout:
    """The whole view, `width` columns by `height` rows."""
    layout = Layout()
    layout.split_column(
        Layout(_head(board), size=2),
        Layout(name="flow", size=FLOW_ROWS),
        Layout(_event(latest, width), name="event"),
        Layout(_foot(board, wrap=height >= TALL), size=4 if height >= TALL else 2),
    )
    layout["flow"].update(flow(board, width))
    return layout


def flow(board: Board, width: int) -> Layout:
    """The curves of the whole run beside topics and models."""
    layout = Layout()
    layout.split_row(
        Layout(Panel(_curves(board, width // 2 - 4), title="flow", border_style="cyan"), ratio=1),
        Layout(Panel(_places(board, narrow=width < NARROW), title="topics and models", border_style="cyan"), ratio=1),
    )
    return layout


def _head(board: Board) -> RenderableType:
    title = Text.assemble(
        ("Dragoman   ", "bold magenta"), f"{board.where}   worker ", (board.worker_says, "bold"), no_wrap=True
    )
    clock = Text(f"{board.now_s:5.1f} s", "dim", justify="right")
    line = Table.grid(expand=True)
    line.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    line.add_column(width=8)
    line.add_row(title, clock)
    sent, done = sum(board.sent.values()), sum(board.consumed.values())
    bars = Table.grid(expand=True, padding=(0, 1))
    for _ in range(2):
        bars.add_column(no_wrap=True)
        bars.add_column(ratio=1)
    bars.add_row(
        f"sent {sent:>3} of {board.total}",
        ProgressBar(total=board.total, completed=sent),
        f"committed {done:>3}",
        ProgressBar(total=board.total, completed=done),
    )
    return Group(line, bars)


def _curves(board: Board, width: int) -> RenderableType:
    samples = board.samples
    events, sentences = rates(samples, lambda s: s.consumed), rates(samples, lambda s: s.sentences)
    lags = [float(sample.lag) for sample in samples]
    shown = Table.grid(padding=(0, 1))
    shown.add_column(width=LABEL_COLUMNS, no_wrap=True)
    shown.add_column(no_wrap=True)
    for name, series, style in (
        ("events/s", events, "green"),
        ("sentences/s", sentences, "blue"),
        ("lag", lags, "yellow"),
    ):
        label = Text(f"{name}\n", "dim").append(f"{series[-1] if series else 0:.0f}", f"bold {style}")
        label.append(f" max {max(series, default=0):.0f}", "dim")
        shown.add_row(label, Text("\n".join(curve(series, max(1, width - LABEL_COLUMNS - 1))), style))
    return shown


def rates(samples: Sequence[Sample], count: Callable[[Sample], int]) -> list[float]:
    """The growth of a counter per second at each sample, over the RATE_OVER_S before it."""
    found = []
    first = 0
    for sample in samples:
        while samples[first].at_s < sample.at_s - RATE_OVER_S:
            first += 1
        spent_s = sample.at_s - samples[first].at_s
        found.append((count(sample) - count(samples[first])) / spent_s if spent_s > 0 else 0.0)
    return found


def curve(series: Sequence[float], width: int, rows: int = CURVE_ROWS) -> list[str]:
    """A series as lines of block characters, the highest line first, its maximum at full height.

    A longer series is averaged into `width` columns, so that all of it is seen.
    """
    columns = _squeezed(series, width)
    top = max(columns, default=0.0)
    # What is there at all is seen: at least one eighth.
    steps = [max(1, round(value / top * 8 * rows)) if value > 0 else 0 for value in columns]
    return [
        "".join(EIGHTHS[min(8, max(0, step - 8 * row))] for step in steps).ljust(width) for row in reversed(range(rows))
    ]


def _squeezed(series: Sequence[float], width: int) -> list[float]:
    if len(series) <= width:
        return list(series)
    cuts = [len(series) * column // width for column in range(width + 1)]
    return [sum(series[a:b]) / (b - a) for a, b in pairwise(cuts)]


def _places(board: Board, *, narrow: bool) -> RenderableType:
    """Per topic what is waiting and in flight; per model how full its runs are."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, expand=True, header_style="dim")
    table.add_column("topic", ratio=1, no_wrap=True)
    for name in ("sent", "lag", "lag s", "in flight")[narrow:]:
        table.add_column(name, justify="right", no_wrap=True)
    lanes = board.worker.lanes.items() if board.worker else ()
    for topic in INPUTS:
        lags = [lag for lag in board.lags if lag.topic == topic]
        oldest = max((lag.seconds or 0.0 for lag in lags), default=0.0)
        flying = sum(lane.in_flight for (of, _), lane in lanes if of == topic)
        cells = (str(board.sent[topic]), str(sum(lag.records for lag in lags)), f"{oldest:.1f}", str(flying))
        table.add_row(topic, *cells[narrow:])
    models = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, expand=True, header_style="dim")
    models.add_column("model", ratio=1, no_wrap=True)
    for name in ("texts", "batch", "fill", "queue"):
        models.add_column(name, justify="right", no_wrap=True)
    for name, seen in sorted(board.worker.models.items() if board.worker else ()):
        models.add_row(name, str(seen.requests), f"{seen.rows:.1f}", f"{seen.fill:.0%}", str(seen.waiting))
    return Group(table, models)


class BeforeAfter:
    """An event's texts beside those they were made from: as many lines as `rows`, or as there is room for."""

    def __init__(self, localized: Localized, rows: int | None = None) -> None:
        self._localized = localized
        self._rows = rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Wrap each text to its column; a long one leaves room for the others."""
        wide = options.max_width >= WIDE
        room = (self._rows or options.height or console.height) - 1
        column = max(8, (options.max_width - NAME_COLUMNS - 2 - (ORIGIN_COLUMNS + 1 if wide else 0)) // 2)
        table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
        table.add_column("", no_wrap=True, style="dim", width=NAME_COLUMNS)
        table.add_column("source", no_wrap=True, width=column, style="grey70")
        table.add_column(self._localized.locale, no_wrap=True, width=column)
        if wide:
            table.add_column("origin", no_wrap=True, style="dim", width=ORIGIN_COLUMNS, overflow="ellipsis")
        longest = max(2, room // 2)
        for name, before, after, origin in self._localized.rows:
            texts = [_wrapped(text, console, column, min(room, longest)) for text in (before, after)]
            lines = max(len(text.plain.splitlines()) for text in texts) or 1
            if lines > room:
                break
            room -= lines
            table.add_row(_short(name), *texts, *((plain(origin),) if wide else ()))
        yield table


def _wrapped(text: str, console: Console, width: int, lines: int) -> Text:
    """At most `lines` lines of a text; the last one shows that more follows."""
    wrapped = plain(" ".join(text.split())).wrap(console, width, overflow="fold")
    shown = list(wrapped[: max(1, lines)])
    for line in shown:
        line.rstrip()
    if len(wrapped) > len(shown):
        shown[-1].truncate(width - 1)
        shown[-1].append("…")
    return Text("\n").join(shown)


def _short(name: str) -> str:
    return name.replace("attribute", "attr.")[:NAME_COLUMNS]


def _event(localized: Localized | None, width: int) -> Panel:
    if localized is None:
        return Panel(Text("waiting for the first localized event", "dim"), title="before and after", border_style="dim")
    marks = f"  [{', '.join(localized.warnings)}]" if localized.warnings else ""
    title = plain(f"{localized.kind} {localized.key}: {localized.status}{marks}")
    title.truncate(max(10, width - 8), overflow="ellipsis")
    style = "yellow" if localized.warnings else "green"
    return Panel(BeforeAfter(localized), title=title, title_align="left", border_style=style)


def _foot(board: Board, *, wrap: bool) -> RenderableType:
    """What did not become a translation, and why."""
    lines = Table.grid(padding=(0, 1))
    lines.add_column(no_wrap=True, style="dim", min_width=12)
    lines.add_column(overflow="ellipsis", no_wrap=not wrap)
    lines.add_row("dead letters", Text(words(board.dead_reasons) or "none yet", "red" if board.dead else "dim"))
    lines.add_row("marked", Text(words(board.marks) or "nothing yet", "yellow" if board.marks else "dim"))
    return lines


def words(counts: Mapping[str, int]) -> str:
    """Counts by reason as one line, the largest first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{reason} {count}" for reason, count in ordered)
