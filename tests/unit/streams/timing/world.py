"""What a case happens in: the broker, the worker processes, the faults, and a way for each step to meet its fault."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiokafka.errors import KafkaConnectionError
from msgspec import Struct, field

from tests.unit.streams.timing import lanestate
from tests.unit.streams.timing.current import current
from tests.unit.streams.timing.kafka import Kafka

if TYPE_CHECKING:
    from tests.unit.streams.timing.process import Process

LATENCY_S = 0.001
FETCH_S = 0.004  # so that records come in while others are committed


class Killed(BaseException):
    """The process that runs this is no more."""


class Moment(Struct):
    """A process at a step. `effect` makes the step happen; it may be called later than the process waits, or never."""

    world: "World"
    process: "Process"
    step: str
    effect: Callable[[], Any]
    request: Any = None


class Fault(Struct):
    """What happens the `nth` time that the first process comes to `step`, counted from when `after` has happened."""

    step: str
    nth: int
    happens: Callable[[Moment], Awaitable[Any]]
    after: "Fault | None" = None
    seen: int = 0
    fired: bool = False

    def meets(self, step: str) -> bool:
        """Whether this is the passage; counts passages."""
        if step != self.step or self.fired or (self.after is not None and not self.after.fired):
            return False
        self.seen += 1
        self.fired = self.seen == self.nth
        return self.fired


class World(Struct):
    """One case. `faults` concern `victim`, the first process, only."""

    kafka: Kafka
    records: list[Any]
    spare: lanestate.Rows = field(default_factory=dict)  # the disk of a worker that had the partition long ago
    faults: list[Fault] = field(default_factory=list)
    processes: list["Process"] = field(default_factory=list)
    owner: Any = None
    down: bool = False
    passages: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    errands: set[Any] = field(default_factory=set)

    @property
    def victim(self) -> "Process":
        return self.processes[0]

    def errand(self, work: Any) -> asyncio.Task[Any]:
        """Do something beside what the processes do; a case ends only after it."""
        task = asyncio.get_running_loop().create_task(work)
        self.errands.add(task)
        return task

    async def at(self, step: str, process: "Process", effect: Callable[[], Any], request: Any = None) -> Any:
        """Let a process do a step outside of itself, unless a fault meets it there."""
        await process.alive()
        self.look(step, process)
        fault = self._fault(step, process)
        if fault is not None:  # it happens whoever stops to wait for it
            answer = await asyncio.shield(self.errand(fault.happens(Moment(self, process, step, effect, request))))
        else:
            await asyncio.sleep(FETCH_S if step == "fetch" else LATENCY_S)
            if self.down:
                raise KafkaConnectionError("away")
            answer = effect()
        await process.alive()
        return answer

    def look(self, step: str, process: "Process") -> None:
        """No worker may hold for true what is not committed, least of all at these moments."""
        said = lanestate.untrue(process.disk.rows, self.kafka) if step in {"init", "end"} else ""
        self.violations += [f"at {step}: {said}"] if said else []

    async def passing(self, step: str) -> None:
        """A step within a process at which it may wait."""
        process = current.get()
        await process.alive()
        fault = self._fault(step, process)
        if fault is not None:
            await asyncio.shield(self.errand(fault.happens(Moment(self, process, step, lambda: None))))
            await process.alive()

    def touch(self, step: str) -> None:
        """A step within a process at which it cannot wait: what happens there, happens beside it."""
        process = current.get()
        process.acts()
        fault = self._fault(step, process)
        if fault is not None:
            happening = fault.happens(Moment(self, process, step, lambda: None))
            try:
                happening.send(None)  # type: ignore[attr-defined]
            except StopIteration:
                return
            raise AssertionError(f"{fault.happens.__name__} waits, and {step} cannot")

    def _fault(self, step: str, process: "Process") -> Fault | None:
        if process is not self.victim:
            return None
        self.passages[step] += 1
        return next((fault for fault in self.faults if fault.meets(step)), None)
