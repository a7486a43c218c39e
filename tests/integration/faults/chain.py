"""The agent of the fault campaign: it proves order and count by a chain that any loss, repeat or swap breaks.

Each event of a key appends its number to the key's CRC; the output carries the event's number, the count and the CRC.
2% of the events are stragglers, 1% are poison: half of it cannot be decoded, half makes `localize` raise.
"""

import asyncio
import random
import zlib

from msgspec import Struct

from agents.base import Agent, Outcome, Output
from inference.requests import Priority
from schemas.contracts import LISTING_CONTRACT
from schemas.events import ListingUpdated
from schemas.topics import listing_localized

LOCALE = "en"
OUTPUT = listing_localized(LOCALE)
POISON_TITLE = "poison"
HANGING_TITLE = "hanging"
HUGE_TITLE = "huge"


class Chain(Struct, frozen=True):
    """State and output in one: the key's events so far."""

    number: int
    count: int
    crc: int
    padding: str = ""


async def localize(event: ListingUpdated, tools: object) -> int:
    straggler = event.version % 50 == 7
    await asyncio.sleep(random.uniform(1.0, 2.5) if straggler else random.uniform(0.002, 0.05))
    if event.title == POISON_TITLE:
        raise ValueError(event.title)
    if event.title == HANGING_TITLE:
        await asyncio.Event().wait()
    return event.version


def settle(state: Chain | None, event: ListingUpdated, number: int) -> Outcome[Chain]:
    before = state or Chain(0, 0, 0)
    after = Chain(number, before.count + 1, zlib.crc32(str(number).encode(), before.crc))
    padding = "x" * 2_000_000 if event.title == HUGE_TITLE else ""
    shown = Chain(after.number, after.count, after.crc, padding)
    return Outcome((Output(OUTPUT, event.listing_id, shown, "dragoman.chain.v1", LOCALE),), after)


CHAIN = Agent(
    contract=LISTING_CONTRACT,
    state=Chain,
    localize=localize,
    settle=settle,
    state_key=lambda event: event.listing_id,
    priority=Priority.LISTING,
)
