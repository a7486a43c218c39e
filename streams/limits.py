"""The largest record each topic takes, as its broker says: what exceeds it becomes a dead letter before it is sent."""

from collections.abc import Collection

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas.errors import OperatorError
from schemas.settings import KafkaSettings
from streams.reach import admin_client, broker_errors
from streams.runner import Limits

SETTING = "max.message.bytes"


async def read_limits(kafka: KafkaSettings, topics: Collection[str]) -> Limits:
    """Ask the broker for `max.message.bytes` of each topic; raises OperatorError for one that does not exist."""
    with broker_errors(kafka.bootstrap):
        async with admin_client(kafka.bootstrap, kafka.request_timeout_s) as client:
            missing = sorted(set(topics) - set(await client.list_topics()))
            if missing:
                raise OperatorError(
                    f"{len(missing)} topics are missing, {missing[0]} among them: run `dragoman topics create`"
                )
            answers = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in topics])
    found: dict[str, int] = {}
    for answer in answers:
        for resource in answer.resources:
            found[resource[3]] = next(int(entry[1]) for entry in resource[4] if entry[0] == SETTING)
    return Limits(found, kafka.max_record_bytes)
