"""The state of a worker's lanes, on disk: a cache of their changelogs that a restart need not read again.

The changelog in Kafka is the truth. What a lane has committed is written here afterwards, together with the place in
the changelog that it stands at; so a lane that opens, whatever happened before, reads what came after that place and
nothing else. A store that is lost, damaged, too old or of another topic is filled again from the beginning.
"""

import zlib
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import msgspec
import structlog
from aiokafka import TopicPartition
from msgspec import Struct

from schemas.errors import OperatorError
from streams.state.store import StateLost, StateStore

RECENT_MAX: Final = 2_048  # states of one partition at hand: a hit costs a twentieth of a read from the disk's cache
log = structlog.get_logger(__name__)

# A broker forgets a deleted key after delete.retention.ms, a day unless told otherwise: a store that was away for
# longer might keep for ever what it has not seen deleted.
STALE_S: Final = 12 * 3600.0
_SOURCE_BYTES: Final = 8


class Known(NamedTuple):
    """The state of a key, and the offset of the input record that it was made from, -1 where it is not known."""

    state: Any
    source: int


class Change(NamedTuple):
    """A key's new state, encoded as in the changelog; None deletes it."""

    key: str
    source: int
    value: bytes | None


class Place(Struct, frozen=True, array_like=True):
    """Where a partition's state stands in its changelog.

    `last` is the offset of the last record applied (-1: none) and `crc` tells it from another one at that offset;
    `first` is where the changelog began. `input_offset`: the input offset that the state belongs to. `at`: when.
    """

    first: int
    last: int = -1
    crc: int = 0
    input_offset: int | None = None
    at: float = 0.0


def crc_of(key: bytes | None, value: bytes | None) -> int:
    """Return what tells a changelog record from another one at the same offset of a topic that was made anew."""
    return zlib.crc32(value or b"", zlib.crc32(key or b""))


class PartitionState:
    """The states of one partition, by key. Owned by its lane, on the event loop. Every method may raise StateLost."""

    def __init__(self, store: StateStore, tp: TopicPartition, kind: type[Any]) -> None:
        self._store = store
        self._tp = tp
        prefix = tp.topic.encode() + b"\0" + tp.partition.to_bytes(4, "big")
        self._place, self._rows, self._after = prefix + b"\0", prefix + b"\1", prefix + b"\2"
        self.decode = msgspec.json.Decoder(kind).decode
        """Reads a value of the changelog; raises ValueError."""
        self._recent: dict[bytes, bytes] = {}
        self._life = -1  # of the store, when this was brought up to date
        self.place = Place(0)
        """Where it stands, from `resume` on."""

    def resume(self, first: int, end: int) -> Place:
        """Say where to go on in a changelog that holds offsets from `first` up to `end`.

        What cannot belong to it is forgotten: the changelog was made anew, its records were deleted, or the state has
        been away for too long while others wrote.
        """
        self._life = self._store.life
        raw = self._store.get(self._place)
        if raw is None:
            return self.clear(first)
        self.place = msgspec.msgpack.decode(raw, type=Place)
        doubt = self._doubt(first, end)
        return self.place if doubt is None else self.clear(first, doubt)

    def _doubt(self, first: int, end: int) -> str | None:
        """Say why the state is not to be believed."""
        place = self.place
        if place.first != first:
            return f"the changelog begins at {first}, and not at {place.first}"
        if place.last >= end:
            return f"the changelog ends at {end}, before what was applied"
        # Behind the last record stands the marker of its transaction: nothing else has been written since, nor deleted.
        if end > place.last + 2 and abs(self._store.now() - place.at) > STALE_S:
            return f"it is older than {STALE_S / 3600:.0f} hours"
        return None

    def clear(self, first: int, doubt: str | None = None) -> Place:
        """Forget everything, and begin at `first`; `doubt` says why what was there is not believed."""
        if doubt is not None:
            log.info("state_read_anew", topic=self._tp.topic, partition=self._tp.partition, reason=doubt)
        self._recent.clear()
        self._store.forget(self._rows, self._after)
        self.apply((), Place(first, at=self._store.now()))
        return self.place

    def get(self, key: str) -> Known | None:
        """Return what is known of a key; raises OperatorError where that is of another version of Dragoman."""
        name = self._rows + key.encode()
        raw = self._recent.get(name)
        if raw is None:
            if self._life != self._store.life:
                raise StateLost("the store was lost meanwhile")
            raw = self._store.get(name)
            if raw is None:
                return None
            self._remember(name, raw)
        try:
            state = self.decode(memoryview(raw)[_SOURCE_BYTES:])
        except ValueError as error:
            raise OperatorError(f"the state of {self._tp.topic}[{self._tp.partition}] is of another version") from error
        return Known(state, int.from_bytes(raw[:_SOURCE_BYTES], "big", signed=True))

    def apply(self, changes: Iterable[Change], place: Place) -> None:
        """Take over committed changes and where the changelog stands after them, both or neither."""
        if self._life != self._store.life:
            raise StateLost("the store was lost meanwhile")
        entries: dict[bytes, bytes | None] = {}
        for key, source, value in changes:
            name = self._rows + key.encode()
            if value is None:
                entries[name] = None
                self._recent.pop(name, None)
            else:
                raw = entries[name] = source.to_bytes(_SOURCE_BYTES, "big", signed=True) + value
                self._remember(name, raw)
        entries[self._place] = msgspec.msgpack.encode(place)
        self._store.put(entries)
        self.place = place

    def caught_up(self) -> None:
        """Take note that the end of the changelog is reached now."""
        self.apply((), msgspec.structs.replace(self.place, at=self.now()))

    def now(self) -> float:
        """Wall-clock time, as places have it."""
        return self._store.now()

    def _remember(self, name: bytes, raw: bytes) -> None:
        self._recent.pop(name, None)
        self._recent[name] = raw
        if len(self._recent) > RECENT_MAX:
            del self._recent[next(iter(self._recent))]
