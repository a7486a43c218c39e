"""A worker thread: an engine per model, turn and turn about, the urgent first."""

import os
from collections.abc import Callable, Iterable, Sequence
from threading import Thread
from time import monotonic
from typing import Final

from msgspec import Struct

from inference.engine import WARM_UP_TEXT, Engine, EngineFactory, ModelFault, Outcome, Suspect
from inference.engines.subnormals import flush_subnormals
from inference.requests import Decoding, Priority
from inference.scheduling.background import yield_to_event_loop
from inference.scheduling.bisection import isolate
from inference.scheduling.queue import Request
from inference.scheduling.report_buffer import ReportBuffer
from inference.scheduling.schedule import Schedule
from schemas.errors import DragomanError
from schemas.report import ModelFailed, Report


class Delivery(Struct, frozen=True):
    """What a worker hands to the event loop at once."""

    outcomes: Sequence[Outcome] = ()
    reports: Sequence[Report] = ()


class Ready(Struct, frozen=True):
    """The worker's engines are built and warm."""


class Ended(Struct, frozen=True):
    """The worker's last word; `error` is what killed it, None after a clean end."""

    error: BaseException | None


Message = Delivery | Ready | Ended
HOLD_S = 0.008
"""How long an engine that has enough to do holds its results back to hand over several at once: waking the event loop
for each costs about 5% of all sentences. While nothing waits, it is a caller's wait that counts: nothing is held."""
TURN_S = 0.01
"""How long one engine works before the next has its turn. Steps of different models differ tenfold in length, so equal
numbers of steps would not be equal shares; within a turn a model's weights stay in the cache."""
EXPRESS: Final = 8
"""Requests given to an engine that has enough to do, because they are more urgent than all it has not begun. At most
three times as many, one for each priority but the last, are on board beyond what it asked for."""


class Aboard:
    """The requests that one engine holds, for how urgent they are."""

    def __init__(self) -> None:
        self._requests: set[Request] = set()
        self.urgency: int = len(Priority)

    def admit(self, requests: Sequence[Request]) -> None:
        """Add requests. An engine tells nobody when it lets go of a withdrawn one: those are forgotten here."""
        self._requests = {request for request in self._requests if not request.withdrawn}
        self._requests.update(requests)
        self._rate()

    def leave(self, requests: Iterable[Request]) -> None:
        """Forget requests that left the engine."""
        self._requests.difference_update(requests)
        self._rate()

    def yields(self, priority: int) -> bool:
        """Whether less urgent requests would keep one of this priority waiting, and none before it has yet to start.

        Among equals nobody is in the way: they wait for room, which comes in bites that are worth an encoder run.
        """
        lesser = False
        for one in self._requests:
            if one.priority > priority:
                lesser = lesser or not one.withdrawn
            elif not (one.started_s or one.withdrawn):
                return False
        return lesser

    def _rate(self) -> None:
        self.urgency = min((one.priority for one in self._requests if not one.withdrawn), default=len(Priority))


