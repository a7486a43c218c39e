"""What a pool with four models keeps of an outlier's memory."""

from collections.abc import Callable

from bench.rows import marian
from bench.rows.figure import Figure
from bench.rows.options import Options
from bench.rows.side import Side, opened
from bench.rows.texts import human

ROW = "memory"
OUTLIER_TEXTS = {False: 512, True: 128}
"""By `quick`: the large model takes half a minute for the full outlier."""
OUTLIER_TOKENS = 60
WITHIN = 10.0
ORDINARY_TEXTS = 128


def compare(options: Options, step: Callable[[str], None]) -> list[Figure]:
    """Return how much more memory is in use after an outlier to every model than before, both after ordinary work."""
    marian.prepare(options, step)
    count = OUTLIER_TEXTS[options.quick]
    request = {
        "texts": human(ORDINARY_TEXTS).sources,
        "outlier_texts": count,
        "outlier_tokens": OUTLIER_TOKENS,
    }
    with opened({"pool": Side("pool_memory", options.cache, options.cores, options.device)}) as sides:
        step("memory: outlier")
        answer = sides["pool"].ask(request)
    return [
        Figure(
            row=ROW,
            comparison=f"memory, four models, after an outlier of {count} x {OUTLIER_TOKENS} tokens to each",
            ours=f"{answer['after_mb']:,.0f} MB",
            peer=f"{answer['before_mb']:,.0f} MB before",
            value=100 * (answer["after_mb"] / answer["before_mb"] - 1),
            unit="%",
            sense="<=",
            goal=WITHIN,
            note=f"at most {answer['peak_mb']:,.0f} MB meanwhile",
            detail=dict(answer),
        )
    ]
