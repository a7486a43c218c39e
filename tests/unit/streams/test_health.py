"""The endpoints of a worker, asked over a real socket."""

from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from schemas.errors import OperatorError
from schemas.report import StageTimed
from streams.drain import DRAIN_HEADER, ask_to_leave
from streams.health import HealthServer
from streams.metrics import Metrics


class Process:
    """A process whose health is whatever the test says."""

    def __init__(self) -> None:
        self.live = True
        self.reason: str | None = None
        self.metrics = Metrics()
        self.drained = 0

    def server(self, port: int = 0) -> HealthServer:
        return HealthServer(
            "127.0.0.1", port, self.metrics.registry, lambda: self.live, lambda: self.reason, self.drain
        )

    def drain(self) -> None:
        self.drained += 1


@asynccontextmanager
async def asking(server: HealthServer):
    async with server, aiohttp.ClientSession(server.url) as session:
        yield session


async def test_a_healthy_process_answers_200():
    async with asking(Process().server()) as session:
        for path in ("/live", "/ready", "/metrics"):
            async with session.get(path) as response:
                assert response.status == 200
            async with session.head(path) as response:
                assert response.status == 200
                assert await response.read() == b""


async def test_not_ready_says_why_and_stays_live():
    process = Process()
    process.reason = "models are being loaded"
    async with asking(process.server()) as session:
        async with session.get("/ready") as response:
            assert response.status == 503
            assert "models are being loaded" in await response.text()
        async with session.get("/live") as response:
            assert response.status == 200
        process.reason = None
        async with session.get("/ready") as response:
            assert response.status == 200


async def test_a_dead_process_is_not_live():
    process = Process()
    process.live = False
    async with asking(process.server()) as session, session.get("/live") as response:
        assert response.status == 503


async def test_metrics_are_what_was_counted():
    process = Process()
    process.metrics(StageTimed("gate", 0.01))
    async with asking(process.server()) as session, session.get("/metrics") as response:
        assert response.content_type == "text/plain"
        assert 'dragoman_stage_duration_seconds_count{stage="gate"} 1.0' in await response.text()


async def test_an_unknown_path_and_a_write_are_refused():
    async with asking(Process().server()) as session:
        async with session.get("/secret") as response:
            assert response.status == 404
        async with session.post("/live") as response:
            assert response.status == 405


async def test_port_0_is_a_free_one_and_is_told():
    async with Process().server() as server:
        assert server.port is not None
        assert server.url == f"http://127.0.0.1:{server.port}"
    assert server.port is None


async def test_a_taken_port_is_one_line_for_the_operator():
    async with Process().server() as first:
        with pytest.raises(OperatorError, match="DRAGOMAN_HTTP__PORT") as caught:
            await Process().server(first.port or 0).start()
    assert "\n" not in str(caught.value)


async def test_minus_one_serves_nothing():
    async with Process().server(-1) as server:
        assert server.url is None


async def test_only_a_post_that_no_browser_sends_unasked_makes_a_worker_leave():
    process = Process()
    async with asking(process.server()) as session:
        for method, headers, status in (
            ("GET", {DRAIN_HEADER: "1"}, 405),
            ("POST", {}, 403),
            ("POST", {DRAIN_HEADER: "1"}, 202),
        ):
            async with session.request(method, "/drain", headers=headers) as response:
                assert response.status == status
    assert process.drained == 1


async def test_a_worker_elsewhere_is_told_apart_from_none():
    async def refuse(_request: web.Request) -> web.Response:
        return web.Response(status=403)

    app = web.Application()
    app.router.add_post("/drain", refuse)
    async with TestServer(app) as elsewhere:
        with pytest.raises(OperatorError, match="only when asked from its own machine or container"):
            await ask_to_leave(str(elsewhere.make_url("")))
