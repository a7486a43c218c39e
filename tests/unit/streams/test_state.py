"""The state on disk: what it keeps, when it is believed, and what a disk that fails costs."""

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiokafka import TopicPartition

from schemas.errors import OperatorError
from streams.state import partition as states
from streams.state import store as stores
from streams.state.partition import RECENT_MAX, STALE_S, Change, Known, PartitionState, Place
from streams.state.store import StateLost, StateStore
from tests.unit.streams.runner_kit import Seen

TP = TopicPartition("listing-updated", 3)
OTHER = TopicPartition("listing-updated", 259)  # the same last byte


NOW = 1_772_000_000.0


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(tmp_path: Path, clock: Clock):
    """Opens the store again and again, as a worker that restarts does."""
    at_hand: list[StateStore] = []

    def again(origin: str = "cluster") -> StateStore:
        if at_hand:
            at_hand.pop().__exit__()
        store = StateStore.claim(tmp_path, "g", origin)
        store.now = clock
        at_hand.append(store)
        return store

    yield again
    for store in at_hand:
        store.__exit__()


def part(store: StateStore, tp: TopicPartition = TP, first: int = 0, end: int = 100) -> PartitionState:
    made = PartitionState(store, tp, Seen)
    made.resume(first, end)
    return made


def change(key: str, *numbers: int) -> Change:
    return Change(key, numbers[-1], msgspec.json.encode(Seen(numbers)))


def known(*numbers: int) -> Known:
    return Known(Seen(numbers), numbers[-1])


def test_what_is_applied_is_there_after_a_restart_with_its_place(opened, clock):
    state = part(opened())
    state.apply([change("a", 1), change("b", 1, 2), change("gone", 3)], Place(0, 4, 77, 5, clock()))
    state.apply([change("a", 1, 9), Change("gone", 10, None)], Place(0, 12, 78, 13, clock()))
    for again in (lambda: state, lambda: part(opened())):
        read = again()
        assert [read.get(key) for key in ("a", "b", "gone")] == [known(1, 9), known(1, 2), None]
        assert read.place == Place(0, 12, 78, 13, clock())


def test_a_store_that_is_closed_touches_nothing_more(opened, tmp_path):
    state = part(opened())
    state.apply([change("a", 1)], Place(0, 12, at=NOW))
    again = part(opened())
    for use in (
        lambda: state.get("b"),
        lambda: state.apply([change("a", 2)], Place(0, 13, at=NOW)),
        lambda: state.clear(0),
    ):
        with pytest.raises(StateLost, match="closed"):
            use()
    assert again.get("a") == known(1)


def test_partitions_do_not_see_each_other(opened):
    store = opened()
    state, other = part(store), part(store, OTHER)
    state.apply([change("a", 1)], Place(0, 1, at=NOW))
    other.apply([change("a", 2)], Place(0, 2, at=NOW))
    state.clear(0)
    assert (state.get("a"), other.get("a")) == (None, known(2))
    assert part(store, OTHER).place.last == 2


def test_more_keys_than_are_kept_at_hand_are_read_from_disk(opened, monkeypatch):
    monkeypatch.setattr(states, "RECENT_MAX", 3)
    state = part(opened())
    state.apply([change(f"k{n}", n) for n in range(10)], Place(0, 9, at=NOW))
    assert len(state._recent) <= 3 < RECENT_MAX
    assert [state.get(f"k{n}") for n in range(10)] == [known(n) for n in range(10)]
    assert len(state._recent) <= 3


@pytest.mark.parametrize(
    ("first", "end", "away_s"),
    [
        (1, 100, 0),  # records were deleted from the changelog
        (0, 13, -1),  # kept: the last one applied stands at 12
        (0, 12, 0),  # the changelog is shorter than what was applied: it was made anew
        (0, 100, STALE_S + 1),  # away for so long that the broker may have forgotten what others deleted
    ],
)
def test_a_store_that_cannot_belong_to_the_changelog_is_forgotten(opened, clock, first, end, away_s):
    state = part(opened())
    state.apply([change("a", 1)], Place(0, 12, 7, 13, clock()))
    kept = away_s < 0
    clock.now += max(0, away_s)
    again = part(opened(), first=first, end=end)
    assert (again.get("a") is not None) == kept
    assert again.place == (Place(0, 12, 7, 13, clock()) if kept else Place(first, at=clock()))


@pytest.mark.parametrize("away_s", [STALE_S + 1, -STALE_S - 1])
@pytest.mark.parametrize(("end", "kept"), [(13, True), (14, True), (15, False)])
def test_an_old_store_is_believed_only_where_nothing_was_written_since(opened, clock, end, kept, away_s):
    """Behind the last record stands the marker of its transaction: 12, 13, and the end is 14."""
    state = part(opened())
    state.apply([change("a", 1)], Place(0, 12, at=clock()))
    clock.now += away_s
    assert (part(opened(), end=end).get("a") is not None) == kept


def test_only_the_end_of_the_changelog_makes_a_state_young(opened, clock):
    state = part(opened())
    state.apply([change("a", 1)], Place(0, 12, at=clock()))
    clock.now += STALE_S - 1
    state.caught_up()
    clock.now += STALE_S - 1
    assert part(opened()).get("a") == known(1)
    clock.now += 2
    assert part(opened()).get("a") is None


def test_a_worker_pointed_at_another_cluster_for_once_loses_nothing(opened):
    part(opened("one")).apply([change("a", 1)], Place(0, 12, at=NOW))
    assert part(opened("two")).get("a") is None
    assert part(opened("one")).get("a") == known(1)


