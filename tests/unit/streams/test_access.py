"""Who may read a process's metrics, asked over a real socket."""

import asyncio

import aiohttp
import pytest

from schemas.errors import OperatorError
from schemas.settings import HttpSettings
from streams.access import required_token
from streams.drain import ask_to_leave
from streams.health import HealthServer
from streams.metrics import Metrics
from streams.scrape import read_lanes
from streams.snapshot import WorkerProbe

TOKEN = "a token nobody guesses"  # noqa: S105


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
def test_loopback_needs_no_token(host):
    assert required_token(HttpSettings(host=host)) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "worker.example", "localhost.example"])  # noqa: S104
def test_other_machines_need_one_unless_somebody_says_so(host, tmp_path):
    with pytest.raises(OperatorError, match=r"DRAGOMAN_HTTP__TOKEN_FILE .* DRAGOMAN_HTTP__OPEN=true"):
        required_token(HttpSettings(host=host))
    assert required_token(HttpSettings(host=host, open=True)) is None
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert required_token(HttpSettings(host=host, token_file=file)) == TOKEN


async def test_metrics_are_for_those_who_know_the_token_and_probes_for_all():
    left = asyncio.Event()
    server = HealthServer("127.0.0.1", 0, Metrics().registry, lambda: True, lambda: None, left.set, token=TOKEN)
    async with server, aiohttp.ClientSession(server.url) as session:
        for path in ("/live", "/ready"):
            assert (await session.get(path)).status == 200
        for shown in ({}, {"Authorization": "Bearer no"}, {"Authorization": TOKEN}, {"Authorization": "Bearer é"}):
            refused = await session.get("/metrics", headers=shown)
            assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
            assert "dragoman" not in await refused.text()
        for query in ("?token=" + TOKEN, "/"):  # a scraper has a header
            assert (await session.get("/metrics" + query)).status == 401
        assert (await session.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})).status == 200
        assert await read_lanes([server.url], TOKEN) == {}
        with pytest.raises(OperatorError, match="401"):
            await read_lanes([server.url])
        with pytest.raises(OperatorError, match="401"):
            await ask_to_leave(server.url)
        assert not left.is_set()
        await ask_to_leave(server.url, TOKEN)
        assert left.is_set()
        async with WorkerProbe(server.url, TOKEN) as probe:
            assert (await probe.seen()).consumed == {}
