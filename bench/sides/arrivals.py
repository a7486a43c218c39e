"""Requests that arrive by chance, at the same moments for two engines over the same sessions.

Usage: python -m bench.sides.arrivals CACHE_FOLDER THREADS marian|tiny cpu|cuda
Requests: {"engine": "pool" | "static", "texts": [...], "per_second": rate or null}. Without a rate all arrive at once,
which measures capacity. The answer has every request's seconds from arrival to answer, as they ended.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from bench.sides import marian_graphs
from bench.sides.protocol import serve
from bench.sides.static_batches import StaticBatches
from inference.library.store import ModelStore
from inference.models import LoadedModels, Precision
from inference.pool import Pool
from schemas.settings import PoolSettings, load

Translate = Callable[[str], Awaitable[str]]


async def arrive(translate: Translate, texts: Sequence[str], per_second: float | None) -> dict[str, Any]:
    """Call at exponentially distributed intervals, always the same ones; a late start is part of the latency."""
    gaps = np.random.default_rng(7).exponential(1.0, len(texts)) / (per_second or np.inf)
    due_s = perf_counter() + np.cumsum(gaps)
    began_s = perf_counter()
    latencies_s: list[float] = []

    async def call(text: str, at_s: float) -> str:
        answer = await translate(text)
        latencies_s.append(perf_counter() - at_s)
        return answer

    calls = []
    for text, at_s in zip(texts, due_s.tolist(), strict=True):
        early_s = at_s - perf_counter()
        if early_s > 0:
            await asyncio.sleep(early_s)
        calls.append(asyncio.create_task(call(text, at_s)))
    answers = await asyncio.gather(*calls)
    return {"latencies_s": latencies_s, "sentences": len(answers), "wall_s": perf_counter() - began_s, "texts": answers}


def models(kind: str, cache: Path, settings: PoolSettings) -> LoadedModels:
    if kind == "tiny":
        return ModelStore(settings.models_dir).load(settings, names=["tiny-en-pt"])
    precision = Precision.ROW8 if settings.device == "cpu" else Precision.FLOAT16
    return marian_graphs.load(cache, precision, "full", settings.device)


def main() -> None:
    cache, threads, kind, device = sys.argv[1:]
    settings = load().pool.model_copy(
        update={"threads": int(threads), "device": device, "request_timeout_s": 600.0, "queue": 8192}
    )
    loaded = models(kind, Path(cache), settings)
    pair = loaded.translation[0].pairs[0]

    async def measure(request: dict[str, Any]) -> dict[str, Any]:
        """Start the engine that is asked for; only one of the two has threads at a time."""
        async with AsyncExitStack() as stack:
            if request["engine"] == "pool":
                pool = await stack.enter_async_context(Pool(loaded, settings))

                async def translate(text: str) -> str:
                    return (await pool.translate(text, source=pair.source, target=pair.target)).text

            else:
                static = await stack.enter_async_context(StaticBatches(loaded.translation[0], settings))
                translate = static.translate
            await asyncio.gather(*map(translate, request["texts"][:64]))
            return await arrive(translate, request["texts"], request["per_second"])

    serve({}, lambda request: asyncio.run(measure(request)))


if __name__ == "__main__":
    main()
