"""The writer of new verdicts never waits, never grows, and says what it could not keep."""

import asyncio
import contextlib
import socket

import msgspec
import structlog

from localization.memory import Key, Verdict
from localization.memory.verdicts import digest
from schemas.reasons import Warn
from streams.memory import writer as memory_writer
from streams.memory.shared import verdict_of
from streams.memory.writer import WAITING_MAX, MemoryWriter, entry_of


def key(number: int) -> Key:
    return Key("en", "pt-BR", f"text {number}", "v1", "p1", "g1")


async def test_the_oldest_unsent_goes_first() -> None:
    writer = MemoryWriter("127.0.0.1:1")
    for number in range(WAITING_MAX + 5):
        writer.offer(key(number), Verdict("x"))
    assert (writer.lost, len(writer._waiting)) == (5, WAITING_MAX)
    assert writer._waiting[0][0] == key(5)


async def test_a_broker_that_is_away_is_waited_for_with_one_warning(monkeypatch) -> None:
    monkeypatch.setattr(memory_writer, "BACKOFF_S", 0.01)
    monkeypatch.setattr(memory_writer, "BACKOFF_S_MAX", 0.02)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))  # bound and not listening: refused at once
        writer = MemoryWriter(f"127.0.0.1:{holder.getsockname()[1]}")
        writer.offer(key(1), Verdict("x"))
        with structlog.testing.capture_logs() as logs, contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await writer.run()
    assert [log["event"] for log in logs if log["log_level"] == "warning"] == ["memory_not_shared"]
    assert (writer.written, writer.lost, len(writer._waiting)) == (0, 0, 1)


def test_what_is_written_is_what_others_read() -> None:
    for verdict in (Verdict("x", strict=True), Verdict(cut=True), Verdict(refused=Warn.GATE_NUMBERS), Verdict("")):
        assert verdict_of(msgspec.json.encode(entry_of(key(1), verdict))) == (key(1), verdict)
    assert digest(key(1)) != digest(key(2))
