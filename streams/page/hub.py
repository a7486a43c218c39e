"""News for browsers: each has a queue of its own, and one that is too slow loses the oldest, not the time of others."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Final

QUEUE_MAX: Final = 256
BROWSERS_MAX: Final = 32


class Browser:
    """One open page. `lost` counts what it was too slow for."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._news = asyncio.Event()
        self._over = False
        self.lost = 0

    def put(self, message: bytes) -> None:
        """Queue a message; the oldest goes when there are QUEUE_MAX."""
        if len(self._waiting) >= QUEUE_MAX:
            self._waiting.popleft()
            self.lost += 1
        self._waiting.append(message)
        self._news.set()

    def end(self) -> None:
        """Let the stream end after what is queued."""
        self._over = True
        self._news.set()

    async def messages(self) -> AsyncIterator[bytes]:
        """Yield what is queued, as it comes."""
        while True:
            while self._waiting:
                yield self._waiting.popleft()
            if self._over:
                return
            self._news.clear()
            await self._news.wait()


class Full(Exception):
    """As many browsers look as are served."""


class Hub:
    """Hands messages to all browsers. Owned by the event loop; `send` never waits."""

    def __init__(self) -> None:
        self._browsers: set[Browser] = set()

    @property
    def browsers(self) -> int:
        """How many look now."""
        return len(self._browsers)

    def send(self, event: str, data: bytes) -> None:
        """Tell all browsers."""
        if self._browsers:
            message = framed(event, data)
            for browser in self._browsers:
                browser.put(message)

    @contextmanager
    def browser(self) -> Iterator[Browser]:
        """A browser that hears what is sent within the block; raises Full when there are BROWSERS_MAX."""
        if len(self._browsers) >= BROWSERS_MAX:
            raise Full
        browser = Browser()
        self._browsers.add(browser)
        try:
            yield browser
        finally:
            self._browsers.discard(browser)

    def end(self) -> None:
        """Let all streams end."""
        for browser in self._browsers:
            browser.end()


def framed(event: str, data: bytes) -> bytes:
    """A message of Server-Sent Events (HTML standard, 9.2). `data` is JSON, which holds no line end."""
    return b"event: %s\ndata: %s\n\n" % (event.encode(), data)
