"""The generated contracts as files: what they are called, what stands in them, and which ones have drifted."""

from pathlib import Path
from typing import Any, Final

import orjson

from schemas.asyncapi import document
from schemas.catalogue import MESSAGES
from schemas.errors import OperatorError
from schemas.json_schema import message_schema

CHECKED_IN: Final = Path(__file__).parent / "generated"
ASYNCAPI: Final = "asyncapi"
ASYNCAPI_FILE: Final = "asyncapi.json"


def contracts() -> dict[str, dict[str, Any]]:
    """Every generated document by its file name."""
    schemas = {f"{message.name}.schema.json": message_schema(message) for message in MESSAGES}
    return schemas | {ASYNCAPI_FILE: document()}


def named(name: str) -> dict[str, Any]:
    """One document: `asyncapi`, or a message with or without its version; raises OperatorError for another name."""
    if name == ASYNCAPI:
        return document()
    for message in MESSAGES:
        if name in {message.name, message.name.rpartition(".")[0], message.ce_type}:
            return message_schema(message)
    known = ", ".join([ASYNCAPI, *(message.name.rpartition(".")[0] for message in MESSAGES)])
    raise OperatorError(f"there is no contract {name}: choose one of {known}")


def written(value: Any) -> bytes:
    """A document as it stands in its file."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def export(folder: Path) -> list[Path]:
    """Write every document to `folder`, which is made if need be; raises OperatorError where that cannot be."""
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, value in contracts().items():
            paths.append(folder / name)
            paths[-1].write_bytes(written(value))
    except OSError as error:
        raise OperatorError(f"cannot write {folder}: {error.strerror}") from error
    return paths


def drifted(folder: Path) -> list[str]:
    """The names of documents in `folder` that are missing, differ from the code, or belong to no message."""
    wanted = {name: written(value) for name, value in contracts().items()}
    found = {path.name: path.read_bytes() for path in folder.glob("*.json")} if folder.is_dir() else {}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
