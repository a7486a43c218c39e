"""Any record through the real runner and the real agents: outputs, a drop or a dead letter, and each key in order."""

import asyncio
from typing import Any

import msgspec
import pytest
from aiokafka.structs import ConsumerRecord
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.registry import AGENTS
from schemas.dead_letters import original
from schemas.outputs import DeadLetter
from schemas.report import Report, TransactionCommitted
from schemas.settings import LaneSettings
from schemas.topics import (
    DEAD_LETTER,
    LISTING_UPDATED,
    LOGISTICS_EVENT,
    REVIEW_POSTED,
    TRANSLATION_FEEDBACK,
    changelog,
    topic_specs,
)
from streams.admission import Admission
from streams.changelog import OFFSET_HEADER, SOURCE_HEADER
from streams.limits import Limits
from streams.runner import Runner
from streams.state.partition import Change
from tests.property.test_codec import records
from tests.unit.agents.fakes import FakeLocalizer, make_tools
from tests.unit.streams.runner_kit import Ledger, fresh_state, rows_of
from tests.wire import EVENTS, KEYS, event_with

LOCALES = ("en", "pt-BR", "de")
SPECS = topic_specs(dict.fromkeys(EVENTS, 3), LOCALES, ("default", "acme"))
LIMITS = Limits({spec.name: spec.record_bytes_max or 1_048_588 for spec in SPECS}, 1_000_000)
KEY_FIELDS = {
    LISTING_UPDATED: "listing_id",
    REVIEW_POSTED: "listing_id",
    LOGISTICS_EVENT: "shipment_id",
    TRANSLATION_FEEDBACK: "source_id",
}
COUNTS = ("emitted", "dropped", "dead_letters", "warnings", "feedback")
BY_TOPIC = {agent.contract.topic: agent for agent in AGENTS}


class Shuffled(FakeLocalizer):
    """A localizer whose answers come after as many turns of the loop as `turns` says, in turn."""

    def __init__(self, pool: Any, turns: list[int]) -> None:
        super().__init__(pool)
        self.turns = turns
        self.calls = 0

    async def localize(self, source: Any, target_locale: str, priority: Any) -> Any:
        self.calls += 1
        for _ in range(self.turns[self.calls % len(self.turns)] if self.turns else 0):
            await asyncio.sleep(0)
        return await super().localize(source, target_locale, priority)


class Run:
    """What a runner told the world about some records of one topic."""

    def __init__(self, topic: str, turns: list[int]) -> None:
        tools = make_tools(LOCALES)
        tools = msgspec.structs.replace(tools, localizer=Shuffled(tools.pool, turns))
        self.ledger = Ledger()
        self.reports: list[Any] = []
        self.runner = Runner(
            BY_TOPIC[topic],
            tools,
            LaneSettings(commit_interval_s=0),
            LIMITS,
            Admission(96_000),
            fresh_state(BY_TOPIC[topic].state),
            "0.1.0",
            self._note,
        )

    def _note(self, report: Report) -> None:
        if isinstance(report, TransactionCommitted):
            self.reports.append(report)

    async def play(self, read: list[Any]) -> None:
        window = self.runner.window
        window.put(read)
        serving = asyncio.create_task(self.runner.serve(self.ledger, lambda _: None, lambda: False))
        emptied = asyncio.create_task(window.empty.wait())
        await asyncio.wait([serving, emptied], return_when=asyncio.FIRST_COMPLETED, timeout=30)
        failed = serving.done() and serving.exception()
        for task in (serving, emptied):
            task.cancel()
        await asyncio.wait([serving, emptied])
        assert not failed, failed
        assert not len(window)

    def count(self, name: str) -> int:
        return sum(
            sum(getattr(report, name).values()) for report in self.reports if isinstance(report, TransactionCommitted)
        )


def at_offsets(read: list[Any]) -> list[Any]:
    return [
        ConsumerRecord(r.topic, r.partition, 100 + at, r.timestamp, 0, r.key, r.value, None, -1, -1, r.headers)
        for at, r in enumerate(read)
    ]


@settings(max_examples=300, deadline=None)
@given(st.lists(records(), min_size=1, max_size=6), st.lists(st.integers(0, 5), max_size=6))
def test_any_record_gives_outputs_a_drop_or_a_dead_letter_and_stops_nothing(drawn, turns):
    for topic in EVENTS:
        read = at_offsets([record for record in drawn if record.topic == topic])
        if not read:
            continue
        run = Run(topic, turns)
        asyncio.run(run.play(read))
        assert sum(report.records for report in run.reports) == len(read)
        assert run.ledger.transactions[-1][1] == read[-1].offset + 1
        letters = run.ledger.rows(DEAD_LETTER)
        assert len(letters) == run.count("dead_letters")
        by_offset = {record.offset: record for record in read}
        for row in letters:
            letter = msgspec.json.decode(row.value, type=DeadLetter)
            kept = original(row.key, row.value)
            assert kept is not None
            assert (kept.key, kept.value) == (by_offset[letter.offset].key, by_offset[letter.offset].value)
            assert letter.reason not in {"localize_failed", "settle_failed"}, letter.message
        spoken = {int(dict(row.headers)["dragoman-source-offset"]) for row in outputs(run)}
        silent = set(by_offset) - spoken - {msgspec.json.decode(row.value, type=DeadLetter).offset for row in letters}
        heard = run.count("feedback") - len(spoken) if topic == TRANSLATION_FEEDBACK else 0  # counted is all it must be
        assert len(silent) == run.count("dropped") + heard


