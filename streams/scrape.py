"""What running workers say of their lanes, read from their `/metrics`."""

import asyncio
from collections.abc import Iterable
from typing import Final

import aiohttp
from msgspec import Struct
from prometheus_client.parser import text_string_to_metric_families

from schemas.errors import OperatorError
from streams import families
from streams.access import bearer

TIMEOUT_S: Final = 2.0
BYTES_MAX: Final = 8_000_000  # a worker's page is about 50 kB; what is larger is no worker


class LaneSeen(Struct, frozen=True):
    """What a worker says of one of its lanes."""

    in_flight: int
    oldest_unfinished_s: float


Lanes = dict[tuple[str, int], LaneSeen]


def parse_lanes(text: str) -> Lanes:
    """Return the lanes of one page of metrics; raises ValueError when it is no such page."""
    wanted = {families.IN_FLIGHT.full_name: 0, families.OLDEST.full_name: 1}
    found: dict[tuple[str, int], list[float]] = {}
    for family in text_string_to_metric_families(text):
        if family.name in wanted:
            for sample in family.samples:
                lane = sample.labels["topic"], int(sample.labels["partition"])
                found.setdefault(lane, [0.0, 0.0])[wanted[family.name]] = sample.value
    return {lane: LaneSeen(int(in_flight), oldest) for lane, (in_flight, oldest) in found.items()}


async def read_lanes(urls: Iterable[str], token: str | None = None) -> Lanes:
    """Return the lanes of the workers at these addresses; raises OperatorError naming the one that does not answer.

    All of them are shown the `token`.
    """
    async with session_with(token) as session:
        pages = await asyncio.gather(*(_page(session, url) for url in urls))
    return {lane: seen for page in pages for lane, seen in page.items()}


def session_with(token: str | None) -> aiohttp.ClientSession:
    """Return a session for asking workers, which shows them a token."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S), headers=bearer(token))


async def _page(session: aiohttp.ClientSession, url: str) -> Lanes:
    address = url if url.rstrip("/").endswith("/metrics") else url.rstrip("/") + "/metrics"
    try:
        return parse_lanes(await read_page(session, address))
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError) as error:
        raise OperatorError(f"no metrics of a worker at {address}: {error or type(error).__name__}") from error


async def read_page(session: aiohttp.ClientSession, address: str) -> str:
    """Return what a worker's `/metrics` says; raises ClientError, TimeoutError, and ValueError when it is too much."""
    async with session.get(address, raise_for_status=True) as response:
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > BYTES_MAX:
                raise ValueError(f"more than {BYTES_MAX} bytes")
        return body.decode("utf-8")
