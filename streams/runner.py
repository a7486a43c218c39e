"""The life of a record, on one page.

lane -> window -> decode -> localize -> finished prefix -> settle -> one transaction: outputs, dead letters, state
changelog, input offset.

`Runner.serve` is that life for the records of one partition; the functions below it stand in the order in which a
record meets them. A record finishes its `localize` in any order; it is settled and made durable in offset order.

A replay (streams/replay.py) is a second window of records of the same partition, which had their effect long ago. They
take the same way and end in the same transactions, settled after the live ones (docs/adr/0009).
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, Protocol

from agents.base import KEEP, AnyAgent, Tools
from inference.scheduling.queue_wait import QUEUE_WAIT, QueueWait
from schemas.codec import decode
from schemas.errors import DragomanError, Refused
from schemas.reasons import Disposition, Drop, Reason, Skip, Stage
from schemas.report import Reporter
from schemas.settings import LaneSettings
from schemas.stages import Stages
from schemas.topics import DEAD_LETTER, changelog
from streams.admission import Admission
from streams.intake import NOTHING, Bounds, Intake, SecondFeed
from streams.limits import Limits
from streams.outgoing import change_message, letter_message, output_message
from streams.prefix import Prefix, committed_report
from streams.state.partition import Change, Known, PartitionState, Place, crc_of
from streams.tracing import Tracer
from streams.transaction import Message, Progress
from streams.window import Slot, being_cancelled

PAUSE_S_MAX = 1.0
_UNTRACED = nullcontext()


class Commit(Protocol):
    """Makes messages (by topic), the next input offset and a replay's progress durable together, or raises."""

    async def __call__(
        self, messages: Mapping[str, Sequence[Message]], next_offset: int, progress: Progress | None
    ) -> Mapping[str, int]:
        """Commit; returns the offset of the last record written to each topic."""


