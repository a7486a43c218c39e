"""Find the one request that makes a model fail, and serve all others."""

from collections.abc import Callable, Sequence

from inference.engine import Engine, ModelFault, Outcome, Suspect
from inference.requests import PoisonText
from inference.scheduling.queue import Request


def isolate(
    engine: Engine,
    suspects: Sequence[Request],
    on_fault: Callable[[ModelFault, bool], None],
    closed: Callable[[], bool] = lambda: False,
) -> list[Outcome]:
    """Run the requests of a failed run again, halving every part that fails, until each guilty one stands alone.

    `engine` is idle. A request that fails alone gets PoisonText; `on_fault` hears of each fault and whether it found
    one. Once `closed` says so the search is given up and what was found is returned. Raises ModelFault when memory runs
    out for a request that is alone: bisecting cannot help, and another text would meet the same.
    """
    outcomes: list[Outcome] = []
    parts = [list(suspects)]
    while parts and not closed():
        part = [request for request in parts.pop() if not request.withdrawn]
        served, fault = _run(engine, part, closed)
        outcomes += served
        if fault is None:
            continue
        answered = {outcome.request for outcome in served}
        left = [request for request in part if request not in answered and not request.withdrawn]
        if len(left) > 1:
            on_fault(fault, False)
            middle = len(left) // 2
            parts += [left[middle:], left[:middle]]
        elif len(part) > 1:
            # The rest of the part was served before the fault; whether the last one is guilty shows when it is alone.
            parts.append(left)
        elif fault.memory:
            raise fault
        elif left:
            on_fault(fault, True)
            outcomes.append(Outcome(left[0], PoisonText(f"the model fails on this text alone ({fault})")))
    return outcomes


def _run(
    engine: Engine, part: Sequence[Request], closed: Callable[[], bool]
) -> tuple[list[Outcome], ModelFault | None]:
    """Serve a part to its end; return what was answered and the last fault."""
    answered: list[Outcome] = []
    fault: ModelFault | None = None
    engine.admit(part)
    while engine.busy and not closed():
        for outcome in engine.step():
            if isinstance(outcome, Suspect):
                fault = outcome.fault
            else:
                answered.append(outcome)
    return answered, fault
