"""Lanes that do a step in another order, or not at all: each must make the table fail.

Each is a function that breaks the real code by patching, without a copy of what it breaks where that is possible.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiokafka.errors import KafkaError

import streams.lane
from streams.driver import LaneConsumer
from streams.lane import Lane
from streams.resume import resume_offset
from streams.runner import Runner
from streams.transaction import LaneProducer
from streams.window import Window
from tests.unit.streams.timing import lanestate
from tests.unit.streams.timing.wire import ChangelogConsumer

Mutation = Callable[[pytest.MonkeyPatch], None]


class _Group:
    """A lane's group, some of whose answers are known beforehand."""

    def __init__(self, group: Any, **answers: Any) -> None:
        self._group, self._answers = group, answers

    def __getattr__(self, name: str) -> Any:
        if name not in self._answers:
            return getattr(self._group, name)

        async def known(*_: object) -> Any:
            return self._answers[name]

        return known


def _opening(patch: pytest.MonkeyPatch, look: Callable[[Lane], Any]) -> None:
    """Have every opening begin with `look`, which returns what the group is taken to answer."""
    opens = Lane._open

    async def broken(lane: Lane, *args: Any) -> None:
        group = lane._group
        lane._group = _Group(group, **await look(lane))
        try:
            await opens(lane, *args)
        finally:
            lane._group = group

    patch.setattr(Lane, "_open", broken)


# --- opening -------------------------------------------------------------------------------------------------------


def committed_is_read_before_the_fence(patch: pytest.MonkeyPatch) -> None:
    async def look(lane: Lane) -> dict[str, Any]:
        return {"committed": await lane._group.committed(lane.tp)}

    _opening(patch, look)


def state_is_restored_before_the_fence(patch: pytest.MonkeyPatch) -> None:
    lanestate.restore_early(patch)


def uncommitted_state_is_restored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ChangelogConsumer, "reads_all", True)


def nothing_is_fenced(patch: pytest.MonkeyPatch) -> None:
    """The producer gets its epoch only when it first writes."""
    commits = LaneProducer.commit

    async def lazy(producer: LaneProducer) -> None:
        pass

    async def commit(producer: LaneProducer, *args: Any, **kwargs: Any) -> Any:
        if producer._producer._sender.sender_task is None:
            await producer._producer.start()
        return await commits(producer, *args, **kwargs)

    patch.setattr(LaneProducer, "start", lazy)
    patch.setattr(LaneProducer, "commit", commit)


def a_failed_commit_is_taken_for_none(patch: pytest.MonkeyPatch) -> None:
    """The lane goes on where it stood, instead of asking what became of its last transaction."""
    resets = Lane._reset

    async def reset(lane: Lane, error: BaseException) -> None:
        lane.stood = lane._position  # type: ignore[attr-defined]
        await resets(lane, error)

    async def look(lane: Lane) -> dict[str, Any]:
        stood = getattr(lane, "stood", None)
        return {} if stood is None else {"committed": stood}

    patch.setattr(Lane, "_reset", reset)
    _opening(patch, look)


def the_consumer_does_not_seek(patch: pytest.MonkeyPatch) -> None:
    def pretends(consumer: LaneConsumer) -> None:
        for lane in consumer.lanes.values():
            lane.wants_seek = False

    patch.setattr(LaneConsumer, "_seek_lanes", pretends)


# --- feeding -------------------------------------------------------------------------------------------------------


def a_batch_of_an_older_epoch_is_taken(patch: pytest.MonkeyPatch) -> None:
    takes = Lane.take

    def take(lane: Lane, batch: Any) -> None:
        takes(lane, streams.lane.Batch(lane, batch.records, lane._epoch))

    patch.setattr(Lane, "take", take)


def a_fetch_from_before_a_rewind_is_fed(patch: pytest.MonkeyPatch) -> None:
    feeds = Lane.feed

    def feed(lane: Lane, records: Any) -> Any:
        lane.wants_seek = False
        return feeds(lane, records)

    patch.setattr(Lane, "feed", feed)


