"""One line for one thing that happens a thousand times: aiokafka logs every attempt to reach a broker that is away."""

import logging
import time
from collections.abc import Callable
from typing import Final

LIBRARIES: Final = ("faust", "mode", "aiokafka", "kafka", "aiohttp", "asyncio", "venusian")
QUIET_S: Final = 10.0
KINDS_MAX: Final = 256  # kinds of lines remembered; beyond that all are forgotten and told anew


class Repeats(logging.Filter):
    """Lets a line through when none of its kind was logged for `quiet_s`, with how many were held back since.

    A kind is a logger and a message before its arguments are filled in. Only what libraries say is held back. Safe
    from any thread, but for a miscount.
    """

    def __init__(self, quiet_s: float = QUIET_S, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._quiet_s = quiet_s
        self._clock = clock
        self._kinds: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is logged."""
        if record.name.partition(".")[0] not in LIBRARIES:
            return True
        kind = record.name, str(record.msg)
        now = self._clock()
        told_at, held = self._kinds.get(kind, (None, 0))
        if told_at is not None and now - told_at < self._quiet_s:
            self._kinds[kind] = told_at, held + 1
            return False
        if len(self._kinds) >= KINDS_MAX:
            self._kinds.clear()
        self._kinds[kind] = now, 0
        if held:
            record.msg = f"{record.getMessage()} (and {held} more like it)"
            record.args = None
        return True
