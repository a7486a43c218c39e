"""`dragoman lag`: the table, the document and the one line when the broker is away."""

import socket

import pytest
from rich.console import Console
from typer.testing import CliRunner

from cli import main
from cli.lag import document, table
from streams.lag import LagStatus, PartitionLag
from streams.scrape import LaneSeen
from streams.trend import Pace

LAGS = [
    PartitionLag("review-posted", 0, 0, 20, 20, 0, 0.0, owned=True, status=LagStatus.CAUGHT_UP),
    PartitionLag("listing-updated", 1, 0, 99, 40, 59, 12.34, owned=True, status=LagStatus.STALLED),
    PartitionLag("listing-updated", 0, 0, 7, None, 7, None, owned=False, status=LagStatus.UNCOMMITTED),
]
PACES = {("listing-updated", 1): Pace(2.0, 1.0, 59.0), ("review-posted", 0): Pace(1.0, 1.0, None)}
LANES = {("listing-updated", 1): LaneSeen(in_flight=5, oldest_unfinished_s=3.21)}


def test_the_document_has_the_worst_first_and_sums():
    shown = document(LAGS, LANES, PACES)
    assert (shown["records"], shown["seconds"]) == (66, 12.34)
    assert [row["status"] for row in shown["partitions"]] == ["uncommitted", "stalled", "caught_up"]
    stalled = shown["partitions"][1]
    assert (stalled["end"], stalled["committed"], stalled["records"], stalled["seconds"]) == (99, 40, 59, 12.34)
    assert (stalled["in_flight"], stalled["oldest_unfinished_s"]) == (5, 3.21)
    assert (stalled["consumed_per_s"], stalled["arriving_per_s"], stalled["drain_s"]) == (2.0, 1.0, 59.0)
    assert shown["partitions"][0]["in_flight"] is None


def test_the_table_says_unknown_where_nothing_is_known():
    console = Console(width=80, color_system=None)
    with console.capture() as captured:
        console.print(table(LAGS, LANES, PACES))
    rows = [line.split() for line in captured.get().splitlines() if "-updated" in line]
    assert rows == [
        ["listing-updated/0", "7", "-", "7", "-", "-", "-", "uncommitted"],
        ["listing-updated/1", "99", "40", "59", "12.3", "59s", "5", "stalled"],
    ]


def test_large_offsets_are_not_cut_on_80_columns():
    console = Console(width=80, color_system=None)
    large = PartitionLag("listing-updated", 11, 0, 123_456_789, 123_450_000, 6_789, 123.4, True, LagStatus.MOVING)
    with console.capture() as captured:
        paces = {("listing-updated", 11): Pace(9.0, 8.5, 12_345.0)}
        console.print(table([large], {("listing-updated", 11): LaneSeen(256, 12.3)}, paces))
    assert captured.get().splitlines()[-1].split() == [
        "listing-updated/11", "123456789", "123450000", "6789", "123.4", "3h25m", "256", "moving",
    ]  # fmt: skip


@pytest.mark.parametrize("more", [[], ["--json"], ["--watch"]])
def test_a_broker_that_is_away_is_one_line_and_exit_code_2(monkeypatch, capsys, more: list[str]):
    with socket.socket() as bound:  # not listening
        bound.bind(("127.0.0.1", 0))
        bootstrap = f"127.0.0.1:{bound.getsockname()[1]}"
        monkeypatch.setattr("sys.argv", ["dragoman", "lag", "--bootstrap", bootstrap, *more])
        with pytest.raises(SystemExit) as ended:
            main.run()
    assert ended.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"dragoman: cannot use Kafka at {bootstrap}")
    assert captured.err.count("\n") == 1


def test_help_explains_every_status():
    shown = CliRunner().invoke(main.build_app(["lag"]), ["lag", "--help"]).output
    assert all(status in shown for status in LagStatus)


def test_a_backlog_that_never_ends_says_so():
    console = Console(width=80, color_system=None)
    with console.capture() as captured:
        console.print(table(LAGS, LANES, PACES))
    assert "never" in next(line for line in captured.get().splitlines() if "review-posted" in line)
