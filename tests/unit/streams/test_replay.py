"""The second feed of a lane, over a partition in memory: what it tells, what it leaves out, and where it goes on."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import msgspec
import pytest
from aiokafka import TopicPartition
from msgspec.structs import replace

from agents.base import Outcome
from schemas.codec import encode
from schemas.errors import Fatal
from schemas.reasons import Drop, Skip
from schemas.relocalization import Relocalization, progress_group
from schemas.report import ReplayCommitted, TransactionCommitted
from schemas.settings import KafkaSettings, Settings
from schemas.topics import DEAD_LETTER, LISTING_UPDATED
from streams import replay as replays
from streams.admission import Admission
from streams.changelog import SOURCE_HEADER
from streams.replay import Pace, Replay
from streams.requests import Requests
from tests.unit.streams.runner_kit import CHANGELOG, OUTPUT, Bench, Seen, record, shown

TP = TopicPartition(LISTING_UPDATED, 0)
ASKED = Relocalization(
    id="r1", topic=LISTING_UPDATED, begins=(0,), ends=(10,), created_at=datetime.now(UTC) - timedelta(minutes=1)
)


class Partition:
    """A partition as a broker holds it, gaps included, and the progress committed under each request's group."""

    def __init__(self, *records: Any) -> None:
        self.records = list(records)
        self.progress: dict[str, int] = {}
        self.failures: list[BaseException] = []
        self.opened: list[str] = []

    @asynccontextmanager
    async def open(self, tp: TopicPartition, group: str):
        self.opened.append(group)
        yield View(self, group)


class View:
    def __init__(self, partition: Partition, group: str) -> None:
        self.partition, self.group, self.at = partition, group, 0

    async def progress(self) -> int | None:
        return self.partition.progress.get(self.group)

    async def seek(self, offset: int) -> None:
        self.at = offset

    async def fetch(self, count: int) -> list[Any]:
        if self.partition.failures:
            raise self.partition.failures.pop(0)
        found = [record for record in self.partition.records if record.offset >= self.at][:count]
        self.at = found[-1].offset + 1 if found else 1_000
        await asyncio.sleep(0)
        return found

    async def position(self) -> int:
        return self.at


class Rig:
    """A runner whose lane stands at `position`, with the state that `known` gives: key to (numbers, source)."""

    def __init__(self, *records: Any, position: int = 10, **settings: Any) -> None:
        self.bench = Bench(**settings)
        self.partition = Partition(*records)
        self.requests = Requests(KafkaSettings(partitions={LISTING_UPDATED: 1}))
        self.requests.known.set()
        self.busy = False
        tools = type("T", (), {"pipeline_version": "p1", "locales": ("en", "fr")})()
        self.replay = Replay(
            TP,
            self.bench.runner,
            tools,
            Settings(lanes={"commit_interval_s": 0.0, **settings}),
            Admission(100_000),
            self.requests,
            self.partition.open,
            lambda: self.busy,
            self.bench.reports.append,
        )
        self.bench.runner.begin(position)
        self.tasks: list[asyncio.Task[None]] = []

    def know(self, **sources: int) -> None:
        """Have the lane know keys, by the offsets of the records that their states were made from."""
        for key, source in sources.items():
            self.bench.know(**{key: (Seen((source,)), source)})

    def ask(self, request: Relocalization = ASKED, value: bytes | None = b"") -> None:
        made = type(
            "R", (), {"key": request.id.encode(), "value": encode(request) if value == b"" else value, "offset": 0}
        )
        self.requests.take([made()])

    async def __aenter__(self) -> Self:
        self.tasks.append(asyncio.create_task(self._serve()))
        await asyncio.sleep(0)
        return self

    async def _serve(self) -> None:
        async with self.replay.beside():
            await self.bench.runner.serve(self.commit, self.bench.committed.append, lambda: False)

    async def commit(self, messages: Any, next_offset: int, progress: Any) -> dict[str, int]:
        written = await self.bench.ledger(messages, next_offset, progress)
        if progress is not None:
            self.partition.progress[progress.group] = progress.next_offset
        return written

    async def __aexit__(self, *_: object) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def until(self, true: Any) -> None:
        async with asyncio.timeout(10):
            while not true():
                assert not (self.tasks and self.tasks[0].done()), self.tasks[0]
                await asyncio.sleep(0.001)

    async def done(self, request: Relocalization = ASKED) -> None:
        await self.until(lambda: self.progress(request) == request.ends[0] and self.replay.left is None)

    def progress(self, request: Relocalization = ASKED) -> int | None:
        return self.partition.progress.get(progress_group("dragoman", request.id))

    def outcomes(self) -> dict[str, int]:
        counted: dict[str, int] = {}
        for report in self.bench.reports:
            if isinstance(report, ReplayCommitted):
                for outcome, count in report.outcomes.items():
                    counted[outcome] = counted.get(outcome, 0) + count
        return counted


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(replays, "LOOK_S", 0.005)
    monkeypatch.setattr(replays, "COMMIT_S", 0.01)
    monkeypatch.setattr(replays, "BACKOFF_S", 0.005)