class Worker:
    """One thread that serves all models. Everything it makes is delivered to `post`, which it calls on its thread.

    Each engine that has work has a turn of TURN_S in each round, one step at least. A turn ends after the step in which
    another engine holds something more urgent; and where something waits for another model that is more urgent than
    all of this one's, that engine is given it, and one step, at once. So on a busy thread an urgent request waits for
    one step of another model until its engine has it, an equal one for a turn and a step of each other model, and an
    engine with the least urgent work still has a step in each round. `clock`: monotonic seconds.
    """

    def __init__(
        self,
        index: int,
        models: Sequence[str],
        schedule: Schedule,
        make_engines: EngineFactory,
        post: Callable[[Message], None],
        nice: int,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._models = models
        self._schedule = schedule
        self._make_engines = make_engines
        self._post = post
        self._nice = nice
        self._clock = clock
        self._engines: Sequence[Engine] = ()
        self._aboard = [Aboard() for _ in models]
        self._outcomes: list[Outcome] = []
        self._reports = ReportBuffer(clock)
        self._delivered_s = 0.0
        # A run that hangs in native code must not keep the process from ending.
        self._thread = Thread(target=self._main, name=f"dragoman-pool-{index}", daemon=True)

    @property
    def engines(self) -> Sequence[Engine]:
        """The engines, for their counters; empty until they are built."""
        return self._engines

    def start(self) -> None:
        """Start the thread; Ready or Ended follows."""
        self._thread.start()

    def join(self) -> None:
        """Wait for the thread, if it was started; immediate once it has posted Ended."""
        if self._thread.ident is not None:
            self._thread.join()

    def _main(self) -> None:
        error: BaseException | None = None
        try:
            yield_to_event_loop(self._nice)
            flush_subnormals()
            self._engines = self._warm(self._make_engines(self._reports.add))
            self._reports.take()
            self._post(Ready())
            self._serve()
        except BaseException as failure:  # noqa: BLE001  (the pool must hear of whatever ends a worker)
            error = failure
        self._post(Ended(error))

    def _warm(self, engines: Sequence[Engine]) -> Sequence[Engine]:
        for model, engine in enumerate(engines):
            engine.warm_up()
            engine.admit([Request(WARM_UP_TEXT, model, Decoding.GREEDY, 0.0, 0.0)])
            while engine.busy:
                for outcome in engine.step():
                    if isinstance(outcome, Suspect):
                        raise outcome.fault
                    if isinstance(outcome.result, DragomanError):
                        raise outcome.result
            engine.work = type(engine.work)()
        return engines

    def _serve(self) -> None:
        """Give each engine a turn; sleep only when none has work and no queue holds any."""
        schedule, engines = self._schedule, self._engines
        while not schedule.closed:
            if not any(engine.busy for engine in engines):
                self._deliver(at_rest=True)
                if not schedule.wait():
                    return
            for model in range(len(engines)):
                self._turn(model)

    def _turn(self, model: int) -> None:
        """Admit and step while there is work and none more urgent, for TURN_S at most."""
        ends_s = self._clock() + TURN_S
        while not self._schedule.closed and self._once(model):
            mine = min(self._aboard[model].urgency, self._schedule.urgency(model))
            for other in range(len(self._engines)):
                if self._schedule.urgency(other) < mine:
                    self._once(other)
            if self._clock() >= ends_s or any(aboard.urgency < mine for aboard in self._aboard):
                return

    def _once(self, model: int) -> bool:
        """Admit and make one step; False when there is nothing to do."""
        engine = self._engines[model]
        room, least = engine.room, int(Priority.BACKFILL)
        if not room:
            least = self._schedule.urgency(model)
            room = EXPRESS if least < Priority.BACKFILL and self._aboard[model].yields(least) else 0
        if room and (requests := self._schedule.take(model, room, least)):
            self._aboard[model].admit(requests)
            engine.admit(requests)
        if engine.busy:
            self._step(model, engine)
            return True
        return False

    def _step(self, model: int, engine: Engine) -> None:
        """Collect what one step gives; a failed run is told apart at once."""
        items = engine.step()
        if items or not engine.busy:
            self._aboard[model].leave(item.request for item in items)
        suspects: list[Suspect] = []
        for item in items:
            if isinstance(item, Suspect):
                suspects.append(item)
            else:
                self._outcomes.append(item)
        if suspects:
            # What was served before the fault does not wait for the search.
            self._deliver()
            self._outcomes += self._isolate(model, suspects)
        now_s = self._clock()
        if not self._schedule.depth(model) or now_s - self._delivered_s >= HOLD_S:
            self._deliver()
            self._delivered_s = now_s

    def _deliver(self, *, at_rest: bool = False) -> None:
        reports = self._reports.take(at_rest=at_rest)
        if self._outcomes or reports:
            self._post(Delivery(tuple(self._outcomes), tuple(reports)))
            self._outcomes.clear()

    def _isolate(self, model: int, suspects: Sequence[Suspect]) -> list[Outcome]:
        """Search with an engine of its own, made for it: the one in use still holds what has nothing to do with it."""

        def on_fault(fault: ModelFault, found: bool) -> None:
            self._reports.add(ModelFailed(self._models[model], str(fault), found))

        on_fault(suspects[0].fault, False)
        spare = self._make_engines(self._reports.add)[model]
        return isolate(spare, [suspect.request for suspect in suspects], on_fault, lambda: self._schedule.closed)


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
