"""`/live`, `/ready`, `/metrics` and `/drain` of a worker, on its own event loop, on loopback unless told otherwise."""

from collections.abc import Callable
from typing import Final, Self

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from schemas.errors import OperatorError
from schemas.security import is_loopback
from streams.access import only_with
from streams.drain import DRAIN_HEADER

NOT_SERVED: Final = -1
PROBES: Final = ("/live", "/ready")
TEXT: Final = "text/plain"


class HealthServer:
    """Serves a process's health; `async with` starts and stops it.

    `live` False means that only a restart helps (503). `ready` None means ready, else it is the reason why not (503).
    `drain` is called by a POST to `/drain` that comes from this machine and carries DRAIN_HEADER.
    Whoever wants more than `/live` and `/ready` must know the `token`, if there is one.
    Port 0 takes a free one, -1 serves nothing. Raises OperatorError when the address cannot be had.
    """

    def __init__(
        self,
        host: str,
        port: int,
        registry: CollectorRegistry,
        live: Callable[[], bool],
        ready: Callable[[], str | None],
        drain: Callable[[], None] = lambda: None,
        *,
        token: str | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._registry = registry
        self._live = live
        self._ready = ready
        self._drain = drain
        self._token = token
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int | None:
        """The port that is really bound; None when nothing is served."""
        if self._runner is None or not self._runner.addresses:
            return None
        return int(self._runner.addresses[0][1])

    @property
    def url(self) -> str | None:
        """The address to ask, without a path; None when nothing is served."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return None if self.port is None else f"http://{host}:{self.port}"

    async def start(self) -> None:
        """Bind and serve."""
        if self._port == NOT_SERVED:
            return
        app = web.Application(middlewares=only_with(self._token, anybody=PROBES))
        app.router.add_get("/live", self._get_live)
        app.router.add_get("/ready", self._get_ready)
        app.router.add_get("/metrics", self._get_metrics)
        app.router.add_post("/drain", self._post_drain)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            await runner.cleanup()
            raise OperatorError(
                f"cannot serve health on {self._host}:{self._port}: {error.strerror or error}; "
                "set DRAGOMAN_HTTP__PORT to another port (0 takes a free one, -1 serves nothing)"
            ) from error
        self._runner = runner

    async def stop(self) -> None:
        """Close the port; open requests get a second to end."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _get_live(self, _request: web.Request) -> web.Response:
        alive = self._live()
        return _plain(200 if alive else 503, "live" if alive else "not live: restart this process")

    async def _get_ready(self, _request: web.Request) -> web.Response:
        reason = self._ready()
        return _plain(200 if reason is None else 503, "ready" if reason is None else f"not ready: {reason}")

    async def _post_drain(self, request: web.Request) -> web.Response:
        if DRAIN_HEADER not in request.headers or not is_loopback(request.remote or ""):
            return _plain(403, f"only from this machine, with the header {DRAIN_HEADER}")
        self._drain()
        return _plain(202, "draining")

    async def _get_metrics(self, request: web.Request) -> web.Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(self._registry), headers={"Content-Type": content_type})


def _plain(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text + "\n", content_type=TEXT, headers={"Cache-Control": "no-store"})
