"""What localization costs around the model: all stages but the model beside the model itself, and memory's path.

python bench/localization.py [--rounds 5] [--json]

One run, all figures in processor time. (a) The demo's English listings to pt-BR, field by field as the worker does it.
The localizer's thread is timed while the bundled model runs in the pool's own threads; then the pool alone is given the
very requests the localizer made. Stages = the localizer's thread less what that thread spent for the pool alone. Memory
is empty and every sentence ends in another word in every round, so that no text was seen before. (b) The same listings
answered from a recording, caches of texts emptied, sampled by a timer: which stage the processor is in. (c) Short
segments that memory holds.
"""

import argparse
import asyncio
import json
import re
import signal
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).absolute().parents[1]))

from cli.evaluation_set import read_examples
from inference.library.store import ModelStore
from inference.models import LoadedModels
from inference.pool import Pool
from inference.requests import Priority
from localization.localizer import FieldKind, Localizer, Source
from schemas.settings import LocalizationSettings, PoolSettings

ROOT: Final = Path(__file__).absolute().parents[1]
SOURCE, TARGET = "en", "pt-BR"
GOAL_SHARE: Final = 0.15  # of the model's processor time, for all other stages
GOAL_SEGMENTS: Final = 5000  # short segments a second of one core, from memory
SHORT_CHARS_MAX: Final = 40
AT_ONCE: Final = 64  # fields in work together, as a worker has them
TEXTS_MIN: Final = 512  # places of the smallest cache that holds texts; those of languages are smaller
SAMPLE_S: Final = 0.001
SAMPLED_ROUNDS: Final = 30
# Which stage a frame belongs to, by the part of its path under localization/; the outermost that matches has it.
STAGES: Final = {
    "clean": "clean", "markup": "html", "segment": "segment", "abbreviations": "segment", "casing": "casing",
    "protect": "protect", "spans": "protect", "glossary": "protect", "memory": "memory", "gate": "gate",
    "measures": "measures", "detect": "detect", "worth": "segment", "localizer": "assemble", "translator": "assemble",
    "together": "assemble",
}  # fmt: skip
# Ordinary words, so that caches of words are as warm as in a worker, while each text is new.
WORDS: Final = (
    "today", "now", "here", "again", "inside", "outside", "together", "always", "often", "everywhere", "alone",
    "also", "indeed", "already", "still", "twice", "please", "later", "soon", "anyway", "instead", "perhaps",
    "daily", "easily", "quickly", "quietly", "gently", "safely", "nearby", "abroad", "forever", "sometimes",
    "rarely", "usually", "mostly", "fully", "partly", "nearly", "almost", "maybe", "otherwise", "meanwhile",
    "afterwards", "tomorrow", "tonight", "upstairs", "downstairs",
)  # fmt: skip
_SENTENCE_END: Final = re.compile(r"(?<=[a-z])(?=[.!?]*(?:</|$))")


class Recorder(Pool):
    """A pool that notes every request, and answers them from its notes once it is told to."""

    notes: dict[tuple[str, str], Any]
    order: list[tuple[str, Any]]
    replaying = False

    async def translate(self, text: str, **asked: Any) -> Any:
        """Ask the models, or the notes."""
        key = (text, str(asked.get("decoding")))
        if self.replaying:
            return self.notes[key]
        self.order.append((text, asked))
        answer = self.notes[key] = await super().translate(text, **asked)
        return answer


class Listings:
    """The demo's English listings as fields."""

    def __init__(self) -> None:
        lines = (ROOT / "cli" / "demo_events" / "listings.jsonl").read_text("utf-8").split("\n")
        events = [json.loads(line)["value"] for line in lines if line]
        self._fields = [one for e in events if e and e.get("source_locale") == SOURCE for one in _fields(e)]

    def varied(self, round_: int) -> list[Source]:
        """All fields; sentences end in a word of the round's, in round 0 they are as they were written."""
        return [msgspec.structs.replace(one, text=_varied(one.text, round_)) for one in self._fields]

    def short(self) -> list[Source]:
        """Texts of one short segment, each once."""
        brief = (one for one in self._fields if len(one.text) <= SHORT_CHARS_MAX and one.kind is not FieldKind.HTML)
        return list({one.text: one for one in brief}.values())


