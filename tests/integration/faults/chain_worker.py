"""A worker process that runs the chain agent; `AT_LEAST_ONCE=1` takes the transactions away, for the control run."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from inference.models import LoadedModels
from schemas.settings import load
from schemas.topics import changelog
from streams.logs import configure_logging
from streams.process import run_worker
from streams.transaction import LaneProducer
from streams.worker import Worker
from tests.integration.faults.chain import CHAIN


class AtLeastOnceProducer(LaneProducer):
    """The same lane without atomicity: outputs first, the offset afterwards, and no state.

    State ahead of the offset is what a lane refuses to open on, so it would stop before it repeated anything.
    """

    async def commit(self, messages, next_offset, progress=None):
        outputs = {topic: rows for topic, rows in messages.items() if topic != changelog(self._tp.topic)}
        async with asyncio.timeout(self._timeout_s):
            await self._producer.begin_transaction()
            self._announce(outputs)
            await self._send(outputs)
            await self._producer.commit_transaction()
            await asyncio.sleep(0.2)
            await self._producer.begin_transaction()
            await self._producer.send_offsets_to_transaction({self._tp: next_offset}, self._group)
            await self._producer.commit_transaction()
        return dict.fromkeys(messages, -1)


def main() -> None:
    settings = load()
    configure_logging(settings.logs)
    kind = AtLeastOnceProducer if os.environ.get("AT_LEAST_ONCE") else LaneProducer

    def make(leaving: Callable[[], None]) -> Worker:
        none = LoadedModels((), None)
        return Worker(settings, agents=(CHAIN,), producer=kind, load_models=lambda: none, on_leaving=leaving)

    run_worker(make)


if __name__ == "__main__":
    main()
