"""Which broker is what to whom, and whether all of them have everything; asked from the brokers themselves."""

import asyncio
from typing import Any

from aiokafka.client import CoordinationType
from aiokafka.errors import KafkaError

from schemas.settings import Settings
from schemas.topics import LISTING_UPDATED, topic_specs
from streams.reach import admin_client
from streams.topics import create_topics
from tests.chaos.chain import LOCALE, OUTPUT
from tests.chaos.fleet import GROUP
from tests.cluster.cluster import BROKERS

LANE = 0  # the lane whose brokers are aimed at
TRANSACTIONAL_ID = f"{GROUP}-{LISTING_UPDATED}-{LANE}"
PARTITIONS = 4
ASK_S = 5.0
HEALED_S = 90.0
LOOK_S = 0.25
ROLES = ("group coordinator", "transaction coordinator", "leader")


async def holder(bootstrap: str, role: str) -> int:
    """The broker that has a role: for the workers' group, for the transactions of a lane, for the lane's output."""
    async with admin_client(bootstrap, ASK_S) as client:
        match role:
            case "group coordinator":
                return await client.find_coordinator(GROUP, CoordinationType.GROUP)
            case "transaction coordinator":
                return await client.find_coordinator(TRANSACTIONAL_ID, CoordinationType.TRANSACTION)
            case "leader":
                return next(p["leader"] for p in await _partitions(client, OUTPUT) if p["partition"] == LANE)
    raise ValueError(role)


async def roles_of(bootstrap: str, node: int) -> list[str]:
    """Every role that a broker has."""
    return [role for role in ROLES if await holder(bootstrap, role) == node]


async def _partitions(client: Any, topic: str) -> list[Any]:
    return next(found["partitions"] for found in await client.describe_topics() if found["topic"] == topic)


async def until_healed(bootstrap: str) -> None:
    """Wait until every partition has a leader and all its copies."""
    async with asyncio.timeout(HEALED_S):
        while not await _is_healed(bootstrap):  # noqa: ASYNC110  (brokers, asked)
            await asyncio.sleep(LOOK_S)


async def _is_healed(bootstrap: str) -> bool:
    try:
        async with asyncio.timeout(ASK_S), admin_client(bootstrap, ASK_S) as client:
            brokers = (await client.describe_cluster())["brokers"]
            topics = await client.describe_topics()
    except (KafkaError, OSError, TimeoutError):
        return False
    copies = [len(partition["isr"]) for topic in topics for partition in topic["partitions"]]
    return len(brokers) == len(BROKERS) and all(count == len(BROKERS) for count in copies)


async def empty_topics(bootstrap: str) -> None:
    """Make the topics anew; the logs of groups and transactions stay, as they do in a long life."""
    kafka = Settings().kafka
    specs = topic_specs(dict.fromkeys(kafka.partitions, PARTITIONS), (LOCALE,), ("default",), kafka.max_record_bytes)
    names = {spec.name for spec in specs}
    async with admin_client(bootstrap, ASK_S) as client, asyncio.timeout(HEALED_S):
        while old := [topic["topic"] for topic in await client.describe_topics() if topic["topic"] in names]:
            await client.delete_topics(old)
            await asyncio.sleep(LOOK_S)
    await create_topics(bootstrap, specs, len(BROKERS), timeout_s=HEALED_S)
    await until_healed(bootstrap)
