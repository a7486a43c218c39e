"""What has been done about a dead letter: the records of `dragoman-dead-letters`, by which none is replayed twice.

The topic is compacted by the letter's place and kept much longer than dead letters are (schemas/topics.py).
"""

import re
from typing import Final, Literal, NamedTuple

import msgspec
from msgspec import Struct

from schemas.events import Time

_ID: Final = re.compile(r"([0-9]{1,9})/([0-9]{1,18})", re.ASCII)


class LetterId(NamedTuple):
    """Where a dead letter stands in `dead-letter`; written `<partition>/<offset>`."""

    partition: int
    offset: int

    def __str__(self) -> str:
        """Write it as people and the ledger do."""
        return f"{self.partition}/{self.offset}"


def parse_letter_id(text: str) -> LetterId:
    """Read `<partition>/<offset>`; raises ValueError."""
    found = _ID.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no id of a dead letter: it reads <partition>/<offset>, 2/1041 say")
    return LetterId(int(found[1]), int(found[2]))


class Handled(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One dead letter, and what was done about it. Key: its `LetterId`.

    `source` (`topic/partition/offset`) and `letter_ms` say which letter that was: its place alone does not, once the
    topic has been made anew. `to` is where the replayed record stands. `run` names one run of the command. `forced`: it
    was known that it might be of no use.
    """

    done: Literal["replayed", "dropped"]
    at: Time
    run: str
    attempts: int
    source: str
    letter_ms: int
    to: str | None = None
    forced: bool = False

    def speaks_of(self, source: str, letter_ms: int) -> bool:
        """Whether it is about this very letter."""
        return (self.source, self.letter_ms) == (source, letter_ms)


def read_handled(key: bytes | None, value: bytes) -> tuple[LetterId, Handled]:
    """Read one record of the ledger; raises ValueError."""
    return parse_letter_id(str(key or b"", "utf-8")), msgspec.json.decode(value, type=Handled)
