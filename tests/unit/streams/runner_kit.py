"""An agent whose every step a test decides, and the parts around a runner."""

import asyncio
import atexit
import itertools
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec
import orjson
from aiokafka.structs import ConsumerRecord, TopicPartition

from agents.base import KEEP, Agent, Outcome, Output, Tools
from inference.requests import Priority
from schemas.contracts import LISTING_CONTRACT
from schemas.events import ListingUpdated
from schemas.report import Report, StageTimed
from schemas.settings import LaneSettings
from schemas.topics import DEAD_LETTER, LISTING_UPDATED, changelog
from streams.admission import Admission
from streams.limits import Limits
from streams.runner import Runner
from streams.state.partition import Change, PartitionState
from streams.state.store import StateStore

OUTPUT = "listing-localized.en"
CHANGELOG = changelog(LISTING_UPDATED)
LIMITS = Limits(dict.fromkeys((OUTPUT, DEAD_LETTER, CHANGELOG), 100_000), 50_000)


_numbers = itertools.count()


@cache
def store() -> StateStore:
    """One store on disk for all benches of a run: each has a partition of it."""
    folder = tempfile.mkdtemp(prefix="dragoman-state-")
    opened = StateStore.claim(Path(folder), "g", "cluster")
    atexit.register(shutil.rmtree, folder)
    atexit.register(opened.__exit__)
    return opened


def fresh_state(kind: type[Any]) -> PartitionState:
    """The state of a lane that has just opened and knows no key."""
    state = PartitionState(store(), TopicPartition(LISTING_UPDATED, next(_numbers)), kind)
    state.resume(0, 0)
    state.caught_up()
    return state


def rows_of(state: PartitionState) -> dict[str, bytes]:
    """Every key on disk, with its value and its source."""
    found = {}
    for name, raw in store()._db.items(from_key=state._rows):
        if not name.startswith(state._rows):
            break
        found[name.removeprefix(state._rows).decode()] = raw
    return found


class Seen(msgspec.Struct, frozen=True):
    """The state of a key: the numbers of its events so far."""

    numbers: tuple[int, ...] = ()
    padding: str = ""


class Script:
    """An agent that does what `does` says of a record's number, and otherwise adds it to the key's numbers."""

    def __init__(self) -> None:
        self.errors: dict[int, list[BaseException]] = {}
        self.gates: dict[int, asyncio.Event] = {}
        self.settled: list[int] = []
        self.outcomes: dict[int, Any] = {}
        self.agent = Agent(
            contract=LISTING_CONTRACT,
            state=Seen,
            localize=self.localize,
            settle=self.settle,
            state_key=lambda event: event.listing_id,
            priority=Priority.LISTING,
        )

    def hold(self, *numbers: int) -> None:
        self.gates |= {number: asyncio.Event() for number in numbers}

    async def localize(self, event: ListingUpdated, tools: object) -> int:
        if event.version in self.gates:
            await self.gates[event.version].wait()
        if self.errors.get(event.version):
            raise self.errors[event.version].pop(0)
        return event.version

    def settle(self, state: Seen | None, event: ListingUpdated, number: int) -> Outcome[Seen]:
        self.settled.append(number)
        after = Seen((*(state or Seen()).numbers, number))
        outcome = self.outcomes.get(number, Outcome((shown(event.listing_id, after),), after))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def shown(key: str, value: msgspec.Struct | None, topic: str = OUTPUT) -> Output:
    return Output(topic, key, value, "t.v1", "en")


def record(number: int, key: str = "k", value: bytes | None = None, timestamp: int = 1_772_000_000_000) -> Any:
    """The event `number` of `key`, at offset `number`."""
    event = {
        "listing_id": key,
        "seller_id": "s",
        "marketplace": "m",
        "version": number,
        "title": "t",
        "updated_at": "2026-01-01T00:00:00Z",
    }
    body = orjson.dumps(event) if value is None else value
    return ConsumerRecord(LISTING_UPDATED, 0, number, timestamp, 0, key.encode(), body, None, -1, -1, ())


class Ledger:
    """What has been committed, and a way to make commits fail or wait."""

    def __init__(self) -> None:
        self.transactions: list[tuple[dict[str, list[Any]], int]] = []
        self.progress: list[tuple[str, int]] = []
        self.failures: list[BaseException] = []
        self.gate: asyncio.Event | None = None
        self.started = asyncio.Event()

    async def __call__(self, messages: Any, next_offset: int, progress: Any = None) -> dict[str, int]:
        self.started.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.transactions.append(({topic: list(rows) for topic, rows in messages.items()}, next_offset))
        if progress is not None:
            self.progress.append((progress.group, progress.next_offset))
        return {topic: len(self.rows(topic)) - 1 for topic in messages}

    def rows(self, topic: str) -> list[Any]:
        return [row for messages, _ in self.transactions for row in messages.get(topic, ())]


class Bench:
    """A runner with a script, a ledger and the reports it made."""

    def __init__(self, limits: Limits = LIMITS, **settings: Any) -> None:
        self.script = Script()
        self.ledger = Ledger()
        self.reports: list[Any] = []
        self.timed: list[str] = []  # stages, apart: they are a sample
        self.committed: list[int] = []
        self.tools = cast("Tools", type("T", (), {"pipeline_version": "p1"})())
        given = {"commit_interval_s": 0.0, **settings}
        lanes = LaneSettings(**given)
        self.admission = Admission(lanes.work_bytes)
        self.state = fresh_state(Seen)
        self.runner = Runner(
            self.script.agent, self.tools, lanes, limits, self.admission, self.state, "0.1.0", self._note
        )
        self.draining = False

    def _note(self, report: Report) -> None:
        if isinstance(report, StageTimed):
            self.timed.append(report.stage)
        else:
            self.reports.append(report)

    def know(self, **states: tuple[Seen, int]) -> None:
        """Have these states, by key, each made from the record at an offset."""
        changes = [Change(key, source, msgspec.json.encode(seen)) for key, (seen, source) in states.items()]
        self.state.apply(changes, self.state.place)

    def states(self, *keys: str) -> dict[str, Seen]:
        """What is known of these keys."""
        known = {key: self.state.get(key) for key in keys}
        return {key: one.state for key, one in known.items() if one is not None}

    def serve(self) -> asyncio.Task[None]:
        return asyncio.create_task(self.runner.serve(self.ledger, self.committed.append, lambda: self.draining))

    async def play(self, *records: Any) -> None:
        """Serve these records to their end."""
        self.runner.window.put(records)
        serving = self.serve()
        empty = asyncio.create_task(self.runner.window.empty.wait())
        await asyncio.wait([serving, empty], timeout=10, return_when=asyncio.FIRST_COMPLETED)
        done = serving.done()
        empty.cancel()
        serving.cancel()
        await asyncio.wait([serving])
        if done and not serving.cancelled():
            serving.result()

    def values(self, topic: str) -> list[Any]:
        return [None if row.value is None else msgspec.json.decode(row.value) for row in self.ledger.rows(topic)]


KEPT = KEEP
