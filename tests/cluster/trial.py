"""One fault under load: workers, events, what happens to the brokers, and the judgement afterwards."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from schemas.settings import KafkaSettings, LaneSettings
from tests.chaos.feed import Feed
from tests.chaos.fleet import Fleet
from tests.chaos.hindsight import look_back
from tests.chaos.history import Verdict
from tests.chaos.reader import Progress, read_input_ends
from tests.chaos.schedule import Schedule
from tests.cluster.cluster import Cluster
from tests.cluster.roles import empty_topics, until_healed
from tests.cluster.watch import REQUEST_TIMEOUT_S, Watch

RATE = 120.0  # events a second
STEADY_S = 5.0  # of load before the fault, and at least as much after it
WORKERS = 2
RECOVER_S = 120.0  # for everything to be committed once the fault is over: longer means that something hangs
PRODUCER_REQUEST_TIMEOUT_S = 3.0
KAFKA, LANES = KafkaSettings(), LaneSettings()
# The workers' times are those that every deployment has unless it says otherwise.
DEFAULT_TIMES = {
    "kafka.session_timeout_s": str(KAFKA.session_timeout_s),
    "kafka.heartbeat_s": str(KAFKA.heartbeat_s),
    "kafka.request_timeout_s": str(KAFKA.request_timeout_s),
    "lanes.transaction_timeout_s": str(LANES.transaction_timeout_s),
    "lanes.localize_timeout_s": str(LANES.localize_timeout_s),
}
Happening = Callable[[Cluster, Watch], Awaitable[str]]
"""Does the fault and undoes it; returns which broker it was, in words."""


@dataclass
class Trial:
    """What became of one. `silence_s` and `pause_s` are those of `Watch`."""

    fault: str
    settings: dict[str, str] = field(default_factory=dict)
    broker: str = ""
    verdict: Verdict = field(default_factory=Verdict)
    events: int = 0
    shown: int = 0
    dead_letters: int = 0
    silence_s: float = 0.0
    pause_s: float = 0.0
    catch_up_s: float = 0.0
    worker_exits: dict[str, list[int]] = field(default_factory=dict)


async def try_out(
    cluster: Cluster, name: str, happening: Happening, folder: Path, fault_s: float, times: dict[str, str] | None = None
) -> Trial:
    """Have events flow for as long as the fault lasts and a while before and after; judge what came of them.

    `times`: settings of the workers that are not the defaults.
    """
    await until_healed(cluster.bootstrap)
    await empty_topics(cluster.bootstrap)
    workers = DEFAULT_TIMES | (times or {})
    clients = {"producer": PRODUCER_REQUEST_TIMEOUT_S, "reader": REQUEST_TIMEOUT_S}
    told = {f"{name} request_timeout_s": str(seconds) for name, seconds in clients.items()}
    trial = Trial(name, {**cluster.settings, **workers, **told})
    events = int(RATE * (2 * STEADY_S + fault_s))
    schedule = Schedule(seed=7, events=events, workers=WORKERS, settings={}, in_input=("poison",), faults=())
    feed = Feed(cluster.bootstrap, schedule, RATE, request_timeout_s=PRODUCER_REQUEST_TIMEOUT_S)
    env = {f"DRAGOMAN_{name.replace('.', '__').upper()}": value for name, value in workers.items()}
    fleet = Fleet(cluster, folder, env)
    try:
        await _under_load(cluster, fleet, feed, happening, trial)
    finally:
        trial.worker_exits = {worker.name: worker.exits for worker in fleet.workers if worker.exits}
        fleet.kill_all()
    found = await look_back(cluster.bootstrap, feed)
    trial.verdict, trial.events = found.verdict, found.visible
    trial.shown, trial.dead_letters = found.shown, found.dead_letters
    return trial


async def _under_load(cluster: Cluster, fleet: Fleet, feed: Feed, happening: Happening, trial: Trial) -> None:
    progress, watch = Progress(cluster.bootstrap), Watch(cluster.bootstrap)
    helpers = [asyncio.create_task(work) for work in (fleet.supervise(), progress.follow(), watch.follow())]
    loop = asyncio.get_running_loop()
    try:
        for worker in fleet.workers[:WORKERS]:
            fleet.spawn(worker)
        await fleet.until_ready(*fleet.wanted)
        async with asyncio.TaskGroup() as group:
            group.create_task(feed.run())
            await feed.until(int(RATE * STEADY_S))
            trial.broker = await happening(cluster, watch)
            over = loop.time()
        await until_healed(cluster.bootstrap)
        async with asyncio.timeout(RECOVER_S):
            await progress.until(await read_input_ends(cluster.bootstrap))
        trial.catch_up_s = loop.time() - over
        await fleet.retire_all()
        trial.silence_s, trial.pause_s = watch.silence_s(), watch.pause_s()
        assert not helpers[-1].done(), "the reader has given up"
    finally:
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)
