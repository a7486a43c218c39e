"""Has a younger record taken a dead letter's place? The input topic is asked, from the letter's offset on."""

from collections.abc import Iterable, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from msgspec import Struct

from agents.versions import overtakes
from schemas.attempts import Past, past_of
from schemas.handled import LetterId
from streams.letters.fitness import Here, Resent, is_versioned, read_version
from streams.letters.letter import Letter
from streams.scan import Teller, scan, silent

Key = tuple[TopicPartition, bytes | None]


class Waiting(Struct, frozen=True):
    """A letter that may be overtaken: where its record stood, and in which version, None where nobody can tell.

    By its `past` a copy of itself is known, which another operator may have put there.
    """

    id: LetterId
    offset: int
    version: int | None
    past: Past | None


class Younger:
    """Looks for records that overtake letters, as far as their topics have such; each record is read once.

    A record that is a dead letter itself overtakes nothing while it cannot be read.
    """

    def __init__(self, here: Here) -> None:
        self.overtaken: dict[LetterId, int] = {}
        """The letters that must not be replayed any more, each with the offset of the record that says so."""
        self._here = here
        self._waiting: dict[Key, list[Waiting]] = {}
        self._next: dict[TopicPartition, int] = {}

    def watch(self, letter: Letter, record: Resent) -> None:
        """Have a letter looked after that is to be replayed behind those watched before it."""
        if not is_versioned(record.topic):
            return
        tp = TopicPartition(record.topic, record.partition)
        version = read_version(record, self._here)
        one = Waiting(
            letter.id, letter.facts.offset, None if version is None else version.number, past_of(record.headers)
        )
        waiting = self._waiting.setdefault((tp, record.key), [])
        waiting.append(one)
        self._next[tp] = min(self._next.get(tp, one.offset + 1), one.offset + 1)

    def among_themselves(self) -> None:
        """Find letters that others would overtake that are replayed before them; after the first `look`."""
        for waiting in self._waiting.values():
            sent: list[Waiting] = []
            for one in waiting:
                if one.id in self.overtaken:
                    continue
                first = next((other for other in sent if overtakes(other.version, one.version)), None)
                if first is None:
                    sent.append(one)
                else:
                    self.overtaken[one.id] = first.offset

    async def look(self, consumer: AIOKafkaConsumer, tell: Teller = silent) -> None:
        """Read what has come since the last look, or since the oldest letter. Raises as `scan`."""
        self._next = await scan(consumer, self._next, self._take, tell)

    def _take(self, records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            tp = TopicPartition(record.topic, record.partition)
            waiting = self._waiting.get((tp, record.key))
            if waiting and (version := read_version(record, self._here)) is not None:
                self._compare(record, version.number, waiting)

    def _compare(self, record: ConsumerRecord, version: int | None, waiting: Iterable[Waiting]) -> None:
        past = past_of(record.headers)
        for one in waiting:
            if one.offset < record.offset and overtakes(version, one.version) and (past is None or past != one.past):
                self.overtaken.setdefault(one.id, record.offset)
