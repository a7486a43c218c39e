"""A worker with the agents as they are and no models; PIPELINE gives the version of its pipeline.

Texts are then copied, and another pipeline version is another basis for every output.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

import streams.worker
from inference.models import LoadedModels
from schemas.settings import load
from streams.logs import configure_logging
from streams.process import run_worker
from streams.worker import Worker


def main() -> None:
    settings = load()
    configure_logging(settings.logs)
    streams.worker.PIPELINE_VERSION = os.environ["PIPELINE"]

    def make(leaving: Callable[[], None]) -> Worker:
        return Worker(settings, load_models=lambda: LoadedModels((), None), on_leaving=leaving)

    run_worker(make)


if __name__ == "__main__":
    main()
