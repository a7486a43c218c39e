"""The records of a case, and an agent that proves order and count: a key's state is a chain over its events."""

import asyncio
import zlib
from typing import Any

from aiokafka.structs import ConsumerRecord

from agents.base import Agent, Outcome, Output
from inference.requests import Priority
from schemas.contracts import LISTING_CONTRACT
from schemas.events import ListingUpdated
from schemas.topics import DEAD_LETTER, LISTING_UPDATED, changelog, listing_localized
from streams.limits import Limits
from tests.chaos.chain import Chain, Kind, event_json
from tests.unit.streams.timing.current import current

OUTPUT = listing_localized("en")
CHANGELOG = changelog(LISTING_UPDATED)
LIMITS = Limits(dict.fromkeys((OUTPUT, DEAD_LETTER, CHANGELOG), 100_000), 50_000)
KEYS = 4
COUNT = 22
PAST = 6  # records that an earlier process has had
STRAGGLERS = (3, 9, 16)
POISON = (2, 11, 18)  # the second can be decoded


def offset_of(number: int) -> int:
    """Where a record stands: the input has gaps, as aborted producers leave them."""
    return number + number // 5


def story() -> list[Any]:
    """The records of every case."""
    return [_record(number) for number in range(COUNT)]


def _record(number: int) -> Any:
    key = f"k{number * 7 // 3 % KEYS}"
    kind = Kind.SOUND if number not in POISON else Kind.POISON if number == POISON[1] else Kind.BROKEN
    value = event_json(number, key, kind)
    return ConsumerRecord(
        LISTING_UPDATED, 0, offset_of(number), 1_772_000_000_000, 0, key.encode(), value, None, -1, -1, ()
    )


async def localize(event: ListingUpdated, tools: object) -> int:
    await current.get().world.passing("localize")
    await asyncio.sleep(0.05 if event.version in STRAGGLERS else 0.002 + event.version % 3 * 0.001)
    if event.title == Kind.POISON:
        raise ValueError(event.title)
    return event.version


def settle(state: Chain | None, event: ListingUpdated, number: int) -> Outcome[Chain]:
    after = follow(state, number)
    return Outcome((Output(OUTPUT, event.listing_id, after, "dragoman.chain.v1", "en"),), after)


def follow(state: Chain | None, number: int) -> Chain:
    """The state of a key after one more event."""
    before = state or Chain(0, 0, 0)
    return Chain(number, before.count + 1, zlib.crc32(str(number).encode(), before.crc))


CHAIN = Agent(
    contract=LISTING_CONTRACT,
    state=Chain,
    localize=localize,
    settle=settle,
    state_key=lambda event: event.listing_id,
    priority=Priority.LISTING,
)
