"""What memory costs: segments a core-second through the whole localizer when no model is asked, by how they are known.

    python bench/recall.py [--entries 20000]

`exact`: the very segment, at hand; `normalized`: one with another number, found for the first time; `disk`: from the
store, with nothing at hand; `correction`: a person's. `learn` is what a worker spends on an entry that another has
shared. CPU time of the process, the median of several rounds; the texts are short, as most of a listing's are.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import msgspec

sys.path.insert(0, str(Path(__file__).absolute().parents[1]))

from inference.pool import Pool
from inference.requests import ModelId, Priority, Translation
from localization.localizer import FieldKind, Localizer, Source
from localization.memory import Key, Memory, Verdict
from localization.memory.rows import row_of
from localization.memory.store import Store
from schemas.outputs import Correction
from schemas.settings import LocalizationSettings
from streams.memory.shared import verdict_of
from streams.memory.writer import entry_of

ROUNDS = 7
THINGS = ("hooks", "mugs", "towels", "cables", "pencils", "cushions", "candles", "sponges", "lids", "straps")
NOTES = ("in a gift box", "for the kitchen", "with a spare", "made of steel", "for outdoor use", "in dark blue")
MODEL = ModelId("none", "v1")


class Mirror:
    """A pool that says every text back with other vowels, which is all that memory needs."""

    def translates(self, source: str, target: str) -> ModelId:
        """Every pair is had."""
        return MODEL

    async def translate(self, text: str, **_: object) -> Translation:
        """Answer at once."""
        said = text.replace("e", "é").replace("o", "ó")
        return Translation(said, MODEL, 1, 1, complete=True, queue_wait_s=0.0, compute_s=0.0)


def texts(first: int) -> list[str]:
    return [f"Pack of {first + number} {thing} {note}" for number in range(10) for thing in THINGS for note in NOTES]


def localizer(memory: Memory) -> Localizer:
    return Localizer(cast("Pool", Mirror()), LocalizationSettings(), "p1", memory=memory)


async def localized(tool: Localizer, wanted: list[str], origins: tuple[str, ...]) -> None:
    for text in wanted:
        field = await tool.localize(Source(text, FieldKind.BULLET, "en"), "pt-BR", Priority.LISTING)
        assert field.origin in origins, (text, field)


async def rate(prepare: Callable[[], Any], work: Callable[[Any], Coroutine[Any, Any, None]], count: int) -> float:
    """Segments a core-second: the median round."""
    spent = []
    for _ in range(ROUNDS):
        made = prepare()
        began = time.process_time()
        await work(made)
        spent.append(time.process_time() - began)
    return count / statistics.median(spent)


async def main(entries: int) -> None:
    known: list[tuple[Key, Verdict]] = []
    filled = Memory(entries, share=lambda key, verdict: known.append((key, verdict)))
    wanted = texts(10)
    count = len(wanted)
    await localized(localizer(filled), wanted, ("model", "memory"))

    def told() -> Localizer:
        memory = Memory(entries)
        for key, verdict in known:
            memory.remember(key, verdict)
        return localizer(memory)

    async def recall(tool: Localizer) -> None:
        await localized(tool, wanted, ("memory",))

    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store", entries, "bench")
        noise = [(Key("en", "pt-BR", f"row {n} of many", "v1", "p1"), Verdict("x")) for n in range(entries // 4)]
        store.write([row_of(*said) for said in (*noise, *known)], {})
        corrected = Memory(entries)
        for text in wanted:
            corrected.corrections.take(
                Correction(
                    kind="listing", source_id="L-1", source_locale="en", locale="pt-BR", source_text=text,
                    correction=text.upper(), actor_role="seller", at=datetime.now(UTC),
                )
            )  # fmt: skip
        shared = [msgspec.json.encode(entry_of(*said)) for said in known]

        async def learn(_: None) -> None:
            store.write([row_of(*verdict_of(value)) for value in shared], {})

        rows = {
            "exact": await rate(lambda: localizer(filled), recall, count),
            "normalized": await rate(told, recall, count),
            "disk": await rate(lambda: localizer(Memory(0, store=store.get)), recall, count),
            "correction": await rate(
                lambda: localizer(corrected), lambda tool: localized(tool, wanted, ("human",)), count
            ),
            "learn": await rate(lambda: None, learn, len(known)),
        }
        store.close()
    print("| known as | segments a core-second | us each |\n|---|---|---|")
    for name, value in rows.items():
        print(f"| {name} | {value:,.0f} | {1e6 / value:.0f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=20_000, help="translations at hand and on disk")
    asyncio.run(main(parser.parse_args().entries))
