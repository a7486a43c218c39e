"""The shape of a bad-input case and short ways to write one."""

from typing import Any, NamedTuple

from schemas.reasons import Reason
from tests.wire import KEYS, STRUCTURED, binary_headers, event_with, event_without, structured

OWN_KEY: Any = ...
SECRET = "correct-horse-battery"  # noqa: S105  (stands for a payload that must not be quoted)


class Case(NamedTuple):
    name: str
    topic: str
    value: bytes | None
    reason: Reason
    key: bytes | None = OWN_KEY
    headers: tuple = ()

    @property
    def wire_key(self):
        return KEYS[self.topic] if self.key is OWN_KEY else self.key


def extra(topic, fragment):
    """A valid event with one more member written as it is: the field is unknown to this version."""
    return event_with(topic)[:-1] + b', "x_extra": ' + fragment + b"}"


def replaced(topic, old, new):
    value = event_with(topic)
    assert old in value
    return value.replace(old, new)


def nested(depth):
    return b"[" * depth + b"]" * depth


def unknown(name, topic, reason, fragment):
    """The fault stands in a field that this version does not know."""
    return Case(name, topic, extra(topic, fragment), reason)


def field(name, topic, reason, key=OWN_KEY, **changes):
    """The fault is the value of a known field."""
    return Case(name, topic, event_with(topic, **changes), reason, key)


def absent(topic, name):
    return Case(f"no {name}", topic, event_without(topic, name), Reason.MISSING_FIELD)


def binary(name, topic, reason=Reason.BAD_ENVELOPE, repeated=(), **changes):
    """The fault stands in a header of binary mode."""
    return Case(name, topic, event_with(topic), reason, headers=(*binary_headers(topic, **changes), *repeated))


def in_value(name, topic, reason=Reason.BAD_ENVELOPE, content_type=None, **changes):
    """The fault stands in the envelope of structured mode."""
    headers = STRUCTURED if content_type is None else (("content-type", content_type),)
    return Case(name, topic, structured(topic, **changes), reason, headers=headers)
