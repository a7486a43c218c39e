"""A request to replay a topic: what operators write to `dragoman-relocalize` and every worker reads.

The topic is compacted by id: the last record of an id counts, and one without a value takes the request back.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from schemas.topics import LISTING_UPDATED, REVIEW_POSTED

# The topics whose events have a version, so that a replay can tell what has been overtaken.
REPLAYABLE: Final = (LISTING_UPDATED, REVIEW_POSTED)
# Kafka forgets the offsets of a group without members after 7 days (offsets.retention.minutes). A request of that age
# without progress may have been done long ago.
LAPSES_AFTER: Final = timedelta(days=6)

RATE_MIN: Final = 0.001  # events a second

Offset = Annotated[int, Meta(ge=0)]


class Relocalization(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Replay `topic` from `begins` up to `ends`, offsets by partition number.

    `locales`: only events for readers of one of them; `category`: only listings of it. `rate`: events a second, of all
    workers together. `id` is part of a consumer group's name.
    """

    id: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,64}$(?!\n)")]
    topic: str
    begins: tuple[Offset, ...]
    ends: tuple[Offset, ...]
    locales: tuple[str, ...] = ()
    category: str | None = None
    rate: Annotated[float, Meta(ge=RATE_MIN)] | None = None
    created_at: Annotated[datetime, Meta(tz=True)]

    @property
    def busy_partitions(self) -> int:
        """Partitions with something to replay."""
        return sum(end > begin for begin, end in zip(self.begins, self.ends, strict=True))

    def lapsed(self, now: datetime) -> bool:
        """Whether it is too old to be begun: what is known of its progress may have been forgotten."""
        return now - self.created_at > LAPSES_AFTER


def read_request(key: bytes | None, value: bytes, partitions: Mapping[str, int]) -> Relocalization:
    """Read one record of the topic; raises ValueError with one line that says what is wrong with it.

    `partitions`: how many each topic has, for a request names every one of them.
    """
    try:
        request = msgspec.json.decode(value, type=Relocalization)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error
    if key != request.id.encode():
        raise ValueError("its key is not its id")
    if request.topic not in REPLAYABLE:
        raise ValueError(f"topic {request.topic!r} cannot be replayed")
    count = partitions.get(request.topic)
    if not len(request.begins) == len(request.ends) == count:
        raise ValueError(
            f"{request.topic} has {count} partitions, and the request {len(request.begins)} begins and"
            f" {len(request.ends)} ends"
        )
    if any(end < begin for begin, end in zip(request.begins, request.ends, strict=True)):
        raise ValueError("a partition ends before it begins")
    return request


def progress_group(group: str, request_id: str) -> str:
    """The consumer group whose offsets say how far a request is done, beside the workers' own group."""
    return f"{group}-relocalize-{request_id}"


def utc_now() -> datetime:
    """The time a request is made at or judged by."""
    return datetime.now(UTC)