def _fields(event: dict[str, Any]) -> Iterator[Source]:
    terms = tuple(filter(None, (event.get("brand"), event.get("model"), *event.get("protected_terms", ()))))
    html = event.get("description_format") == "html"
    texts = [
        (event["title"], FieldKind.TITLE),
        (event.get("description") or "", FieldKind.HTML if html else FieldKind.TEXT),
        *((text, FieldKind.BULLET) for text in event.get("bullets", ())),
        *((one["name"], FieldKind.ATTRIBUTE_NAME) for one in event.get("attributes", ())),
        *((one["value"], FieldKind.ATTRIBUTE_VALUE) for one in event.get("attributes", ())),
    ]
    return (Source(text, kind, SOURCE, terms) for text, kind in texts if text)


def _varied(text: str, round_: int) -> str:
    return _SENTENCE_END.sub(" " + WORDS[round_ % len(WORDS)], text) if round_ else text


async def localize(localizer: Localizer, sources: Sequence[Source]) -> None:
    """Every source, AT_ONCE at a time."""
    waiting = iter(sources)

    async def work() -> None:
        for source in waiting:
            await localizer.localize(source, TARGET, Priority.LISTING)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())


async def ask(pool: Pool, requests: Sequence[tuple[str, Any]]) -> None:
    """The requests of a localizer, without it."""
    waiting = iter(requests)

    async def work() -> None:
        for text, asked in waiting:
            await Pool.translate(pool, text, **asked)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())


async def beside_model(pool: Recorder, listings: Listings, rounds: int) -> list[dict[str, float]]:
    """Processor seconds of one round each: the stages, the pool alone, and how much was in it."""
    found = []
    for round_ in range(1, rounds + 1):
        sources = listings.varied(round_)
        pool.order = []
        began, began_all = time.thread_time(), time.process_time()
        await localize(_localizer(pool), sources)
        mine, whole = time.thread_time() - began, time.process_time() - began_all
        began, began_all = time.thread_time(), time.process_time()
        await ask(pool, pool.order)
        asking, model = time.thread_time() - began, time.process_time() - began_all
        found.append(
            {
                "stages": mine - asking,
                "model": model,
                "whole": whole,
                "fields": len(sources),
                "requests": len(pool.order),
            }
        )
    return found


def _localizer(pool: Pool) -> Localizer:
    return Localizer(pool, LocalizationSettings(), "bench")


class Sampler:
    """Which stage the main thread is in, once per SAMPLE_S of processor time."""

    def __init__(self) -> None:
        self.stages: Counter[str] = Counter()

    def _sample(self, _signal: int, frame: FrameType | None) -> None:
        path: list[str] = []
        while frame is not None:
            path.append(frame.f_code.co_filename + ":" + frame.f_code.co_name)
            frame = frame.f_back
        self.stages[_stage(path[::-1])] += 1

    @contextmanager
    def running(self) -> Iterator[None]:
        """Sample while the block runs."""
        before = signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_S, SAMPLE_S)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)


def _stage(path: Sequence[str]) -> str:
    """The first frame from outside that is a stage; frames that only hand on count where nothing inside matches."""
    named = [
        place.partition("/localization/")[2] for place in path if "/localization/" in place and "/bench/" not in place
    ]
    found = [(STAGES.get(re.split(r"[/_.]", one)[0], "other"), one) for one in named]
    inside = [(stage, one) for stage, one in found if stage not in {"assemble", "other"}]
    if not inside:
        return "assemble" if found else "event loop and bench"
    stage, place = inside[0]
    return "restore" if stage == "protect" and "restore" in place.rpartition(":")[2] else stage


async def by_stage(pool: Recorder, listings: Listings) -> dict[str, float]:
    """Each stage's share of the processor time of everything but the model."""
    sampler = Sampler()
    rounds = [listings.varied(len(WORDS) - n) for n in range(1, SAMPLED_ROUNDS + 1)]
    for sources in rounds:
        await localize(_localizer(pool), sources)
    pool.replaying = True
    try:
        for sources in rounds:
            _forget_texts()
            with sampler.running():
                await localize(_localizer(pool), sources)
    finally:
        pool.replaying = False
    samples = sampler.stages
    del samples["event loop and bench"]
    return {stage: count / samples.total() for stage, count in samples.most_common()}