async def test_what_is_known_is_told_again_and_the_rest_left_out():
    category = {"category_id": "c"}
    rig = Rig(
        record(0, "overtaken"),
        record(1, "unreadable", b"{"),
        record(2, "unknown"),
        record(3, "wanted"),
        with_fields(record(4, "french"), target_locales=["fr"], **category),
        with_fields(record(5, "german"), target_locales=["de"], **category),
        with_fields(record(6, "deleted"), operation="delete"),
        tombstone(7, "gone"),
        record(8, "overtaken"),
        record(11, "after"),
    )
    rig.know(overtaken=8, wanted=3, french=4, german=5, deleted=6, gone=7, after=11)
    rig.ask()
    async with rig:
        await rig.done()
    assert [row.key for row in rig.bench.ledger.rows(OUTPUT)] == [b"wanted", b"french", b"overtaken"]
    assert rig.bench.ledger.rows(DEAD_LETTER) == []  # it was written when the record first came
    assert rig.outcomes() == {
        "told": 3,
        Skip.OVERTAKEN: 1,
        Skip.UNREADABLE: 1,
        Skip.NOT_SHOWN: 1,
        Skip.NOT_ASKED_FOR: 3,
    }
    assert {offset for _, offset in rig.bench.ledger.transactions} == {10}  # the live feed stays where it is
    assert rig.bench.runner.position == 10
    assert rig.replay.left is None


@pytest.mark.parametrize(
    ("request_", "keys"),
    [
        (replace(ASKED, locales=("fr",)), [b"all", b"fr"]),
        (replace(ASKED, locales=("en", "fr")), [b"all", b"fr", b"en"]),
        (replace(ASKED, category="c"), [b"fr"]),
        (replace(ASKED, locales=("en",), category="c"), []),
    ],
)
async def test_only_what_a_request_names_is_told(request_, keys):
    rig = Rig(
        record(0, "all"),
        with_fields(record(1, "fr"), target_locales=["fr-FR"], category_id="c"),
        with_fields(record(2, "en"), target_locales=["en"], category_id="d"),
    )
    rig.know(all=0, fr=1, en=2)
    rig.ask(request_)
    async with rig:
        await rig.done(request_)
    assert [row.key for row in rig.bench.ledger.rows(OUTPUT)] == keys


async def test_both_feeds_go_into_one_transaction_live_first():
    rig = Rig(record(3), position=10)
    rig.know(k=3)
    rig.bench.script.hold(3, 10)
    rig.ask()
    async with rig:
        await rig.until(lambda: len(rig.replay._window) == 1)
        rig.bench.runner.window.put([record(10)])
        rig.bench.ledger.gate = asyncio.Event()
        rig.bench.script.gates[3].set()
        await rig.until(lambda: rig.replay._window.ready == 1)
        rig.bench.script.gates[10].set()
        rig.bench.ledger.gate.set()
        await rig.done()
    numbers = [row["numbers"][-1] for row in rig.bench.values(OUTPUT)]
    # Either the replay came first, or it was overtaken: the newest is on top in any case.
    assert numbers in ([3, 10], [10])
    assert rig.bench.states("k")["k"].numbers[-1] == 10
    assert rig.bench.state.get("k").source == 10


