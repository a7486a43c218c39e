"""`dragoman worker` as it is, but for the models: what cannot be translated is shown as it was written."""

import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

import cli.worker
from cli.main import run
from inference.models import LoadedModels

cli.worker.Worker = partial(cli.worker.Worker, load_models=lambda: LoadedModels((), None))
sys.argv[1:] = ["worker"]
run()