def a_fetch_during_a_rebalance_is_thrown_away(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LaneConsumer, "_rewind", lambda *_: None)
    _not_rewound_when_assigned(patch)


def a_lane_that_is_kept_is_not_rewound(patch: pytest.MonkeyPatch) -> None:
    """What it has been fed between revocation and assignment has been cleared from its channel."""
    _not_rewound_when_assigned(patch)


def _not_rewound_when_assigned(patch: pytest.MonkeyPatch) -> None:
    takes_up = LaneConsumer._take_up

    async def take_up(consumer: LaneConsumer, mine: Any) -> int:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(Lane, "rewind", lambda *_: None)
            return await takes_up(consumer, mine)

    patch.setattr(LaneConsumer, "_take_up", take_up)


def a_rewind_goes_back_to_what_was_fetched(patch: pytest.MonkeyPatch) -> None:
    rewinds = Lane.rewind

    def rewind(lane: Lane) -> None:
        fetched = lane.next_offset
        rewinds(lane)
        lane.next_offset = fetched

    patch.setattr(Lane, "rewind", rewind)


def a_rewind_goes_back_to_what_is_committed(patch: pytest.MonkeyPatch) -> None:
    rewinds = Lane.rewind

    def rewind(lane: Lane) -> None:
        rewinds(lane)
        lane.next_offset = lane._position

    patch.setattr(Lane, "rewind", rewind)


# --- settling and committing -----------------------------------------------------------------------------------------


def records_are_settled_as_they_finish(patch: pytest.MonkeyPatch) -> None:
    def finish(window: Window, slot: Any) -> None:
        if slot.done:
            return
        slot.done, slot.task = True, None
        window._slots = deque(other for other in window._slots if other is not slot)
        window._ready.append(slot)
        window._ring()
        window._filled.set()

    patch.setattr(Window, "_finish", finish)


def state_is_merged_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    lanestate.merge_early(patch)


def state_is_never_merged(patch: pytest.MonkeyPatch) -> None:
    lanestate.merge_never(patch)


def a_place_is_written_before_its_state(patch: pytest.MonkeyPatch) -> None:
    lanestate.place_ahead(patch)


def records_are_released_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    prefixes, releases = Window.prefix, Window.release

    def prefix(window: Window, limit: int) -> Any:
        slots = prefixes(window, limit)
        releases(window, len(slots))
        return slots

    patch.setattr(Window, "prefix", prefix)
    patch.setattr(Window, "release", lambda *_: None)


def acknowledgements_are_not_awaited(patch: pytest.MonkeyPatch) -> None:
    hands_over = LaneProducer._hand_over

    async def hand_over(producer: LaneProducer, batch: Any, topic: str) -> Any:
        (await hands_over(producer, batch, topic)).add_done_callback(lambda ack: ack.exception())
        told = asyncio.get_running_loop().create_future()
        told.set_result(None)
        return told

    patch.setattr(LaneProducer, "_hand_over", hand_over)


def _committing(patch: pytest.MonkeyPatch, steps: Callable[[LaneProducer, Any, int], Awaitable[Any]]) -> None:
    """Have a producer do `steps` in the transaction it has begun; they return what was sent."""

    async def commit(producer: LaneProducer, messages: Any, next_offset: int, progress: Any = None) -> Any:
        async with asyncio.timeout(producer._timeout_s):
            kafka = producer._producer
            await kafka.begin_transaction()
            producer._announce(messages)
            sent = await steps(producer, messages, next_offset)
            await kafka.commit_transaction()
            return sent

    patch.setattr(LaneProducer, "commit", commit)


async def _send_offset(producer: LaneProducer, next_offset: int) -> None:
    await producer._producer.send_offsets_to_transaction({producer._tp: next_offset}, producer._group)


def offsets_are_sent_before_the_acknowledgements(patch: pytest.MonkeyPatch) -> None:
    async def steps(producer: LaneProducer, messages: Any, next_offset: int) -> Any:
        await _send_offset(producer, next_offset)
        return await producer._send(messages)

    _committing(patch, steps)


