"""Making the topics of a deployment, and telling how the ones that exist differ. Nothing that exists is changed."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code
from msgspec import Struct
from msgspec.structs import replace

from schemas.errors import OperatorError
from schemas.topics import TopicSpec
from streams.connection import Where
from streams.group_facts import partitions_of
from streams.reach import admin_client, broker_errors
from streams.refusals import FORBIDDEN, perhaps_hidden

TIMEOUT_S: Final = 10.0
VISIBLE_S: Final = 0.05  # a broker answers "created" a moment before it lists the topic; the time-out bounds the wait
RECORD_BYTES_SETTING: Final = "max.message.bytes"
TopicState = Literal["created", "ok", "differs", "missing"]


class TopicResult(Struct, frozen=True):
    """How one topic stands against its specification; `differences` are lines for people, one per property.

    `record_bytes_max` is the broker's limit for a batch, hence for a record; 0 for a topic that is missing.
    """

    name: str
    state: TopicState
    partitions: int
    differences: tuple[str, ...] = ()
    record_bytes_max: int = 0


async def check_topics(kafka: Where, specs: Sequence[TopicSpec], timeout_s: float = TIMEOUT_S) -> list[TopicResult]:
    """Compare every specified topic with the broker's; raises OperatorError when the broker cannot be reached."""
    with broker_errors(kafka):
        async with admin_client(kafka, timeout_s) as client, asyncio.timeout(timeout_s):
            return await _compare(client, specs)


async def partition_count(kafka: Where, topic: str, timeout_s: float = TIMEOUT_S) -> int:
    """Partitions of one topic; raises OperatorError when it does not exist or the broker cannot be reached."""
    return len(await topic_partitions(kafka, (topic,), timeout_s))


async def topic_partitions(kafka: Where, topics: Sequence[str], timeout_s: float = TIMEOUT_S) -> list[TopicPartition]:
    """Return all partitions of the topics; raises OperatorError when one of these or the broker is not there."""
    with broker_errors(kafka):
        async with admin_client(kafka, timeout_s) as client, asyncio.timeout(timeout_s):
            return await all_partitions(kafka, client, topics)


async def all_partitions(kafka: Where, client: AIOKafkaAdminClient, topics: Sequence[str]) -> list[TopicPartition]:
    """Return all partitions of the topics, asked of a client that is there; raises OperatorError for a missing one."""
    tps = await partitions_of(client, topics)
    there = {tp.topic for tp in tps}
    for topic in topics:
        if topic not in there:
            hidden = perhaps_hidden(kafka)
            raise OperatorError(f"topic {topic} does not exist: create it with `dragoman topics create`{hidden}")
    return tps


async def create_topics(
    kafka: Where,
    specs: Sequence[TopicSpec],
    replication: int,
    timeout_s: float = TIMEOUT_S,
) -> list[TopicResult]:
    """Create the topics that are missing and compare the others, in the order of `specs`.

    Safe beside another process that creates the same topics. Raises OperatorError when the broker cannot be reached
    or refuses a topic.
    """
    with broker_errors(kafka):
        async with admin_client(kafka, timeout_s) as client, asyncio.timeout(timeout_s):
            before = await _compare(client, specs)
            missing = [spec for spec, found in zip(specs, before, strict=True) if found.state == "missing"]
            if not missing:
                return before
            created = await _create(client, missing, replication)
            after = await _compare(client, specs)
            while any(found.state == "missing" for found in after):  # made by us, or by another process a moment ago
                await asyncio.sleep(VISIBLE_S)
                after = await _compare(client, specs)
            return [replace(found, state="created") if _made(found, created) else found for found in after]


def _made(found: TopicResult, created: frozenset[str]) -> bool:
    return found.name in created and found.state in {"ok", "missing"}  # a follower may learn of it a moment later


async def _create(client: AIOKafkaAdminClient, specs: Sequence[TopicSpec], replication: int) -> frozenset[str]:
    """Names of the topics that this call created; one that another process created meanwhile is not among them."""
    wanted = [NewTopic(spec.name, spec.partitions, replication, topic_configs=spec.configs()) for spec in specs]
    answer = await client.create_topics(wanted)
    created = set()
    for name, code, *message in answer.topic_errors:
        error = for_code(code)
        if code == 0:
            created.add(name)
        elif error is not TopicAlreadyExistsError:
            reason = " ".join(str(part) for part in message if part) or error.__name__
            raise OperatorError(f"the broker refuses to create {name}: {reason}")
    return frozenset(created)


async def _compare(client: AIOKafkaAdminClient, specs: Sequence[TopicSpec]) -> list[TopicResult]:
    # All topics are asked for, never some by name: that may create a missing one on a broker that does so by itself.
    found = {topic["topic"]: len(topic["partitions"]) for topic in await client.describe_topics()}
    configs = await _configs(client, [spec.name for spec in specs if spec.name in found])
    results = []
    for spec in specs:
        if spec.name not in found or spec.name not in configs:
            results.append(TopicResult(spec.name, "missing", 0))
            continue
        config = configs[spec.name]
        differences = _differences(spec, found[spec.name], config)
        state: TopicState = "differs" if differences else "ok"
        largest = int(config.get(RECORD_BYTES_SETTING, 0))
        results.append(TopicResult(spec.name, state, found[spec.name], differences, largest))
    return results


async def _configs(client: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Settings of topics, without those that the broker asked now has not heard of: another one had, a moment ago."""
    if not names:
        return {}
    answers = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    configs: dict[str, dict[str, str]] = {}
    for answer in answers:
        for code, message, _kind, name, entries in answer.resources:
            if for_code(code) is UnknownTopicOrPartitionError:
                continue
            if for_code(code) in FORBIDDEN:
                raise OperatorError(
                    f"the broker does not let us see the settings of {name}; `dragoman acl` lists the rights of each"
                    " service"
                )
            if code:
                raise OperatorError(f"the broker does not show the settings of {name}: {message or for_code(code)}")
            configs[name] = {entry[0]: entry[1] for entry in entries}
    return configs


def _differences(spec: TopicSpec, partitions: int, configs: Mapping[str, str]) -> tuple[str, ...]:
    lines = []
    if partitions != spec.partitions:
        lines.append(f"partitions: {partitions}, must be {spec.partitions}")
    for name, wanted in spec.configs().items():
        have = configs.get(name, "unknown")
        if set(have.split(",")) != set(wanted.split(",")):  # a list of policies has no order
            lines.append(f"{name}: {have}, must be {wanted}")
    return tuple(lines)