async def test_a_live_record_of_the_same_transaction_overtakes_a_replayed_one():
    rig = Rig(record(3), position=10)
    rig.know(k=3)
    live = [await worked(rig, record(10))]
    past = [await worked(rig, record(3))]
    prefix = rig.bench.runner._settle(live, past)
    assert [row.key for row in prefix.messages[OUTPUT]] == [b"k"]
    assert prefix.states == {"k": Seen((3, 10))}
    assert prefix.replayed == {Skip.OVERTAKEN: 1}
    assert (prefix.next_offset, prefix.sources) == (11, {"k": 10})
    (change,) = prefix.changes.values()
    assert dict(change.headers)[SOURCE_HEADER] == b"10"


async def test_a_key_deleted_in_the_same_transaction_stays_deleted():
    rig = Rig(record(3), position=10)
    rig.know(k=3)
    rig.bench.script.outcomes[10] = Outcome((shown("k", None),), None)
    prefix = rig.bench.runner._settle([await worked(rig, record(10))], [await worked(rig, record(3))])
    assert prefix.replayed == {Skip.NOT_SHOWN: 1}
    assert [row.value for row in prefix.messages[OUTPUT]] == [None]


async def test_drops_and_failures_of_a_replay_are_counted_apart():
    rig = Rig(record(0, "a"), record(1, "b"), record(2, "c"))
    rig.know(a=0, b=1, c=2)
    rig.bench.script.outcomes[0] = Outcome(dropped=Drop.DUPLICATE)
    rig.bench.script.errors[1] = [ValueError("new")]
    rig.ask()
    async with rig:
        await rig.done()
    assert rig.outcomes() == {"duplicate": 1, "dead_letter": 1, "told": 1}
    assert [letter["offset"] for letter in rig.bench.values(DEAD_LETTER)] == [1]  # it was read, and fails only now
    totals = [report for report in rig.bench.reports if isinstance(report, TransactionCommitted)]
    assert sum(report.records for report in totals) == 0
    assert not any(report.freshness or report.end_to_end.seconds for report in totals)  # they came long ago
    assert not any(report.dropped for report in totals)


async def test_it_goes_on_where_it_was_committed():
    rig = Rig(*(record(n, f"k{n}") for n in range(10)))
    rig.know(**{f"k{n}": n for n in range(10)})
    rig.partition.progress[progress_group("dragoman", "r1")] = 6
    rig.ask()
    async with rig:
        await rig.done()
    assert [row.key for row in rig.bench.ledger.rows(OUTPUT)] == [b"k6", b"k7", b"k8", b"k9"]


async def test_a_window_that_is_small_passes_everything_in_order():
    rig = Rig(*(record(n, f"k{n % 3}") for n in range(10)), replay_window=2)
    rig.know(k0=0, k1=0, k2=0)
    rig.ask()
    async with rig:
        await rig.done()
    assert rig.bench.script.settled == list(range(10))
    steps = [offset for _, offset in rig.bench.ledger.progress]
    assert steps == sorted(steps)
    assert len(steps) >= 5


async def test_gaps_before_the_end_are_passed_and_what_stands_at_it_is_not_asked_for():
    rig = Rig(record(2), record(10, "later"), position=11)
    rig.know(k=2, later=10)
    rig.ask()
    async with rig:
        await rig.done()
    assert rig.bench.script.settled == [2]
    assert rig.bench.ledger.progress[-1] == ("dragoman-relocalize-r1", 10)


async def test_a_partition_in_which_nothing_is_left_is_passed_too():
    rig = Rig()
    rig.ask()
    async with rig:
        await rig.done()
    assert rig.bench.ledger.transactions == [({}, 10)]
    assert not [report for report in rig.bench.reports if isinstance(report, TransactionCommitted)]


async def test_it_never_overtakes_the_live_feed():
    rig = Rig(record(3, "a"), record(4, "b"), position=4)
    rig.know(a=3, b=4)
    rig.ask()
    async with rig:
        await rig.until(lambda: rig.progress() == 4)
        await asyncio.sleep(0.03)
        assert rig.progress() == 4
        rig.bench.runner.window.put([record(4, "b"), record(5, "c")])
        await rig.done()
    assert [row.key for row in rig.bench.ledger.rows(OUTPUT)] == [b"a", b"b", b"c", b"b"]


