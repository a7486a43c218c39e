"""The inference pool."""

from typing import Self

from inference.models import LoadedModels
from inference.requests import Decoding, Embedding, ModelId, Priority, Translation
from schemas.report import Reporter, silent
from schemas.settings import PoolSettings


class Pool:
    """Many callers, few threads: requests one by one in, batches through the models, results back to each caller.

    All methods are called on one event loop. A full queue makes the caller wait. Cancelling a caller withdraws its
    request. `async with Pool(...)` starts and stops the threads.
    """

    def __init__(self, models: LoadedModels, settings: PoolSettings, reporter: Reporter = silent) -> None:
        raise NotImplementedError

    def translates(self, source: str, target: str) -> ModelId | None:
        """Return the model that translates between these two locales, or None."""
        raise NotImplementedError

    @property
    def embedding_model(self) -> ModelId | None:
        """Return the embedding model, or None."""
        raise NotImplementedError

    async def translate(
        self,
        text: str,
        *,
        source: str,
        target: str,
        priority: Priority = Priority.LISTING,
        decoding: Decoding = Decoding.GREEDY,
        timeout_s: float | None = None,
    ) -> Translation:
        """Translate one sentence; raises PairUnavailable, SegmentTooLong, PoisonText, RequestTimeout, PoolDead."""
        raise NotImplementedError

    async def embed(
        self, text: str, *, priority: Priority = Priority.LISTING, timeout_s: float | None = None
    ) -> Embedding:
        """Embed one text; what is longer than the model takes is split and averaged."""
        raise NotImplementedError

    async def watch(self) -> None:
        """Wait until a worker thread dies, then raise PoolDead. Returns when the pool is closed."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        raise NotImplementedError

    async def __aexit__(self, *_: object) -> None:
        raise NotImplementedError
