"""What int8 costs: chrF of the bundled model as the pool serves it, and in float32."""

from collections.abc import Callable

import sacrebleu

from bench.rows.figure import Figure
from bench.rows.options import Options
from bench.rows.side import Side, opened
from bench.rows.texts import human

ROW = "quality"
WITHIN = 0.3


def compare(options: Options, step: Callable[[str], None]) -> list[Figure]:
    """Return the difference on all human sentences; a quick run has no fewer, or the figure would be chance."""
    texts = human()
    scores, written = {}, {}
    with opened({"pool": Side("pool_precisions", options.cores)}) as sides:
        default = sides["pool"].ready["precision"]
        for precision in ("default", "fp32"):
            step(f"quality: {precision}")
            written[precision] = sides["pool"].ask({"precision": precision, "texts": texts.sources})["texts"]
            scores[precision] = sacrebleu.corpus_chrf(written[precision], [texts.references]).score
    equal = sum(one == other for one, other in zip(written["default"], written["fp32"], strict=True))
    return [
        Figure(
            row=ROW,
            comparison=f"tiny en-pt, chrF of {len(texts.sources)} sentences: {default} / fp32, difference",
            ours=f"chrF {scores['default']:.2f}",
            peer=f"chrF {scores['fp32']:.2f}",
            value=abs(scores["default"] - scores["fp32"]),
            unit="points",
            sense="<=",
            goal=WITHIN,
            note=f"{equal / len(texts.sources):.0%} of the texts are equal",
            detail=scores,
        )
    ]
