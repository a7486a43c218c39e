"""A worker process that runs the probe agent.

Its models load when the file that LOAD_GATE names is there. SABOTAGE breaks a part from inside, once it has worked.
HALT_AT names a step (halts.py) at which it stands still, having touched HALT_FILE.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from aiokafka.errors import GroupAuthorizationFailedError

from cli.worker import say_where
from inference.models import LoadedModels
from schemas.errors import DragomanError, OperatorError
from schemas.settings import load
from streams.driver import LaneConsumerThread
from streams.lane import Lane
from streams.logs import configure_logging
from streams.process import run_worker
from streams.runner import Runner
from streams.window import Window
from streams.worker import Worker
from tests.integration.faults.halts import halt_at
from tests.integration.faults.probe_agent import PROBE


def models() -> LoadedModels:
    gate = os.environ.get("LOAD_GATE")
    while gate and not Path(gate).exists():
        time.sleep(0.02)
    return LoadedModels((), None)


def breaks(*_: object, **__: object) -> None:
    raise RuntimeError("sabotage")


async def fails(*_: object, **__: object) -> None:
    raise RuntimeError("sabotage")


async def group_error(self: LaneConsumerThread, *_: object, **__: object) -> dict[object, object]:
    self._consumer._coordinator._push_error_to_user(GroupAuthorizationFailedError("probe"))
    await asyncio.sleep(0.05)
    return {}


SABOTAGE = {
    "start": (LaneConsumerThread, "on_start", fails),
    "agent": (Window, "put", breaks),
    "fetch": (LaneConsumerThread, "_fetch_records", fails),
    "coordinator": (LaneConsumerThread, "_fetch_records", group_error),
    "assignment": (Lane, "start", breaks),
    "recovery": (Lane, "_reset", fails),
    "settle": (Runner, "_settle", breaks),
}


def main() -> None:
    settings = load()
    if name := os.environ.get("SABOTAGE"):
        setattr(*SABOTAGE[name])
    if name == "recovery":
        setattr(*SABOTAGE["settle"])
    if step := os.environ.get("HALT_AT"):
        halt_at(step, Path(os.environ["HALT_FILE"]))
    configure_logging(settings.logs)

    def make(leaving: Callable[[], None]) -> Worker:
        return Worker(settings, agents=(PROBE,), load_models=models, on_start=say_where, on_leaving=leaving)

    try:
        run_worker(make)
    except DragomanError as error:  # as `dragoman` does
        sys.stderr.write(f"dragoman: {error}\n")
        sys.exit(2 if isinstance(error, OperatorError) else 1)


if __name__ == "__main__":
    main()