def _forget_texts() -> None:
    """Empty the caches that are large enough to hold texts, as if these had never been seen."""
    for name, module in list(sys.modules.items()):
        if name.startswith("localization."):
            for held in vars(module).values():
                size = held.cache_parameters()["maxsize"] if hasattr(held, "cache_parameters") else None
                if size is not None and size >= TEXTS_MIN:
                    held.cache_clear()


async def from_memory(pool: Recorder, listings: Listings) -> dict[str, float]:
    """Short segments per second of processor time where memory holds all of them; the median of the rounds."""
    examples = read_examples(ROOT / "bench" / "data" / "commerce-en-pt.tsv")
    more = [Source(one.source, FieldKind.TEXT, SOURCE) for one in examples if len(one.source) <= SHORT_CHARS_MAX]
    sources, localizer = [*listings.short(), *more], _localizer(pool)
    pool.order = []
    await localize(localizer, sources)
    pool.order, speeds = [], []
    for _ in range(9):
        began = time.process_time()
        for source in sources:
            await localizer.localize(source, TARGET, Priority.LISTING)
        speeds.append(len(sources) / (time.process_time() - began))
    assert not pool.order, "a segment that memory held was asked for again"
    return {"segments": len(sources), "per_core_second": statistics.median(speeds)}


async def measure(models: LoadedModels, settings: PoolSettings, rounds: int) -> dict[str, Any]:
    """All figures, ready for JSON."""
    listings = Listings()
    async with Recorder(models, settings) as pool:
        pool.notes, pool.order = {}, []
        await localize(_localizer(pool), listings.varied(0))  # warms up patterns, tables and the model
        found = await beside_model(pool, listings, rounds)
        shares, recalled = await by_stage(pool, listings), await from_memory(pool, listings)
    ratios = [one["stages"] / one["model"] for one in found]
    stages, requests = statistics.median(one["stages"] for one in found), found[0]["requests"]
    return {
        "pair": f"{SOURCE}-{TARGET}",
        "fields": found[0]["fields"],
        "requests": requests,
        "model_us_per_request": 1e6 * statistics.median(one["model"] for one in found) / requests,
        "stages_us_per_request": 1e6 * stages / requests,
        "stages_of_model": statistics.median(ratios),
        "stages_of_model_rounds": ratios,
        "stage_shares": shares,
        "memory": recalled,
    }


def show(result: dict[str, Any], console: Console) -> None:
    """The figures as tables."""
    table = Table("stage", "share", "us a request")
    for stage, share in result["stage_shares"].items():
        table.add_row(stage, f"{share:.0%}", f"{share * result['stages_us_per_request']:.0f}")
    console.print(f"{result['fields']} fields of listings, {result['requests']} requests a round, {result['pair']}")
    console.print(table)
    spread = f"{min(result['stages_of_model_rounds']):.1%} to {max(result['stages_of_model_rounds']):.1%}"
    sums = Table("figure", "value", "goal", "")
    model, stages = result["model_us_per_request"], result["stages_us_per_request"]
    met = "met" if result["stages_of_model"] < GOAL_SHARE else "not met"
    sums.add_row("model, us a request", f"{model:.0f}", "", "")
    sums.add_row("all other stages, us a request", f"{stages:.0f}", "", "")
    sums.add_row(f"stages / model ({spread})", f"{result['stages_of_model']:.1%}", f"< {GOAL_SHARE:.0%}", met)
    speed = result["memory"]["per_core_second"]
    met = "met" if speed >= GOAL_SEGMENTS else "not met"
    sums.add_row("from memory, short segments per core-second", f"{speed:,.0f}", f">= {GOAL_SEGMENTS:,}", met)
    console.print(sums)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, choices=range(1, len(WORDS) - SAMPLED_ROUNDS), metavar="N")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    settings = PoolSettings()
    models = ModelStore(settings.models_dir, device=settings.device).load(settings, names=["tiny-en-pt"])
    result = asyncio.run(measure(models, settings, options.rounds))
    if not options.json:
        show(result, Console())
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
