"""JSON Schema (2020-12) of every message, from the structs. Unknown fields are allowed: additions are optional."""

import inspect
from typing import Any, Final

import msgspec
import orjson
from msgspec import Struct

from schemas.catalogue import Message
from schemas.codec import encode
from schemas.envelope import data_schema

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def message_schema(message: Message) -> dict[str, Any]:
    """The schema document of one message; its `$id` is what `ce_dataschema` names."""
    body = tidied(msgspec.json.schema(message.kind))
    return {
        "$schema": DIALECT,
        "$id": data_schema(message.ce_type),
        "title": message.ce_type,
        "$comment": f"Topic {message.topic}, record key: {message.key}.",
        "$ref": body["$ref"],
        "examples": [example(message.example)],
        "$defs": body["$defs"],
    }


def example(value: Struct) -> Any:
    """A message as a reader of the topic parses it."""
    return orjson.loads(encode(value))


def tidied(schema: Any) -> Any:
    """The same schema with docstrings laid out as text."""
    if isinstance(schema, list):
        return [tidied(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: inspect.cleandoc(part) if name == "description" and isinstance(part, str) else tidied(part)
        for name, part in schema.items()
    }
