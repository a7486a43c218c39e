"""Work beside the lanes: wanted for as long as a worker lives, and no reason to end one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, NoReturn

import structlog

from streams.window import being_cancelled

log = structlog.get_logger(__name__)

PAUSE_S: Final = (1.0, 60.0)  # first and longest, between a fault and the next try


async def kept_up(
    work: Callable[[], Awaitable[object]], consequence: str, pause_s: tuple[float, float] = PAUSE_S
) -> NoReturn:
    """Do work that should never end, again and again: a fault of ours, or memory that ran out, is told and passes.

    `consequence` says what is missing meanwhile. `pause_s` doubles from its first to its second value.
    """
    pause, longest = pause_s
    while True:
        try:
            await work()
            error: BaseException | None = None
        except (Exception, asyncio.CancelledError) as failure:
            if being_cancelled():
                raise
            error = failure
        log.warning("side_work_failed", error=repr(error), consequence=consequence, again_in_s=pause)
        await asyncio.sleep(pause)
        pause = min(longest, pause * 2)