async def test_it_waits_while_live_events_are_many():
    rig = Rig(record(0, "a"))
    rig.know(a=0)
    rig.busy = True
    rig.ask()
    async with rig:
        await rig.until(lambda: rig.replay.left == 10)
        await asyncio.sleep(0.03)
        assert rig.bench.script.settled == []
        rig.busy = False
        await rig.done()
    assert rig.bench.script.settled == [0]


async def test_what_is_in_the_window_already_waits_too():
    rig = Rig(*(record(n, f"k{n}") for n in range(10)))
    rig.know(**{f"k{n}": n for n in range(10)})
    paced = replace(ASKED, rate=200.0)
    rig.ask(paced)
    async with rig:
        await rig.until(lambda: rig.bench.script.settled)
        rig.busy = True
        await rig.until(lambda: not rig.replay._calm.is_set())
        await asyncio.sleep(0.02)  # what had passed before is settled
        settled = len(rig.bench.script.settled)
        assert settled < 10
        await asyncio.sleep(0.06)
        assert len(rig.bench.script.settled) == settled
        rig.busy = False
        await rig.done(paced)
    assert rig.bench.script.settled == list(range(10))


async def test_the_time_of_a_record_begins_when_its_turn_comes():
    rig = Rig(record(0, "a"), record(1, "b"))
    rig.know(a=0, b=1)
    rig.bench.script.hold(1)
    paced = replace(ASKED, rate=50.0)
    rig.ask(paced)
    async with rig:
        await rig.until(lambda: rig.bench.script.gates[1]._waiters)
        (held,) = rig.replay._window._slots
        assert held.admitted >= held.taken + 0.01  # half of what the pace holds it back, for clocks are coarse
        rig.bench.script.gates[1].set()
        await rig.done(paced)


async def test_requests_are_taken_up_one_after_the_other_the_oldest_first():
    rig = Rig(record(0, "a"))
    rig.know(a=0)
    later = replace(ASKED, id="r2", created_at=datetime.now(UTC))
    rig.ask(later)
    rig.ask()
    async with rig:
        await rig.done(later)
        rig.ask(replace(later, id="r3"))
        await rig.until(lambda: len(rig.partition.opened) == 3)
    assert rig.partition.opened == [f"dragoman-relocalize-r{n}" for n in (1, 2, 3)]


async def test_nothing_is_begun_before_everything_asked_is_known():
    rig = Rig(record(0, "a"))
    rig.know(a=0)
    rig.requests.known.clear()
    rig.ask()
    async with rig:
        await asyncio.sleep(0.02)
        assert rig.partition.opened == []
        rig.requests.known.set()  # and no news after that
        await rig.done()
    assert rig.bench.script.settled == [0]


async def test_what_is_taken_back_stops_and_is_forgotten():
    rig = Rig(*(record(n, f"k{n}") for n in range(10)), replay_window=4)
    rig.know(**{f"k{n}": n for n in range(10)})
    rig.bench.script.hold(2)
    rig.ask()
    async with rig:
        await rig.until(lambda: rig.progress() == 2)
        rig.ask(value=None)
        await rig.until(lambda: rig.replay.left is None)
        rig.bench.script.gates[2].set()
        await asyncio.sleep(0.03)
        assert rig.bench.script.settled == [0, 1]
        assert len(rig.replay._window) == 0
        rig.bench.runner.window.put([record(10, "live")])  # the live feed goes on
        await rig.until(lambda: rig.bench.committed[-1] == 11)


async def test_what_is_taken_back_while_it_is_committed_does_no_harm():
    rig = Rig(*(record(n, f"k{n}") for n in range(4)), replay_window=2)
    rig.know(**{f"k{n}": n for n in range(4)})
    rig.bench.ledger.gate = asyncio.Event()
    rig.ask()
    async with rig:
        await rig.bench.ledger.started.wait()
        rig.ask(value=None)
        await rig.until(lambda: rig.replay.left is None)
        rig.bench.ledger.gate.set()
        rig.bench.runner.window.put([record(10, "live")])
        await rig.until(lambda: rig.bench.committed and rig.bench.committed[-1] == 11)


