"""A worker with the agents as they are and a pool that knows a few sentences; it writes down how often it was asked."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).parents[3]))

from msgspec.structs import replace

from agents.base import Tools
from cli.worker import say_where
from inference.models import LoadedModels
from inference.pool import Pool
from localization.localizer import Localizer
from schemas.settings import load
from streams.logs import configure_logging
from streams.memory.shared import SharedMemory
from streams.process import run_worker
from streams.worker import Worker
from tests.unit.localization.fakes import FakePool

SENTENCES = {
    "Garden hose": "Mangueira de jardim",
    "garden hose": "mangueira de jardim",
    "A pack of 3 hooks": "Um pacote de 3 ganchos",
    "A pack of 5 hooks": "Um pacote de 5 argolas",
}


def write_down(text: str) -> None:
    with Path(os.environ["ASKED"]).open("a") as file:
        file.write(f"{text}\n")


class WrittenDown(FakePool):
    embedding_model = None

    async def translate(self, text: str, **options: Any) -> Any:
        write_down(text)
        return await super().translate(text, **options)


class FakeModels(Worker):
    def _tools(self, pool: Pool, memory: SharedMemory) -> Tools:
        local = self._settings.localization
        fake = cast("Pool", WrittenDown(SENTENCES))
        mine = Localizer(fake, local, "p1", self._reporter, memory.memory)
        return replace(super()._tools(pool, memory), localizer=mine, pool=fake, embed_listings=False)


def main() -> None:
    settings = load()
    configure_logging(settings.logs)

    def make(leaving: Callable[[], None]) -> Worker:
        none = LoadedModels((), None)
        return FakeModels(settings, load_models=lambda: none, on_start=say_where, on_leaving=leaving)

    run_worker(make)


if __name__ == "__main__":
    main()
