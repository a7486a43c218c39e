r"""Fetched records, also those whose header names are not UTF-8.

Kafka calls a header's name a string, but no broker checks it and a librdkafka producer may send any bytes. aiokafka
0.14 then raises UnicodeDecodeError out of `getmany`, before anybody has seen a record, and would do so for ever: one
such record would stop its partition. Importing this module makes aiokafka's fetcher read such names with the offending
bytes written as `\\xff`; every other record is read by aiokafka's own C code as before.
"""

import struct
from collections.abc import Iterator
from typing import Any, Final

import aiokafka.consumer.fetcher
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchPy, _DefaultRecordPy
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import decode_varint

LENGTH: Final = struct.Struct(">qi")  # base offset, then the bytes that follow: how every batch begins
_Batch: Any = _DefaultRecordBatchPy  # marked final for type checkers only


class FetchedRecords:
    """aiokafka's MemoryRecords over one fetched `bytes`, giving batches that survive any header name."""

    def __init__(self, data: bytes) -> None:
        self._records: Any = MemoryRecords(data)
        self._data = data
        self._at = 0

    def size_in_bytes(self) -> int:
        """Bytes fetched, an incomplete last batch included."""
        size: int = self._records.size_in_bytes()
        return size

    def has_next(self) -> bool:
        """Whether a complete batch is left."""
        more: bool = self._records.has_next()
        return more

    def next_batch(self) -> Any:
        """Return the next batch; one of an older format as aiokafka reads it."""
        batch = self._records.next_batch()
        start = self._at
        self._at = start + LENGTH.size + LENGTH.unpack_from(self._data, start)[1]
        return FetchedBatch(batch, self._data, start, self._at) if isinstance(batch, DefaultRecordBatch) else batch


class FetchedBatch:
    """A batch as aiokafka reads it, read again by `_LenientBatch` from the record on that it cannot."""

    def __init__(self, batch: Any, data: bytes, start: int, end: int) -> None:
        self._batch = batch
        self._where = data, start, end

    def __getattr__(self, name: str) -> Any:
        """Offsets, producer, flags and checksum are aiokafka's."""
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        """Return the first record of a control batch, which has no headers."""
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        """Yield the records in offset order."""
        done = 0
        try:
            for record in self._batch:
                yield record
                done += 1
        except UnicodeDecodeError:
            data, start, end = self._where
            lenient = iter(_LenientBatch(data[start:end]))
            for _ in range(done):
                next(lenient)
            yield from lenient


class _LenientBatch(_Batch):  # type: ignore[misc]  # the base is Any on purpose
    """aiokafka's batch in Python, with record bodies read by the code below (Kafka's message format, version 2)."""

    _pos: int

    def _read_msg(self) -> Any:
        data = self._buffer
        _length, at = decode_varint(data, self._pos)
        at += 1  # attributes, unused in version 2
        timestamp_delta, at = decode_varint(data, at)
        offset_delta, at = decode_varint(data, at)
        key, at = _bytes(data, at)
        value, at = _bytes(data, at)
        count, at = decode_varint(data, at)
        headers = []
        for _ in range(count):
            name, at = _bytes(data, at)
            content, at = _bytes(data, at)
            headers.append(((name or b"").decode("utf-8", "backslashreplace"), content))
        self._pos = at
        appended = self.timestamp_type == self.LOG_APPEND_TIME
        timestamp = self.max_timestamp if appended else self.first_timestamp + timestamp_delta
        return _DefaultRecordPy(self.base_offset + offset_delta, timestamp, self.timestamp_type, key, value, headers)


def _bytes(data: bytearray, at: int) -> tuple[bytes | None, int]:
    """Read a length and as many bytes; a negative length is null. Returns what was read and where it ends."""
    length, at = decode_varint(data, at)
    if length < 0:
        return None, at
    return bytes(data[at : at + length]), at + length


aiokafka.consumer.fetcher.MemoryRecords = FetchedRecords
