"""Slots: where a worker's store lies, beside those of other workers on the same machine."""

import fcntl
import itertools
import shutil
from pathlib import Path
from typing import IO
from urllib.parse import quote

from msgspec import Struct

from localization.memory.store import Store, Unusable
from schemas.errors import OperatorError


class Opened(Struct, frozen=True):
    """A store and the lock that keeps its folder. `problem`: why what lay there before was moved away, if it was."""

    store: Store
    lock: IO[bytes]
    folder: Path
    problem: str | None = None

    def close(self) -> None:
        """Close the store, then leave the slot to another worker."""
        self.store.close()
        self.lock.close()


def open_store(base: Path, group: str, entries: int, origin: str) -> Opened:
    """Open the first store of the group that no other worker uses; a store that cannot be used is moved away.

    It stays beside the new one as `slot-N.unusable` until the next such day. Raises OperatorError where no folder can
    be had.
    """
    home = base / quote(group, safe="")
    try:
        home.mkdir(parents=True, exist_ok=True)
        folder, lock = claim(home)
        try:
            return Opened(Store(folder, entries, origin), lock, folder)
        except Unusable as error:
            away = folder.with_suffix(".unusable")
            shutil.rmtree(away, ignore_errors=True)
            folder.rename(away)
            return Opened(Store(folder, entries, origin), lock, folder, str(error))
    except (OSError, Unusable) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise OperatorError(f"cannot keep translations in {home}: {reason}; set localization.memory_dir") from error


def stores(base: Path, group: str) -> list[Path]:
    """The folders of a group's stores on this machine."""
    return sorted(path for path in (base / quote(group, safe="")).glob("slot-*[0-9]") if (path / "CURRENT").exists())


def claim(home: Path) -> tuple[Path, IO[bytes]]:
    """Lock the first free slot of a folder. The lock goes with the process, however it ends; raises OSError."""
    for number in itertools.count():
        lock = (home / f"slot-{number}.lock").open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return home / f"slot-{number}", lock
    raise AssertionError  # count() has no end
