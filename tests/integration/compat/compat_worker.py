"""A real worker without models: what cannot be translated is shown as it was written.

With `STALL_FILE` its lanes stop in the middle of a transaction: outputs acknowledged, nothing committed, the file made.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from inference.models import LoadedModels
from schemas.settings import load
from streams.logs import configure_logging
from streams.process import run_worker
from streams.transaction import LaneProducer
from streams.worker import Worker


class StallingProducer(LaneProducer):
    """Writes everything and then waits for somebody to kill it."""

    async def commit(self, messages, next_offset, progress=None):
        await self._producer.begin_transaction()
        self._announce(messages)
        await self._send(messages)
        os.close(os.open(os.environ["STALL_FILE"], os.O_CREAT))
        await asyncio.Event().wait()


def main() -> None:
    settings = load()
    configure_logging(settings.logs)
    kind = StallingProducer if os.environ.get("STALL_FILE") else LaneProducer

    def make(leaving: Callable[[], None]) -> Worker:
        return Worker(settings, producer=kind, load_models=lambda: LoadedModels((), None), on_leaving=leaving)

    run_worker(make)


if __name__ == "__main__":
    main()
