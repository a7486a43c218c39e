"""Reads the demo's events from the JSONL files beside this module.

A line is `{"topic", "key", "value" or "value_base64", "headers"}` in the order of publication. `value` is an event as
a producer writes it (null: a tombstone record); `value_base64` holds bytes that no JSON could.
"""

import heapq
from base64 import b64decode
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

FILES: Final = ("listings.jsonl", "reviews.jsonl", "parcels.jsonl", "feedback.jsonl", "bad.jsonl")


class DemoEvent(Struct, frozen=True):
    """A record as it is published."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a file."""

    topic: str
    key: str | None
    headers: dict[str, str]
    value: dict[str, Any] | UnsetType | None = UNSET
    value_base64: str | UnsetType = UNSET


def load_demo_events() -> list[DemoEvent]:
    """Return all events; the files run side by side, each in its own order, so every kind is seen all along."""
    merged = heapq.merge(*(_spread(name) for name in FILES), key=lambda placed: placed[0])
    return [event for _, event in merged]


def _spread(name: str) -> Iterator[tuple[float, DemoEvent]]:
    """The events of one file, each with its place between 0 (first of the demo) and 1."""
    lines = files("cli.demo_events").joinpath(name).read_bytes().splitlines()
    for number, line in enumerate(lines):
        yield (number + 0.5) / len(lines), _event(msgspec.json.decode(line, type=Line))


def _event(line: Line) -> DemoEvent:
    key = None if line.key is None else line.key.encode()
    headers = tuple((name, value.encode()) for name, value in line.headers.items())
    return DemoEvent(line.topic, key, _value(line), headers)


def _value(line: Line) -> bytes | None:
    if line.value_base64 is not UNSET:
        return b64decode(line.value_base64, validate=True)
    return None if line.value is None or line.value is UNSET else msgspec.json.encode(line.value)
