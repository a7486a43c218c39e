"""A pool with four models: what it holds after ordinary work, and after an outlier to each of them.

Usage: python -m bench.sides.pool_memory CACHE_FOLDER THREADS cpu|cuda
Each request: {"texts": [...], "outlier_texts": count, "outlier_tokens": each}. Memory is that of the whole process.
"""

import asyncio
import gc
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.sides import marian_graphs, numbered
from bench.sides.protocol import serve
from inference.library.store import ModelStore
from inference.models import LoadedModels, Precision, Tokenizer
from inference.pool import Pool
from schemas.settings import load

SMAPS = Path("/proc/self/smaps_rollup")
ROUNDS = 2
"""Ordinary work before each measurement: enough that buffers have the size that they keep."""
SAMPLE_S = 0.02


def resident_mb() -> float:
    """Return the memory of this process that is in use, in megabytes."""
    kilobytes = re.search(r"^Rss:\s+(\d+) kB", SMAPS.read_text("ascii"), re.MULTILINE)
    assert kilobytes is not None
    return int(kilobytes[1]) / 1e3


class Callers:
    """Puts the same amount of work to each model of a pool."""

    def __init__(self, pool: Pool, models: LoadedModels) -> None:
        self._pool = pool
        self._models = models

    async def ask(self, make: Callable[[Tokenizer, int], Sequence[str]]) -> None:
        """Ask every model at once; `make` gives texts for a tokenizer and a number that makes them different."""
        calls = []
        for number, model in enumerate(self._models.translation):
            pair = model.pairs[0]
            calls += [
                self._pool.translate(text, source=pair.source, target=pair.target)
                for text in make(pair.tokenizer, number)
            ]
        if self._models.embedding is not None:
            calls += [self._pool.embed(text) for text in make(self._models.embedding.tokenizer, len(calls))]
        await asyncio.gather(*calls)


def long_texts(tokenizer: Tokenizer, texts: Sequence[str], count: int, tokens: int) -> list[str]:
    """Return different texts of about so many tokens, made of others."""
    if isinstance(tokenizer, marian_graphs.Numbers):
        rng = np.random.default_rng(3)
        return [" ".join(map(str, rng.integers(5, numbered.IDS_MAX, tokens - 1))) for _ in range(count)]
    made = []
    for at in range(count):
        ids: list[int] = []
        for text in [*texts[at % len(texts) :], *texts]:
            ids += tokenizer.encode(text).tolist()[:-1]
            if len(ids) >= tokens:
                break
        made.append(" " * (at // len(texts)) + tokenizer.decode(ids[: tokens - 1]))
    return made


async def peak_mb(work: asyncio.Task[None]) -> float:
    """Return the most memory seen while a task runs."""
    most = 0.0
    while not work.done():
        most = max(most, resident_mb())
        await asyncio.wait([work], timeout=SAMPLE_S)
    await work
    return most


async def measure(callers: Callers, request: dict[str, Any]) -> dict[str, Any]:
    texts, count, tokens = request["texts"], request["outlier_texts"], request["outlier_tokens"]

    def ordinary(tokenizer: Tokenizer, number: int) -> list[str]:
        if isinstance(tokenizer, marian_graphs.Numbers):
            return [" ".join(map(str, source[:-1])) for source in numbered.sentences(len(texts) // 4)]
        return [" " * number + text for text in texts]

    async def ordinarily() -> float:
        for _ in range(ROUNDS):
            await callers.ask(ordinary)
        gc.collect()
        return resident_mb()

    before = await ordinarily()
    outlier = callers.ask(lambda tokenizer, _: long_texts(tokenizer, texts, count, tokens))
    most = await peak_mb(asyncio.ensure_future(outlier))
    return {"before_mb": before, "peak_mb": most, "after_mb": await ordinarily()}


def main() -> None:
    cache, threads, device = sys.argv[1:]
    settings = load().pool.model_copy(update={"threads": int(threads), "device": device, "request_timeout_s": 600.0})
    bundled = ModelStore(settings.models_dir).load(settings, names=["tiny-en-pt", "tiny-pt-en", "use-multilingual"])
    precision = Precision.ROW8 if device == "cpu" else Precision.FLOAT16
    large = marian_graphs.load(Path(cache), precision, "full", device).translation
    models = LoadedModels((*bundled.translation, *large), bundled.embedding)
    with asyncio.Runner() as runner:
        pool = Pool(models, settings)
        runner.run(pool.__aenter__())
        callers = Callers(pool, models)
        serve({}, lambda request: runner.run(measure(callers, request)))
        runner.run(pool.__aexit__(None, None, None))


if __name__ == "__main__":
    main()
