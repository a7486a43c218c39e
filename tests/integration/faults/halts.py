"""Steps of a lane at which a worker can be made to stand still, so that a test may kill it exactly there.

The whole event loop stands: nothing that was not sent before goes out after. `at` names the step; the worker touches
the file when it has come there for the first time.
"""

import inspect
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.producer.sender import EndTxnHandler, SendProduceReqHandler, TxnOffsetCommitHandler

import streams.lane
from streams.driver import LaneConsumer
from streams.lane import Lane
from streams.runner import Runner
from streams.state.partition import PartitionState
from streams.transaction import LaneProducer
from streams.window import Window


class Halt(NamedTuple):
    """A call, and whether the worker stands still before it or after it."""

    owner: Any
    name: str
    after: bool = False


# In this order a test meets state to read back, and disks that lag behind it, from the second step on.
HALTS = {
    "fed": Halt(Lane, "feed", after=True),
    "between two transactions": Halt(Lane, "_committed", after=True),
    "before the fence": Halt(LaneProducer, "start"),
    "after the fence": Halt(LaneProducer, "start", after=True),
    "committed offset read": Halt(LaneConsumer, "committed", after=True),
    "while state is read back": Halt(PartitionState, "apply", after=True),
    "state read back": Halt(streams.lane, "restore", after=True),
    "taken": Halt(Window, "put", after=True),
    "settled": Halt(Runner, "_settle", after=True),
    "state written, not released": Halt(Window, "release"),
    "written, not acknowledged": Halt(SendProduceReqHandler, "handle_response"),
    "acknowledged": Halt(AIOKafkaProducer, "send_offsets_to_transaction"),
    "offsets written": Halt(TxnOffsetCommitHandler, "handle_response"),
    "committed, not heard of": Halt(EndTxnHandler, "handle_response"),
    "committed, state not written": Halt(Runner, "_merge"),
}


def halt_at(name: str, reached: Path) -> None:
    """Have this process stand still at a step."""
    halt = HALTS[name]
    call = getattr(halt.owner, halt.name)

    def stand() -> None:
        reached.touch()
        while True:
            time.sleep(60)

    setattr(halt.owner, halt.name, _halted(call, stand, after=halt.after))


def _halted(call: Callable[..., Any], stand: Callable[[], None], *, after: bool) -> Callable[..., Any]:
    @wraps(call)
    def run(*args: Any, **kwargs: Any) -> Any:
        if not after:
            stand()
        answer = call(*args, **kwargs)
        if after:
            stand()
        return answer

    @wraps(call)
    async def wait(*args: Any, **kwargs: Any) -> Any:
        if not after:
            stand()
        answer = await call(*args, **kwargs)
        if after:
            stand()
        return answer

    return wait if inspect.iscoroutinefunction(call) else run
