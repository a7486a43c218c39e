"""What a client is told to send, and what it says it has read."""

from typing import NamedTuple

Headers = tuple[tuple[str, bytes | None], ...]


class Sent(NamedTuple):
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Written(NamedTuple):
    """A record as one client read it; clients that agree give equal lists, partition by partition."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers

    @property
    def ce_id(self) -> bytes | None:
        return dict(self.headers)["ce_id"]
