"""A network between one worker and the broker that can be slow, gone, or torn.

Written here, and not toxiproxy: that would ask for Go wherever the tests run, and these four faults are one page.
"""

import asyncio
import contextlib
import socket
import struct

CHUNK_BYTES = 65_536
HOST = "127.0.0.1"
RESET_AT_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER of 0 s: closing sends RST


class Proxy:
    """Carries connections from its own port to the broker's. One event loop owns it.

    `hold` is a black hole that ends: what is sent meanwhile arrives afterwards, as TCP would repeat it, and new
    connections wait. `reset` tears every connection now. `latency_s` delays each chunk, in both directions.
    """

    def __init__(self, target: int) -> None:
        self.latency_s = 0.0
        self._target = target
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> int:
        """Listen; returns the port."""
        self._server = await asyncio.start_server(self._accept, HOST, port)
        return int(self._server.sockets[0].getsockname()[1])

    def hold(self) -> None:
        """Let nothing pass from now on."""
        self._flowing.clear()

    def heal(self) -> None:
        """Be a good network again."""
        self.latency_s = 0.0
        self._flowing.set()

    def reset(self) -> int:
        """Tear every connection, on both sides; returns how many sockets that were."""
        torn = list(self._writers)
        for writer in torn:
            with contextlib.suppress(OSError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
            writer.transport.abort()
        return len(torn)

    async def stop(self) -> None:
        """Close everything."""
        if self._server is not None:
            self._server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.reset()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._carry(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        onward: asyncio.StreamWriter | None = None
        try:
            await self._flowing.wait()
            back, onward = await asyncio.open_connection(HOST, self._target)
            self._writers.add(onward)
            pumps = [
                asyncio.ensure_future(self._pump(reader, onward)),
                asyncio.ensure_future(self._pump(back, writer)),
            ]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
        except OSError:
            pass  # the broker is away: the worker sees its connection end
        finally:
            for side in (writer, onward):
                if side is not None:
                    self._writers.discard(side)
                    side.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK_BYTES):
            if self.latency_s:
                await asyncio.sleep(self.latency_s)
            await self._flowing.wait()
            writer.write(data)
            await writer.drain()
