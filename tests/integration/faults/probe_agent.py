"""An agent that does to itself what the title of a listing says, for the tests of one worker at a time.

`hang`, `deaf` (hangs and swallows its cancellation), `huge` (an output beyond any limit), `wide` (one of 60 kB), `flaky`
(fails twice in a way that may pass), `fatal` (the pool is dead), `slow` (0.6 s); anything else is emitted as it is.
"""

import asyncio
import contextlib
from collections import Counter

from msgspec import Struct

from agents.base import Agent, Outcome, Output
from inference.requests import Priority
from schemas.contracts import LISTING_CONTRACT
from schemas.errors import Fatal, Transient
from schemas.events import ListingUpdated
from schemas.topics import listing_localized

OUTPUT = listing_localized("en")
PADDING = {"huge": 2_000_000, "wide": 60_000}
tries: Counter[int] = Counter()


class Count(Struct, frozen=True):
    """State and output: the number of the event and how many the key has had."""

    number: int
    count: int
    padding: str = ""


async def localize(event: ListingUpdated, tools: object) -> int:
    tries[event.version] += 1
    match event.title:
        case "hang":
            await asyncio.Event().wait()
        case "deaf":
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            await asyncio.Event().wait()
        case "flaky" if tries[event.version] < 3:
            raise Transient("not yet")
        case "fatal":
            raise Fatal("the pool is dead")
        case "slow":
            await asyncio.sleep(0.6)
    return event.version


def settle(state: Count | None, event: ListingUpdated, number: int) -> Outcome[Count]:
    after = Count(number, (state.count if state else 0) + 1)
    shown = Count(after.number, after.count, "x" * PADDING.get(event.title, 0))
    return Outcome((Output(OUTPUT, event.listing_id, shown, "dragoman.probe.v1", "en"),), after)


PROBE = Agent(
    contract=LISTING_CONTRACT,
    state=Count,
    localize=localize,
    settle=settle,
    state_key=lambda event: event.listing_id,
    priority=Priority.LISTING,
)
