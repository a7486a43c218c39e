"""Few reports for many runs: what a worker tells of its models costs the event loop next to nothing."""

from collections.abc import Callable, Sequence
from typing import Final

from schemas.report import BatchRun, Report

EVERY_S: Final = 0.1
"""How long the runs of a model are summed up into one report; a short run takes a few milliseconds."""


class ReportBuffer:
    """The reports of one worker thread. Runs of one model become one BatchRun, all else is handed on as it is."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._other: list[Report] = []
        self._runs: dict[str, list[BatchRun]] = {}
        self._taken_s = clock()

    def add(self, report: Report) -> None:
        """Keep a report until it is taken."""
        if isinstance(report, BatchRun):
            self._runs.setdefault(report.model, []).append(report)
        else:
            self._other.append(report)

    def take(self, *, at_rest: bool = True) -> list[Report]:
        """Remove and return what there is to tell: of runs only every EVERY_S, except when the thread is `at_rest`."""
        reports, self._other = self._other, []
        now_s = self._clock()
        if self._runs and (at_rest or now_s - self._taken_s >= EVERY_S):
            reports += [summed(runs) for runs in self._runs.values()]
            self._runs = {}
            self._taken_s = now_s
        return reports


def summed(runs: Sequence[BatchRun]) -> BatchRun:
    """Return one report for runs of one model, in order: means by step of rows and capacity, the last queue depth."""
    if len(runs) == 1:
        return runs[0]
    steps = sum(run.steps for run in runs)
    return BatchRun(
        model=runs[0].model,
        rows=round(sum(run.rows * run.steps for run in runs) / steps),
        capacity=round(sum(run.capacity * run.steps for run in runs) / steps),
        tokens=sum(run.tokens for run in runs),
        padded_tokens=sum(run.padded_tokens for run in runs),
        queue_wait_s=tuple(wait_s for run in runs for wait_s in run.queue_wait_s),
        seconds=sum(run.seconds for run in runs),
        steps=steps,
    )
