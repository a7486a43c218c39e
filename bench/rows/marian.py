"""A model of opus-mt's size with random weights: our pool against CTranslate2 and transformers."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench.rows.figure import Figure, speedup
from bench.rows.options import Options
from bench.rows.side import PEERS, ROOT, Answer, Side, Turn, interleaved, opened
from bench.sides import numbered

ROW = "marian"
SORTED, ARRIVAL, TRANSFORMERS = 1.3, 2.0, 10.0
SENTENCES = {False: 384, True: 128}
"""By `quick`. Of single requests and of transformers' float32 a part is enough."""
SINGLES = 64
TRANSFORMED = {False: 64, True: 32}
SLOW_ROUNDS = 2


def prepare(options: Options, step: Callable[[str], None]) -> None:
    """Make the model with random weights, its conversions and our graphs, where they are not there."""
    if not (options.cache / "marian-base" / "complete").exists():
        step("making the model with random weights")
        _make(PEERS, "marian_checkpoint", str(options.cache))
    step("building its graphs")
    _make(Path(sys.executable), "marian_graphs", str(options.cache), ",".join(precisions(options.device)))


def _make(python: Path, module: str, *arguments: str) -> None:
    command = [str(python), "-m", f"bench.sides.{module}", *arguments]
    made = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    if made.returncode:
        raise SystemExit(f"the model with random weights cannot be made:\n{made.stderr[-2000:]}")


def precisions(device: str) -> tuple[str, ...]:
    """Our default first."""
    return ("row8", "static8") if device == "cpu" else ("fp16",)


def compare(options: Options, step: Callable[[str], None]) -> list[Figure]:
    """Return speed against each of the peers, without and with a reduced head, and how often int8 agrees with fp32."""
    prepare(options, step)
    with opened(_sides(options)) as sides:
        turns = _turns(sides, SENTENCES[options.quick], options)
        answers = interleaved(turns, options.rounds, lambda name: step(f"marian: {name}"))
        agreement = {}
        for name in turns:
            step(f"marian: float32 judges {name}")
            columns = numbered.pruned_columns() if name.endswith(("pruned", "vmap")) else None
            judged = {"judge": answers[name][-1]["targets"][: TRANSFORMED[options.quick]], "columns": columns}
            agreement[name] = sides["transformers"].ask(judged)["agreement"]
    figures = []
    for precision in precisions(options.device):
        figures += _figures(precision, answers, agreement)
    return figures


def _sides(options: Options) -> dict[str, Side]:
    common = (options.cache, SENTENCES[options.quick])
    sides = {
        f"{precision} {head}": Side(
            "pool_marian", *common, options.cores, precision, head, options.device, cores=options.cores
        )
        for precision in precisions(options.device)
        for head in ("full", "pruned")
    }
    for head in ("full", "vmap"):
        # One thread a batch and as many batches as cores: here the faster of its two ways to use them.
        sides[f"ct2 {head}"] = Side("ct2", *common, f"{options.cores}x1", head, cores=options.cores, peer=True)
    sides["transformers"] = Side("transformers_marian", *common, options.cores, cores=options.cores, peer=True)
    return sides


def _turns(sides: Mapping[str, Side], count: int, options: Options) -> dict[str, Turn]:
    turns = {}
    for name, side in sides.items():
        if not name.startswith(("ct2", "transformers")):
            turns[name] = Turn(side, {"count": count})
    turns["ct2 sorted"] = Turn(sides["ct2 full"], {"order": "sorted", "count": count})
    turns["ct2 arrival"] = Turn(sides["ct2 full"], {"order": "arrival", "count": count})
    turns["ct2 single"] = Turn(sides["ct2 full"], {"order": "single", "count": SINGLES}, SLOW_ROUNDS)
    turns["ct2 sorted, vmap"] = Turn(sides["ct2 vmap"], {"order": "sorted", "count": count})
    turns["transformers"] = Turn(
        sides["transformers"], {"count": TRANSFORMED[options.quick]}, min(SLOW_ROUNDS, options.rounds)
    )
    return turns


def _figures(precision: str, answers: Mapping[str, Sequence[Answer]], agreement: Mapping[str, float]) -> list[Figure]:
    full, pruned = f"{precision} full", f"{precision} pruned"
    lines: list[tuple[str, str, str, float | None]] = [
        (full, "ct2 sorted", "CTranslate2 int8, all sorted beforehand", SORTED),
        (pruned, "ct2 sorted, vmap", "CTranslate2 int8, sorted, with a vocabulary map; both 8,000 targets", SORTED),
        (full, "ct2 arrival", "CTranslate2 int8, batches of 32 in arrival order", ARRIVAL),
        (full, "ct2 single", "CTranslate2 int8, one by one", None),
        (full, "transformers", "transformers fp32, batches of 32", TRANSFORMERS),
    ]
    return [
        speedup(
            ROW,
            f"Marian-base {precision}, one by one in arrival order / {said}",
            answers[ours],
            answers[peer],
            done="tokens",
            goal=goal,
            note=f"agrees with fp32: {agreement[ours]:.1%} ours, {agreement[peer]:.1%} theirs",
            detail={"agreement": [agreement[ours], agreement[peer]]},
        )
        for ours, peer, said, goal in lines
    ]
