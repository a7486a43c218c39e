"""What the campaign says: a command that repeats a run, a table, a document for machines, and its exit codes."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.disk import BALLAST, Disk, why_no_disk
from tests.chaos.history import Verdict
from tests.chaos.report import as_json, print_table, repeat_command
from tests.chaos.run import Result
from tests.chaos.schedule import draw
from tests.chaos.signs import count_signs


@pytest.mark.parametrize("only", [[], ["sigkill", "black-hole"]])
def test_the_command_repeats_the_run(only: list[str]) -> None:
    schedule = draw(17, 4000, only)
    words = shlex.split(repeat_command(schedule, 600.0, only))
    said = dict(zip(words[3::2], words[4::2], strict=True))
    names = said["--only"].split(",") if "--only" in said else []
    assert said["--runs"] == "1"
    assert draw(int(said["--seed"]), int(said["--events"]), names) == schedule


def results() -> list[Result]:
    good = Result(draw(0, 1000), visible=1000, recover_s={"sigkill": [1.25]})
    skipped = Result(draw(1, 1000), skipped=dict.fromkeys(draw(1, 1000).names, "no reason"))
    bad = Result(draw(2, 1000), Verdict(lost=3), ["something hung"])
    return [good, skipped, bad]


def test_a_run_is_good_only_when_all_is_zero_and_nothing_hung() -> None:
    assert [result.good for result in results()] == [True, True, False]
    assert not Result(draw(0, 1000), troubles=["hung"]).good
    assert not Result(draw(0, 1000), Verdict(duplicate=1)).good


def test_the_table_has_a_row_for_every_fault_met(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(results())
    lines = capsys.readouterr().out.splitlines()
    for result in results():
        for name in result.schedule.names:
            assert any(f" {name} " in line for line in lines)
    assert sum("skipped" in line for line in lines) >= 1
    cells = [cell.strip() for cell in next(line for line in lines if line.startswith("│ all")).split("│")]
    assert cells[2:5] == ["3", "1000", "3"]


def test_the_document_has_schedules_and_verdicts() -> None:
    told = json.loads(as_json(results(), {"rate": 600.0, "versions": {}}, []))
    assert [run["schedule"]["seed"] for run in told["runs"]] == [0, 1, 2]
    assert [run["good"] for run in told["runs"]] == [True, True, False]
    assert told["runs"][2]["verdict"]["lost"] == 3
    assert all(run["again"].startswith("python -m tests.chaos") for run in told["runs"])


def test_an_unknown_fault_is_refused_in_one_line() -> None:
    command = [sys.executable, "-m", "tests.chaos", "--only", "sigkil"]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "there is no fault sigkil" in done.stderr


def test_signs_are_counted_by_kind(tmp_path: Path) -> None:
    lines = [
        {"logger": "dragoman", "event": "lane_opened"},
        {"logger": "aiokafka.conn", "event": "closed", "exception": "MemoryError"},
        {"logger": "aiokafka", "event": "something else"},
    ]
    log = "".join(json.dumps(line) + "\n" for line in lines) + "not JSON: offsets were reset\n"
    (tmp_path / "w0.log").write_text(log)
    (tmp_path / "w1.log").write_text(json.dumps(lines[0]))
    assert count_signs(tmp_path) == {"MemoryError": 1, "aiokafka": 2, "contradiction": 1, "lane_opened": 2, "other": 1}


def test_a_full_disk_takes_not_one_byte_and_then_does_again(tmp_path: Path) -> None:
    reason = why_no_disk()
    if reason is not None:
        assert not os.environ.get("CI"), reason
        pytest.skip(reason)
    disk = Disk(tmp_path / "disk")
    with pytest.raises(RuntimeError):
        disk.fill()  # it would be the disk of whoever runs the tests
    disk.mount()
    try:
        disk.fill()
        with pytest.raises(OSError, match="space"):
            (disk.folder / "more").write_bytes(b"x")
        assert (disk.folder / BALLAST).stat().st_size > 60_000_000
        disk.free()
        (disk.folder / "more").write_bytes(b"x")
    finally:
        disk.close()
    assert list(disk.folder.iterdir()) == []
