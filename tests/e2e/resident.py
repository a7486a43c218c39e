"""Measure what an outlier leaves in memory, in a process of its own: `resident.py CASE` prints mebibytes as JSON."""

import asyncio
import gc
import json
import random
import re
import sys
from pathlib import Path

import numpy as np

from inference.engines.arena import AFTERMATH_RUNS, Arena
from inference.engines.packing import pack
from inference.library.store import ModelStore
from inference.models import LoadedModels, TranslationModel
from inference.pool import Pool
from schemas.settings import PoolSettings

DATA = Path(__file__).parents[1] / "data"
SETTINGS = PoolSettings(threads=2)
OUTLIERS, OUTLIER_TOKENS = 512, 60


def resident_mib() -> float:
    gc.collect()
    rollup = Path("/proc/self/smaps_rollup").read_text("ascii")
    return int(re.search(r"^Rss:\s+(\d+)", rollup, re.MULTILINE)[1]) / 1024


def lines(name):
    return (DATA / name).read_text("utf-8").splitlines()


class Traffic:
    """Ordinary and extraordinary requests of all bundled models; no text is asked for twice."""

    def __init__(self, pool: Pool, models: LoadedModels) -> None:
        self.pool = pool
        self.models = models
        self.dice = random.Random(7)
        self.sentences = {"en": lines("parity-en.txt"), "pt-BR": lines("parity-pt.txt")}
        self.rounds = 0

    async def ordinary(self) -> None:
        self.rounds += 1
        for source in self.sentences:
            await self._ask(source, [f"{text} {self.rounds}" for text in self.sentences[source]])

    async def outlier(self, model: TranslationModel, texts: int, tokens: int) -> int:
        """Ask for many texts of so many tokens at once; return how many tokens the longest really had."""
        (pair,) = model.pairs
        limit = min(tokens, model.geometry.source_tokens_max)
        asked = [self._text(pair, limit) for _ in range(texts)]
        await self._ask(pair.source, asked)
        return max(len(pair.tokenizer.encode(text)) for text in asked)

    async def _ask(self, source, texts) -> None:
        target = "en" if source == "pt-BR" else "pt-BR"
        translations = [self.pool.translate(text, source=source, target=target) for text in texts]
        await asyncio.gather(*translations, *(self.pool.embed(text) for text in texts))

    def _text(self, pair, tokens: int) -> str:
        words = " ".join(self.sentences[pair.source]).split()
        text = " ".join(self.dice.choices(words, k=tokens // 2))
        while len(pair.tokenizer.encode(longer := f"{text} {self.dice.choice(words)}")) <= tokens:
            text = longer
        return text


async def pool() -> dict[str, float]:
    """Before, after many long texts at once, after the longest one by one, and after ordinary traffic again."""
    models = ModelStore().load(SETTINGS)
    figures = {}
    async with Pool(models, SETTINGS) as running:
        traffic = Traffic(running, models)
        for _ in range(3):
            await traffic.ordinary()
        figures["before"] = resident_mib()
        figures["tokens"] = await traffic.outlier(models.translation[0], OUTLIERS, OUTLIER_TOKENS)
        figures["many"] = resident_mib()
        for model in models.translation * 4:
            await traffic.outlier(model, 1, 10_000)
        figures["longest"] = resident_mib()
        await traffic.ordinary()
        figures["ordinary"] = resident_mib()
    return figures


def arena(gives_back: bool) -> dict[str, float]:
    """One encoder, one run of all outliers together, which the engines never make, and ordinary runs after it."""
    model = ModelStore().load(SETTINGS, names=("tiny-en-pt",)).translation[0]
    kept = Arena(model.provider, 8 * 20)
    dice = np.random.default_rng(7)

    def run(texts: int, tokens: int) -> None:
        feeds = pack([dice.integers(10, 20_000, tokens) for _ in range(texts)])
        model.encoder.run(None, feeds, kept.options(texts * tokens) if gives_back else None)

    for _ in range(5):
        run(8, 20)
    before = resident_mib()
    run(OUTLIERS, OUTLIER_TOKENS)
    for _ in range(AFTERMATH_RUNS):
        run(8, 20)
    return {"before": before, "after": resident_mib()}


CASES = {"pool": lambda: asyncio.run(pool()), "arena": lambda: arena(True), "no arena": lambda: arena(False)}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(CASES[sys.argv[1]]()) + "\n")
