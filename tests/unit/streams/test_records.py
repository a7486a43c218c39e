import pytest
from aiokafka.record._crc32c import crc as crc32c
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from streams.records import FetchedRecords

GOOD, PLACEHOLDER, BAD = "content-type", "~~", b"\xff\xfe"
CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}


def batch(first_offset: int, names: list[str], codec: int = 0) -> bytes:
    """A batch with one record a header name; the placeholder becomes bytes that are not UTF-8."""
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, 0, 1_000_000)
    for at, name in enumerate(names):
        assert builder.append(at, 1000 + at, b"key%d" % at, None if at == 1 else b"value%d" % at, [(name, b"content")])
    data = bytearray(builder.build())
    data[0:8] = first_offset.to_bytes(8, "big")
    position = 0
    while (position := data.find(PLACEHOLDER.encode(), position)) >= 0:
        data[position : position + 2] = BAD
    data[17:21] = crc32c(bytes(data[21:])).to_bytes(4, "big")
    return bytes(data)


def read(data: bytes) -> list[tuple]:
    records, found = FetchedRecords(data), []
    while records.has_next():
        one = records.next_batch()
        assert one.validate_crc()
        found += [(r.offset, r.timestamp, r.key, r.value, list(r.headers)) for r in one]
    return found


def test_aiokafka_itself_cannot_read_such_a_name() -> None:
    """When this fails, aiokafka has learned it, and `streams/records.py` can go."""
    records = MemoryRecords(batch(0, [PLACEHOLDER]))
    with pytest.raises(UnicodeDecodeError):
        list(records.next_batch())


def test_a_bad_name_is_readable_and_costs_no_neighbour() -> None:
    data = batch(40, [GOOD, GOOD, PLACEHOLDER, GOOD]) + batch(44, [GOOD]) + batch(45, [PLACEHOLDER])
    found = read(data)
    assert [row[0] for row in found] == [40, 41, 42, 43, 44, 45]
    assert [row[4][0][0] for row in found] == [GOOD, GOOD, r"\xff\xfe", GOOD, GOOD, r"\xff\xfe"]
    assert [row[3] for row in found[:4]] == [b"value0", None, b"value2", b"value3"]
    assert [row[1] for row in found[:4]] == [1000, 1001, 1002, 1003]
    assert all(row[4][0][1] == b"content" for row in found)


def test_good_batches_are_read_by_aiokafka() -> None:
    data = batch(0, [GOOD, GOOD])
    plain = MemoryRecords(data).next_batch()
    assert read(data) == [(r.offset, r.timestamp, r.key, r.value, list(r.headers)) for r in plain]


def test_an_incomplete_last_batch_is_left_alone() -> None:
    data = batch(0, [GOOD]) + batch(1, [GOOD])[:-3]
    records = FetchedRecords(data)
    assert len(list(records.next_batch())) == 1
    assert not records.has_next()
    assert records.size_in_bytes() == len(data)


@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_a_producer_may_use_can_be_read(codec: str) -> None:
    builder = DefaultRecordBatchBuilder(2, CODECS[codec], 0, -1, -1, 0, 1_000_000)
    builder.append(0, 1, b"key", b"value" * 100, [])
    assert [row[3] for row in read(bytes(builder.build()))] == [b"value" * 100]
