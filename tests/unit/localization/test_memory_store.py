"""Rows on disk: bounded, durable with their offsets, and built anew when they cannot be trusted."""

import subprocess
import sys
from pathlib import Path

import pytest

from localization.memory.rows import Row
from localization.memory.slots import open_store, stores
from localization.memory.store import Store, Unusable
from schemas.errors import OperatorError
from schemas.reasons import Warn

ORIGIN = "cluster-1"


def row(text: str) -> Row:
    return Row(text, strict=False, cut=False, refused=None, seen=b"12345678")


def named(number: int) -> bytes:
    return number.to_bytes(16, "big")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "slot-0"


def test_rows_and_offsets_survive_a_restart(folder: Path) -> None:
    refused = Row(None, strict=True, cut=False, refused=Warn.GATE_NUMBERS, seen=b"x")
    store = Store(folder, 100, ORIGIN)
    store.write([(named(1), row("um")), (named(2), refused)], {("memory", 0): 7, ("memory", 1): 3})
    store.write([(named(3), row("três"))], {("memory", 0): 9})
    store.close()
    again = Store(folder, 100, ORIGIN)
    assert [again.get(named(number)) for number in (1, 2, 3, 4)] == [row("um"), refused, row("três"), None]
    assert dict(again.offsets) == {("memory", 0): 9, ("memory", 1): 3}
    assert again.entries == 3
    assert again.size_bytes > 0
    again.close()


def test_it_stays_bounded_and_what_is_asked_for_stays(folder: Path) -> None:
    store = Store(folder, 100, ORIGIN)
    for number in range(1000):
        store.write([(named(number), row(str(number)))], {("memory", 0): number + 1})
        assert store.get(named(0)) == row("0")  # asked for again and again
        assert store.entries <= 100 + 2
    assert store.get(named(999)) == row("999")
    assert store.get(named(500)) is None
    store.close()
    again = Store(folder, 100, ORIGIN)
    assert again.get(named(0)) == row("0")
    assert again.offsets["memory", 0] == 1000
    again.close()


def test_the_same_row_twice_is_one(folder: Path) -> None:
    store = Store(folder, 100, ORIGIN)
    for _ in range(60):
        store.write([(named(1), row("um"))], {})
    assert store.entries == 1
    store.close()


def test_many_hits_in_the_old_generation_are_copied_without_a_write_to_wait_for(folder: Path) -> None:
    store = Store(folder, 1200, ORIGIN)
    store.write([(named(number), row(str(number))) for number in range(600)], {})  # turns at 600
    assert all(store.get(named(number)) == row(str(number)) for number in range(300))
    store.write([(named(number), row(str(number))) for number in range(1000, 1600)], {})
    kept = [number for number in range(600) if store.get(named(number)) is not None]
    assert kept == list(range(300))
    store.close()


def test_another_cluster_and_another_format_are_not_ours(folder: Path) -> None:
    Store(folder, 100, ORIGIN).close()
    with pytest.raises(Unusable, match="another cluster"):
        Store(folder, 100, "cluster-2")
    Store(folder, 100, ORIGIN).close()  # which leaves it as it was


@pytest.mark.parametrize("damage", ["CURRENT", "MANIFEST"])
def test_a_damaged_store_is_moved_away_and_a_new_one_begun(tmp_path: Path, damage: str) -> None:
    opened = open_store(tmp_path, "shop/1", 100, ORIGIN)
    opened.store.write([(named(1), row("um"))], {("memory", 0): 5})
    folder = opened.folder
    opened.close()
    for path in folder.glob(f"{damage}*"):
        path.write_bytes(b"not what it was")
    again = open_store(tmp_path, "shop/1", 100, ORIGIN)
    assert again.problem
    assert (again.store.get(named(1)), dict(again.store.offsets)) == (None, {})
    again.store.write([(named(1), row("um"))], {})
    assert again.store.get(named(1)) == row("um")
    assert folder.with_suffix(".unusable").is_dir()
    again.close()
    assert stores(tmp_path, "shop/1") == [folder]


def test_a_fault_while_it_is_open_costs_its_rows_and_nothing_else(folder: Path) -> None:
    store = Store(folder, 100, ORIGIN)
    store.write([(named(1), row("um"))], {})
    store._db.close()  # whatever takes the ground from under it
    store.write([(named(2), row("dois"))], {("memory", 0): 2})
    assert store.problem
    assert store.get(named(1)) is None
    assert store.entries == 0
    store.close()
    with pytest.raises(Unusable, match="damaged"):
        Store(folder, 100, ORIGIN)


def test_each_worker_has_a_slot_and_the_next_takes_over_the_first_free_one(tmp_path: Path) -> None:
    first, second = (open_store(tmp_path, "shop", 100, ORIGIN) for _ in range(2))
    assert [first.folder.name, second.folder.name] == ["slot-0", "slot-1"]
    first.store.write([(named(1), row("um"))], {})
    first.close()
    third = open_store(tmp_path, "shop", 100, ORIGIN)
    assert (third.folder.name, third.store.get(named(1))) == ("slot-0", row("um"))
    for opened in (second, third):
        opened.close()


def test_what_a_killed_process_wrote_is_there(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from localization.memory.rows import Row\n"
        "from localization.memory.slots import open_store\n"
        f"opened = open_store(Path(sys.argv[1]), 'shop', 100, {ORIGIN!r})\n"
        "opened.store.write([(bytes(16), Row('um', False, False, None, b'x'))], {('memory', 0): 4})\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False, cwd=Path(__file__).parents[3])
    assert done.returncode == -9
    opened = open_store(tmp_path, "shop", 100, ORIGIN)
    assert opened.folder.name == "slot-0"
    assert opened.store.get(bytes(16)).output == "um"
    assert opened.store.offsets["memory", 0] == 4
    opened.close()


def test_a_file_where_the_folder_should_be_is_the_operators_to_mend(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(OperatorError, match=r"cannot keep translations in .*localization\.memory_dir"):
        open_store(tmp_path / "taken", "shop", 100, ORIGIN)