def outputs(run: Run) -> list[Any]:
    ours = {DEAD_LETTER, *(changelog(topic) for topic in EVENTS)}
    return [
        row for messages, _ in run.ledger.transactions for t, rows in messages.items() if t not in ours for row in rows
    ]


@st.composite
def lives(draw):
    """Events of one topic: several keys, versions rising, falling and repeated, some records broken, some deletes."""
    topic = draw(st.sampled_from(sorted(EVENTS)))
    read = []
    for number in range(draw(st.integers(2, 14))):
        key = f"K{draw(st.integers(0, 2))}"
        broken = draw(st.integers(0, 9)) == 0
        changes = {KEY_FIELDS[topic]: key}
        if topic == LISTING_UPDATED:
            changes |= {"version": draw(st.integers(1, 9)), "title": f"Title {number}"}
            changes |= {"operation": "delete"} if draw(st.integers(0, 7)) == 0 else {}
        elif topic == "review-posted":
            changes |= {"review_id": f"R{draw(st.integers(0, 2))}", "body": f"Body {number}"}
        elif topic == TRANSLATION_FEEDBACK:
            changes |= {"verdict": draw(st.sampled_from(("understood", "corrected", "revoked")))}
            changes |= {
                "source_text": f"Cabo {draw(st.integers(0, 2))}",
                "at": f"2026-03-0{draw(st.integers(1, 9))}T00:00:00Z",
            }
        else:
            changes |= {"event_id": f"E{number}", "description": f"Detail {number}"}
        value = event_with(topic, **changes)[: -1 if broken else None]
        read.append(ConsumerRecord(topic, 2, number, 1_772_000_000_000, 0, key.encode(), value, None, -1, -1, ()))
    return topic, read


@settings(max_examples=150, deadline=None)
@given(lives(), st.lists(st.integers(0, 9), min_size=1, max_size=8))
def test_outputs_state_and_counts_do_not_depend_on_who_finishes_first(life, turns):
    topic, read = life
    shuffled, in_turn = Run(topic, turns), Run(topic, [])
    asyncio.run(shuffled.play(read))
    asyncio.run(one_by_one(in_turn, read))
    for name in {message.topic for run in (shuffled, in_turn) for message in outputs(run)}:
        rows = [[(row.key, row.value, offset_of(row)) for row in run.ledger.rows(name)] for run in (shuffled, in_turn)]
        assert rows[0] == rows[1]
        assert [offset for _, _, offset in rows[0]] == sorted(offset for _, _, offset in rows[0])
    assert rows_of(shuffled.runner.state) == rows_of(in_turn.runner.state)
    assert [shuffled.count(n) for n in COUNTS] == [in_turn.count(n) for n in COUNTS]


async def one_by_one(run: Run, read: list[Any]) -> None:
    for record in read:
        await run.play([record])


@settings(max_examples=100, deadline=None)
@given(lives(), st.integers(1, 13))
def test_a_restart_from_the_changelog_changes_nothing(life, cut):
    topic, read = life
    whole, first, second = Run(topic, [3, 0, 1]), Run(topic, []), Run(topic, [1, 2])
    asyncio.run(whole.play(read))
    asyncio.run(first.play(read[:cut]))
    for row in first.ledger.rows(changelog(topic)):
        headers = dict(row.headers)
        assert int(headers[OFFSET_HEADER]) <= min(cut, len(read))
        change = Change(row.key.decode(), int(headers[SOURCE_HEADER]), row.value)
        second.runner.state.apply([change], second.runner.state.place)
    if read[cut:]:
        asyncio.run(second.play(read[cut:]))
    pieces = [(row.key, row.value, offset_of(row)) for run in (first, second) for row in outputs(run)]
    assert sorted(pieces, key=repr) == sorted(((r.key, r.value, offset_of(r)) for r in outputs(whole)), key=repr)
    assert rows_of(second.runner.state) == rows_of(whole.runner.state)


def offset_of(row: Any) -> int:
    return int(dict(row.headers)["dragoman-source-offset"])


@pytest.mark.parametrize("topic", sorted(EVENTS))
def test_a_sound_event_gives_outputs(topic):
    """Guards the tests above against a runner that refuses everything."""
    run = Run(topic, [2])
    asyncio.run(run.play([ConsumerRecord(topic, 0, 0, 1, 0, KEYS[topic], event_with(topic), None, -1, -1, ())]))
    assert outputs(run)
    assert run.count("dead_letters") == 0
