"""Replaying and dropping dead letters, each exactly once: whatever dies, and whoever else is at it.

Open, in this order: the producer starts (it fences every other one, and settles what that had open) -> the ledger is
read to its end -> letters that it names are left out -> transactions of bounded size: records and ledger entries. After
a failure the same again from the start: what has become of a transaction, the ledger says.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Final, Literal

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    InvalidTimestampError,
    KafkaError,
    PolicyViolationError,
    ProducerFenced,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)
from msgspec.structs import replace

from schemas.errors import OperatorError
from schemas.handled import Handled, LetterId
from schemas.reasons import Unfit
from schemas.settings import Settings
from schemas.topics import DEAD_LETTER_LEDGER
from streams.letters.fitness import Hindrance, Resent, resent
from streams.letters.letter import Ledger, read_ledger, with_handled
from streams.letters.plan import Outcome, Plan, originals, overtaken
from streams.letters.producer import LetterProducer, Place
from streams.reach import unreachable
from streams.scan import Teller, reader, silent
from streams.transaction import SIZE_ERRORS
from streams.window import being_cancelled

CHUNK_RECORDS: Final = 500  # of one transaction
CHUNK_BYTES: Final = 4_000_000
BACKOFF_S: Final = 0.5
GIVE_UP_S: Final = 30.0  # of trouble without one more letter handled
SEEN_S: Final = 10.0
SEEN_AGAIN_S: Final = 0.02
TROUBLE: Final = (KafkaError, OSError, TimeoutError)
REFUSALS: Final = (
    *SIZE_ERRORS,
    ClusterAuthorizationFailedError,
    InvalidTimestampError,
    PolicyViolationError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)
"""What no second try mends."""

Part = tuple[Outcome, Resent | None]


class Run:
    """One run over a plan, replaying or dropping; owned by one task. `outcomes` is true at any time.

    `rate`: letters a second at most. Setting `stop` ends it after the transaction in flight; `ended` then or later says
    what has ended it early, None when nothing has.
    """

    def __init__(
        self,
        settings: Settings,
        plan: Plan,
        work: Literal["replayed", "dropped"],
        *,
        rate: float | None = None,
        tell: Teller = silent,
    ) -> None:
        self.id = secrets.token_hex(4)
        self.stop = asyncio.Event()
        self.ended: OperatorError | None = None
        self._settings = settings
        self._plan = plan
        self._work = work
        self._rate = rate
        self._tell = tell
        self._outcomes = {one.id: one for one in plan.outcomes}
        self._forced = {one.id for one in plan.outcomes if one.forced}
        self._handled = 0
        self._began = 0.0

    @property
    def outcomes(self) -> list[Outcome]:
        """What has become of each letter so far."""
        return list(self._outcomes.values())

    async def work(self) -> None:
        """Handle all that the plan says, unless something ends it early."""
        self._began = progress_at = time.monotonic()
        while (left := self._left()) and not self.stop.is_set():
            before = self._handled
            try:
                await self._session(left)
            except ProducerFenced:
                self.ended = OperatorError(
                    "another operator has begun to replay or drop dead letters, so this run has ended; what it had done"
                    " is done, and the rest can be asked for again"
                )
                return
            except OperatorError as error:  # a ledger that cannot be read: nothing is replayed on it
                self.ended = error
                return
            except REFUSALS as error:
                self.ended = OperatorError(f"the broker refuses what would be written: {type(error).__name__}: {error}")
                return
            except (*TROUBLE, asyncio.CancelledError) as error:
                if being_cancelled():
                    raise
                now = time.monotonic()
                progress_at = now if self._handled > before else progress_at
                if now - progress_at > GIVE_UP_S:
                    self.ended = unreachable(self._settings.kafka, error)
                    return
                await self._pause(BACKOFF_S)

    async def _session(self, left: Sequence[Outcome]) -> None:
        """Handle what is left over one producer. Raises what the broker's trouble is."""
        kafka = self._settings.kafka
        producer = LetterProducer(self._settings, self._plan.here.record_bytes_max)
        try:
            await producer.start()
            async with reader(kafka) as consumer, reader(kafka) as watcher:
                self._note(left, await read_ledger(consumer))
                async with aclosing(self._parts(consumer, self._left())) as parts:
                    async for part in parts:
                        await self._due()
                        if self.stop.is_set():
                            break
                        await self._plan.younger.look(watcher)
                        await self._commit(producer, self._still_fit(part))
                await _seen(watcher, producer.last_entry)
        finally:
            await producer.drop()

    def _left(self) -> list[Outcome]:
        return [one for one in self._outcomes.values() if one.hindrance is None and not one.done]

    def _note(self, outcomes: Sequence[Outcome], ledger: Ledger) -> None:
        """Take from the ledger what has been done meanwhile, by another operator or by a run of ours that failed."""
        for one in outcomes:
            assert one.letter is not None  # noqa: S101  (for the type checker; what is left has a letter)
            said = with_handled(one.letter, ledger).handled
            if said is None or said == one.letter.handled:
                continue
            if said.run == self.id:
                self._done(one, said)
            elif said.done == "replayed" or one.id not in self._forced:
                told = f"{said.done} at {said.at:%Y-%m-%d %H:%M:%S} UTC by another run"
                self._outcomes[one.id] = replace(one, hindrance=Hindrance(Unfit(said.done), told))

    async def _parts(self, consumer: AIOKafkaConsumer, left: Sequence[Outcome]) -> AsyncGenerator[list[Part], None]:
        """Yield what goes into one transaction each: letters of one partition, bounded in number and bytes."""
        most = CHUNK_RECORDS if self._rate is None else max(1, min(CHUNK_RECORDS, int(self._rate)))
        if self._work == "dropped":
            for start in range(0, len(left), most):
                yield [(one, None) for one in left[start : start + most]]
            return
        part: list[Part] = []
        size = 0
        found: set[LetterId] = set()
        letters = [one.letter for one in left if one.letter is not None]
        async with aclosing(originals(consumer, letters)) as wholes:
            async for letter, whole in wholes:
                found.add(letter.id)
                record = resent(letter, whole)
                other = part and part[0][0].id.partition != letter.id.partition
                if part and (other or len(part) >= most or size + record.size() > CHUNK_BYTES):
                    yield part
                    part, size = [], 0
                part.append((self._outcomes[letter.id], record))
                size += record.size()
        if part:
            yield part
        self._gone(one for one in left if one.id not in found)

    def _gone(self, outcomes: Iterable[Outcome]) -> None:
        for one in outcomes:
            gone = Hindrance(Unfit.UNREADABLE, f"nothing stands at {one.id} any more")
            self._outcomes[one.id] = replace(one, hindrance=gone)

    def _still_fit(self, part: Sequence[Part]) -> list[Part]:
        """Leave out what has been overtaken since the plan was made."""
        fit = []
        for one, record in part:
            late = overtaken(self._plan.younger, one.id)
            if late is None:
                fit.append((one, record))
            else:
                self._outcomes[one.id] = replace(one, hindrance=late)
        return fit

    async def _commit(self, producer: LetterProducer, part: Sequence[Part]) -> None:
        if not part:
            return

        def entries(places: Sequence[Place]) -> Mapping[LetterId, Handled]:
            stand = [f"{topic}/{partition}/{offset}" for topic, partition, offset in places]
            tos: Sequence[str | None] = stand or [None] * len(part)
            return {one.id: self._entry(one, to) for (one, _), to in zip(part, tos, strict=True)}

        made = await producer.commit([record for _, record in part if record is not None], entries)
        for one, _ in part:
            self._done(one, made[one.id])
        self._tell(self._handled / max(1, len(self._plan.fit)))

    def _entry(self, one: Outcome, to: str | None) -> Handled:
        letter = one.letter
        assert letter is not None  # noqa: S101  (for the type checker; what is handled has a letter)
        return Handled(
            done=self._work,
            at=datetime.now(UTC),
            run=self.id,
            attempts=letter.facts.attempts,
            source=letter.source,
            letter_ms=letter.at_ms,
            to=to,
            forced=one.forced,
        )

    def _done(self, one: Outcome, said: Handled) -> None:
        self._outcomes[one.id] = replace(one, to=said.to, done=True)
        self._handled += 1

    async def _due(self) -> None:
        """Wait until the rate allows more."""
        if self._rate is not None:
            await self._pause(self._began + self._handled / self._rate - time.monotonic())

    async def _pause(self, seconds: float) -> None:
        """Wait, no longer than until `stop`."""
        if seconds > 0:
            try:
                async with asyncio.timeout(seconds):
                    await self.stop.wait()
            except TimeoutError:
                pass


async def _seen(consumer: AIOKafkaConsumer, entry: int | None) -> None:
    """Wait until readers see what has been committed: the broker says so a moment before it is so."""
    tp = TopicPartition(DEAD_LETTER_LEDGER, 0)
    async with asyncio.timeout(SEEN_S):
        end = (await consumer.end_offsets([tp]))[tp]
        while entry is not None and end <= entry:
            await asyncio.sleep(SEEN_AGAIN_S)
            end = (await consumer.end_offsets([tp]))[tp]
