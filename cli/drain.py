"""`dragoman drain`: have workers finish what is in flight, commit it and leave, and stay until they have."""

import asyncio
import time
from collections.abc import Sequence
from typing import Annotated, Final

import typer

from cli.console import JsonFlag, bars, out, print_json
from schemas.errors import OperatorError
from schemas.settings import load
from streams.access import token_of
from streams.drain import ask_to_leave, in_flight, is_there

LOOK_S: Final = 0.2


def command(
    worker: Annotated[
        list[str] | None,
        typer.Argument(help="Addresses of workers' health endpoints; default: the one of the settings."),
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.0, help="Seconds to wait for them to be gone.")] = 30.0,
    json: JsonFlag = False,
) -> None:
    """Have workers stop fetching, finish what is in flight, commit it and leave the group; wait until they are gone.

    The others take over their partitions. As SIGTERM, for workers that are not yours to signal, but a static name
    (kafka.instance_id) is given up as well. Workers listen to this on their own machine, or in their own container,
    only. Exit code 1 when one is still there after the time given.
    """
    settings = load()
    urls = worker or ([settings.http.url] if settings.http.url else [])
    if not urls:
        raise OperatorError("the settings name no port of a worker: give its address, http://host:port")
    began = time.monotonic()
    left = asyncio.run(_drain(urls, timeout, token_of(settings.http)))
    seconds = round(time.monotonic() - began, 1)
    if json:
        print_json({"gone": [url for url in urls if url not in left], "left": left, "seconds": seconds})
    else:
        for url in urls:
            out.print(f"{url}: {'still there' if url in left else 'gone'} after {seconds} s", highlight=False)
    if left:
        raise typer.Exit(1)


async def _drain(urls: Sequence[str], timeout_s: float, token: str | None) -> list[str]:
    """Ask all, then look until they are gone; return those that are not."""
    await asyncio.gather(*(ask_to_leave(url, token) for url in urls))
    deadline = time.monotonic() + timeout_s
    first: dict[str, int] = {}
    with bars() as tell:
        left = list(urls)
        while True:
            there = await asyncio.gather(*(is_there(url) for url in left))
            left = [url for url, still in zip(left, there, strict=True) if still]
            for url in left:
                now = await in_flight(url, token)
                if now is not None:
                    most = first[url] = max(first.get(url, 0), now)
                    tell(url, 1.0 - now / most if most else 1.0)
            if not left or time.monotonic() >= deadline:
                return left
            await asyncio.sleep(LOOK_S)
