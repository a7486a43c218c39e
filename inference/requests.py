"""What goes into the pool and what comes out: the interface that lasts. Nothing here imports ONNX Runtime."""

from enum import IntEnum

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from schemas.errors import DragomanError
from schemas.reasons import Disposition


class Priority(IntEnum):
    """Who goes first when the pool is full; lower is sooner. Who has waited for its patience has its turn."""

    LOGISTICS = 0
    REVIEW = 1
    LISTING = 2
    BACKFILL = 3


class Decoding(IntEnum):
    """How a translation is searched.

    SECOND is another reading of the same text, asked for after a refusal. BEAM follows several hypotheses: slower, and
    a little better for models that were not distilled from such a search.
    """

    GREEDY = 0
    SECOND = 1
    BEAM = 2


class ModelId(Struct, frozen=True):
    """A model by name and version; the version is the hash of its weights, so it names the function exactly."""

    name: str
    version: str


class Translation(Struct, frozen=True):
    """One translated sentence. Times in seconds; `shared` when another request in flight did the work."""

    text: str
    model: ModelId
    tokens_in: int
    tokens_out: int
    complete: bool
    queue_wait_s: float
    compute_s: float
    shared: bool = False


class Embedding(Struct, frozen=True):
    """One vector, float32 [dim], of unit length when `normalized`."""

    vector: NDArray[np.float32]
    model: ModelId
    normalized: bool
    shared: bool = False


class Entity(Struct, frozen=True):
    """A stretch of a text that a model has labelled, by positions; `score`: 0 to 1, that of its least certain token."""

    label: str
    start: int
    end: int
    score: float


class Tagging(Struct, frozen=True):
    """The entities of one text, in order."""

    entities: tuple[Entity, ...]
    model: ModelId
    shared: bool = False


class PairUnavailable(DragomanError):
    """No model translates this pair; the source is shown, marked."""

    disposition = Disposition.DEAD_LETTER


class SegmentTooLong(DragomanError):
    """The sentence has more tokens than the model takes; the caller splits it."""

    disposition = Disposition.DEAD_LETTER


class PoisonText(DragomanError):
    """This one text makes the model fail; found by bisection, its neighbours were served."""

    disposition = Disposition.DEAD_LETTER


class RequestTimeout(DragomanError):
    """The pool did not answer in time."""

    disposition = Disposition.RETRY


class PoolDead(DragomanError):
    """A worker thread died: the process must end without a commit."""

    disposition = Disposition.EXIT
