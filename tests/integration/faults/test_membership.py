"""Who is in the group: a worker that stops with a static name, and workers that share topics."""

import asyncio
import signal
import uuid
from collections import Counter
from contextlib import AsyncExitStack

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor

from schemas.topics import TopicSpec
from streams.assignor import SpreadAssignor
from streams.drain import ask_to_leave
from streams.group_facts import holders
from streams.reach import admin_client
from streams.topics import create_topics
from tests.integration.faults.probe import GROUP, Probe

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]
# The session must outlast the test: nobody may be gone for any other reason than that it said so.
STATIC = {"DRAGOMAN_KAFKA__INSTANCE_ID": "w", "DRAGOMAN_KAFKA__SESSION_TIMEOUT_S": "100"}


async def state_after(probe: Probe, *, drain: bool, **env: str) -> str:
    """Let a worker with a static name serve and stop; return what its group is then."""
    worker = probe.spawn(**STATIC, **env)
    await probe.until_ready()
    if drain:
        assert probe.url is not None
        await ask_to_leave(probe.url)
    else:
        worker.send_signal(signal.SIGTERM)
    assert (await probe.ended())[0] == 0
    async with admin_client(probe.broker.bootstrap, 5) as admin:
        return (await holders(admin, GROUP))[0]


async def test_a_static_name_is_kept_over_a_restart_and_given_up_for_good(probe: Probe) -> None:
    assert await state_after(probe, drain=False) == "Stable"  # its partitions wait for it
    assert await state_after(probe, drain=True) == "Empty"
    assert await state_after(probe, drain=False, DRAGOMAN_KAFKA__LEAVE_ON_STOP="true") == "Empty"


@pytest.mark.parametrize("other", [SpreadAssignor, StickyPartitionAssignor])
async def test_members_old_and_new_are_one_group_and_share_every_topic(broker: str, other: type) -> None:
    group = uuid.uuid4().hex
    topics = [f"{group}-{name}" for name in "abc"]
    await create_topics(broker, [TopicSpec(topic, 4) for topic in topics], 1)
    async with AsyncExitStack() as stack:
        consumers = []
        for assignor in (SpreadAssignor, other):
            consumer = AIOKafkaConsumer(
                *topics, bootstrap_servers=broker, group_id=group, partition_assignment_strategy=(assignor,)
            )
            consumers.append(await stack.enter_async_context(consumer))
        async with asyncio.timeout(60):
            while not all(len(consumer.assignment()) == 6 for consumer in consumers):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        held = [Counter(tp.topic for tp in consumer.assignment()) for consumer in consumers]
        assert consumers[0].assignment().isdisjoint(consumers[1].assignment())
    if other is SpreadAssignor:  # whichever of them leads
        assert held == [dict.fromkeys(topics, 2)] * 2