class Runner:
    """The records of one partition. Owned by its lane, on the event loop."""

    def __init__(
        self,
        agent: AnyAgent,
        tools: Tools,
        settings: LaneSettings,
        limits: Limits,
        admission: Admission,
        state: PartitionState,
        app_version: str,
        reporter: Reporter,
        tracer: Tracer | None = None,
    ) -> None:
        self.agent = agent
        self.state = state
        self.position = 0  # the next input offset to be committed
        self.quiet = asyncio.Event()  # set while `serve` has nothing to commit
        self.bell = asyncio.Event()  # rings when there may be something to commit
        self.replay: SecondFeed | None = None
        bounds = Bounds(settings.window, settings.window_bytes, settings.localize_timeout_s)
        self._live = Intake(tools, admission, bounds, self.process, self.bell)
        self.window = self._live.window
        self._tools = tools
        self._settings = settings
        self.limits = limits
        self._app_version = app_version
        self._report = reporter
        self._tracer = tracer
        self._stages = Stages(reporter)

    async def serve(self, commit: Commit, committed: Callable[[int], None], draining: Callable[[], bool]) -> None:
        """Settle and commit what is finished, again and again, until cancelled or until something fails."""
        while True:
            self.quiet.set()
            await self._something_finished()
            self.quiet.clear()
            started = time.monotonic()
            slots = self.window.prefix(self._settings.transaction_records)
            replayed = NOTHING if self.replay is None else self.replay.finished(self._settings.transaction_records)
            began = self._stages.begin("settle")
            prefix = self._settle(slots, replayed.slots)
            self._stages.end("settle", began)
            began = self._stages.begin("commit")
            written = await commit(self._all_messages(prefix), prefix.next_offset, replayed.progress)
            self._stages.end("commit", began)
            self._merge(prefix, written)
            self.window.release(len(slots))
            if self.replay is not None and replayed.progress is not None:
                self.replay.committed(replayed, prefix.replayed)
            committed(prefix.next_offset)
            seconds = time.monotonic() - started
            if self._tracer is not None:
                self._tracer.committed((*slots, *replayed.slots), started, started + seconds)
            if slots or replayed.slots:
                first = (slots or replayed.slots)[0].record
                self._report(committed_report(first, slots, prefix, seconds))
            if slots:
                await self._pause(seconds, asyncio.get_running_loop().time() - slots[0].taken, draining)

    async def _something_finished(self) -> None:
        """Wait for something to commit; raises what must end the lane."""
        while not (self.window.head_done.is_set() or (self.replay is not None and self.replay.due)):
            self.bell.clear()
            await self.bell.wait()
        failure = self.window.failure or (None if self.replay is None else self.replay.failure)
        if failure:
            raise failure

    async def process(self, slot: Slot, intake: Intake) -> None:
        """Decode and localize one record; many at once, in any order. What refuses the record is kept in its slot."""
        try:
            began = self._stages.begin("decode")
            slot.received = decode(self.agent.contract, slot.record, limit_bytes=self.limits.input_bytes)
            self._stages.end("decode", began)
            if self._tracer is not None:
                self._tracer.follow(slot, time.monotonic())
            if intake.choose is not None and (skipped := await intake.choose(slot)):
                slot.skipped = skipped
                return
            if slot.timeline is not None:
                slot.timeline.asked_s = time.monotonic()
            await intake.enter(slot)
            try:
                began = self._stages.begin("localize")
                with _UNTRACED if slot.timeline is None else slot.timeline.localizing():
                    slot.localized = await self._localize(slot, intake.tools)
                self._stages.end("localize", began)
            finally:
                intake.leave(slot)
        except DragomanError as error:
            if error.disposition is Disposition.EXIT:
                raise
            slot.refused = _as_refused(error)
        except Exception as error:  # noqa: BLE001  (a fault of ours must neither stop the partition nor vanish)
            slot.refused = _fault(Stage.DECODE if slot.received is None else Stage.LOCALIZE, error)

    async def _localize(self, slot: Slot, tools: Tools) -> Any:
        """Call the agent; what may pass is tried again in place until the record's time is up."""
        assert slot.received is not None  # noqa: S101  (for the type checker; `process` has just set it)
        pause_s = 0.1
        slot.queue_wait = QueueWait(None if slot.timeline is None else slot.timeline.served.append)
        QUEUE_WAIT.set(slot.queue_wait)
        while True:
            try:
                return await self.agent.localize(slot.received.event, tools)
            except DragomanError as error:
                if error.disposition is not Disposition.RETRY:
                    raise
            except asyncio.CancelledError as error:
                if being_cancelled():
                    raise
                raise _fault(Stage.LOCALIZE, error) from error
            slot.attempts += 1
            await asyncio.sleep(pause_s)
            pause_s = min(2.0, pause_s * 2)

    def _settle(self, live: Sequence[Slot], replayed: Sequence[Slot]) -> Prefix:
        """Decide, in offset order, what the world is told about a finished prefix, and then about what is replayed."""
        prefix = Prefix(live[-1].record.offset + 1 if live else self.position)
        for slot in live:
            dropped = self._settle_or_bury(slot, prefix)
            if dropped is not None:
                prefix.dropped[dropped] += 1
        prefix.live = False
        for slot in replayed:
            prefix.replayed[self._settle_again(slot, prefix)] += 1
        return prefix

    def _settle_again(self, slot: Slot, prefix: Prefix) -> str:
        """Settle a record of the past, unless it has nothing to say any more; return what became of it.

        What could not be read is a dead letter since it came first; what can be read and fails now is a new one.
        """
        if slot.received is None:
            return Skip.UNREADABLE
        skipped = slot.skipped or self.overtaken(slot, prefix)
        if skipped:
            return skipped
        letters = prefix.dead_letters.total()
        dropped = self._settle_or_bury(slot, prefix)
        return "dead_letter" if prefix.dead_letters.total() > letters else dropped or "told"

    def overtaken(self, slot: Slot, prefix: Prefix | None = None) -> Skip | None:
        """Say why a replayed record does not count: its key is not shown, or a younger record has had its say.

        A version alone does not tell: a tombstone has none, and producers repeat versions with other content.
        """
        assert slot.received is not None  # noqa: S101  (for the type checker; what is unreadable does not get here)
        shown = self._known(self.agent.state_key(slot.received.event), prefix)
        if shown is None:
            return Skip.NOT_SHOWN
        return Skip.OVERTAKEN if slot.record.offset < shown.source else None

    def _known(self, key: str, prefix: Prefix | None) -> Known | None:
        """Return what is known of a key: what this very prefix has made of it, else what is committed."""
        if prefix is None or key not in prefix.states:
            return self.state.get(key)
        state = prefix.states[key]
        return None if state is None else Known(state, prefix.sources[key])

    def _settle_or_bury(self, slot: Slot, prefix: Prefix) -> Drop | None:
        """Settle one record, or make it a dead letter."""
        refused = slot.refused
        if refused is None:
            try:
                return self._settle_one(slot, prefix)
            except Refused as error:
                refused = error
            except DragomanError:  # the ground of the lane, not of the record
                raise
            except Exception as error:  # noqa: BLE001  (as in `process`: a record must not stop its partition)
                refused = Refused(Stage.EMIT, Reason.SETTLE_FAILED, type(error).__name__)
            slot.refused = refused
        letter = letter_message(slot, refused, self._app_version, self.limits)
        prefix.messages.setdefault(DEAD_LETTER, []).append(letter)
        prefix.dead_letters[refused.reason] += 1
        return None

    def _settle_one(self, slot: Slot, prefix: Prefix) -> Drop | None:
        """Settle one record. Nothing of it reaches `prefix` unless all of it can be sent."""
        received = slot.received
        assert received is not None  # noqa: S101  (for the type checker; a slot without it is refused)
        key = self.agent.state_key(received.event)
        before = self._known(key, prefix)
        outcome = self.agent.settle(None if before is None else before.state, received.event, slot.localized)
        messages = [
            output_message(slot, output, self._tools.pipeline_version, self.limits)
            for output in outcome.outputs
            # A locale that is no longer served has no topic, and nobody who would have to forget anything.
            if output.value is not None or output.topic in self.limits.topics
        ]
        if outcome.state is not KEEP:
            prefix.changes[key] = change_message(
                self.agent.contract.topic, key, outcome.state, slot.record.offset, prefix.next_offset, self.limits
            )
            prefix.states[key], prefix.sources[key] = outcome.state, slot.record.offset
        for message in messages:
            prefix.messages.setdefault(message.topic, []).append(message)
        prefix.tell(slot.record, outcome.outputs)
        prefix.warnings.update((*received.warnings, *outcome.warnings))
        if outcome.said is not None:
            prefix.said[outcome.said] += 1
        return outcome.dropped

    def _all_messages(self, prefix: Prefix) -> Mapping[str, Sequence[Message]]:
        """Return the outputs, the dead letters and the changelog: one record a changed key."""
        if not prefix.changes:
            return prefix.messages
        return {**prefix.messages, changelog(self.agent.contract.topic): list(prefix.changes.values())}

    def _merge(self, prefix: Prefix, written: Mapping[str, int]) -> None:
        """Take over the new states: only now are they true."""
        self.position = prefix.next_offset
        if not prefix.changes:
            return
        last = next(reversed(prefix.changes.values()))
        first, crc = self.state.place.first, crc_of(last.key, last.value)
        self.state.apply(
            [Change(key, prefix.sources[key], change.value) for key, change in prefix.changes.items()],
            Place(first, written[last.topic], crc, prefix.next_offset, self.state.now()),
        )

    async def _pause(self, spent_s: float, age_s: float, draining: Callable[[], bool]) -> None:
        """Let more records finish before the next transaction, unless half a window is ready for it.

        Under a backlog records have been here for seconds (`age_s`) anyway: the pause then grows to a quarter of that
        while there is unfinished work, and fewer, larger transactions leave the cores to the models.
        """
        half = self._settings.window // 2
        interval_s = self._settings.commit_interval_s
        for pause_s, busy in ((interval_s, False), (min(PAUSE_S_MAX, age_s / 4), True)):
            if (
                pause_s > spent_s
                and not draining()
                and self.window.ready < half
                and (self.window.unfinished or not busy)
            ):
                await self.window.wait_filled(half, pause_s - spent_s, while_busy=busy)
                spent_s = pause_s

    # --- what the lane asks of it beside the life of its records ----------------------------------------------------

    @property
    def has_finished(self) -> bool:
        """Whether something is finished and not yet durable."""
        return self.window.head_done.is_set() or not self.quiet.is_set()

    def begin(self, position: int) -> None:
        """Start from what is committed; `state` is."""
        self.position = position

    def lower_limit(self, topic: str, told: Limits) -> None:
        """Believe `told`, what the broker says now, after it has refused a record or a batch for `topic`."""
        self.limits = self.limits.lowered(topic, told)

    def forget(self) -> None:
        """Forget all work: the lane starts again from what is committed."""
        self._live.forget()
        if self.replay is not None:
            self.replay.forget()
        self.quiet.set()


def _as_refused(error: DragomanError) -> Refused:
    """Give an error that means `dead-letter` the reason it is counted under."""
    if isinstance(error, Refused):
        return error
    return Refused(Stage.LOCALIZE, Reason.LOCALIZE_FAILED, type(error).__name__)


def _fault(stage: Stage, error: BaseException) -> Refused:
    """Return the refusal of a record that found a fault of ours. The error's text may hold a payload: only its type."""
    return Refused(stage, Reason.LOCALIZE_FAILED, type(error).__name__, retryable=True)
