"""The offsets of a consumer group: where it stands on each partition, who holds it, and standing somewhere else.

Moving a group by hand is for a group without members. Forwards records are skipped for good; backwards they are read
again, and state that has seen them would drop them: so that goes with it, and what is told again is told under the
same ids.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from msgspec import Struct

from schemas.errors import OperatorError
from schemas.settings import KafkaSettings, Settings
from schemas.topics import changelog
from streams.connection import connection
from streams.group_facts import EMPTY, committed_offsets, holders
from streams.reach import admin_client, broker_errors
from streams.topics import all_partitions, create_topics

Edge = Literal["earliest", "latest"]
Target = Edge | int | datetime
"""Where to stand: at the first record there is, behind the last, at an offset, at the first record since a moment."""
RETRY_S: Final = 0.2


class Stand(Struct, frozen=True):
    """Where a group stands on one partition; `committed` None: nowhere yet. `owner`: the client that holds it, if any.

    `start` and `end` are the first offset there is and the one behind the last.
    """

    topic: str
    partition: int
    start: int
    committed: int | None
    end: int
    owner: str | None


class Move(Struct, frozen=True):
    """A partition's offset before and after. `skipped` and `repeated` count offsets; at most one is not 0."""

    topic: str
    partition: int
    before: int | None
    after: int
    skipped: int
    repeated: int


async def read_stands(kafka: KafkaSettings, topics: Sequence[str]) -> list[Stand]:
    """Return where the group stands on every partition of these topics; raises OperatorError."""
    with broker_errors(kafka):
        async with (
            admin_client(kafka, kafka.request_timeout_s) as admin,
            _consumer(kafka, None) as consumer,
            asyncio.timeout(3 * kafka.request_timeout_s),
        ):
            tps = await all_partitions(kafka, admin, topics)
            committed = await committed_offsets(admin, kafka.group, tps)
            _state, held = await holders(admin, kafka.group)
            starts, ends = await consumer.beginning_offsets(tps), await consumer.end_offsets(tps)
            at = {tp: offset if offset >= 0 else None for tp, offset in committed.items()}
            return [Stand(tp.topic, tp.partition, starts[tp], at[tp], ends[tp], held.get(tp)) for tp in tps]


async def plan(kafka: KafkaSettings, stands: Sequence[Stand], target: Target) -> list[Move]:
    """Return what standing at `target` means for each partition. An offset outside of what there is is an error."""
    if isinstance(target, datetime):
        at = await _offsets_since(kafka, stands, target)
    else:
        at = {(one.topic, one.partition): _offset(one, target) for one in stands}
    return [_move(one, at[one.topic, one.partition]) for one in stands]


async def carry_out(settings: Settings, moves: Sequence[Move], *, with_state: bool) -> None:
    """Commit the moves. Raises OperatorError while the group has members, or where state would contradict them.

    `with_state`: the changelog of each topic is made anew first, so all partitions of a topic must be among the moves.
    """
    kafka = settings.kafka
    back = sorted({move.topic for move in moves if move.repeated})
    if back and not with_state:
        raise OperatorError(
            f"{', '.join(back)} would be read again, and the state would drop what it knows: add --with-state,"
            " or use `dragoman relocalize`, which tells again only what has changed"
        )
    with broker_errors(kafka):
        async with admin_client(kafka, kafka.request_timeout_s) as admin:
            await _require_nobody(admin, kafka.group)
            if with_state:
                await _forget_state(admin, settings, moves)
        async with _consumer(kafka, kafka.group) as consumer:
            tps = {TopicPartition(move.topic, move.partition): move.after for move in moves}
            consumer.assign(list(tps))
            async with asyncio.timeout(3 * kafka.request_timeout_s):
                await consumer.commit(tps)


async def _forget_state(admin: AIOKafkaAdminClient, settings: Settings, moves: Sequence[Move]) -> None:
    """Make the changelogs anew. A worker's disk holds a cache of them, which it forgets when it sees that."""
    topics = sorted({move.topic for move in moves})
    moved = {TopicPartition(move.topic, move.partition) for move in moves}
    missing = set(await all_partitions(settings.kafka, admin, topics)) - moved
    if missing:
        one = min(missing)
        raise OperatorError(
            f"state goes with a whole topic, and {one.topic}[{one.partition}] is left out: no --partition"
        )
    names = [changelog(topic) for topic in topics]
    known = {described["topic"] for described in await admin.describe_topics()}
    await admin.delete_topics([name for name in names if name in known])
    while known & set(names):
        await asyncio.sleep(RETRY_S)
        known = {described["topic"] for described in await admin.describe_topics()}
    specs = [spec for spec in settings.topics() if spec.name in names]
    await create_topics(settings.kafka, specs, settings.kafka.replication)


async def _require_nobody(admin: AIOKafkaAdminClient, group: str) -> None:
    state, held = await holders(admin, group)
    if state not in EMPTY:
        owners = ", ".join(sorted(set(held.values()))) or "members that are joining"
        raise OperatorError(
            f"group {group} is in use by {owners}, who would go on from where they are: stop the workers first;"
            " one that was killed is forgotten after kafka.session_timeout_s"
        )


def _offset(stand: Stand, target: Edge | int) -> int:
    if isinstance(target, str):
        return stand.start if target == "earliest" else stand.end
    if not stand.start <= target <= stand.end:
        raise OperatorError(
            f"offset {target} is not in {stand.topic}[{stand.partition}], which has {stand.start} to {stand.end}"
        )
    return target


def _move(stand: Stand, after: int) -> Move:
    before = stand.start if stand.committed is None else stand.committed
    return Move(stand.topic, stand.partition, stand.committed, after, max(0, after - before), max(0, before - after))


async def _offsets_since(kafka: KafkaSettings, stands: Sequence[Stand], moment: datetime) -> dict[tuple[str, int], int]:
    """Return the first offset with a timestamp since `moment`; the end where there is none."""
    asked = {TopicPartition(one.topic, one.partition): int(moment.timestamp() * 1000) for one in stands}
    with broker_errors(kafka):
        async with _consumer(kafka, None) as consumer, asyncio.timeout(3 * kafka.request_timeout_s):
            found = await consumer.offsets_for_times(asked)
    ends = {TopicPartition(one.topic, one.partition): one.end for one in stands}
    return {(tp.topic, tp.partition): ends[tp] if found[tp] is None else found[tp].offset for tp in asked}


def _consumer(kafka: KafkaSettings, group: str | None) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        **connection(kafka),
        group_id=group,
        enable_auto_commit=False,
        request_timeout_ms=int(kafka.request_timeout_s * 1000),
    )
