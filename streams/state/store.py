"""Where the state of a worker's lanes lies on disk: one RocksDB for all of them, in a folder of the worker's own."""

import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final, Self
from urllib.parse import quote

import structlog
from rocksdict import Cache, DBCompressionType, Options, Rdict, WriteBatch

from localization.memory import rocks
from localization.memory.slots import claim
from schemas.errors import DragomanError, OperatorError

log = structlog.get_logger(__name__)

FORMAT: Final = 1  # another number on disk: the store is filled anew
BLOCK_CACHE_BYTES: Final = 32 << 20
WRITE_BUFFER_BYTES: Final = 8 << 20
WAITING_MAX: Final = 200_000  # changes that wait for a full disk, some 100 MB; it has filled up for good by then
RETRY_S: Final = 2.0
_FORMAT_KEY: Final = b"\0format"


class StateLost(DragomanError):
    """What was on disk cannot be read any more: the lane opens again and fills it from the changelog."""


class StateStore:
    """One RocksDB for all partitions of a worker, in a folder that no other worker uses. One thread owns it.

    `origin` names the cluster. `life` grows when everything on disk was lost. Nothing here waits for a disk to sync:
    after a power failure the changelog has what is missing. While the disk is full changes wait in memory.
    """

    def __init__(self, folder: Path, lock: IO[bytes], origin: str, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.life = 0
        self._closed = False
        self._folder = folder
        self._lock = lock
        self._origin = origin.encode() + b"/%d" % FORMAT
        self._waiting: dict[bytes, bytes | None] = {}
        self._retry_at = 0.0
        try:
            self._db = self._open()
        except Exception as error:  # noqa: BLE001  (rocksdict raises nothing finer)
            log.warning("state_rebuilt", problem=str(error), consequence="it is read again from the changelogs")
            self._db = self._anew()

    @classmethod
    def claim(cls, base: Path, group: str, origin: str) -> Self:
        """Open the first store of the group that no other worker of this machine uses; raises OperatorError.

        Each cluster has a folder of its own, so that a worker that is pointed elsewhere for once loses nothing.
        """
        home = base / quote(origin, safe="") / quote(group, safe="")
        try:
            home.mkdir(parents=True, exist_ok=True)
            store = cls(*claim(home), origin)
        except OSError as error:
            raise _unwritable(home, error) from error
        log.info("state_opened", folder=str(store._folder), keys=store.keys)
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        with suppress(Exception):  # we are leaving, and the changelogs have everything
            self._db.close()
        self._lock.close()

    @property
    def waiting(self) -> int:
        """Changes that wait for a full disk."""
        return len(self._waiting)

    @property
    def keys(self) -> int:
        """Keys on disk, an estimate of RocksDB's."""
        with suppress(Exception):
            return int(self._db.property_int_value("rocksdb.estimate-num-keys") or 0)
        return 0

    @property
    def size_bytes(self) -> int:
        """What its files take."""
        return rocks.size_bytes(self._folder)

    def get(self, name: bytes) -> bytes | None:
        """Return a row; raises StateLost when the disk gives it no more."""
        if name in self._waiting:
            return self._waiting[name]
        try:
            found: bytes | None = self._db.get(name)
        except Exception as error:
            self._lose(error)
            raise StateLost(str(error)) from error
        return found

    def put(self, entries: Mapping[bytes, bytes | None]) -> None:
        """Write rows, all or none; None deletes one. On a full disk they wait; raises OperatorError for too many."""
        if self._waiting:
            self._waiting.update(entries)
            entries = self._waiting
            if time.monotonic() < self._retry_at and len(entries) < WAITING_MAX:
                return
        batch = WriteBatch(raw_mode=True)
        for name, raw in entries.items():
            if raw is None:
                batch.delete(name)
            else:
                batch.put(name, raw)
        try:
            self._db.write(batch)
        except Exception as error:  # noqa: BLE001  (rocksdict raises nothing finer)
            self._wait(entries, error)
            return
        if self._waiting:
            log.info("state_written_again", folder=str(self._folder))
            self._waiting = {}

    def forget(self, begin: bytes, end: bytes) -> None:
        """Delete all rows from `begin` up to `end`."""
        self._waiting = {name: raw for name, raw in self._waiting.items() if not begin <= name < end}
        try:
            self._db.delete_range(begin, end)
        except Exception as error:
            self._lose(error)
            raise StateLost(str(error)) from error

    def _wait(self, entries: Mapping[bytes, bytes | None], error: Exception) -> None:
        if self._closed:
            raise StateLost("the store is closed")
        if len(entries) >= WAITING_MAX:
            raise _unwritable(self._folder, error) from error
        if not self._waiting:
            log.warning(
                "state_not_written",
                folder=str(self._folder),
                error=str(error),
                consequence="changes are kept in memory until the disk takes them",
            )
        self._waiting = dict(entries)
        self._retry_at = time.monotonic() + RETRY_S

    def _lose(self, error: Exception) -> None:
        """Begin anew in an empty folder: every lane notices, opens again and fills its part."""
        if self._closed:  # the folder may be another worker's by now
            raise StateLost("the store is closed")
        log.warning("state_rebuilt", problem=str(error), consequence="it is read again from the changelogs")
        with suppress(Exception):
            self._db.close()
        self._waiting = {}
        self.life += 1
        self._db = self._anew()

    def _anew(self) -> Any:
        """Move what lies there away, where it stays until the next such day, and open an empty store."""
        away = self._folder.with_suffix(".unusable")
        try:
            shutil.rmtree(away, ignore_errors=True)
            if self._folder.exists():
                self._folder.rename(away)
            return self._open()
        except Exception as error:
            raise _unwritable(self._folder, error) from error

    def _open(self) -> Any:
        new = not (self._folder / "CURRENT").exists()
        db = Rdict(str(self._folder), _options())
        said = db.get(_FORMAT_KEY)
        if said is None and new:
            db.put(_FORMAT_KEY, self._origin)
        elif said != self._origin:
            db.close()
            raise ValueError("it is of another cluster or another version")
        return db


def _unwritable(folder: Path, error: Exception) -> OperatorError:
    reason = error.strerror if isinstance(error, OSError) else error
    return OperatorError(f"cannot keep state in {folder}: {reason}; make room there, or set lanes.state_dir")


def _options() -> Options:
    return rocks.options(
        Cache(BLOCK_CACHE_BYTES),
        DBCompressionType.lz4(),  # zstd is half the size and takes three times as long to read
        write_buffer_bytes=WRITE_BUFFER_BYTES,
        write_buffers=3,
        log_buffers=8,
        files_max=256,
    )
