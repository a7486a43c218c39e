"""Would a dead letter fail again? The code that will read the record is asked, with the settings as they are now."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from msgspec import Struct

from agents.base import AnyAgent
from agents.registry import AGENTS
from localization.privacy.rules import without_personal
from schemas.attempts import Past, with_past
from schemas.codec import decode
from schemas.contracts import CONTRACTS
from schemas.dead_letters import original_of
from schemas.envelope import Record
from schemas.errors import Refused
from schemas.outputs import DeadLetter
from schemas.reasons import Stage, Unfit
from schemas.settings import Settings
from schemas.topics import DAY_MS, DEAD_LETTER_LEDGER_DAYS
from streams.letters.letter import Letter
from streams.topics import TopicResult
from streams.transaction import RECORD_OVERHEAD_BYTES

_AGENTS: Final[Mapping[str, AnyAgent]] = {agent.contract.topic: agent for agent in AGENTS}
TIMESTAMP_MS_MAX: Final = 2**53  # far beyond any clock, and within what a record can hold
# What these stages refuse, they refuse of every record that is the same: asking them is enough.
_ASKED: Final = frozenset({Stage.DECODE, Stage.VALIDATE})


class Here(Struct, frozen=True):
    """This deployment, as far as a record's fate depends on it.

    `partitions`, `record_bytes_max` and `retention_ms` by input topic; one that keeps its records has no retention.
    """

    locales: tuple[str, ...]
    partners: frozenset[str]
    input_bytes: int
    partitions: Mapping[str, int]
    record_bytes_max: Mapping[str, int]
    retention_ms: Mapping[str, int] = {}


class Version(NamedTuple):
    """The version of an event; a tombstone has none."""

    number: int | None


class Hindrance(Struct, frozen=True):
    """Why a letter is not replayed, in a word and in a line that quotes nobody."""

    unfit: Unfit
    said: str


class Resent(Struct):
    """A record on its way back (`schemas.envelope.Record`); it has no offset yet."""

    topic: str
    partition: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    offset: int = -1

    def size(self) -> int:
        """Bytes the record takes in a batch of its own, an upper bound."""
        headers = sum(len(name.encode()) + len(value or b"") + 10 for name, value in self.headers)
        return RECORD_OVERHEAD_BYTES + len(self.key or b"") + len(self.value or b"") + headers


def deployed(settings: Settings, topics: Sequence[TopicResult]) -> Here:
    """Put together what settings and broker say; a topic that is missing has no partitions."""
    return Here(
        settings.localization.locales,
        frozenset(settings.localization.partners),
        settings.kafka.max_record_bytes,
        {topic.name: topic.partitions for topic in topics if topic.name in CONTRACTS},
        {topic.name: topic.record_bytes_max for topic in topics if topic.name in CONTRACTS},
        {spec.name: spec.retention_ms for spec in settings.topics() if "delete" in spec.policies},
    )


def resent(letter: Letter, whole: DeadLetter) -> Resent:
    """Return the record as it first came, with its past behind its headers; raises ValueError where there is none."""
    first = original_of(letter.key, whole)
    if first is None:
        raise ValueError("the original is not in the letter")
    if not -1 <= whole.timestamp_ms <= TIMESTAMP_MS_MAX:
        raise ValueError("its timestamp is none")
    past = Past(letter.facts.attempts, str(letter.id), letter.facts.first_failed_at)
    headers: list[tuple[str, bytes]] = with_past(first.headers, past)  # type: ignore[assignment]  # a value may be null
    return Resent(whole.topic, whole.partition, whole.timestamp_ms, first.key, first.value, headers)


def hindrance(letter: Letter, whole: DeadLetter, here: Here, now_ms: float | None = None) -> Hindrance | None:
    """Return what stands against replaying a letter, the gravest first; None when nothing does.

    Whether a younger record has overtaken it is another question (streams/letters/younger.py).
    """
    at_ms = time.time() * 1000 if now_ms is None else now_ms
    return next(_obstacles(letter, whole, here, at_ms), None) or _would_fail(letter, whole, here)


def read_version(record: Record, here: Here) -> Version | None:
    """Return the version of a record of a versioned topic; None where its event cannot be read."""
    agent = _AGENTS[record.topic]
    try:
        received = decode(agent.contract, record, limit_bytes=here.input_bytes)
    except Refused:
        return None
    return Version(None if agent.version is None else agent.version(received.event))


def is_versioned(topic: str) -> bool:
    """Whether a record of the topic may be overtaken for good."""
    return _AGENTS[topic].version is not None


def _obstacles(letter: Letter, whole: DeadLetter, here: Here, now_ms: float) -> Iterator[Hindrance]:
    """Say what makes a replay impossible or harmful, what is best worth knowing first; only the first one counts."""
    facts, said = letter.facts, letter.handled
    if said is not None and said.done == "replayed":
        yield Hindrance(Unfit.REPLAYED, f"replayed at {said.at:%Y-%m-%d %H:%M:%S} UTC to {said.to}")
    if now_ms - letter.at_ms > DEAD_LETTER_LEDGER_DAYS * DAY_MS:
        yield Hindrance(Unfit.TOO_OLD, f"older than {DEAD_LETTER_LEDGER_DAYS} days: nobody knows what was done with it")
    if facts.topic not in CONTRACTS or not here.partitions.get(facts.topic):
        yield Hindrance(Unfit.NO_SUCH_TOPIC, "its topic is none of the inputs")
    if not 0 <= facts.partition < here.partitions[facts.topic]:
        yield Hindrance(Unfit.NO_SUCH_PARTITION, f"{facts.topic} has {here.partitions[facts.topic]} partitions")
    if whole.value_omitted:
        yield Hindrance(Unfit.ORIGINAL_OMITTED, "the original was too large to be kept in its letter")
    try:
        record = resent(letter, whole)
    except ValueError:
        yield Hindrance(Unfit.UNREADABLE, "its original cannot be read")
        return
    yield from _record_obstacles(record, here, now_ms)
    if said is not None:
        yield Hindrance(Unfit.DROPPED, f"dropped at {said.at:%Y-%m-%d %H:%M:%S} UTC")


def _record_obstacles(record: Resent, here: Here, now_ms: float) -> Iterator[Hindrance]:
    """Say why the broker would not take a record, or not keep it."""
    if record.key is None and CONTRACTS[record.topic].takes_tombstones:
        yield Hindrance(Unfit.NO_KEY, f"{record.topic} is compacted and takes no record without a key")
    if record.size() > here.record_bytes_max[record.topic]:
        yield Hindrance(Unfit.RECORD_TOO_LARGE, f"{record.topic} takes {here.record_bytes_max[record.topic]} bytes")
    if 0 <= record.timestamp < now_ms - here.retention_ms.get(record.topic, now_ms):
        yield Hindrance(Unfit.PAST_RETENTION, f"{record.topic} may delete a record of its time before anybody reads it")


def _would_fail(letter: Letter, whole: DeadLetter, here: Here) -> Hindrance | None:
    """Ask the contract, then the agent; what only running can tell was told by whoever wrote the letter."""
    agent = _AGENTS[letter.facts.topic]
    try:
        received = decode(agent.contract, resent(letter, whole), limit_bytes=here.input_bytes)
        agent.admit(received.event, here)
    except Refused as error:
        return Hindrance(Unfit.WOULD_FAIL, f"{error.reason}: {without_personal(error.message)}")
    if letter.facts.retryable or letter.facts.stage in _ASKED:
        return None
    return Hindrance(Unfit.NOT_RETRYABLE, f"{letter.facts.reason} is not expected to pass")