def test_a_folder_of_another_cluster_is_not_believed(tmp_path):
    with StateStore(tmp_path / "slot", (tmp_path / "lock").open("wb"), "one") as store:
        part(store).apply([change("a", 1)], Place(0, 12, at=store.now()))
    with StateStore(tmp_path / "slot", (tmp_path / "lock").open("wb"), "two") as store:
        assert part(store).get("a") is None


def test_a_damaged_store_is_moved_away_and_filled_anew(opened, tmp_path):
    part(opened()).apply([change("a", 1)], Place(0, 12, at=NOW))
    opened().__exit__()
    (folder,) = [path for path in (tmp_path / "cluster" / "g").iterdir() if path.is_dir()]
    for file in folder.glob("MANIFEST*"):
        file.write_bytes(b"junk")
    state = part(opened())
    assert state.get("a") is None
    assert folder.with_suffix(".unusable").exists()
    state.apply([change("a", 2)], Place(0, 13, at=NOW))
    assert part(opened()).get("a") == known(2)


def test_two_workers_of_one_machine_do_not_share_a_folder(tmp_path):
    with StateStore.claim(tmp_path, "g", "c") as one, StateStore.claim(tmp_path, "g", "c") as two:
        part(one).apply([change("a", 1)], Place(0, 1, at=NOW))
        assert part(two).get("a") is None


def test_a_state_of_another_version_is_for_the_operator(opened):
    state = part(opened())
    state.apply([Change("a", 1, b'{"numbers":"many"}')], Place(0, 1, at=NOW))
    with pytest.raises(OperatorError, match="another version"):
        state.get("a")


class Disk:
    """The database, behind which the disk is full or broken."""

    def __init__(self, db: Any) -> None:
        self.db = db
        self.full = False
        self.broken = False

    def write(self, batch: Any) -> None:
        if self.full:
            raise Exception("IO error: No space left on device")  # noqa: TRY002  (what rocksdict raises)
        self.db.write(batch)

    def get(self, name: bytes) -> bytes | None:
        if self.broken:
            raise Exception("Corruption: block checksum mismatch")  # noqa: TRY002  (what rocksdict raises)
        return self.db.get(name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.db, name)


def test_a_full_disk_costs_nothing_but_memory_until_it_has_room_again(opened, monkeypatch, clock):
    monkeypatch.setattr(states, "RECENT_MAX", 1)
    store = opened()
    state = part(store)
    state.apply([change("a", 1), change("gone", 1)], Place(0, 1, at=clock()))
    disk = store._db = Disk(store._db)
    disk.full = True
    state.apply([change("a", 1, 2), Change("gone", 2, None)], Place(0, 3, at=clock()))
    state.apply([change("b", 3)], Place(0, 4, at=clock()))
    assert (state.get("a"), state.get("b"), state.get("gone")) == (known(1, 2), known(3), None)
    assert store.waiting == 4  # with the place
    disk.full = False
    monkeypatch.setattr(stores.time, "monotonic", lambda now=time.monotonic: now() + stores.RETRY_S)
    state.apply([change("c", 5)], Place(0, 5, at=clock()))
    assert store.waiting == 0
    again = part(opened())
    assert [again.get(key) for key in ("a", "b", "c", "gone")] == [known(1, 2), known(3), known(5), None]
    assert again.place.last == 5


def test_what_a_full_disk_kept_from_being_written_is_not_claimed_after_a_crash(opened, clock):
    """The place is written with the changes or not at all: the changelog has what is missing."""
    store = opened()
    state = part(store)
    state.apply([change("a", 1)], Place(0, 1, at=clock()))
    disk = store._db = Disk(store._db)
    disk.full = True
    state.apply([change("a", 1, 2)], Place(0, 3, at=clock()))
    again = part(opened())
    assert (again.get("a"), again.place.last) == (known(1), 1)


def test_a_disk_that_stays_full_ends_the_worker_before_its_memory_does(opened, monkeypatch):
    monkeypatch.setattr(stores, "WAITING_MAX", 3)
    store = opened()
    state = part(store)
    disk = store._db = Disk(store._db)
    disk.full = True
    state.apply([change("a", 1)], Place(0, 1, at=NOW))
    with pytest.raises(OperatorError, match="No space left on device; make room there"):
        state.apply([change("b", 1)], Place(0, 2, at=NOW))


def test_a_disk_that_breaks_has_every_lane_begin_anew(opened, monkeypatch):
    monkeypatch.setattr(states, "RECENT_MAX", 0)
    store = opened()
    state, other = part(store), part(store, OTHER)
    state.apply([change("a", 1)], Place(0, 1, at=NOW))
    disk = store._db = Disk(store._db)
    disk.broken = True
    with pytest.raises(StateLost, match="checksum"):
        state.get("a")
    with pytest.raises(StateLost):  # not with what is known of another life
        other.apply([change("b", 1)], Place(0, 1, at=NOW))
    with pytest.raises(StateLost):
        other.get("b")
    assert state.resume(0, 100) == Place(0, at=store.now())
    assert state.get("a") is None
    state.apply([change("a", 2)], Place(0, 2, at=NOW))
    assert part(opened()).get("a") == known(2)


def test_a_folder_that_cannot_be_had_is_for_the_operator(tmp_path):
    (tmp_path / "c").write_text("a file")
    with pytest.raises(OperatorError, match=r"cannot keep state in .*; make room there, or set lanes.state_dir"):
        StateStore.claim(tmp_path, "g", "c")
