"""This project's pool with the bundled model for English to Portuguese: requests one by one, in arrival order.

Usage: python -m bench.sides.pool_tiny THREADS cpu|cuda
Each request: {"texts": [...]}; the answer also says what the pool counted.
"""

import asyncio
import sys
from typing import Any

import msgspec

from bench.sides.asking import counted, translate_all
from bench.sides.protocol import serve
from inference.library.store import ModelStore
from inference.models import LoadedModels
from inference.pool import Pool
from schemas.settings import load

SOURCE, TARGET = "en", "pt-BR"


class EncoderRuns:
    """The encoder's session, and how often it was run: the pool counts tokens and steps only."""

    def __init__(self, session: object) -> None:
        self._session = session
        self.count = 0

    def __getattr__(self, name: str) -> Any:
        if name.startswith("run"):
            self.count += 1
        return getattr(self._session, name)


def main() -> None:
    settings = load().pool.model_copy(
        update={"threads": int(sys.argv[1]), "device": sys.argv[2], "request_timeout_s": 600}
    )
    models = ModelStore(settings.models_dir).load(settings, names=["tiny-en-pt"])
    model = models.translation[0]
    encoder = EncoderRuns(model.encoder)
    models = LoadedModels((msgspec.structs.replace(model, encoder=encoder),), None)
    with asyncio.Runner() as runner:
        pool = Pool(models, settings)
        runner.run(pool.__aenter__())

        def work(request: dict[str, Any]) -> dict[str, Any]:
            before, runs = counted(pool), encoder.count
            answers = runner.run(translate_all(pool, request["texts"], SOURCE, TARGET))
            after = counted(pool)
            grown = {name: after[name] - before[name] for name in ("steps", "rows", "tokens_in", "tokens_out")}
            grown["encoder_runs"] = encoder.count - runs
            return {"sentences": len(answers), "texts": [answer.text for answer in answers], "grown": grown}

        serve({"provider": counted(pool)["provider"]}, work)
        runner.run(pool.__aexit__(None, None, None))


if __name__ == "__main__":
    main()
