"""One partition of Apache Kafka in memory, as far as transactions go.

Logs with last stable offsets, transactional ids with epochs, a group's offsets that belong to transactions, and a
coordinator that answers a commit before its markers are written. What it refuses, it refuses as the broker does to
aiokafka's versions of the requests: an older epoch, a partition that is not in the transaction, a gap in the sequence.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from aiokafka import errors
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.protocol.transaction import (
    AddOffsetsToTxnRequest,
    AddPartitionsToTxnRequest,
    EndTxnRequest,
    InitProducerIdRequest,
    TxnOffsetCommitRequest,
)
from aiokafka.record.memory_records import MemoryRecords
from msgspec import Struct, field

MARKERS_S = 0.02  # between the answer to a commit and its markers: until then nobody sees what it committed
TIMEOUT_S = 10.0  # a transaction that is open for longer is aborted by its coordinator
STEPS = {
    InitProducerIdRequest: "init",
    AddPartitionsToTxnRequest: "add partitions",
    ProduceRequest: "produce",
    AddOffsetsToTxnRequest: "add offsets",
    TxnOffsetCommitRequest: "offsets",
    EndTxnRequest: "end",
}


class Transaction(Struct):
    """One transaction: what it has announced, what it has written, and its fate (open, preparing, then decided)."""

    serial: int
    commits: bool | None = None  # None: open
    decided: bool = False  # its markers are written
    topics: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    offsets: dict[str, int] = field(default_factory=dict)


class Row(Struct):
    """A record, or the marker of a transaction's end (no transaction of its own)."""

    offset: int
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    transaction: Transaction | None = None


class Log(Struct):
    """One partition."""

    rows: list[Row] = field(default_factory=list)
    sequences: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)  # next sequence, last base offset

    @property
    def stable(self) -> int:
        """The last stable offset: a reader of committed records sees what lies before."""
        for row in self.rows:
            if row.transaction is not None and not row.transaction.decided:
                return row.offset
        return len(self.rows)

    def committed(self, first: int = 0) -> list[Row]:
        """What a reader of committed records sees."""
        return [
            row for row in self.rows[first : self.stable] if row.transaction is not None and row.transaction.commits
        ]

    def written(self, first: int = 0) -> list[Row]:
        """What a reader of anything sees."""
        return [row for row in self.rows[first:] if row.transaction is not None]


class Owner(Struct):
    """A transactional id."""

    pid: int
    epoch: int = -1
    transaction: Transaction | None = None
    ended: bool | None = None  # how the last one ended


