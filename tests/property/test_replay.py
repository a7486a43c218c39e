"""Whatever of the past is replayed beside live events, readers end with what live events alone have told them."""

import asyncio
from typing import Any

import msgspec
from aiokafka.structs import ConsumerRecord
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.listing import LISTING_AGENT
from schemas.settings import LaneSettings
from schemas.topics import LISTING_UPDATED, changelog, listing_localized
from streams.admission import Admission
from streams.changelog import SOURCE_HEADER
from streams.runner import Runner
from streams.state.partition import Change
from streams.window import Slot
from tests.property.test_runner import LIMITS
from tests.unit.agents.fakes import make_tools
from tests.unit.streams.runner_kit import fresh_state
from tests.wire import event_with

SHOWN = listing_localized("pt-BR")


class Lane:
    """A runner that settles what it is given, batch by batch, and what its readers have been told."""

    def __init__(self, pipeline: str) -> None:
        self.tools = make_tools(("en", "pt-BR"), pipeline_version=pipeline)
        lanes = LaneSettings(commit_interval_s=0)
        admission = Admission(96_000)
        state = fresh_state(LISTING_AGENT.state)
        self.runner = Runner(LISTING_AGENT, self.tools, lanes, LIMITS, admission, state, "0", lambda _: None)
        self.told: list[tuple[bytes, Any]] = []
        self.ids: list[str] = []
        self.rows: dict[str, Any] = {}

    def restart(self, pipeline: str) -> "Lane":
        """The same lane in another worker: what the changelog holds is all it knows."""
        lane = Lane(pipeline)
        rows = self.rows.items()
        changes = [Change(key, int(dict(row.headers)[SOURCE_HEADER]), row.value) for key, row in rows]
        lane.runner.state.apply(changes, lane.runner.state.place)
        lane.runner.begin(self.runner.position)
        lane.told, lane.ids, lane.rows = self.told, self.ids, self.rows
        return lane

    async def settle(self, live: list[Any], past: list[Any]) -> None:
        """One transaction of both feeds; the past is filtered as a replay filters it: it takes no withdrawals."""
        slots = [await self._worked(record) for record in live]
        again = [slot for slot in [await self._worked(record) for record in past] if slot.localized is not None]
        prefix = self.runner._settle(slots, again)
        self.runner._merge(prefix, {changelog(LISTING_UPDATED): 0})
        for row in prefix.messages.get(SHOWN, ()):
            self.told.append((row.key, row.value and msgspec.json.decode(row.value)))
            self.ids.append(dict(row.headers)["ce_id"].decode())
        for row in self.runner._all_messages(prefix).get(changelog(LISTING_UPDATED), ()):
            self.rows[row.key.decode()] = row

    async def _worked(self, record: Any) -> Slot:
        slot = Slot(record)
        await self.runner.process(slot, self.runner._live)
        return slot

    def shown(self) -> dict[bytes, Any]:
        """What a compacted topic holds in the end, without what names the pipeline."""
        last = dict(self.told)
        return {
            key: value and (value["listing_version"], value["fields"]["title"]["text"]) for key, value in last.items()
        }


@st.composite
def lives(draw: Any) -> list[Any]:
    """Records of three listings: versions that rise, fall and repeat with other content, deletes, tombstones, rubbish."""
    read = []
    for offset in range(draw(st.integers(2, 16))):
        key = f"K{draw(st.integers(0, 2))}"
        kind = draw(st.sampled_from("uuuuudtb"))
        changes = {
            "listing_id": key,
            "version": draw(st.integers(1, 5)),
            "title": f"Title {offset}",
            "target_locales": ["pt-BR"],
        }
        changes |= {"operation": "delete"} if kind == "d" else {}
        value = None if kind == "t" else event_with(LISTING_UPDATED, **changes)
        value = value[:-1] if kind == "b" and value else value
        read.append(
            ConsumerRecord(LISTING_UPDATED, 2, offset, 1_772_000_000_000, 0, key.encode(), value, None, -1, -1, ())
        )
    return read


@settings(max_examples=150, deadline=None)
@given(lives(), st.integers(0, 16), st.data())
def test_readers_end_with_what_live_events_alone_have_told(life: list[Any], cut: int, data: st.DataObject) -> None:
    asyncio.run(compare(life, min(cut, len(life)), data))


async def compare(life: list[Any], cut: int, data: st.DataObject) -> None:
    alone, lane = Lane("p1"), Lane("p1")
    for record in life:
        await alone.settle([record], [])
    await lane.settle(life[:cut], []) if cut else None
    lane = lane.restart("p2")
    at, replayed = cut, 0
    while at < len(life) or replayed < cut:
        live = data.draw(st.integers(0, len(life) - at))
        # Compaction may have taken what is not the last of its key, and a category what was not asked for.
        past = [record for record in life[replayed : replayed + data.draw(st.integers(1, 4))] if record.offset < cut]
        replayed = min(cut, past[-1].offset + 1) if past else cut
        kept = [record for record in past if data.draw(st.booleans())]
        if live or kept:
            await lane.settle(life[at : at + live], kept)
            at += live
        elif replayed >= cut:
            break
    await lane.settle(life[at:], []) if at < len(life) else None
    assert lane.shown() == alone.shown()
    await lane.settle([], life)
    told = len(lane.told)
    await lane.settle([], life)  # nothing has changed since
    assert len(lane.told) == told
    assert lane.shown() == alone.shown()
    assert len(set(lane.ids)) == len(lane.ids)
