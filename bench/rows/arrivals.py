"""Requests that come by chance: how long callers wait for our pool, and for batches that are run to their end."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from bench.rows import marian
from bench.rows.figure import Figure
from bench.rows.options import Options
from bench.rows.side import Answer, Side, opened
from bench.rows.texts import human
from bench.sides import numbered

ROW = "arrivals"
P99, P50 = 0.4, 0.5
LOAD = 0.7
ENGINES = ("pool", "static")
SECONDS = {False: 10.0, True: 3.0}
CAPACITY_TEXTS = {"marian": 192, "tiny": 1200}


def compare(options: Options, step: Callable[[str], None]) -> list[Figure]:
    """Return p99 and p50 against static batches, at 70% of the pool's capacity and of the static engine's."""
    figures = []
    for kind in ("marian", "tiny"):
        if kind == "marian":
            marian.prepare(options, step)
        with opened({kind: _side(kind, options)}) as sides:
            figures += _compare(kind, sides[kind], options, step)
    return figures


def _side(kind: str, options: Options) -> Side:
    return Side("arrivals", options.cache, options.cores, kind, options.device, cores=options.cores)


def _compare(kind: str, side: Side, options: Options, step: Callable[[str], None]) -> list[Figure]:
    capacity = {}
    texts = _texts(kind, CAPACITY_TEXTS[kind] // (2 if options.quick else 1))
    for engine in ENGINES:
        step(f"arrivals, {kind}: capacity of {engine}")
        capacity[engine] = max(_rate(side, engine, texts) for _ in range(1 if options.quick else 2))
    figures = []
    for whose in ENGINES:
        rate = LOAD * capacity[whose]
        texts = _texts(kind, max(100, round(rate * SECONDS[options.quick])))
        waits: dict[str, list[float]] = {engine: [] for engine in ENGINES}
        for _ in range(1 if options.quick else 2):
            for engine in ENGINES:
                step(f"arrivals, {kind}: {rate:.0f}/s to {engine}")
                answer = side.ask({"engine": engine, "texts": texts, "per_second": rate})
                waits[engine] += answer["latencies_s"]
        figures += _figures(kind, whose, rate, waits, capacity)
    return figures


def _rate(side: Side, engine: str, texts: Sequence[str]) -> float:
    answer: Answer = side.ask({"engine": engine, "texts": texts, "per_second": None})
    return answer["sentences"] / answer["wall_s"]


def _texts(kind: str, count: int) -> list[str]:
    """Return different texts; the tokenizer drops the spaces that make repeated sentences different."""
    if kind == "marian":
        return [" ".join(map(str, source[:-1])) for source in numbered.sentences(count)]
    sources = human().sources
    return [" " * (at // len(sources)) + sources[at % len(sources)] for at in range(count)]


def _figures(
    kind: str, whose: str, rate: float, waits: Mapping[str, Sequence[float]], capacity: Mapping[str, float]
) -> list[Figure]:
    owner = {"pool": "the pool's", "static": "the static engine's"}[whose]
    figures = []
    for percent, goal in ((99, P99), (50, P50)):
        ours, peer = (float(np.percentile(waits[engine], percent)) for engine in ENGINES)
        figures.append(
            Figure(
                row=ROW,
                comparison=f"{kind}, Poisson arrivals at 70% of {owner} capacity ({rate:.0f}/s), p{percent}: "
                "pool / static batches of 32, 5 ms window",
                ours=f"{ours * 1e3:,.1f} ms",
                peer=f"{peer * 1e3:,.1f} ms",
                value=ours / peer,
                sense="<=",
                goal=goal,
                note=f"capacities {capacity['pool']:.0f} and {capacity['static']:.0f} sentences/s",
                detail={"rate": rate, "capacity": dict(capacity), "requests": len(waits["pool"])},
            )
        )
    return figures
