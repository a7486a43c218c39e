"""The AsyncAPI 3.0 document of all topics, from the same code that decodes and encodes.

https://www.asyncapi.com/docs/reference/specification/v3.0.0 and its Kafka binding 0.5.0.
"""

from typing import Any, Final

import msgspec

from schemas.attempts import ATTEMPTS, FIRST_FAILED, LETTER
from schemas.catalogue import LOCALE, MESSAGES, PARTNER, Message, specifications
from schemas.envelope import OUTPUT_SOURCE, data_schema
from schemas.json_schema import example, tidied
from schemas.reasons import Reason, Stage
from schemas.topics import TopicSpec

VERSION: Final = "3.0.0"
# The version of the contracts, not of the software: additions raise the second number, a new type the first.
CONTRACT_VERSION: Final = "1.1.0"
BINDING_VERSION: Final = "0.5.0"
CONTENT_TYPE: Final = "application/json"
TOMBSTONE: Final = "Tombstone"
PARAMETERS: Final = {
    LOCALE: {"description": "BCP-47 tag of the language that readers of this topic see.", "examples": ["en", "pt-BR"]},
    PARTNER: {"description": "The logistics partner whose topic this is.", "examples": ["default", "acme"]},
}
INFO: Final = {
    "title": "Dragoman",
    "version": CONTRACT_VERSION,
    "description": (
        "Events of a marketplace in, the same facts in every language out, exactly once. Inputs are CloudEvents 1.0 in "
        "binary or structured mode, or bare JSON; outputs are in binary mode. A record that cannot be processed goes "
        "to `dead-letter` with its original bytes."
    ),
    "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
}


def document() -> dict[str, Any]:
    """The whole document, in the order in which it is read."""
    return {
        "asyncapi": VERSION,
        "id": "urn:dragoman",
        "info": INFO,
        "defaultContentType": CONTENT_TYPE,
        "servers": {"kafka": _server()},
        "channels": {_camel(message): _channel(message) for message in MESSAGES},
        "operations": {f"{message.action}{_pascal(message)}": _operation(message) for message in MESSAGES},
        "components": {
            "messages": {_pascal(message): _message(message) for message in MESSAGES} | {TOMBSTONE: _tombstone()},
            "schemas": _schemas(),
        },
    }


def _server() -> dict[str, Any]:
    return {
        "host": "{bootstrap}",
        "protocol": "kafka",
        "description": "The cluster that holds the topics; it must support transactions.",
        "variables": {"bootstrap": {"default": "127.0.0.1:9092", "description": "Setting `kafka.bootstrap`."}},
    }


def _channel(message: Message) -> dict[str, Any]:
    found = {text.strip("{}"): told for text, told in PARAMETERS.items() if text in message.topic}
    return {
        "address": message.topic,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _names(message)},
        **({"parameters": found} if found else {}),
        "bindings": {"kafka": _topic(specifications()[message.topic])},
    }


def _topic(spec: TopicSpec) -> dict[str, Any]:
    settings: dict[str, Any] = {"cleanup.policy": list(spec.policies)}
    if "delete" in spec.policies:
        settings["retention.ms"] = spec.retention_ms
    if spec.record_bytes_max is not None:
        settings["max.message.bytes"] = spec.record_bytes_max
    return {"topicConfiguration": settings, "bindingVersion": BINDING_VERSION}


def _operation(message: Message) -> dict[str, Any]:
    channel = f"#/channels/{_camel(message)}"
    return {
        "action": message.action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in _names(message)],
    }


def _message(message: Message) -> dict[str, Any]:
    headers = "InputHeaders" if message.action == "receive" else "OutputHeaders"
    shown = {"payload": example(message.example)}
    if not message.bare:
        shown = {"headers": _example_headers(message), **shown}
    return {
        "name": message.ce_type,
        "title": message.name,
        "summary": (message.kind.__doc__ or "").partition("\n")[0],
        "contentType": CONTENT_TYPE,
        **({} if message.bare else {"headers": {"$ref": f"#/components/schemas/{headers}"}}),
        "payload": {"$ref": f"#/components/schemas/{message.kind.__name__}"},
        "bindings": {"kafka": _key(message.key)},
        "examples": [{"name": message.name, **shown}],
    }


def _tombstone() -> dict[str, Any]:
    return {
        "name": TOMBSTONE,
        "title": "Tombstone",
        "summary": "A record without a value: what stood under its key is gone.",
        "payload": {"type": "null"},
        "bindings": {"kafka": _key("the key of what is gone")},
    }


