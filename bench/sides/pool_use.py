"""This project's pool with the bundled sentence encoder: texts one by one, in arrival order.

Usage: python -m bench.sides.pool_use THREADS cpu|cuda
Each request: {"texts": [...]}; the answer has float32 vectors in base64.
"""

import asyncio
import sys
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.sides.asking import counted
from bench.sides.protocol import serve
from inference.library.store import ModelStore
from inference.pool import Pool
from inference.requests import Embedding
from schemas.settings import load


async def embed_all(pool: Pool, texts: Sequence[str]) -> list[Embedding]:
    """Every text is a call of its own."""
    return await asyncio.gather(*map(pool.embed, texts))


def main() -> None:
    settings = load().pool.model_copy(
        update={"threads": int(sys.argv[1]), "device": sys.argv[2], "request_timeout_s": 600.0}
    )
    models = ModelStore(settings.models_dir).load(settings, names=["use-multilingual"])
    with asyncio.Runner() as runner:
        pool = Pool(models, settings)
        runner.run(pool.__aenter__())

        def work(request: dict[str, Any]) -> dict[str, Any]:
            vectors = np.stack([answer.vector for answer in runner.run(embed_all(pool, request["texts"]))])
            return {"texts": len(vectors), "vectors": b64encode(vectors.tobytes()).decode()}

        serve({"provider": counted(pool)["provider"]}, work)
        runner.run(pool.__aexit__(None, None, None))


if __name__ == "__main__":
    main()
