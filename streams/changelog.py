"""The state of a lane, read back from its compacted changelog."""

from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from msgspec import Struct, field

from schemas.errors import OperatorError
from schemas.settings import KafkaSettings

OFFSET_HEADER = "dragoman-input-offset"
SOURCE_HEADER = "dragoman-source-offset"


class Restored(Struct, frozen=True):
    """The last value of every key, and the input offset after which the newest of them was written.

    `sources`: by key, the offset of the very record that its value was made from; not known of a value that an older
    version has written.
    """

    state: dict[str, Any]
    input_offset: int | None
    sources: dict[str, int] = field(default_factory=dict)


async def restore(kafka: KafkaSettings, tp: TopicPartition, state_type: type[Any]) -> Restored:
    """Read a changelog partition to its end, committed records only; raises OperatorError for one that is not ours."""
    decoder = msgspec.json.Decoder(state_type)
    state: dict[str, Any] = {}
    sources: dict[str, int] = {}
    input_offset: int | None = None
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
        # aiokafka's own 40 s are longer than a lane may take to open: with a broker that hangs it would never open.
        request_timeout_ms=int(kafka.request_timeout_s * 1000),
    )
    try:
        await consumer.start()
        consumer.assign([tp])
        end = (await consumer.end_offsets([tp]))[tp]
        await consumer.seek_to_beginning(tp)
        while await consumer.position(tp) < end:
            for record in (await consumer.getmany(tp, timeout_ms=20)).get(tp, ()):
                try:
                    key = record.key.decode()
                    headers = dict(record.headers)
                    sources.pop(key, None)
                    if record.value is None:
                        state.pop(key, None)
                    else:
                        state[key] = decoder.decode(record.value)
                        if SOURCE_HEADER in headers:
                            sources[key] = int(headers[SOURCE_HEADER])
                    input_offset = int(headers[OFFSET_HEADER])
                except (AttributeError, LookupError, ValueError) as error:  # msgspec's and UTF-8's are ValueErrors
                    raise OperatorError(
                        f"{tp.topic}[{tp.partition}] holds a record at {record.offset} that is no state"
                        f" ({type(error).__name__}): something else writes there, or another version did"
                    ) from error
    finally:
        await consumer.stop()
    return Restored(state, input_offset, sources)
