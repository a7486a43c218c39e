"""Asking a worker, through its health endpoint, to finish and leave."""

from http import HTTPStatus
from typing import Final

import aiohttp

from schemas.errors import OperatorError
from streams.scrape import read_lanes, session_with

DRAIN_HEADER: Final = "X-Dragoman-Drain"
"""A request without it is refused: no page in a browser can send it to another origin unasked."""


async def ask_to_leave(url: str, token: str | None = None) -> None:
    """Have the worker at `url` begin to leave; raises OperatorError when there is none."""
    address = f"{url.rstrip('/')}/drain"
    try:
        async with session_with(token) as session, session.post(address, headers={DRAIN_HEADER: "1"}) as answer:
            if answer.status == HTTPStatus.FORBIDDEN:
                raise OperatorError(f"the worker at {url} leaves only when asked from its own machine or container")
            answer.raise_for_status()
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise OperatorError(f"no worker to drain at {url}: {error or type(error).__name__}") from error


async def is_there(url: str) -> bool:
    """Whether the worker still answers."""
    try:
        async with session_with(None) as session, session.get(f"{url.rstrip('/')}/live"):
            return True
    except TimeoutError:
        return True  # busy is not gone
    except aiohttp.ClientError:
        return False


async def in_flight(url: str, token: str | None = None) -> int | None:
    """Return how many records the worker has taken and not yet committed; None when it does not say."""
    try:
        return sum(lane.in_flight for lane in (await read_lanes([url], token)).values())
    except OperatorError:
        return None
