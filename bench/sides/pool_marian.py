"""This project's pool with the model with random weights: requests one by one, in arrival order.

Usage: python -m bench.sides.pool_marian CACHE_FOLDER SENTENCES THREADS PRECISION full|pruned cpu|cuda
Each request: {"count": sentences}.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

from bench.sides import marian_graphs, numbered
from bench.sides.asking import counted, translate_all
from bench.sides.protocol import serve
from inference.models import Precision
from inference.pool import Pool
from schemas.settings import load


def main() -> None:
    cache, sentences, threads, precision, head, device = sys.argv[1:]
    settings = load().pool.model_copy(update={"threads": int(threads), "device": device, "request_timeout_s": 600})
    sources = numbered.sentences(int(sentences))
    texts = [" ".join(map(str, source[:-1])) for source in sources]
    with asyncio.Runner() as runner:
        pool = Pool(marian_graphs.load(Path(cache), Precision(precision), head, device), settings)
        runner.run(pool.__aenter__())

        def work(request: dict[str, Any]) -> dict[str, Any]:
            count = request["count"]
            answers = runner.run(translate_all(pool, texts[:count], marian_graphs.SOURCE, marian_graphs.TARGET))
            targets = []
            for source, answer in zip(sources, answers, strict=False):
                assert answer.complete
                targets.append([*map(int, answer.text.split()), numbered.EOS])
                assert len(targets[-1]) == len(source)
            return {"tokens": sum(map(len, targets)), "targets": targets}

        serve({"provider": counted(pool)["provider"]}, work)
        runner.run(pool.__aexit__(None, None, None))


if __name__ == "__main__":
    main()
