"""What an agent is: two functions and the names of what they read and write. It sees no Kafka, no ONNX and no clock."""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from msgspec import Struct, field

from agents.vectors import VectorMemory
from inference.pool import Pool
from inference.requests import Priority
from localization.localizer import Localizer
from localization.measures.money import Rates
from schemas.contracts import Contract
from schemas.events import Tombstone
from schemas.reasons import Drop

E = TypeVar("E")
L = TypeVar("L")
S = TypeVar("S")


class Customs(Protocol):
    """What an operator has laid down about words, a glossary for one."""

    def fingerprint(self, text: str, source_locale: str, target_locale: str) -> str:
        """A short hash of what touches `text` between two locales; one and the same for all texts it leaves alone."""


class Tools(Struct, frozen=True):
    """What `localize` works with.

    `protected_terms`, `units` and `customs` are what settings and operators say about texts, as far as an output must
    be told again when it changes (agents/basis.py); `glossary_version` is what outputs name. `rates`: what prices are
    told in the reader's currency by. `vectors`: the vectors of texts seen lately, so that a price-only update embeds
    nothing. `replaying`: nobody waits for the result, so everything else goes first.
    """

    localizer: Localizer
    pool: Pool
    locales: tuple[str, ...]
    partners: frozenset[str]
    pipeline_version: str
    embed_listings: bool = True
    protected_terms: tuple[str, ...] = ()
    units: str = ""
    customs: Customs | None = None
    glossary_version: str | None = None
    rates: Rates | None = None
    vectors: VectorMemory = field(default_factory=VectorMemory)
    replaying: bool = False

    def priority(self, usual: Priority) -> Priority:
        """Return how soon the pool should serve this: as usual, or when there is nothing else."""
        return Priority.BACKFILL if self.replaying else usual


class Served(Protocol):
    """Whom this deployment works for. `Tools` is one."""

    @property
    def locales(self) -> tuple[str, ...]:
        """The locales served."""

    @property
    def partners(self) -> frozenset[str]:
        """The logistics partners served."""


class Output(Struct, frozen=True):
    """One record to emit. `value` None is a tombstone; `locale` also tells apart the ids of an event's outputs.

    `basis` names what it was made from besides the event; None where the pipeline version says all. An event that is
    told again because its basis has changed gives an output with another id.
    """

    topic: str
    key: str
    value: Struct | None
    ce_type: str
    locale: str
    subject: str | None = None
    basis: str | None = None


class Said(NamedTuple):
    """A reader's verdict, as far as it is counted: kinds and verdicts are the contract's, locales are served ones."""

    kind: str
    locale: str
    verdict: str


class Keep(Enum):
    """Marks an outcome that leaves its key's state as it was."""

    STATE = "state"


KEEP: Final = Keep.STATE


class Outcome(Struct, Generic[S], frozen=True):
    """What the world is told about one event, and the new state of its key (None deletes it).

    `said` is what a reader said of a shown text, to be counted once the event is durable.
    """

    outputs: tuple[Output, ...] = ()
    state: S | Keep | None = KEEP
    dropped: Drop | None = None
    warnings: tuple[str, ...] = ()
    said: Said | None = None


class Agent(Struct, Generic[E, L, S], frozen=True, kw_only=True):
    """One event kind, registered.

    `localize` is slow, runs many at once and in any order; `settle` is fast and pure and runs in offset order.
    `state_key` names the entity whose state `settle` reads and writes: always of the record's own partition. `admit`
    raises Refused for an event that the settings alone turn away; `localize` asks it first, and so does whoever wants
    to know beforehand. `version`: of events that may not be told once a younger one of their record key stands in the
    topic (agents/versions.py `overtakes`); None where every event may be, or state alone drops what is late.
    """

    contract: Contract[E]
    state: type[S]
    localize: Callable[[E | Tombstone, Tools], Awaitable[L]]
    settle: Callable[[S | None, E | Tombstone, L], Outcome[S]]
    state_key: Callable[[E | Tombstone], str]
    priority: Priority
    admit: Callable[[E | Tombstone, Served], object] = lambda _event, _served: None
    version: Callable[[E | Tombstone], int | None] | None = None


AnyAgent = Agent[Any, Any, Any]
