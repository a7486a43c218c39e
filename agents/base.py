"""What an agent is: two functions and the names of what they read and write. It sees no Kafka, no ONNX and no clock."""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any, Final, Generic, TypeVar

from msgspec import Struct, field

from agents.vectors import VectorMemory
from inference.pool import Pool
from inference.requests import Priority
from localization.localizer import Localizer
from schemas.contracts import Contract
from schemas.events import Tombstone
from schemas.reasons import Drop

E = TypeVar("E")
L = TypeVar("L")
S = TypeVar("S")


class Tools(Struct, frozen=True):
    """What `localize` works with.

    `vectors`: the vectors of texts seen lately, so that a price-only update embeds nothing.
    """

    localizer: Localizer
    pool: Pool
    locales: tuple[str, ...]
    partners: frozenset[str]
    pipeline_version: str
    embed_listings: bool = True
    vectors: VectorMemory = field(default_factory=VectorMemory)


class Output(Struct, frozen=True):
    """One record to emit. `value` None is a tombstone; `locale` also tells apart the ids of an event's outputs."""

    topic: str
    key: str
    value: Struct | None
    ce_type: str
    locale: str
    subject: str | None = None


class Keep(Enum):
    """Marks an outcome that leaves its key's state as it was."""

    STATE = "state"


KEEP: Final = Keep.STATE


class Outcome(Struct, Generic[S], frozen=True):
    """What the world is told about one event, and the new state of its key (None deletes it)."""

    outputs: tuple[Output, ...] = ()
    state: S | Keep | None = KEEP
    dropped: Drop | None = None
    warnings: tuple[str, ...] = ()


class Agent(Struct, Generic[E, L, S], frozen=True, kw_only=True):
    """One event kind, registered.

    `localize` is slow, runs many at once and in any order; `settle` is fast and pure and runs in offset order.
    `state_key` names the entity whose state `settle` reads and writes: always of the record's own partition.
    """

    contract: Contract[E]
    state: type[S]
    localize: Callable[[E | Tombstone, Tools], Awaitable[L]]
    settle: Callable[[S | None, E | Tombstone, L], Outcome[S]]
    state_key: Callable[[E | Tombstone], str]
    priority: Priority


AnyAgent = Agent[Any, Any, Any]
