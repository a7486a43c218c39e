"""The life of a record, on one page.

lane -> window -> decode -> localize -> finished prefix -> settle -> one transaction: outputs, dead letters, state
changelog, input offset.

`Runner.serve` is that life for the records of one partition; the functions below it stand in the order in which a
record meets them. A record finishes its `localize` in any order; it is settled and made durable in offset order.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from msgspec import Struct, field

from agents.base import KEEP, AnyAgent, Output, Tools
from schemas.codec import Record, decode, encode
from schemas.dead_letters import dead_letter
from schemas.envelope import output_headers
from schemas.errors import DragomanError, OperatorError, Refused
from schemas.reasons import Disposition, Reason, Stage
from schemas.report import Reporter, TransactionCommitted
from schemas.settings import LaneSettings
from schemas.topics import DEAD_LETTER, changelog
from streams.admission import Admission
from streams.changelog import OFFSET_HEADER
from streams.transaction import Message
from streams.window import Slot, Window, being_cancelled

MIN_LIMIT_BYTES = 16_384
PAUSE_S_MAX = 1.0
END_TO_END_SAMPLES = 20  # of one transaction, at least; fewer than twice as many: nothing on a hot path


class Commit(Protocol):
    """Makes messages (by topic) and the next input offset durable together, or raises."""

    async def __call__(self, messages: Mapping[str, Sequence[Message]], next_offset: int) -> None:
        """Commit."""


class Limits(Struct, frozen=True):
    """Largest record each topic takes, bytes. A topic that is not here does not exist."""

    topics: Mapping[str, int]
    input_bytes: int


class Prefix(Struct):
    """What a finished prefix tells the world: messages by topic, new states and changelog rows by key, and counts."""

    next_offset: int
    messages: dict[str, list[Message]] = field(default_factory=dict)
    states: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Message] = field(default_factory=dict)
    dead_letters: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)


class Runner:
    """The records of one partition. Owned by its lane, on the event loop."""

    def __init__(
        self,
        agent: AnyAgent,
        tools: Tools,
        settings: LaneSettings,
        limits: Limits,
        admission: Admission,
        app_version: str,
        reporter: Reporter,
    ) -> None:
        self.agent = agent
        self.state: dict[str, Any] = {}
        self.quiet = asyncio.Event()  # set while `serve` has nothing to commit
        self.window = Window(
            settings.window, settings.window_bytes, settings.localize_timeout_s, self._process, self._expire
        )
        self._tools = tools
        self._settings = settings
        self.limits = limits
        self._admission = admission
        self._app_version = app_version
        self._report = reporter

    async def serve(self, commit: Commit, committed: Callable[[int], None], draining: Callable[[], bool]) -> None:
        """Settle and commit the finished prefix, again and again, until cancelled or until something fails."""
        while True:
            self.quiet.set()
            await self.window.head_done.wait()
            self.quiet.clear()
            if self.window.failure is not None:
                raise self.window.failure
            started = time.monotonic()
            slots = self.window.prefix(self._settings.transaction_records)
            prefix = self._settle(slots)
            await commit(self._all_messages(prefix), prefix.next_offset)
            self._merge(prefix)
            self.window.release(len(slots))
            committed(prefix.next_offset)
            seconds = time.monotonic() - started
            self._report(_committed_report(slots, prefix, seconds))
            age_s = asyncio.get_running_loop().time() - slots[0].taken
            await self._pause(seconds, age_s, draining)

    async def _process(self, slot: Slot) -> None:
        """Decode and localize one record; many at once, in any order. What refuses the record is kept in its slot."""
        try:
            slot.received = decode(self.agent.contract, slot.record, limit_bytes=self.limits.input_bytes)
            await self._admit(slot)
            try:
                slot.localized = await self._localize(slot)
            finally:
                self._leave(slot)
        except DragomanError as error:
            if error.disposition is Disposition.EXIT:
                raise
            slot.refused = _as_refused(error)
        except Exception as error:  # noqa: BLE001  (a fault of ours must neither stop the partition nor vanish)
            slot.refused = _fault(Stage.DECODE if slot.received is None else Stage.LOCALIZE, error)

    async def _admit(self, slot: Slot) -> None:
        """Wait until the worker takes more of this topic's text into work; the record's time begins now."""
        size = len(slot.record.value or b"")
        await self._admission.enter(size)
        slot.inside, slot.admitted = size, asyncio.get_running_loop().time()

    def _leave(self, slot: Slot) -> None:
        """Give back the slot's place, once."""
        size, slot.inside = slot.inside, 0
        self._admission.leave(size)

    def _expire(self, slot: Slot) -> None:
        """Refuse a record whose time is up; work that will not end must not keep its place."""
        slot.refused = Refused(Stage.LOCALIZE, Reason.LOCALIZE_TIMEOUT, "localize took too long", retryable=True)
        self._leave(slot)

    async def _localize(self, slot: Slot) -> Any:
        """Call the agent; what may pass is tried again in place until the record's time is up."""
        assert slot.received is not None  # noqa: S101  (for the type checker; `_process` has just set it)
        pause_s = 0.1
        while True:
            try:
                return await self.agent.localize(slot.received.event, self._tools)
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

    def _settle(self, slots: Sequence[Slot]) -> Prefix:
        """Decide, in offset order, what the world is told about a finished prefix."""
        prefix = Prefix(slots[-1].record.offset + 1)
        for slot in slots:
            if slot.refused is not None:
                self._bury(slot, slot.refused, prefix)
                continue
            try:
                self._settle_one(slot, prefix)
            except Refused as refused:
                self._bury(slot, refused, prefix)
            except Exception as error:  # noqa: BLE001  (as in `_process`: a record must not stop its partition)
                self._bury(slot, Refused(Stage.EMIT, Reason.SETTLE_FAILED, type(error).__name__), prefix)
        return prefix

    def _settle_one(self, slot: Slot, prefix: Prefix) -> None:
        """Settle one record. Nothing of it reaches `prefix` unless all of it can be sent."""
        received = slot.received
        assert received is not None  # noqa: S101  (for the type checker; a slot without it is refused)
        key = self.agent.state_key(received.event)
        before = prefix.states[key] if key in prefix.states else self.state.get(key)
        outcome = self.agent.settle(before, received.event, slot.localized)
        messages = [self._message(slot, output) for output in outcome.outputs]
        if outcome.state is not KEEP:
            prefix.changes[key] = self._change(key, outcome.state, prefix.next_offset)
            prefix.states[key] = outcome.state
        for message in messages:
            prefix.messages.setdefault(message.topic, []).append(message)
        if outcome.dropped is not None:
            prefix.dropped[outcome.dropped] += 1
        for warning in (*received.warnings, *outcome.warnings):
            prefix.warnings[warning.partition(":")[0]] += 1

    def _message(self, slot: Slot, output: Output) -> Message:
        """Encode one output."""
        assert slot.received is not None  # noqa: S101  (see `_settle_one`)
        headers = output_headers(
            slot.received,
            slot.record,
            ce_type=output.ce_type,
            locale=output.locale,
            subject=output.subject,
            basis=self._tools.pipeline_version if output.basis is None else output.basis,
            tombstone=output.value is None,
        )
        value = None if output.value is None else encode(output.value)
        return self._fitting(Message(output.topic, output.key.encode(), value, headers))

    def _change(self, key: str, state: Any, next_offset: int) -> Message:
        """Encode one key's new state for the changelog, stamped with the input offset it belongs to."""
        headers = [(OFFSET_HEADER, str(next_offset).encode())]
        value = None if state is None else encode(state)
        return self._fitting(Message(changelog(self.agent.contract.topic), key.encode(), value, headers))

    def _fitting(self, message: Message) -> Message:
        """Return the message, or refuse what its topic does not take."""
        limit = self.limits.topics.get(message.topic)
        if limit is None:
            raise Refused(Stage.EMIT, Reason.SETTLE_FAILED, f"there is no topic {message.topic}", retryable=True)
        if not message.fits(limit):
            raise Refused(Stage.EMIT, Reason.OUTPUT_TOO_LARGE, f"{message.size()} bytes for {message.topic}")
        return message

    def _bury(self, slot: Slot, refused: Refused, prefix: Prefix) -> None:
        """Write the record to `dead-letter` as it came, with the reason."""
        key, value, headers = dead_letter(
            slot.record,
            refused,
            now=datetime.now(UTC),
            app_version=self._app_version,
            attempts=slot.attempts,
            limit_bytes=self.limits.topics[DEAD_LETTER],
        )
        prefix.messages.setdefault(DEAD_LETTER, []).append(Message(DEAD_LETTER, key, value, headers))
        prefix.dead_letters[refused.reason] += 1

    def _all_messages(self, prefix: Prefix) -> Mapping[str, Sequence[Message]]:
        """Return the outputs, the dead letters and the changelog: one record a changed key."""
        if not prefix.changes:
            return prefix.messages
        return {**prefix.messages, changelog(self.agent.contract.topic): list(prefix.changes.values())}

    def _merge(self, prefix: Prefix) -> None:
        """Take over the new states: only now are they true."""
        for key, state in prefix.states.items():
            if state is None:
                self.state.pop(key, None)
            else:
                self.state[key] = state

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

    def lower_limit(self, topic: str, told: Limits) -> None:
        """Believe `told`, what the broker says now, after it has refused a record or a batch for `topic`.

        If that is not less than what it has refused, take half of it: a record that the broker will not have becomes a
        dead letter after a few tries, and never an endless reopen.
        """
        refused = self.limits.topics[topic]
        limit = told.topics[topic] if told.topics[topic] < refused else refused // 2
        if topic == DEAD_LETTER and limit < MIN_LIMIT_BYTES:
            raise OperatorError(
                f"the broker refuses what {DEAD_LETTER} must take: raise its max.message.bytes"
                " (`dragoman topics check` says to what)"
            )
        kept = {name: min(size, told.topics.get(name, size)) for name, size in self.limits.topics.items()}
        self.limits = Limits({**kept, topic: limit}, self.limits.input_bytes)

    def forget(self) -> None:
        """Forget work and state: the lane starts again from what is committed.

        Work that does not let itself be cancelled must not keep its place: the other lanes of the topic share it.
        """
        for slot in self.window.clear():
            self._leave(slot)
        self.state = {}
        self.quiet.set()


