"""Sending events from lines of text, as a producer of the contracts would: keys, CloudEvents headers, idempotence."""

import asyncio
import base64
import binascii
import time
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, KafkaTimeoutError, UnknownError
from msgspec import Struct

from schemas.contracts import CONTRACTS
from schemas.envelope import CONTENT_TYPE, SPEC_VERSION, data_schema
from schemas.errors import OperatorError
from streams.connection import Where, connection
from streams.reach import broker_errors
from streams.topics import partition_count

SOURCE: Final = "dragoman-publish"
# UUIDv5 of the URL namespace and "urn:dragoman:publish": the same line has the same id whenever it is sent.
ID_NAMESPACE: Final = UUID("01feb02b-0689-524b-ae83-b2fcf5a7cb04")
WRAPPER_FIELDS: Final = frozenset({"topic", "key", "key_base64", "value", "value_base64", "headers"})
IN_FLIGHT_MAX: Final = 1000  # records sent and not yet acknowledged
LINGER_MS: Final = 5
ACK_TIMEOUT_S: Final = 30.0  # a batch of an idempotent producer never expires by itself
CLOSE_TIMEOUT_S: Final = 2.0
REQUEST_BYTES_MAX: Final = 16 * 1024 * 1024  # the broker's own limit is the one that counts

Headers = tuple[tuple[str, bytes], ...]


class Outgoing(Struct, frozen=True):
    """A record to send. `decoded`: its value is an event of the topic's contract."""

    key: bytes | None
    value: bytes | None
    headers: Headers
    decoded: bool


class PublishSummary(Struct, frozen=True):
    """What was acknowledged. `undecoded` records are no event of the topic's contract; tombstones are counted apart.

    `first_undecoded` is the line of the first of them, None when there is none.
    """

    topic: str
    sent: int
    events: int
    tombstones: int
    undecoded: int
    bytes: int
    seconds: float
    first_undecoded: int | None = None


def outgoing(topic: str, line: bytes) -> Outgoing:
    """Read one line: an event, the wrapper `{"key", "value", "headers"}`, or bytes that are sent as they are.

    An event of an input topic gets the key its contract asks for and CloudEvents headers. In the wrapper `value` null
    is a tombstone, a text is sent as its characters, `value_base64` as its bytes; `headers` are laid over the usual
    ones (null takes one away) and `headers: null` sends none. Raises ValueError for a wrapper that makes no sense.
    """
    line = line.rstrip(b"\r\n")
    try:
        document = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        document = None
    if isinstance(document, dict) and document.keys() <= WRAPPER_FIELDS and document.keys() & {"value", "value_base64"}:
        return _unwrap(topic, document)
    key, decoded = _key(topic, line)
    return Outgoing(key, line, _cloud_event(topic, key, line), decoded)


def _unwrap(topic: str, wrapper: Mapping[str, Any]) -> Outgoing:
    if wrapper.get("topic", topic) != topic:
        raise ValueError(f"its record is for topic {wrapper['topic']}")
    value = _bytes(wrapper, "value")
    derived, decoded = _key(topic, value)
    key = _bytes(wrapper, "key") if wrapper.keys() & {"key", "key_base64"} else derived
    given = wrapper.get("headers", {})
    if given is None:
        return Outgoing(key, value, (), decoded)
    if not isinstance(given, dict) or not all(text is None or isinstance(text, str) for text in given.values()):
        raise ValueError("headers must be an object of texts")
    headers = dict(_cloud_event(topic, key, value)) | {
        name: None if text is None else text.encode() for name, text in given.items()
    }
    kept = tuple((name, text) for name, text in headers.items() if text is not None)
    return Outgoing(key, value, kept, decoded)


def _bytes(wrapper: Mapping[str, Any], field: str) -> bytes | None:
    if f"{field}_base64" in wrapper:
        try:
            return base64.b64decode(wrapper[f"{field}_base64"], validate=True)
        except (TypeError, ValueError, binascii.Error) as error:
            raise ValueError(f"{field}_base64 is not base64") from error
    content = wrapper[field]
    if content is None or isinstance(content, str):
        return content if content is None else content.encode("utf-8", "surrogatepass")
    return msgspec.json.encode(content)


def _key(topic: str, value: bytes | None) -> tuple[bytes | None, bool]:
    """The key that the contract of `topic` derives from `value`, and whether the value is an event of that contract.

    A value that is none may still hold the field that is the key. One that does not gets a stand-in on a compacted
    topic, which takes no record without a key.
    """
    contract = CONTRACTS.get(topic)
    if contract is None or value is None:
        return None, False
    try:
        return contract.record_key(msgspec.json.decode(value, type=contract.event)).encode(), True
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass
    with suppress(msgspec.DecodeError, UnicodeError, RecursionError, TypeError, AttributeError):
        found = contract.record_key(SimpleNamespace(**msgspec.json.decode(value)))
        if isinstance(found, str):
            return found.encode(), False
    return (b"no-key-" + _identity(topic, value).encode() if contract.takes_tombstones else None), False


def _identity(topic: str, content: bytes) -> str:
    return str(uuid5(ID_NAMESPACE, f"{topic}|{base64.b64encode(content).decode()}"))


