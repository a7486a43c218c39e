"""A store on disk: rows of two generations, of which the older goes as a whole when the younger is full.

So the store is bounded without counting what was used when: what is still asked for is copied to the young generation,
and what is not leaves with the old one. RocksDB holds it, through rocksdict; each generation is a column family, and
dropping one costs nothing. The offsets of the topic that the rows come from are written in the same batch as the rows.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct
from rocksdict import AccessType, Cache, DBCompressionType, Options, Rdict, WriteBatch

from localization.memory import rocks
from localization.memory.rows import Row

FORMAT: Final = 1  # another number of a store on disk: it is built anew from the topic
BLOCK_CACHE_BYTES: Final = 16 << 20
WRITE_BUFFER_BYTES: Final = 4 << 20
MOVED_MAX: Final = 256  # rows of the old generation that wait for a batch to bring them to the young one
BROKEN: Final = "BROKEN"  # a file that has the next start build the store anew
_META: Final = b"meta"
_OFFSETS: Final = b"offsets"
_ROW: Final = msgspec.msgpack.Decoder(Row)
_ENCODER: Final = msgspec.msgpack.Encoder()


class Unusable(Exception):
    """What lies in the folder is no store of ours, is of another topic, or is damaged; a new one must be built."""


class _Meta(Struct):
    """What the store is: whose rows it holds, its generations and how many rows were put into each."""

    format: int
    origin: str
    generation: int
    young: int = 0
    old: int = 0


class Store:
    """Rows by name, at most about `entries` of them. One thread owns it; nothing it does waits for a disk to sync.

    `origin` names the cluster and the topic: rows of another one may say the same, but not their offsets. Raises
    Unusable for what cannot be opened or is of another origin. A fault on disk later on makes it forget everything:
    what is not found costs a run of the model, and the next start builds it anew.
    """

    def __init__(self, folder: Path, entries: int, origin: str) -> None:
        self.problem: str | None = None
        self._folder = folder
        self._half = max(1, entries // 2)
        self._moved: dict[bytes, bytes] = {}
        if (folder / BROKEN).exists():
            raise Unusable("it was found damaged")
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._open(origin)
        except Unusable:
            raise
        except Exception as error:  # rocksdict raises nothing finer
            raise Unusable(str(error)) from error

    def _open(self, origin: str) -> None:
        cache = Cache(BLOCK_CACHE_BYTES)
        here = (self._folder / "CURRENT").exists()
        found = Rdict.list_cf(str(self._folder)) if here else ["default"]
        families = {name: _options(cache) for name in found if name != "default"}
        self._options = _options(cache)
        self._db = Rdict(str(self._folder), self._options, column_families=families)
        try:
            self._read_meta(origin, new=not here)
        except BaseException:
            self._db.close()
            raise
        for name in found:
            if name not in {"default", self._name(0), self._name(-1)}:  # a start in the middle of a change
                self._db.drop_column_family(name)
        self._young = self._family(self._name(0))
        self._old = self._family(self._name(-1))

    def _read_meta(self, origin: str, *, new: bool) -> None:
        said = self._db.get(_META)
        if said is None:
            if not new and self._db.get(_OFFSETS) is not None:
                raise Unusable("it does not say what it is")
            self._meta = _Meta(FORMAT, origin, 1)
            self._offsets: dict[tuple[str, int], int] = {}
            return
        try:
            self._meta = msgspec.msgpack.decode(said, type=_Meta)
            offsets = msgspec.msgpack.decode(self._db.get(_OFFSETS) or b"\x90", type=list[tuple[str, int, int]])
        except msgspec.DecodeError as error:
            raise Unusable("it does not say what it is") from error
        if (self._meta.format, self._meta.origin) != (FORMAT, origin):
            raise Unusable("it is of another cluster or another version")
        self._offsets = {(topic, partition): offset for topic, partition, offset in offsets}

    @property
    def offsets(self) -> Mapping[tuple[str, int], int]:
        """The next offset wanted by topic and partition: up to it everything is in here."""
        return self._offsets

    @property
    def entries(self) -> int:
        """Rows in both generations; one that was copied counts twice until the old one goes."""
        return 0 if self.problem else self._meta.young + self._meta.old

    @property
    def size_bytes(self) -> int:
        """What its files take."""
        return rocks.size_bytes(self._folder)

    def get(self, name: bytes) -> Row | None:
        """Return a row, or None."""
        if self.problem:
            return None
        try:
            raw = self._young.get(name)
            if raw is None:
                raw = self._moved.get(name) or self._old.get(name)
                if raw is not None:
                    self._moved[name] = raw
                    if len(self._moved) >= MOVED_MAX:
                        self.write((), {})
            return None if raw is None else _ROW.decode(raw)
        except msgspec.DecodeError:
            return None  # a word of another version; it is asked for again and written over
        except Exception as error:  # noqa: BLE001  (rocksdict raises nothing finer)
            self._break(error)
            return None

    def write(self, rows: Iterable[tuple[bytes, Row]], offsets: Mapping[tuple[str, int], int]) -> None:
        """Put rows in and take note of the offsets after them, both or neither."""
        if self.problem:
            return
        try:
            self._write(rows, offsets)
        except Exception as error:  # noqa: BLE001  (rocksdict raises nothing finer)
            self._break(error)

    def _write(self, rows: Iterable[tuple[bytes, Row]], offsets: Mapping[tuple[str, int], int]) -> None:
        batch = WriteBatch(raw_mode=True)
        new = self._moved | {name: _ENCODER.encode(row) for name, row in rows}
        self._moved = {}
        family = self._db.get_column_family_handle(self._name(0))
        for name, raw in new.items():
            self._meta.young += self._young.get(name) is None
            batch.put(name, raw, family)
        self._offsets = {**self._offsets, **offsets}
        self._put_meta(batch)
        self._db.write(batch)
        if self._meta.young >= self._half:
            self._turn()

    def _put_meta(self, batch: WriteBatch) -> None:
        batch.put(_META, _ENCODER.encode(self._meta))
        batch.put(_OFFSETS, _ENCODER.encode([(*place, offset) for place, offset in self._offsets.items()]))

    def _turn(self) -> None:
        """Let the young generation grow old, and the old one go."""
        gone = self._name(-1)
        self._meta.generation += 1
        self._meta.old, self._meta.young = self._meta.young, 0
        self._old.close()
        self._old, self._young = self._young, self._family(self._name(0))
        batch = WriteBatch(raw_mode=True)
        self._put_meta(batch)
        self._db.write(batch)
        self._db.drop_column_family(gone)

    def close(self) -> None:
        """Close the files; what was written is kept."""
        if self.problem is None:
            with suppress(Exception):  # we are leaving, and everything that counts was written
                self.write((), {})
                self._young.close()
                self._old.close()
        with suppress(Exception):
            self._db.close()

    def _name(self, ago: int) -> str:
        return f"generation-{self._meta.generation + ago}"

    def _family(self, name: str) -> Any:
        if name in Rdict.list_cf(str(self._folder)):
            return self._db.get_column_family(name)
        return self._db.create_column_family(name, self._options)

    def _break(self, error: Exception) -> None:
        self.problem = str(error)
        with suppress(OSError):
            (self._folder / BROKEN).touch()


def entries_in(folder: Path) -> int | None:
    """Return how many rows a store holds, also while a worker uses it; None where that cannot be told."""
    try:
        store = Rdict(str(folder), Options(raw_mode=True), access_type=AccessType.read_only())
        try:
            meta = msgspec.msgpack.decode(store.get(_META) or b"", type=_Meta)
        finally:
            store.close()
    except Exception:  # noqa: BLE001  (rocksdict raises nothing finer)
        return None
    return meta.young + meta.old


def _options(cache: Cache) -> Options:
    return rocks.options(
        cache,
        DBCompressionType.zstd(),
        write_buffer_bytes=WRITE_BUFFER_BYTES,
        write_buffers=2,
        log_buffers=4,
        files_max=128,
    )
