"""Which dead letters are meant, and what would become of each: what is decided before anything is sent."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from itertools import groupby

from aiokafka import AIOKafkaConsumer, TopicPartition
from msgspec import Struct
from msgspec.structs import replace

from schemas.errors import OperatorError
from schemas.handled import LetterId
from schemas.outputs import DeadLetter
from schemas.reasons import Unfit
from schemas.settings import KafkaSettings, Settings
from schemas.topics import DEAD_LETTER, DEAD_LETTER_LEDGER
from streams.letters.fitness import Here, Hindrance, deployed, hindrance, resent
from streams.letters.letter import Found, Letter, Selection, find_letters, pick_letters, read_letter
from streams.letters.younger import Younger
from streams.reach import broker_errors
from streams.scan import Teller, pick, reader, silent
from streams.topics import check_topics, partition_count

Which = Selection | Sequence[LetterId]
"""Letters that are described, or named."""


class Outcome(Struct, frozen=True):
    """What becomes of a letter. `letter` is None where there is none.

    `hindrance`: why nothing is done about it. `to`: where its record stands again. With neither it is, in a plan, what
    will be handled; afterwards, what has been dropped, or has not had its turn when `done` is False.
    """

    id: LetterId
    letter: Letter | None
    hindrance: Hindrance | None = None
    forced: bool = False
    to: str | None = None
    done: bool = False


class Plan(Struct, frozen=True):
    """What will become of the letters that are meant, in the order in which they are handled; `warnings` for people."""

    outcomes: tuple[Outcome, ...]
    here: Here
    younger: Younger
    warnings: tuple[str, ...] = ()

    @property
    def fit(self) -> list[Outcome]:
        """Those about which something is to be done."""
        return [one for one in self.outcomes if one.hindrance is None]


@asynccontextmanager
async def opened(kafka: KafkaSettings) -> AsyncIterator[tuple[AIOKafkaConsumer, int]]:
    """Give a consumer and how many partitions `dead-letter` has; raises OperatorError, also for what fails inside."""
    with broker_errors(kafka):
        await partition_count(kafka, DEAD_LETTER_LEDGER)
        partitions = await partition_count(kafka, DEAD_LETTER)
        async with reader(kafka) as consumer:
            yield consumer, partitions


async def find(kafka: KafkaSettings, wanted: Selection, tell: Teller = silent) -> Found:
    """Return the letters that are meant; raises OperatorError."""
    async with opened(kafka) as (consumer, partitions):
        return await find_letters(consumer, partitions, wanted, tell)


async def look_up(kafka: KafkaSettings, one: LetterId) -> tuple[Letter, DeadLetter]:
    """Return one letter and all that it holds; raises OperatorError where there is none."""
    async with opened(kafka) as (consumer, partitions):
        known = await _named(consumer, partitions, [one])
        letter = known.get(one)
        found = [pair async for pair in originals(consumer, [letter] if letter else [])]
    if not found:
        raise OperatorError(_absent(one, known))
    return found[0]


async def plan_replay(settings: Settings, which: Which, *, force: bool = False, tell: Teller = silent) -> Plan:
    """Decide what would be replayed; nothing is written. Raises OperatorError."""
    async with opened(settings.kafka) as (consumer, partitions):
        topics = await check_topics(settings.kafka, settings.topics())
        now = deployed(settings, topics)
        found = await _meant(consumer, partitions, which, lambda done: tell(done / 3))
        judged = _Judged(now, Younger(now), force)
        fetched = 0
        letters = [one.letter for one in found if one.letter is not None]
        async for letter, whole in originals(consumer, letters):
            judged.take(letter, whole)
            fetched += 1
            tell((1 + fetched / len(letters)) / 3)
        await judged.younger.look(consumer, lambda done: tell((2 + done) / 3))
    judged.younger.among_themselves()
    warnings = tuple(
        f"{topic.name} {said}: it may forget what has been replayed"
        for topic in topics
        if topic.name == DEAD_LETTER_LEDGER
        for said in topic.differences
    )
    return Plan(tuple(judged.outcome(one) for one in found), now, judged.younger, warnings)


async def plan_drop(settings: Settings, which: Which, *, tell: Teller = silent) -> Plan:
    """Decide what would be dropped; nothing is written. Raises OperatorError."""
    async with opened(settings.kafka) as (consumer, partitions):
        found = await _meant(consumer, partitions, which, tell)
    nothing = Here((), frozenset(), 0, {}, {})
    return Plan(tuple(map(_to_drop, found)), nothing, Younger(nothing))


async def originals(
    consumer: AIOKafkaConsumer, letters: Sequence[Letter]
) -> AsyncGenerator[tuple[Letter, DeadLetter], None]:
    """Yield each letter with all that it holds, by partition and offset; one that is gone is left out."""
    by_place = sorted(letters, key=lambda letter: letter.id)
    for partition, group in groupby(by_place, key=lambda letter: letter.id.partition):
        wanted = {letter.id.offset: letter for letter in group}
        async with aclosing(pick(consumer, TopicPartition(DEAD_LETTER, partition), list(wanted))) as records:
            async for record in records:
                read = read_letter(record)
                letter = wanted[record.offset]
                if read is not None and (read[0].source, read[0].at_ms) == (letter.source, letter.at_ms):
                    yield letter, read[1]


class _Judged:
    """The verdicts on the letters of one plan."""

    def __init__(self, now: Here, younger: Younger, force: bool) -> None:
        self._here = now
        self.younger = younger
        self._force = force
        self._hindrances: dict[LetterId, Hindrance | None] = {}
        self._forced: set[LetterId] = set()

    def take(self, letter: Letter, whole: DeadLetter) -> None:
        """Judge a letter by itself."""
        found = hindrance(letter, whole, self._here)
        if found is not None and found.unfit.forceable and self._force:
            self._forced.add(letter.id)
            found = None
        self._hindrances[letter.id] = found
        if found is None:
            self.younger.watch(letter, resent(letter, whole))

    def outcome(self, one: Outcome) -> Outcome:
        """Return the verdict, after younger records have been looked for."""
        if one.hindrance is not None:
            return one
        if one.id not in self._hindrances:
            return replace(one, hindrance=Hindrance(Unfit.UNREADABLE, f"nothing stands at {one.id} any more"))
        return replace(
            one,
            hindrance=self._hindrances[one.id] or overtaken(self.younger, one.id),
            forced=one.id in self._forced,
        )


def overtaken(younger: Younger, one: LetterId) -> Hindrance | None:
    """Return what stands against a letter that has been overtaken."""
    offset = younger.overtaken.get(one)
    return None if offset is None else Hindrance(Unfit.OVERTAKEN, f"offset {offset} has a newer record of its key")


async def _meant(consumer: AIOKafkaConsumer, partitions: int, which: Which, tell: Teller) -> list[Outcome]:
    """Return the letters that are meant, by partition and offset, and those that are named and are none."""
    if isinstance(which, Selection):
        found = await find_letters(consumer, partitions, which, tell)
        return sorted((Outcome(letter.id, letter) for letter in found.letters), key=lambda one: one.id)
    known = await _named(consumer, partitions, which)
    tell(1.0)
    return [
        Outcome(one, letter, None if letter else Hindrance(Unfit.UNREADABLE, _absent(one, known)))
        for one in sorted(set(which))
        for letter in [known.get(one)]
    ]


async def _named(consumer: AIOKafkaConsumer, partitions: int, ids: Sequence[LetterId]) -> dict[LetterId, Letter | None]:
    return await pick_letters(consumer, [one for one in ids if one.partition < partitions])


def _absent(one: LetterId, known: dict[LetterId, Letter | None]) -> str:
    return f"{one} is no dead letter" if one in known else f"there is no dead letter {one}"


def _to_drop(one: Outcome) -> Outcome:
    if one.letter is None or one.letter.handled is None:
        return one
    said = one.letter.handled
    return replace(one, hindrance=Hindrance(Unfit(said.done), f"{said.done} at {said.at:%Y-%m-%d %H:%M:%S} UTC"))