def _as_refused(error: DragomanError) -> Refused:
    """Give an error that means `dead-letter` the reason it is counted under."""
    if isinstance(error, Refused):
        return error
    return Refused(Stage.LOCALIZE, Reason.LOCALIZE_FAILED, type(error).__name__)


def _fault(stage: Stage, error: BaseException) -> Refused:
    """Return the refusal of a record that found a fault of ours. The error's text may hold a payload: only its type."""
    return Refused(stage, Reason.LOCALIZE_FAILED, type(error).__name__, retryable=True)


def _committed_report(slots: Sequence[Slot], prefix: Prefix, seconds: float) -> TransactionCommitted:
    now_ms = time.time() * 1000
    step = max(1, len(slots) // END_TO_END_SAMPLES)
    first: Record = slots[0].record
    return TransactionCommitted(
        topic=first.topic,
        partition=first.partition,
        records=len(slots),
        emitted={topic: len(rows) for topic, rows in prefix.messages.items() if topic != DEAD_LETTER},
        dead_letters=dict(prefix.dead_letters),
        dropped=dict(prefix.dropped),
        warnings=dict(prefix.warnings),
        seconds=seconds,
        # A producer may leave the timestamp out (-1); such a record has no age.
        end_to_end_s=tuple(
            max(0.0, now_ms - slot.record.timestamp) / 1000 for slot in slots[::step] if slot.record.timestamp >= 0
        ),
    )