def _cloud_event(topic: str, key: bytes | None, value: bytes | None) -> Headers:
    """Headers of CloudEvents' binary mode; none on a topic that has no contract."""
    contract = CONTRACTS.get(topic)
    if contract is None:
        return ()
    content = value if value is not None else b"tombstone|" + (key or b"")
    headers = {
        "ce_specversion": SPEC_VERSION,
        "ce_id": _identity(topic, content),
        "ce_type": contract.ce_type,
        "ce_source": SOURCE,
        "ce_dataschema": data_schema(contract.ce_type),
    }
    if value is not None:
        headers[CONTENT_TYPE] = "application/json"
    subject = () if key is None else (("ce_subject", key),)
    return (*((name, text.encode()) for name, text in headers.items()), *subject)


async def publish(
    kafka: Where,
    topic: str,
    lines: AsyncIterable[bytes],
    *,
    rate: float | None = None,
    report: Callable[[int], None] | None = None,
    ack_timeout_s: float = ACK_TIMEOUT_S,
) -> PublishSummary:
    """Send every line that is not blank and wait for every acknowledgement; at most `rate` records per second.

    `report` is called with the bytes of each line taken. At most IN_FLIGHT_MAX records wait for their acknowledgement.
    Raises OperatorError with the number of the line at fault, when broker or topic cannot be used, or when the broker
    says nothing for `ack_timeout_s` seconds.
    """
    with broker_errors(kafka):
        await partition_count(kafka, topic)  # aiokafka would wait for a missing topic until it times out
        producer = AIOKafkaProducer(
            **connection(kafka),
            enable_idempotence=True,
            linger_ms=LINGER_MS,
            max_request_size=REQUEST_BYTES_MAX,
        )
        await producer.start()
        try:
            return await _Sender(producer, topic, rate, ack_timeout_s).run(lines, report or _silent)
        finally:
            await _close(producer)


async def _close(producer: AIOKafkaProducer) -> None:
    """Stop the producer; without a broker its flush would wait for ever."""
    try:
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            await producer.stop()
    except TimeoutError:
        await producer.client.close()


def _silent(_size: int) -> None:
    return


class _Sender:
    """One run of `publish`; owned by one task."""

    def __init__(self, producer: AIOKafkaProducer, topic: str, rate: float | None, ack_timeout_s: float) -> None:
        self._producer = producer
        self._ack_timeout_s = ack_timeout_s
        self._topic = topic
        self._rate = rate
        self._waiting: deque[tuple[int, Outgoing, asyncio.Future[Any]]] = deque()
        self._counts = {"sent": 0, "events": 0, "tombstones": 0, "undecoded": 0, "bytes": 0}
        self._first_undecoded: int | None = None

    async def run(self, lines: AsyncIterable[bytes], report: Callable[[int], None]) -> PublishSummary:
        began = time.monotonic()
        number = taken = 0
        async for line in lines:
            number += 1
            report(len(line))
            if line.isspace() or not line:
                continue
            if self._rate:
                await asyncio.sleep(began + taken / self._rate - time.monotonic())
            taken += 1
            await self._send(number, line)
        while self._waiting:
            await self._acknowledge()
        return PublishSummary(
            topic=self._topic,
            seconds=round(time.monotonic() - began, 3),
            first_undecoded=self._first_undecoded,
            **self._counts,
        )

    async def _send(self, number: int, line: bytes) -> None:
        while len(self._waiting) >= IN_FLIGHT_MAX:
            await self._acknowledge()
        try:
            record = outgoing(self._topic, line)
            async with self._patience(number):  # a full batch waits for its predecessor
                sent = await self._producer.send(self._topic, record.value, record.key, headers=list(record.headers))
        except ValueError as error:
            raise OperatorError(f"line {number}: {error}") from error
        except KafkaTimeoutError:
            raise
        except KafkaError as error:
            raise _refused(number, record, error) from error
        self._waiting.append((number, record, sent))

    async def _acknowledge(self) -> None:
        number, record, sent = self._waiting.popleft()
        try:
            async with self._patience(number):
                await sent
        except KafkaTimeoutError:
            raise
        except KafkaError as error:
            raise _refused(number, record, error) from error
        kind = "tombstones" if record.value is None else "events" if record.decoded else "undecoded"
        if kind == "undecoded" and self._first_undecoded is None:
            self._first_undecoded = number
        self._counts[kind] += 1
        self._counts["sent"] += 1
        self._counts["bytes"] += len(record.value or b"") + len(record.key or b"")

    @asynccontextmanager
    async def _patience(self, number: int) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._ack_timeout_s):
                yield
        except TimeoutError as error:
            silence = f"the broker has not taken line {number} in {self._ack_timeout_s:.0f} s"
            raise OperatorError(f"{silence}; the lines before it may be sent") from error


def _refused(number: int, record: Outgoing, error: KafkaError) -> OperatorError:
    reason = " ".join(str(error).split())
    if record.key is None and isinstance(error, UnknownError):  # aiokafka does not know the broker's INVALID_RECORD
        reason = "a compacted topic takes no record without a key"
    return OperatorError(f"line {number} was refused: {reason}; the lines before it may be sent")