def the_offset_has_a_transaction_of_its_own(patch: pytest.MonkeyPatch) -> None:
    async def steps(producer: LaneProducer, messages: Any, next_offset: int) -> Any:
        sent = await producer._send(messages)
        await producer._producer.commit_transaction()
        await producer._producer.begin_transaction()
        await _send_offset(producer, next_offset)
        return sent

    _committing(patch, steps)


def a_failed_commit_is_tried_again_at_once(patch: pytest.MonkeyPatch) -> None:
    commits = Lane._commit

    async def commit(lane: Lane, *args: Any) -> Any:
        try:
            return await commits(lane, *args)
        except (KafkaError, TimeoutError):
            await lane._drop_producer()
            lane._producer = lane._new_producer(lane._runner.limits.topics)
            await lane._producer.start()
            return await commits(lane, *args)

    patch.setattr(Lane, "_commit", commit)


def the_changelog_is_left_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Runner, "_all_messages", lambda _, prefix: prefix.messages)


# --- after a failure, and at the end ---------------------------------------------------------------------------------


def the_window_is_not_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Window, "clear", lambda _: [])


def a_lane_opens_again_without_a_heartbeat(patch: pytest.MonkeyPatch) -> None:
    async def wait(lane: Lane) -> None:
        await asyncio.sleep(0.1)

    patch.setattr(Lane, "_wait_for_membership", wait)


def the_producer_is_not_dropped(patch: pytest.MonkeyPatch) -> None:
    async def drop(lane: Lane) -> None:
        lane._producer = None

    patch.setattr(Lane, "_drop_producer", drop)


def a_closed_lane_works_on(patch: pytest.MonkeyPatch) -> None:
    async def close(lane: Lane) -> None:
        pass

    patch.setattr(Lane, "close", close)


def what_somebody_cancels_ends_the_lane(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(streams.lane, "being_cancelled", lambda: True)


def an_overtaken_lane_blames_the_operator(patch: pytest.MonkeyPatch) -> None:
    async def resume(group: object, *args: Any) -> int:
        return resume_offset(*args)

    patch.setattr(streams.lane, "resume", resume)


# Each with the step whose cases find it first; the order of a day without faults is wrong at the first step already.
MUTATIONS: dict[Mutation, str] = {
    committed_is_read_before_the_fence: "bootstrap",
    state_is_restored_before_the_fence: "bootstrap",
    uncommitted_state_is_restored: "add partitions",
    nothing_is_fenced: "bootstrap",
    a_failed_commit_is_taken_for_none: "end",
    the_consumer_does_not_seek: "metadata",
    a_batch_of_an_older_epoch_is_taken: "take",
    a_fetch_from_before_a_rewind_is_fed: "take",
    a_fetch_during_a_rebalance_is_thrown_away: "take",
    a_lane_that_is_kept_is_not_rewound: "take",
    a_rewind_goes_back_to_what_was_fetched: "take",
    a_rewind_goes_back_to_what_is_committed: "add partitions",
    records_are_settled_as_they_finish: "bootstrap",
    state_is_merged_before_the_commit: "bootstrap",
    state_is_never_merged: "bootstrap",
    a_place_is_written_before_its_state: "disk ends",
    records_are_released_before_the_commit: "fetch",
    acknowledgements_are_not_awaited: "produce",
    offsets_are_sent_before_the_acknowledgements: "bootstrap",
    the_offset_has_a_transaction_of_its_own: "bootstrap",
    a_failed_commit_is_tried_again_at_once: "bootstrap",
    the_changelog_is_left_out: "bootstrap",
    the_window_is_not_forgotten: "metadata",
    a_lane_opens_again_without_a_heartbeat: "bootstrap",
    the_producer_is_not_dropped: "bootstrap",
    a_closed_lane_works_on: "bootstrap",
    what_somebody_cancels_ends_the_lane: "bootstrap",
    an_overtaken_lane_blames_the_operator: "committed",
}
