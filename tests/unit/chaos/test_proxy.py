"""The network between a worker and the broker does what the campaign believes it does."""

import asyncio
import time

import pytest

from tests.chaos.proxy import HOST, Proxy


@pytest.fixture
async def echo():
    """An echo server behind a proxy: the proxy and its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(answer, HOST, 0)
    proxy = Proxy(server.sockets[0].getsockname()[1])
    yield proxy, await proxy.start()
    await proxy.stop()
    server.close()


async def test_it_carries(echo) -> None:
    _, port = echo
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(b"hello")
    assert await reader.readexactly(5) == b"hello"
    writer.close()


async def test_a_black_hole_swallows_until_it_is_healed_and_then_all_arrives(echo) -> None:
    proxy, port = echo
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(b"a")
    assert await reader.readexactly(1) == b"a"
    proxy.hold()
    late_reader, late = await asyncio.open_connection(HOST, port)
    for one in (writer, late):
        one.write(b"b")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await asyncio.wait(
                [asyncio.ensure_future(reader.read(1)), asyncio.ensure_future(late_reader.read(1))],
                return_when=asyncio.FIRST_COMPLETED,
            )
    proxy.heal()
    writer.close()
    late.close()


async def test_what_was_held_arrives(echo) -> None:
    proxy, port = echo
    reader, writer = await asyncio.open_connection(HOST, port)
    proxy.hold()
    writer.write(b"held")
    await asyncio.sleep(0.1)
    proxy.heal()
    assert await reader.readexactly(4) == b"held"
    writer.close()


async def test_a_reset_is_one_and_the_next_connection_works(echo) -> None:
    proxy, port = echo
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(b"a")
    await reader.readexactly(1)
    assert proxy.reset() == 2
    with pytest.raises(ConnectionResetError):
        await reader.readexactly(1)
    writer.transport.abort()
    await test_it_carries(echo)


async def test_latency_is_added_both_ways(echo) -> None:
    proxy, port = echo
    reader, writer = await asyncio.open_connection(HOST, port)
    proxy.latency_s = 0.1
    started = time.monotonic()
    writer.write(b"a")
    await reader.readexactly(1)
    assert time.monotonic() - started >= 0.2  # a lower bound: no load can break it
    writer.close()


async def test_a_broker_that_is_away_ends_the_connection() -> None:
    proxy = Proxy(1)  # nothing listens there
    port = await proxy.start()
    reader, writer = await asyncio.open_connection(HOST, port)
    async with asyncio.timeout(5):
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
    writer.transport.abort()
    await proxy.stop()
