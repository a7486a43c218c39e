"""The page's server over a real socket: what it serves, to whom, and what it tells browsers to allow."""

import asyncio
import json
import re
import socket
from contextlib import asynccontextmanager
from html.parser import HTMLParser

import aiohttp
import pytest
from pydantic import ValidationError
from yarl import URL

from schemas.errors import OperatorError
from schemas.settings import PageSettings
from streams.page.hub import Hub
from streams.page.server import PageServer, assets

TOKEN = "a-token-that-is-long-enough"  # noqa: S105  (of this test)


@asynccontextmanager
async def served(hub=None, **settings):
    page = PageSettings(port=0, **settings)
    server = PageServer(
        page, hub or Hub(), lambda: b'{"known":1}', lambda shipment: b"{}" if shipment == "S/1" else None
    )
    jar = aiohttp.CookieJar(unsafe=True)  # of an address, not of a name
    async with server, aiohttp.ClientSession(server.url, cookie_jar=jar) as session:
        yield session


async def get(session, path, status=200, **more):
    async with session.get(path, allow_redirects=False, **more) as response:
        assert response.status == status, (path, await response.text())
        return response.headers, await response.text()


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in {"src", "href"} and not value.startswith("#")]
        assert not [name for name, _ in attrs if name.startswith("on") or name == "style"], "the policy forbids it"


async def test_the_page_and_everything_it_names_is_served_from_here():
    async with served() as session:
        headers, html = await get(session, "/")
        links = Links()
        links.feed(html)
        assert len(links.found) >= 4
        wanted = set(links.found)
        while wanted:
            path = wanted.pop()
            assert path.startswith("/static/"), path
            _, text = await get(session, path)
            folder = path.rpartition("/")[0]
            names = re.findall(r"""^import .* from "\./(.+)";""", text, re.MULTILINE)
            wanted |= {f"{folder}/{name}" for name in names}
        assert headers["Content-Type"] == "text/html; charset=utf-8"


def test_the_pages_own_code_makes_no_markup_from_strings():
    for path, asset in assets().items():
        if path.endswith(".js") and not path.startswith("vendor/"):
            text = asset.body.decode()
            assert not re.search(
                r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(|\.cssText|srcdoc", text
            ), path
            assert "http://" not in text
            assert "https://" not in text
    assert len(assets()) >= 10


async def test_every_answer_forbids_what_the_page_does_not_need():
    async with served() as session:
        for path, status in (
            ("/", 200),
            ("/static/page.js", 200),
            ("/static/none.js", 404),
            ("/journey", 404),
            ("/elsewhere", 404),
        ):
            headers, _ = await get(session, path, status)
            policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
            assert policy["default-src"] == "'none'"
            assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
            assert policy["require-trusted-types-for"] == "'script'"
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"


def server_of(session):
    return str(session._base_url).rstrip("/")


async def test_nothing_but_the_pages_files_can_be_asked_for():
    async with served() as session:
        for path in (
            "/static/../page.py",
            "/static/%2e%2e/page.py",
            "/static//etc/passwd",
            "/static/vendor/SHA256SUMS",
            "/static/",
        ):
            async with session.get(URL(f"{server_of(session)}{path}", encoded=True)) as response:
                assert response.status == 404, path
        async with session.post("/") as response:
            assert response.status == 405


async def test_a_file_that_has_not_changed_is_not_sent_again():
    async with served() as session:
        headers, _ = await get(session, "/static/page.css")
        assert headers["Cache-Control"] == "no-cache"
        _, text = await get(session, "/static/page.css", 304, headers={"If-None-Match": headers["ETag"]})
        assert text == ""


async def test_a_stream_begins_with_what_is_known_and_goes_on_with_news():
    hub = Hub()
    async with served(hub) as session, session.get("/events") as response:
        assert response.headers["Content-Type"] == "text/event-stream"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        lines = [await response.content.readline() for _ in range(5)]
        assert lines[2:4] == [b"event: hello\n", b'data: {"known":1}\n']
        hub.send("localized", b'{"n":1}')
        assert [await response.content.readline() for _ in range(2)] == [b"event: localized\n", b'data: {"n":1}\n']
    assert hub.browsers == 0


async def test_the_server_ends_though_a_browser_looks():
    async with asyncio.timeout(5):
        async with served() as session:
            response = await session.get("/events")
        response.close()


async def test_a_journey_is_asked_for_by_any_id():
    async with served() as session:
        assert (await get(session, "/journey", params={"shipment": "S/1"}))[1] == "{}"
        await get(session, "/journey", 404, params={"shipment": "other"})


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:6067", "127.0.0.1.evil.example", "10.0.0.8", "localhost.evil.example:6067", ""],
)
async def test_a_name_that_only_resolves_to_this_machine_is_refused(host):
    async with served() as session:
        for path in ("/", "/events", "/journey?shipment=S%2F1"):
            headers, text = await get(session, path, 421, headers={"Host": host})
            assert "known" not in text
            assert "Content-Security-Policy" in headers


@pytest.mark.parametrize("host", ["localhost", "localhost:9999", "127.0.0.1:1", "[::1]:6067", "LOCALHOST"])
async def test_the_loopbacks_names_are_answered(host):
    async with served() as session:
        await get(session, "/", headers={"Host": host})


async def test_with_a_token_nobody_looks_without_it():
    async with served(token=TOKEN) as session:
        for path in (
            "/",
            "/events",
            "/journey?shipment=S%2F1",
            "/static/page.js",
            "/?token=wrong",
            "/?token=",
            "/events?token=" + TOKEN,
        ):
            await get(session, path, 401)
        await get(session, "/", 401, headers={"Authorization": "Bearer wrong"})
        await get(session, "/", 401, headers={"Cookie": f"dragoman_page={TOKEN}"})
        await get(session, "/", headers={"Authorization": f"Bearer {TOKEN}"})
        await get(session, "/live")
        headers, _ = await get(session, f"/?token={TOKEN}", 303)
        assert headers["Location"] == "/"
        assert {"HttpOnly", "SameSite=Strict"} <= {part.strip() for part in headers["Set-Cookie"].split(";")}
        assert TOKEN not in headers["Set-Cookie"]
        await get(session, "/journey?shipment=S%2F1")


async def test_without_a_token_nothing_but_loopback_is_served():
    for host in ("0.0.0.0", "::", "10.0.0.8", "example.org"):  # noqa: S104  (that is what is refused)
        with pytest.raises(OperatorError, match="DRAGOMAN_PAGE__TOKEN"):
            PageServer(PageSettings(host=host, port=0), Hub(), bytes, lambda _: None)
    PageServer(PageSettings(host="0.0.0.0", port=0, token=TOKEN), Hub(), bytes, lambda _: None)  # noqa: S104
    with pytest.raises(ValidationError, match="at least 16"):
        PageSettings(token="short")  # noqa: S106
    assert TOKEN not in json.dumps(PageSettings(token=TOKEN).model_dump(mode="json"))


async def test_a_port_that_is_taken_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OperatorError, match=f"cannot serve the page on 127.0.0.1:{port}: .*DRAGOMAN_PAGE__PORT"):
            async with PageServer(PageSettings(port=port), Hub(), bytes, lambda _: None):
                pass
