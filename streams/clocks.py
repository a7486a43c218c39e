"""Whether the clocks of producers agree with ours."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer

from schemas.settings import KafkaSettings
from streams.connection import connection
from streams.group_facts import partitions_of
from streams.reach import admin_client, broker_errors


async def topics_ahead(kafka: KafkaSettings, topics: Sequence[str], ahead_s: float, now_s: float) -> tuple[str, ...]:
    """Return the topics that hold a record more than `ahead_s` after `now_s` (seconds since 1970) by its timestamp.

    A topic that does not exist holds none. Raises OperatorError when the broker cannot be reached.
    """
    consumer = AIOKafkaConsumer(**connection(kafka), request_timeout_ms=int(kafka.request_timeout_s * 1000))
    with broker_errors(kafka):
        try:
            async with asyncio.timeout(3 * kafka.request_timeout_s):
                await consumer.start()
                async with admin_client(kafka, kafka.request_timeout_s) as admin:
                    tps = await partitions_of(admin, topics)
                moment_ms = int((now_s + ahead_s) * 1000)
                found = await consumer.offsets_for_times(dict.fromkeys(tps, moment_ms)) if tps else {}
        finally:
            await consumer.stop()
    return tuple(sorted({tp.topic for tp, offset in found.items() if offset is not None}))