def _key(told: str) -> dict[str, Any]:
    return {"key": {"type": "string", "description": told}, "bindingVersion": BINDING_VERSION}


def _example_headers(message: Message) -> dict[str, str]:
    """The headers an example would travel with: a producer's own, or those every output has."""
    incoming = message.action == "receive"
    headers = {
        "ce_specversion": "1.0",
        "ce_id": "evt-1" if incoming else "5d3c1c8b-3f0b-5a0a-9d1f-0c6a5a7b9e11",
        "ce_type": message.ce_type,
        "ce_source": "urn:shop:events" if incoming else OUTPUT_SOURCE,
        "content-type": CONTENT_TYPE,
    }
    if incoming:
        return headers
    source = {"dragoman-source-topic": "listing-updated", "dragoman-source-partition": "2"}
    return headers | {"ce_dataschema": data_schema(message.ce_type)} | source | {"dragoman-source-offset": "1041"}


def _schemas() -> dict[str, Any]:
    kinds = [message.kind for message in MESSAGES]
    _, found = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    headers = {"InputHeaders": _headers_schema(INPUT_HEADERS), "OutputHeaders": _headers_schema(OUTPUT_HEADERS)}
    required = [name for name in OUTPUT_HEADERS if name in ALWAYS_SENT]
    headers["OutputHeaders"]["required"] = required
    return headers | {name: _draft_07(tidied(schema)) for name, schema in sorted(found.items())}


def _headers_schema(texts: dict[str, str]) -> dict[str, Any]:
    properties = {name: {"type": "string", "description": told} for name, told in texts.items()}
    return {"type": "object", "properties": properties}


def _draft_07(schema: Any) -> Any:
    """The same schema in the older dialect that AsyncAPI's own schema object is made from: tuples differ."""
    if isinstance(schema, list):
        return [_draft_07(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "prefixItems" in schema:
        older = {name: part for name, part in schema.items() if name not in {"prefixItems", "items"}}
        schema = older | {"items": schema["prefixItems"], "additionalItems": False}
    return {name: _draft_07(part) for name, part in schema.items()}


def _names(message: Message) -> list[str]:
    return [_pascal(message), *([TOMBSTONE] if message.takes_tombstones else [])]


def _pascal(message: Message) -> str:
    return message.kind.__name__


def _camel(message: Message) -> str:
    return _pascal(message)[0].lower() + _pascal(message)[1:]


INPUT_HEADERS: Final = {
    "ce_specversion": "1.0. Without any ce_ header the topic implies the type.",
    "ce_id": "Unique within ce_source; the ids of all outputs derive from both.",
    "ce_type": "The type this topic takes; any other is refused.",
    "ce_source": "A URI reference that names the producer.",
    "ce_time": "RFC 3339 with an offset.",
    "ce_subject": "What the event is about; not read.",
    "content-type": "A JSON media type, or application/cloudevents+json for structured mode.",
    "traceparent": "W3C trace context, handed on to every output.",
    ATTEMPTS: "Only on a record that operators have replayed from `dead-letter`: how often it had been tried.",
    LETTER: "Only on a replayed record: partition and offset of its dead letter.",
    FIRST_FAILED: "Only on a replayed record: when it first failed, RFC 3339.",
}
OUTPUT_HEADERS: Final = {
    "ce_specversion": "1.0",
    "ce_id": "UUIDv5 of the source event, the type, the locale and what else it was made from: a replay repeats it.",
    "ce_type": "The type of the value.",
    "ce_source": OUTPUT_SOURCE,
    "ce_dataschema": "The `$id` of the JSON Schema of the value.",
    "ce_subject": "The entity the output is about.",
    "ce_time": "The source event's time, else its record's timestamp, in UTC.",
    "content-type": "application/json; absent from a tombstone.",
    "traceparent": "The source event's trace context.",
    "locale": "The language of the output; absent where it has none.",
    "dragoman-source-topic": "Topic of the input record.",
    "dragoman-source-partition": "Partition of the input record, as text.",
    "dragoman-source-offset": "Offset of the input record, as text.",
    "dragoman-stage": f"Dead letters only: {', '.join(Stage)}.",
    "dragoman-reason": f"Dead letters only: {', '.join(Reason)}.",
}
ALWAYS_SENT: Final = frozenset(
    {
        "ce_specversion",
        "ce_id",
        "ce_type",
        "ce_source",
        "ce_dataschema",
        "dragoman-source-topic",
        "dragoman-source-partition",
        "dragoman-source-offset",
    }
)
