"""What must hold of a run's history, decided without Kafka, clocks or processes.

A history is what a read_committed reader finds when all is done, beside what was sent. `judge` counts how it breaks
the promise: every visible event has its effect once, in the order of its partition; the state is what the outputs
say; the group's offset is behind the last event.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from tests.chaos.chain import linked

OFFERED_MAX = 20  # findings kept as text


class Sent(NamedTuple):
    """An event that a read_committed reader of the input sees. `dead`: it must end as a dead letter."""

    offset: int
    number: int
    key: str
    dead: bool = False


class Shown(NamedTuple):
    """An output."""

    number: int
    key: str
    count: int
    crc: int


class State(NamedTuple):
    """The last state of a key."""

    number: int
    count: int
    crc: int


@dataclass(frozen=True)
class Partition:
    """One partition number of every topic. Sequences are in the order of offsets; `letters` are input offsets.

    `committed` is the group's offset, `state_offset` the newest input offset that the changelog names.
    `unsettled`: topics in which a transaction is still open.
    """

    sent: Sequence[Sent]
    shown: Sequence[Shown]
    letters: Sequence[int]
    states: Mapping[str, State]
    committed: int | None
    state_offset: int | None = None
    unsettled: Sequence[str] = ()


@dataclass
class Verdict:
    """How often the promise was broken, by kind: all zero for exactly once, in order.

    `misjudged`: a sound event that became a dead letter, or a dead one that was shown. `input`: events acknowledged and
    not there, or withdrawn and there, which no worker can be blamed for.
    """

    lost: int = 0
    duplicate: int = 0
    reordered: int = 0
    invented: int = 0
    broken_chain: int = 0
    misjudged: int = 0
    state: int = 0
    offset: int = 0
    unsettled: int = 0
    input: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def broken(self) -> dict[str, int]:
        """The kinds that are not zero."""
        return {kind: count for kind, count in asdict(self).items() if kind != "findings" and count}

    def find(self, kind: str, what: str, count: int = 1) -> None:
        """Count a breach."""
        setattr(self, kind, getattr(self, kind) + count)
        if len(self.findings) < OFFERED_MAX:
            self.findings.append(f"{kind}: {what}")


def judge(partitions: Mapping[int, Partition]) -> Verdict:
    """Decide about a whole history."""
    verdict = Verdict()
    for number, partition in sorted(partitions.items()):
        _Judge(f"[{number}]", partition, verdict).judge()
    return verdict


def compare_input(
    acknowledged: Mapping[int, Sequence[tuple[int, int]]],
    withdrawn: frozenset[int],
    visible: Mapping[int, Sequence[Sent]],
    verdict: Verdict,
) -> None:
    """Hold the producer's own record, (offset, number) by partition, against what the input topic shows.

    What was neither acknowledged nor withdrawn may be there or not: its producer never heard.
    """
    for partition, rows in acknowledged.items():
        there = {sent.offset: sent.number for sent in visible.get(partition, ())}
        for offset, number in rows:
            if there.get(offset) != number:
                verdict.find("input", f"[{partition}] {number} was acknowledged at {offset} and is not there")
    for partition, events in visible.items():
        for sent in events:
            if sent.number in withdrawn:
                verdict.find("input", f"[{partition}] {sent.number} was withdrawn and is there")


class _Judge:
    """Decides about one partition."""

    def __init__(self, name: str, partition: Partition, verdict: Verdict) -> None:
        self._name = name
        self._partition = partition
        self._verdict = verdict
        self._by_number = {sent.number: sent for sent in partition.sent}
        self._by_offset = {sent.offset: sent for sent in partition.sent}

    def judge(self) -> None:
        self._counts()
        self._order([sent.offset for sent in self._shown_events()], "outputs")
        self._order([offset for offset in self._partition.letters if offset in self._by_offset], "dead letters")
        final = self._chains()
        self._states(final)
        self._offsets()
        for topic in self._partition.unsettled:
            self._find("unsettled", f"a transaction is open in {topic}")

    def _shown_events(self) -> Iterator[Sent]:
        """The events behind the outputs; an output with another event's key is behind nothing."""
        for shown in self._partition.shown:
            sent = self._by_number.get(shown.number)
            if sent is not None and sent.key == shown.key:
                yield sent

    def _counts(self) -> None:
        effects = Counter(sent.offset for sent in self._shown_events())
        shown = set(effects)
        effects.update(offset for offset in self._partition.letters if offset in self._by_offset)
        letters = set(self._partition.letters)
        for sent in self._partition.sent:
            times = effects[sent.offset]
            if times == 0:
                self._find("lost", f"{sent.number} at {sent.offset}")
            elif times > 1:
                self._find("duplicate", f"{sent.number} at {sent.offset}, {times} times", times - 1)
            if sent.offset in (shown if sent.dead else letters):
                self._find("misjudged", f"{sent.number} at {sent.offset}: {'shown' if sent.dead else 'a dead letter'}")
        invented = [shown for shown in self._partition.shown if not self._is_known(shown)]
        for row in invented:
            self._find("invented", f"output {row.number} of {row.key}")
        for offset in letters - self._by_offset.keys():
            self._find("invented", f"dead letter of {offset}")

    def _is_known(self, shown: Shown) -> bool:
        sent = self._by_number.get(shown.number)
        return sent is not None and sent.key == shown.key

    def _order(self, offsets: Sequence[int], what: str) -> None:
        """Compare neighbours among first appearances: what comes twice is a duplicate, and no disorder."""
        newest = -1
        for offset in dict.fromkeys(offsets):
            if offset < newest:
                self._find("reordered", f"{what}: {offset} after {newest}")
            newest = max(newest, offset)

    def _chains(self) -> dict[str, State]:
        """Check each output against the outputs before it; return what the state must be."""
        final: dict[str, State] = {}
        for shown in self._partition.shown:
            before = final.get(shown.key, State(0, 0, 0))
            after = State(shown.number, *linked(before.count, before.crc, shown.number))
            if (shown.count, shown.crc) != (after.count, after.crc):
                self._find("broken_chain", f"{shown.key} at {shown.number}: count {shown.count}, not {after.count}")
            final[shown.key] = after
        return final

    def _states(self, final: Mapping[str, State]) -> None:
        states = self._partition.states
        for key in sorted(final.keys() | states.keys()):
            if final.get(key) != states.get(key):
                self._find("state", f"{key}: {states.get(key)}, the outputs say {final.get(key)}")

    def _offsets(self) -> None:
        """The group stands right behind the last event: what follows, if anything, are markers and withdrawn ones."""
        events, committed = self._partition.sent, self._partition.committed
        wanted = events[-1].offset + 1 if events else None
        if committed != wanted:
            self._find("offset", f"committed {committed}, not {wanted}")
        state_offset = self._partition.state_offset
        if state_offset is not None and state_offset > (committed or 0):
            self._find("offset", f"the changelog is at {state_offset}, the group at {committed}")

    def _find(self, kind: str, what: str, count: int = 1) -> None:
        self._verdict.find(kind, f"{self._name} {what}", count)
