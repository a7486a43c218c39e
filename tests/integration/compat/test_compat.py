"""Clients that other people wrote: what they publish is worked on exactly once, and what we write they read alike."""

import json
import signal
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from schemas.topics import DEAD_LETTER, REVIEW_POSTED
from tests.integration.compat.deployment import LOCALES, OUTPUTS, STAGE, Deployment, sources
from tests.integration.compat.record import Sent, Written
from tests.wire import binary_headers, event_with

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]
CODECS = ("gzip", "snappy", "lz4", "zstd")


def review(identity: str, listing: str = "L-1001") -> bytes:
    return event_with(REVIEW_POSTED, review_id=identity, listing_id=listing)


def reviews(name: str, count: int) -> list[Sent]:
    listings = [f"L-{n % 7}" for n in range(count)]
    return [Sent(listing.encode(), review(f"{name}-{n}", listing)) for n, listing in enumerate(listings)]


def variety(name: str) -> list[Sent]:
    """Records with and without headers; with a null header; and two that are none of ours: without a key, not JSON."""
    named = binary_headers(REVIEW_POSTED, ce_id=name.encode())
    unkeyed = binary_headers(REVIEW_POSTED, ce_id=b"unkeyed-" + name.encode())
    return [
        Sent(b"L-1001", review(f"{name}-headers"), named),
        Sent(None, review(f"{name}-no-key"), unkeyed),
        Sent(b"L-1001", review(f"{name}-bare")),
        Sent(None, review(f"{name}-bare-no-key")),
        Sent(b"L-1001", review(f"{name}-null-header"), (("traceparent", None), ("tenant", None), ("empty", b""))),
        Sent(b"L-1001", b'{"review_id": "' + name.encode() + b'-broken"'),
    ]


def partitions_of(records: Iterable[Written]) -> dict[tuple[str, int], list[Written]]:
    """The records as each partition holds them, in the order in which they were read."""
    found = defaultdict(list)
    for record in records:
        found[record.topic, record.partition].append(record)
    return dict(found)


def read_alike(clients, topics, isolation: str = "read_committed") -> list[Written]:
    """Read with every client; all must see the same keys, values and headers in the same order."""
    first, *others = [(client.name, client.read(topics, isolation)) for client in clients]
    for name, records in others:
        assert partitions_of(records) == partitions_of(first[1]), f"{name} and {first[0]} differ"
    return first[1]


def letters_of(records: Iterable[Written]) -> Counter[tuple[int, int]]:
    found = [json.loads(record.value) for record in records]
    assert {letter["reason"] for letter in found} == {"key_mismatch", "not_json"}
    return Counter((letter["partition"], letter["offset"]) for letter in found)


def test_what_others_publish_is_worked_on_exactly_once_and_all_read_the_same(deployment: Deployment, clients) -> None:
    java, confluent, kcat = clients
    expected = set()
    for client in clients:
        for codec in CODECS:
            rows = variety(f"{client.name}-{codec}")
            client.publish(REVIEW_POSTED, rows, codec)
            expected |= {row.value for row in rows}
    for client in (confluent, kcat):
        for commit in (False, True):
            rows = reviews(f"{client.name}-{commit}", 30)
            client.transact(REVIEW_POSTED, rows, commit=commit)
            expected |= {row.value for row in rows} if commit else set()
    staged = reviews("copied", 60)
    confluent.publish(STAGE, staged, "gzip")
    java.copy(STAGE, 0, REVIEW_POSTED, len(staged))
    expected |= {row.value for row in staged}

    deployment.spawn()
    deployment.until(deployment.all_done)

    inputs = read_alike(clients, [REVIEW_POSTED])
    assert Counter(record.value for record in inputs) == dict.fromkeys(expected, 1)
    aborted = confluent.read([REVIEW_POSTED], "read_uncommitted")
    assert len(aborted) > len(inputs) + 30 + 20  # confluent's aborted transaction, and what kcat had sent of its own

    written = read_alike(clients, [*OUTPUTS, DEAD_LETTER])
    broken = Counter((r.partition, r.offset) for r in inputs if r.key is None or r.value.endswith(b'-broken"'))
    whole = Counter((r.partition, r.offset) for r in inputs) - broken
    assert letters_of(r for r in written if r.topic == DEAD_LETTER) == broken
    for topic in OUTPUTS:
        outputs = [record for record in written if record.topic == topic]
        assert sources(outputs) == whole
        assert all(record.key.decode() == json.loads(record.value)["review_id"] for record in outputs)
    assert len({record.ce_id for record in written if record.topic != DEAD_LETTER}) == len(LOCALES) * whole.total()


def test_an_attempt_that_was_cut_off_is_seen_by_nobody_who_reads_committed(
    deployment: Deployment, clients, tmp_path: Path
) -> None:
    _, confluent, _ = clients
    events = reviews("R", 20)
    confluent.publish(REVIEW_POSTED, events, "zstd")
    stalled = tmp_path / "stalled"
    worker = deployment.spawn(STALL_FILE=str(stalled))
    deployment.until(stalled.exists)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    cut_off = confluent.read(OUTPUTS, "read_uncommitted")
    assert cut_off
    assert confluent.read(OUTPUTS, "read_committed") == []

    deployment.spawn()
    deployment.until(deployment.all_done)
    committed = read_alike(clients, OUTPUTS)
    assert len(committed) == len(LOCALES) * len(events)

    everything = read_alike(clients, OUTPUTS, "read_uncommitted")
    assert len(everything) == len(cut_off) + len(committed)  # the attempt is in the log for good
    once = {record.ce_id: (record.key, record.value, record.headers) for record in everything}
    assert once == {record.ce_id: (record.key, record.value, record.headers) for record in committed}
    assert len(once) == len(committed)