class Kafka(Struct):
    """The broker. Nothing in it waits but for the writing of markers: steps and faults are those of wire.py."""

    logs: dict[str, Log] = field(default_factory=lambda: defaultdict(Log))
    ids: dict[str, Owner] = field(default_factory=dict)
    offsets: dict[str, int] = field(default_factory=dict)
    serial: int = 0
    markers_s: float = MARKERS_S
    violations: list[str] = field(default_factory=list)
    on_commit: Callable[[], None] = lambda: None

    def answer(self, request: Any) -> Any:
        """Do what a request asks for."""
        match request:
            case InitProducerIdRequest():
                return self._init(request._transactional_id)
            case AddPartitionsToTxnRequest():
                return self._add_partitions(request)
            case ProduceRequest():
                return self._produce(request)
            case AddOffsetsToTxnRequest():
                return self._add_offsets(request)
            case TxnOffsetCommitRequest():
                return self._commit_offsets(request)
            case EndTxnRequest():
                return self._end(request)
        raise NotImplementedError(type(request))

    # --- the coordinator of transactions -----------------------------------------------------------------------------

    def fence(self, name: str) -> None:
        """Let somebody start a producer with this id, as if from elsewhere."""
        owner = self.ids.setdefault(name, Owner(len(self.ids) + 1))
        self._settle(owner)
        owner.epoch += 1

    def _init(self, name: str) -> Any:
        owner = self.ids.setdefault(name, Owner(len(self.ids) + 1))
        if owner.transaction is not None:
            if owner.transaction.commits is None:
                owner.epoch += 1
                self._prepare(owner, commits=False)
            self._soon(self.markers_s, owner)
            return _init_answer(errors.ConcurrentTransactions)
        owner.epoch, owner.ended = owner.epoch + 1, None
        return _init_answer(errors.NoError, owner)

    def _add_partitions(self, request: Any) -> Any:
        owner = self.ids[request._transactional_id]
        error = self._refusal(owner, request._producer_epoch)
        if error is errors.NoError:
            self._ongoing(owner).topics |= {topic for topic, _ in request._topics}
        return SimpleNamespace(errors=[(topic, [(p, error.errno) for p in ps]) for topic, ps in request._topics])

    def _add_offsets(self, request: Any) -> Any:
        owner = self.ids[request._transactional_id]
        error = self._refusal(owner, request._producer_epoch)
        if error is errors.NoError:
            self._ongoing(owner).groups.add(request._group_id)
        return SimpleNamespace(error_code=error.errno)

    def _end(self, request: Any) -> Any:
        owner = self.ids[request._transactional_id]
        commits = bool(request._transaction_result)
        error = self._refusal(owner, request._producer_epoch)
        if error is errors.NoError and owner.transaction is None:
            error = errors.NoError if owner.ended is commits else errors.InvalidTxnState
        elif error is errors.NoError:
            self._prepare(owner, commits=commits)
            self._soon(self.markers_s, owner)
        return SimpleNamespace(error_code=error.errno)

    def _refusal(self, owner: Owner, epoch: int) -> Any:
        if epoch != owner.epoch:
            return errors.InvalidProducerEpoch
        if owner.transaction is not None and owner.transaction.commits is not None:
            return errors.ConcurrentTransactions
        return errors.NoError

    def _ongoing(self, owner: Owner) -> Transaction:
        if owner.transaction is None:
            self.serial += 1
            owner.transaction = Transaction(self.serial)
            asyncio.get_running_loop().call_later(TIMEOUT_S, self._expire, owner, owner.transaction)
        return owner.transaction

    def _expire(self, owner: Owner, transaction: Transaction) -> None:
        if owner.transaction is transaction and transaction.commits is None:
            owner.epoch += 1
            self._prepare(owner, commits=False)
            self._settle(owner)

    def _prepare(self, owner: Owner, *, commits: bool) -> None:
        assert owner.transaction is not None
        owner.transaction.commits = commits

    def _soon(self, seconds: float, owner: Owner) -> None:
        transaction = owner.transaction
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, lambda: self._settle(owner) if owner.transaction is transaction else None)

    def _settle(self, owner: Owner) -> None:
        """Write the markers: from now on everybody sees how the transaction ended."""
        transaction, owner.transaction = owner.transaction, None
        if transaction is None:
            return
        transaction.commits = bool(transaction.commits)
        transaction.decided, owner.ended = True, transaction.commits
        for topic in transaction.topics:
            self.logs[topic].rows.append(Row(len(self.logs[topic].rows)))
        if transaction.commits:
            self.offsets |= transaction.offsets
            self.on_commit()

    # --- partitions and the group's offsets --------------------------------------------------------------------------

    def _produce(self, request: Any) -> Any:
        owner = self.ids[request._transactional_id]
        answers = []
        for topic, partitions in request._topics:
            for partition, data in partitions:
                error, offset = self._append(owner, topic, bytes(data))
                answers.append((topic, [(partition, error.errno, offset, -1, 0)]))
        return SimpleNamespace(API_VERSION=7, topics=answers)

    def _append(self, owner: Owner, topic: str, data: bytes) -> tuple[Any, int]:
        batch = MemoryRecords(data).next_batch()
        transaction, log = owner.transaction, self.logs[topic]
        if batch.producer_epoch != owner.epoch:
            return errors.InvalidProducerEpoch, -1
        if transaction is None or transaction.commits is not None or topic not in transaction.topics:
            return errors.InvalidTxnState, -1
        if transaction.offsets:  # the broker may then refuse it: it verifies transactions beside their ends (KIP-890)
            self.violations.append("a record was sent after the offsets of its transaction")
        rows = list(batch)
        expected, last = log.sequences.get((owner.pid, owner.epoch), (0, -1))
        if batch.base_sequence < expected:
            return errors.NoError, last  # sent again: the answer to it was lost
        if batch.base_sequence > expected:
            return errors.OutOfOrderSequenceNumber, -1
        first = len(log.rows)
        log.sequences[owner.pid, owner.epoch] = (expected + len(rows), first)
        for at, row in enumerate(rows, first):
            log.rows.append(Row(at, row.key, row.value, tuple(row.headers), transaction))
        return errors.NoError, first

    def _commit_offsets(self, request: Any) -> Any:
        owner = self.ids[request._transactional_id]
        transaction = owner.transaction
        error: Any = errors.NoError
        if request._producer_epoch != owner.epoch:
            error = errors.InvalidProducerEpoch
        elif transaction is None or transaction.commits is not None or request._group_id not in transaction.groups:
            error = errors.InvalidTxnState
        else:
            for _, partitions in request._topics:
                transaction.offsets[request._group_id] = partitions[0][1]
        return SimpleNamespace(errors=[(topic, [(p[0], error.errno) for p in ps]) for topic, ps in request._topics])


def refuse(request: Any) -> Any:
    """The answer of a broker that has failed in a way that trying again does not mend."""
    code = errors.UnknownError.errno
    match request:
        case InitProducerIdRequest():
            return _init_answer(errors.UnknownError)
        case AddPartitionsToTxnRequest() | TxnOffsetCommitRequest():
            return SimpleNamespace(errors=[(topic, [(0, code)]) for topic, _ in request._topics])
        case ProduceRequest():
            return SimpleNamespace(API_VERSION=7, topics=[(t, [(0, code, -1, -1, 0)]) for t, _ in request._topics])
    return SimpleNamespace(error_code=code)


def _init_answer(error: Any, owner: Owner | None = None) -> Any:
    pid, epoch = (-1, -1) if owner is None else (owner.pid, owner.epoch)
    return SimpleNamespace(error_code=error.errno, producer_id=pid, producer_epoch=epoch)
