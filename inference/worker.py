"""A worker thread: an engine per model, turn and turn about."""

import os
from collections.abc import Callable, Sequence
from threading import Thread, get_native_id
from time import monotonic

from msgspec import Struct

from inference.bisection import isolate
from inference.engine import Engine, EngineFactory, ModelFault, Outcome, Suspect
from inference.queue import Request
from inference.requests import Decoding
from inference.schedule import Schedule
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
for each costs about 5% of all sentences. An engine with room, where a caller's wait is what counts, holds nothing."""
TURN_S = 0.01
"""How long one engine works before the next has its turn. Steps of different models differ tenfold in length, so equal
numbers of steps would not be equal shares; within a turn a model's weights stay in the cache."""
WARM_UP_TEXT = "A box."
"""Run through every engine before the first request: the first run of a session allocates and plans."""


class Worker:
    """One thread that serves all models. Everything it makes is delivered to `post`, which it calls on its thread."""

    def __init__(
        self,
        index: int,
        models: Sequence[str],
        schedule: Schedule,
        make_engines: EngineFactory,
        post: Callable[[Message], None],
        nice: int,
    ) -> None:
        self._models = models
        self._schedule = schedule
        self._make_engines = make_engines
        self._post = post
        self._nice = nice
        self._engines: Sequence[Engine] = ()
        self._spare: Sequence[Engine] = ()
        self._outcomes: list[Outcome] = []
        self._reports: list[Report] = []
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
            renice(self._nice)
            self._engines = self._warm(self._make_engines(self._reports.append))
            self._reports.clear()
            self._post(Ready())
            self._serve()
        except BaseException as failure:  # noqa: BLE001  (the pool must hear of whatever ends a worker)
            error = failure
        self._post(Ended(error))

    def _warm(self, engines: Sequence[Engine]) -> Sequence[Engine]:
        for model, engine in enumerate(engines):
            engine.admit([Request(WARM_UP_TEXT, model, Decoding.GREEDY, 0.0, 0.0)], 0)
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
                self._deliver()
                if not schedule.wait():
                    return
            for model, engine in enumerate(engines):
                self._turn(model, engine)

    def _turn(self, model: int, engine: Engine) -> None:
        """Admit and step while there is work, for TURN_S at most."""
        ends_s = monotonic() + TURN_S
        while not self._schedule.closed:
            room = engine.room
            if room and (requests := self._schedule.take(model, room)):
                engine.admit(requests, self._schedule.depth(model))
            if not engine.busy:
                return
            self._step(model, engine)
            if monotonic() >= ends_s:
                return

    def _step(self, model: int, engine: Engine) -> None:
        """Collect what one step gives; a failed run is told apart at once."""
        suspects: list[Suspect] = []
        for item in engine.step():
            if isinstance(item, Suspect):
                suspects.append(item)
            else:
                self._outcomes.append(item)
        if suspects:
            # What was served before the fault does not wait for the search.
            self._deliver()
            self._outcomes += self._isolate(model, suspects)
        now_s = monotonic()
        if engine.room or now_s - self._delivered_s >= HOLD_S:
            self._deliver()
            self._delivered_s = now_s

    def _deliver(self) -> None:
        if self._outcomes or self._reports:
            self._post(Delivery(tuple(self._outcomes), tuple(self._reports)))
            self._outcomes.clear()
            self._reports.clear()

    def _isolate(self, model: int, suspects: Sequence[Suspect]) -> list[Outcome]:
        """Search with engines of their own: those in use still hold requests that have nothing to do with it."""

        def on_fault(fault: ModelFault, found: bool) -> None:
            self._reports.append(ModelFailed(self._models[model], str(fault), found))

        on_fault(suspects[0].fault, False)
        self._spare = self._spare or self._make_engines(self._reports.append)
        return isolate(self._spare[model], [suspect.request for suspect in suspects], on_fault)


def renice(nice: int) -> None:
    """Make the calling thread yield to the event loop: the loop's lag p99 falls from 3.6 to 0.6 ms at +10.

    Linux gives each thread a nice value of its own. Elsewhere the call would slow the whole process, so it is left.
    """
    if os.uname().sysname != "Linux" or not nice:
        return
    try:
        os.setpriority(os.PRIO_PROCESS, get_native_id(), nice)
    except PermissionError:
        return  # a sandbox that forbids it costs some lag, nothing else


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
