"""Dead letters as operators see them: what `dead-letter` holds, which of it is meant, and what was done about it."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from msgspec import Struct
from msgspec.structs import replace

from schemas.errors import OperatorError
from schemas.handled import Handled, LetterId, read_handled
from schemas.outputs import DeadLetter
from schemas.topics import DEAD_LETTER, DEAD_LETTER_LEDGER
from streams.scan import Teller, pick, scan, silent

Ledger = dict[LetterId, Handled]

_DECODER: Final = msgspec.json.Decoder(DeadLetter)


class Letter(Struct, frozen=True):
    """A dead letter without its original, so that very many can be held: `facts` has neither value nor headers.

    `at_ms`: when it was written. `value_bytes` is None where the original is a tombstone. `handled`: what was done
    about it, as far as it has been looked up.
    """

    id: LetterId
    at_ms: int
    key: bytes | None
    facts: DeadLetter
    value_bytes: int | None
    handled: Handled | None = None

    @property
    def source(self) -> str:
        """Where the record stood in its input topic: `topic/partition/offset`."""
        return f"{self.facts.topic}/{self.facts.partition}/{self.facts.offset}"


class Selection(Struct, frozen=True, kw_only=True):
    """Which letters are meant; what is empty or None asks for nothing. Times are milliseconds, `until_ms` excluded.

    `handled`: also those that have been replayed or dropped. `newest`: that many at most, the latest ones.
    """

    reasons: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    since_ms: int | None = None
    until_ms: int | None = None
    key: bytes | None = None
    retryable: bool | None = None
    handled: bool = False
    newest: int | None = None

    def takes(self, letter: Letter) -> bool:
        """Whether it means this letter; neither `handled` nor `newest` is asked."""
        facts = letter.facts
        return (
            (not self.reasons or facts.reason in self.reasons)
            and (not self.stages or facts.stage in self.stages)
            and (not self.topics or facts.topic in self.topics)
            and (self.since_ms is None or letter.at_ms >= self.since_ms)
            and (self.until_ms is None or letter.at_ms < self.until_ms)
            and (self.key is None or letter.key == self.key)
            and (self.retryable is None or facts.retryable is self.retryable)
        )


class Found(Struct, frozen=True):
    """The letters that a selection means, oldest first; `matched` would be more of them without its limit.

    `unreadable` records of the topic are no dead letters, whoever wrote them.
    """

    letters: tuple[Letter, ...]
    matched: int
    unreadable: int


def read_letter(record: ConsumerRecord) -> tuple[Letter, DeadLetter] | None:
    """Return a letter and all that it holds; None for a record that is no dead letter."""
    try:
        whole = _DECODER.decode(record.value or b"")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    size = whole.value_bytes if whole.value is None else _decoded_bytes(whole.value)
    slim = replace(whole, value=None, headers=())
    return Letter(LetterId(record.partition, record.offset), record.timestamp, record.key, slim, size), whole


def with_handled(letter: Letter, ledger: Mapping[LetterId, Handled]) -> Letter:
    """Return the letter with what the ledger says of it; an entry on another letter of its place says nothing."""
    entry = ledger.get(letter.id)
    if entry is None or not entry.speaks_of(letter.source, letter.at_ms):
        return letter
    return replace(letter, handled=entry)


async def find_letters(consumer: AIOKafkaConsumer, partitions: int, wanted: Selection, tell: Teller = silent) -> Found:
    """Read the letters that are meant. Raises what reading raises, and OperatorError for a ledger that is none."""
    begins = await _begins(consumer, partitions, wanted.since_ms)
    letters: list[Letter] = []
    unreadable = 0

    def take(records: Sequence[ConsumerRecord]) -> None:
        nonlocal unreadable
        for record in records:
            read = read_letter(record)
            if read is None:
                unreadable += 1
            elif wanted.takes(read[0]):
                letters.append(read[0])

    await scan(consumer, begins, take, tell)
    ledger = await read_ledger(consumer)
    found = [with_handled(letter, ledger) for letter in letters]
    if not wanted.handled:
        found = [letter for letter in found if letter.handled is None]
    found.sort(key=lambda letter: (letter.at_ms, letter.id))
    newest = found if wanted.newest is None else found[max(0, len(found) - wanted.newest) :]
    return Found(tuple(newest), len(found), unreadable)


async def pick_letters(consumer: AIOKafkaConsumer, ids: Sequence[LetterId]) -> dict[LetterId, Letter | None]:
    """Read single letters; None for a record that is no dead letter, and no entry where there is nothing any more."""
    found: dict[LetterId, Letter | None] = {}
    for partition in sorted({one.partition for one in ids}):
        offsets = sorted({one.offset for one in ids if one.partition == partition})
        async for record in pick(consumer, TopicPartition(DEAD_LETTER, partition), offsets):
            read = read_letter(record)
            found[LetterId(record.partition, record.offset)] = None if read is None else read[0]
    ledger = await read_ledger(consumer)
    return {one: letter and with_handled(letter, ledger) for one, letter in found.items()}


async def read_ledger(consumer: AIOKafkaConsumer) -> Ledger:
    """Read all that has been handled; raises OperatorError for a record that says nothing of the kind."""
    ledger: Ledger = {}

    def take(records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            try:
                if record.value is not None:
                    one, entry = read_handled(record.key, record.value)
                    ledger[one] = entry
            except ValueError as error:
                raise OperatorError(
                    f"{DEAD_LETTER_LEDGER} holds a record at {record.offset} that is no entry: something else writes"
                    " there, or a newer version did; nothing is replayed on a ledger that cannot be read"
                ) from error

    await scan(consumer, {TopicPartition(DEAD_LETTER_LEDGER, 0): 0}, take)
    return ledger


async def _begins(consumer: AIOKafkaConsumer, partitions: int, since_ms: int | None) -> dict[TopicPartition, int]:
    """Return where reading may begin: nothing before it was written at `since_ms` or later."""
    tps = [TopicPartition(DEAD_LETTER, number) for number in range(partitions)]
    if since_ms is None:
        return dict.fromkeys(tps, 0)
    found = await consumer.offsets_for_times(dict.fromkeys(tps, max(0, since_ms)))
    ends = await consumer.end_offsets(tps)
    return {tp: ends[tp] if found.get(tp) is None else found[tp].offset for tp in tps}


def _decoded_bytes(text: str) -> int:
    """Return how many bytes a text in base64 stands for."""
    return len(text) * 3 // 4 - text[-2:].count("=")
