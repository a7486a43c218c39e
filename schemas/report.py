"""What the lower rooms tell the outside: frozen facts, handed to one hook. Metrics and logs are written there."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct


class Report(Struct, frozen=True):
    """The base of everything a hook receives. A report holds numbers and stable words, never a payload."""


class Ages(Struct, frozen=True):
    """Ages in seconds, from a record's timestamp to its commit: a sample, each of which stands for `each` records.

    `traced`: some ages of records that are traced, each with its trace id in hexadecimal digits.
    """

    seconds: tuple[float, ...] = ()
    each: int = 1
    traced: tuple[tuple[float, str], ...] = ()


class TransactionCommitted(Report, frozen=True):
    """One transaction of a lane is durable. `end_to_end`: how old its records were by then.

    `freshness`: by locale, how old the events were of which its readers were told. `feedback` counts what readers said,
    by (kind of text, locale, verdict).
    """

    topic: str
    partition: int
    records: int
    emitted: dict[str, int]
    dead_letters: dict[str, int]
    dropped: dict[str, int]
    warnings: dict[str, int]
    seconds: float
    end_to_end: Ages
    feedback: dict[tuple[str, str, str], int] = {}
    freshness: dict[str, Ages] = {}


class ReplayCommitted(Report, frozen=True):
    """Records of a replay are durable: how many, by what became of them."""

    topic: str
    partition: int
    outcomes: dict[str, int]


class LaneOpened(Report, frozen=True):
    """A lane is ready at `offset`; `restored` changelog records were read to bring its state up to date.

    `on_disk`: only those that came after what was on disk. None read and nothing on disk: there is no state.
    """

    topic: str
    partition: int
    offset: int
    restored: int
    on_disk: bool
    seconds: float


class LaneReopening(Report, frozen=True):
    """A lane lost its transaction or its producer and starts again; nothing is lost, the work is done again."""

    topic: str
    partition: int
    fenced: bool
    error: str


class Rebalanced(Report, frozen=True):
    """The group gave this worker its partitions; `kept` lanes went on with their work in flight."""

    assigned: int
    kept: int
    seconds: float


class StageTimed(Report, frozen=True):
    """Seconds spent in one stage of one piece of work (schemas/stages.py names them), a sample."""

    stage: str
    seconds: float


class GateJudged(Report, frozen=True):
    """The gate refused a translation; the source is shown instead."""

    locale: str
    reason: str


MemoryKind = Literal["exact", "normalized", "correction", "miss"]


class MemoryUsed(Report, frozen=True):
    """How the translation memory knew a segment, or that it did not.

    `exact`: this very segment; `normalized`: one that differs in numbers or capitals; `correction`: a person said so.
    """

    locale: str
    kind: MemoryKind


class PersonalDataFound(Report, frozen=True):
    """Something personal stood in what a person wrote; `kind` is what it is, never the thing itself."""

    kind: str


class BatchRun(Report, frozen=True):
    """One run of a model, or the mean of several in a row: rows, how full and how padded, how long requests had waited.

    `tokens`, `padded_tokens`, `seconds` and `queue_wait_s` are of all `steps` together, `rows` and `capacity` of one.
    """

    model: str
    rows: int
    capacity: int
    tokens: int
    padded_tokens: int
    queue_wait_s: tuple[float, ...]
    seconds: float
    steps: int = 1


class ProviderChosen(Report, frozen=True):
    """The execution provider that is really active for a model; `wanted` is what the settings asked for.

    `reason`: why it is another than wanted. `strays`: operators that a model on a GPU computes on the CPU all the same,
    each as `Operator xN`.
    """

    model: str
    provider: str
    wanted: str
    reason: str = ""
    strays: tuple[str, ...] = ()


class ModelRebuilt(Report, frozen=True):
    """A built model on disk was not what its manifest says (`problem` names the file) and was built again."""

    model: str
    problem: str


class ModelFailed(Report, frozen=True):
    """A run failed; `poison` is true once a single request was found guilty."""

    model: str
    error: str
    poison: bool


Reporter = Callable[[Report], None]


def silent(_report: Report) -> None:
    """The hook that tells nobody."""
