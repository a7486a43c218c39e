"""The page's HTTP server: files of this package, one stream of news, a parcel's journey. GET only, and no state."""

from collections.abc import Callable
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, Self

import msgspec
from aiohttp import web
from msgspec import Struct

from schemas.errors import OperatorError
from schemas.settings import PageSettings
from streams.page.access import HEADERS, middlewares
from streams.page.hub import Full, Hub, framed

CONTENT_TYPES: Final = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}
INDEX: Final = "index.html"
RETRY_MS: Final = 1000  # a browser asks again after a lost connection
SHUTDOWN_S: Final = 1.0


class Asset(Struct, frozen=True):
    """A file of the page."""

    body: bytes
    content_type: str
    tag: str


def assets() -> dict[str, Asset]:
    """All files of the page by their path below `static/`; nothing else of the disk can be asked for."""

    def walk(folder: Traversable, prefix: str) -> None:
        for entry in folder.iterdir():
            if entry.is_dir():
                walk(entry, f"{prefix}{entry.name}/")
            elif (content_type := CONTENT_TYPES.get(entry.name[entry.name.rfind(".") :])) is not None:
                body = entry.read_bytes()
                found[prefix + entry.name] = Asset(body, content_type, sha256(body).hexdigest()[:32])

    found: dict[str, Asset] = {}
    walk(files("streams.page") / "static", "")
    return found


class PageServer:
    """Serves the page; `async with` starts and stops it. `url` is its address once it is started.

    `hello` gives the JSON that a browser begins with, `journey` that of one parcel, None for an unknown one. Raises
    OperatorError when the address cannot be had, or would let others look without a token.
    """

    def __init__(
        self, settings: PageSettings, hub: Hub, hello: Callable[[], bytes], journey: Callable[[str], bytes | None]
    ) -> None:
        self._settings = settings
        self._hub = hub
        self._hello = hello
        self._journey = journey
        self._assets = assets()
        self._app = web.Application(middlewares=middlewares(settings))
        self._app.router.add_get("/", self._get_index)
        self._app.router.add_get("/live", self._get_live)
        self._app.router.add_get("/events", self._get_events, allow_head=False)
        self._app.router.add_get("/journey", self._get_journey)
        self._app.router.add_get("/static/{path:.+}", self._get_asset)
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=SHUTDOWN_S)
        self.url = ""

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        host, port = self._settings.host, self._settings.port
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise OperatorError(
                f"cannot serve the page on {host}:{port}: {error.strerror or error}; "
                "set DRAGOMAN_PAGE__PORT to another port (0 takes a free one)"
            ) from error
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._hub.end()
        await self._runner.cleanup()

    async def _get_index(self, request: web.Request) -> web.StreamResponse:
        return _file(request, self._assets[INDEX])

    async def _get_asset(self, request: web.Request) -> web.StreamResponse:
        asset = self._assets.get(request.match_info["path"])
        if asset is None:
            raise web.HTTPNotFound(text="no such file\n")
        return _file(request, asset)

    async def _get_live(self, _request: web.Request) -> web.Response:
        return web.Response(text="live\n")

    async def _get_journey(self, request: web.Request) -> web.Response:
        body = self._journey(request.query.get("shipment", ""))
        if body is None:
            raise web.HTTPNotFound(text="no parcel of that number has passed lately\n")
        return web.Response(body=body, content_type="application/json")

    async def _get_events(self, request: web.Request) -> web.StreamResponse:
        """Everything that is known, and then what is new, until the browser leaves."""
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        try:
            with self._hub.browser() as browser:
                await response.prepare(request)
                await response.write(b"retry: %d\n\n" % RETRY_MS)
                await response.write(framed("hello", self._hello()))
                async for message in browser.messages():
                    await response.write(message)
        except Full:
            raise web.HTTPServiceUnavailable(text="too many browsers look already\n") from None
        except ConnectionResetError:  # the browser has left
            return response
        return response


def _file(request: web.Request, asset: Asset) -> web.Response:
    tag = f'"{asset.tag}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    return web.Response(body=asset.body, content_type=asset.content_type, charset="utf-8", headers=headers)


def as_json(value: object) -> bytes:
    """JSON for a browser."""
    return msgspec.json.encode(value)