async def test_a_commit_for_what_was_taken_back_counts_for_nothing_that_follows():
    rig = Rig(*(record(n, f"k{n}") for n in range(4)), replay_window=2)
    rig.know(**{f"k{n}": n for n in range(4)})
    rig.bench.ledger.gate = asyncio.Event()
    rig.ask()
    next_one = replace(ASKED, id="r2", created_at=datetime.now(UTC))
    async with rig:
        await rig.bench.ledger.started.wait()
        rig.ask(value=None)
        rig.ask(next_one)
        await rig.until(lambda: rig.replay._window.ready == 2 and len(rig.partition.opened) == 2)
        rig.bench.ledger.gate.set()
        await rig.done(next_one)
    assert rig.bench.script.settled == [0, 1, 0, 1, 2, 3]


async def test_a_request_so_old_that_its_progress_may_be_forgotten_is_not_begun():
    rig = Rig(record(0, "a"))
    rig.know(a=0)
    rig.ask(replace(ASKED, created_at=datetime.now(UTC) - timedelta(days=7)))
    begun = replace(ASKED, id="r2", created_at=datetime.now(UTC) - timedelta(days=7))
    rig.partition.progress[progress_group("dragoman", "r2")] = 0
    rig.ask(begun)
    async with rig:
        await rig.done(begun)
    assert rig.progress() is None
    assert rig.bench.script.settled == [0]


async def test_a_failure_of_its_own_consumer_is_tried_again_and_no_concern_of_the_lane():
    rig = Rig(record(0, "a"))
    rig.know(a=0)
    rig.partition.failures = [ConnectionError("away"), asyncio.CancelledError(), KeyError("ours")]
    rig.ask()
    async with rig:
        await rig.done()
    assert len(rig.partition.opened) == 4
    assert rig.bench.script.settled == [0]


async def test_what_must_end_the_lane_ends_it_from_the_second_feed_too():
    rig = Rig(record(0, "a"))
    rig.know(a=0)
    rig.bench.script.errors[0] = [Fatal("pool dead")]
    rig.ask()
    rig.requests.known.set()
    with pytest.raises(Fatal):
        async with asyncio.timeout(5):
            await rig._serve()
    assert rig.bench.ledger.transactions == []


async def test_the_tools_of_a_replay_are_its_own():
    used = []

    async def localize(event: Any, tools: Any) -> int:
        used.append(tools)
        return event.version

    rig = Rig(record(0, "a"))
    rig.bench.script.agent = rig.bench.runner.agent = replace(rig.bench.script.agent, localize=localize)
    rig.know(a=0)
    rig.ask()
    async with rig:
        await rig.done()
    rig.bench.runner.window.put([record(10)])
    await rig.bench.play()
    assert used == [rig.replay._intake.tools, rig.bench.tools]


async def test_states_of_an_older_version_have_no_source_and_are_judged_by_their_agent():
    rig = Rig(record(0, "a"))
    rig.bench.know(a=(Seen((0,)), -1))
    rig.ask()
    async with rig:
        await rig.done()
    assert rig.outcomes() == {"told": 1}
    (row,) = rig.bench.ledger.rows(CHANGELOG)
    assert dict(row.headers)[SOURCE_HEADER] == b"0"


async def test_a_pace_lets_one_pass_at_a_time(monkeypatch):
    slept = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    pace = Pace(50.0)
    for _ in range(4):
        await pace.turn()
    assert slept == pytest.approx([0, 0.02, 0.04, 0.06], abs=0.01)
    slept.clear()
    await Pace(None).turn()
    assert slept == []


async def worked(rig: Rig, read: Any) -> Any:
    """A slot as it leaves the window."""
    slot = replays.Slot(read)
    await rig.bench.runner.process(slot, rig.bench.runner._live)
    return slot


def with_fields(read: Any, **changes: Any) -> Any:
    value = msgspec.json.encode(msgspec.json.decode(read.value) | changes)
    return record(read.offset, read.key.decode(), value)


def tombstone(number: int, key: str) -> Any:
    read = record(number, key)
    read.value = None
    return read
