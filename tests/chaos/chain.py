"""The agent of the fault campaign: it proves order and count by a chain that any loss, repeat or swap breaks.

Each event of a key appends its number to the key's CRC; the output carries the event's number, the count and the CRC.
2% of the events are stragglers. What an event does besides is said by its title (`Kind`).
"""

import asyncio
import random
import zlib
from enum import StrEnum

import orjson
from msgspec import Struct

from agents.base import Agent, Outcome, Output
from inference.requests import Priority
from schemas.contracts import LISTING_CONTRACT
from schemas.errors import Fatal
from schemas.events import ListingUpdated
from schemas.topics import listing_localized

LOCALE = "en"
OUTPUT = listing_localized(LOCALE)
HUGE_BYTES = 2_000_000  # larger than any topic of an output takes


class Kind(StrEnum):
    """What an event is for; all but the first must end as dead letters."""

    SOUND = "chain"
    POISON = "poison"  # `localize` raises
    BROKEN = "broken"  # not JSON
    HANGING = "hanging"  # `localize` never returns
    HUGE = "huge"  # its output is larger than the topic takes


class Chain(Struct, frozen=True):
    """State and output in one: the key's events so far."""

    number: int
    count: int
    crc: int
    padding: str = ""


def linked(count: int, crc: int, number: int) -> tuple[int, int]:
    """Return the chain's count and CRC after one more event."""
    return count + 1, zlib.crc32(str(number).encode(), crc)


class Doom:
    """Whether the next event is to find the ground gone (chain_worker.py sets it, as it is told)."""

    fatal = False


async def localize(event: ListingUpdated, tools: object) -> int:
    if Doom.fatal:
        raise Fatal("the ground is gone")
    straggler = event.version % 50 == 7
    await asyncio.sleep(random.uniform(0.3, 0.8) if straggler else random.uniform(0.002, 0.05))
    if event.title == Kind.POISON:
        raise ValueError(event.title)
    if event.title == Kind.HANGING:
        await asyncio.Event().wait()
    return event.version


def settle(state: Chain | None, event: ListingUpdated, number: int) -> Outcome[Chain]:
    before = state or Chain(0, 0, 0)
    after = Chain(number, *linked(before.count, before.crc, number))
    padding = "x" * HUGE_BYTES if event.title == Kind.HUGE else ""
    shown = Chain(after.number, after.count, after.crc, padding)
    return Outcome((Output(OUTPUT, event.listing_id, shown, "dragoman.chain.v1", LOCALE),), after)


def event_json(number: int, key: str, title: str) -> bytes:
    """A `listing-updated` event that carries `number` as its version."""
    event = {
        "listing_id": key,
        "seller_id": "s",
        "marketplace": "m",
        "version": number,
        "title": title,
        "updated_at": "2026-01-01T00:00:00Z",
    }
    encoded = orjson.dumps(event)
    return encoded[:-1] if title == Kind.BROKEN else encoded


CHAIN = Agent(
    contract=LISTING_CONTRACT,
    state=Chain,
    localize=localize,
    settle=settle,
    state_key=lambda event: event.listing_id,
    priority=Priority.LISTING,
)
