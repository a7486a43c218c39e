import asyncio
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schemas.errors import OperatorError
from schemas.topics import INPUTS, TopicSpec, topic_specs
from streams.topics import check_topics, create_topics

pytestmark = pytest.mark.integration
DRAGOMAN = Path(sys.executable).with_name("dragoman")


@pytest.fixture
def prefix():
    return f"t{uuid.uuid4().hex[:8]}-"


async def test_create_makes_what_is_missing_and_check_agrees(broker, prefix):
    specs = [TopicSpec(prefix + "a", 3, compacted=True), TopicSpec(prefix + "b", 2, retention_ms=60_000)]
    assert [r.state for r in await check_topics(broker, specs)] == ["missing", "missing"]
    made = await create_topics(broker, specs, 1)
    assert [(r.name, r.state) for r in made] == [(prefix + "a", "created"), (prefix + "b", "created")]
    assert [(r.state, r.partitions) for r in await create_topics(broker, specs, 1)] == [("ok", 3), ("ok", 2)]
    assert all(r.state == "ok" for r in await check_topics(broker, specs))


async def test_a_topic_that_differs_is_reported_and_stays_as_it_is(broker, prefix):
    name = prefix + "old"
    await create_topics(broker, [TopicSpec(name, 2, retention_ms=60_000)], 1)
    wanted = TopicSpec(name, 4, compacted=True)
    for result in [*(await check_topics(broker, [wanted])), *(await create_topics(broker, [wanted], 1))]:
        assert result.state == "differs"
        assert result.differences == ("partitions: 2, must be 4", "cleanup.policy: delete, must be compact")
    assert (await check_topics(broker, [TopicSpec(name, 2, retention_ms=60_000)]))[0].state == "ok"
    (retention,) = await check_topics(broker, [TopicSpec(name, 2, retention_ms=1)])
    assert retention.differences == ("retention.ms: 60000, must be 1",)


async def test_two_processes_may_create_at_once(broker, prefix):
    specs = [TopicSpec(f"{prefix}{n}", 1) for n in range(8)]
    first, second = await asyncio.gather(create_topics(broker, specs, 1), create_topics(broker, specs, 1))
    assert {r.state for r in first + second} <= {"created", "ok"}
    assert all(sum(r.state == "created" for r in pair) <= 1 for pair in zip(first, second, strict=True))
    assert all(r.state == "ok" for r in await check_topics(broker, specs))


async def test_a_policy_of_two_parts_has_no_order(broker, prefix):
    client = AIOKafkaAdminClient(bootstrap_servers=broker)
    await client.start()
    try:
        configs = {"cleanup.policy": "delete,compact"}
        await client.create_topics([NewTopic(prefix + "both", 1, 1, topic_configs=configs)])
    finally:
        await client.close()
    (result,) = await check_topics(broker, [TopicSpec(prefix + "both", 1, compacted=True)])
    while result.state == "missing":  # created, and not yet listed
        (result,) = await check_topics(broker, [TopicSpec(prefix + "both", 1, compacted=True)])
    assert result.differences == ("cleanup.policy: delete,compact, must be compact",)


@pytest.mark.parametrize(("spec", "replication"), [(TopicSpec("no such/name", 1), 1), (TopicSpec("many-copies", 1), 5)])
async def test_what_the_broker_refuses_is_one_line(broker, spec, replication):
    with pytest.raises(OperatorError, match=f"refuses to create {spec.name}: ") as caught:
        await create_topics(broker, [spec], replication)
    assert "\n" not in str(caught.value)


async def test_a_broker_that_is_not_there_is_one_line():
    with pytest.raises(OperatorError, match=r"127\.0\.0\.1:1\b.*dragoman kafka start") as caught:
        await check_topics("127.0.0.1:1", [TopicSpec("any", 1)])
    assert "\n" not in str(caught.value)


def test_the_command_creates_the_topics_of_the_settings(broker):
    partner = f"p{uuid.uuid4().hex[:8]}"
    names = json.dumps([partner])
    environment = os.environ | {"DRAGOMAN_KAFKA__BOOTSTRAP": broker, "DRAGOMAN_LOCALIZATION__PARTNERS": names}

    def topics(command, code, **more):
        arguments = [DRAGOMAN, "topics", command, "--json"]
        done = subprocess.run(arguments, env=environment | more, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if done.stdout else done.stderr

    before = topics("check", 1)
    assert before["counts"]["missing"] >= 1
    topics("create", 0)
    after = topics("check", 0)
    assert after["ok"]
    specs = topic_specs(dict.fromkeys(INPUTS, 4), ("en",), (partner,))
    assert {spec.name for spec in specs} <= {topic["name"] for topic in after["topics"]}
    line = topics("check", 2, DRAGOMAN_KAFKA__BOOTSTRAP="127.0.0.1:1")
    assert line.startswith("dragoman: ")
    assert line.count("\n") == 1
