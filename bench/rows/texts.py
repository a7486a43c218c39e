"""Sentences with human translations, English to Brazilian Portuguese."""

from pathlib import Path

from msgspec import Struct

from bench.rows.side import ROOT
from cli.evaluation_set import Example, read_examples

SETS = (ROOT / "tests" / "data" / "commerce-en-pt.tsv", ROOT / "bench" / "data" / "interface-en-pt.tsv")


class Texts(Struct, frozen=True):
    """Sentences and references, side by side."""

    sources: list[str]
    references: list[str]


def human(count: int | None = None) -> Texts:
    """Return the first `count` sentences of all sets, taken from each in turn, so that any number is a mixture."""
    examples: list[Example] = []
    sets = [list(read_examples(Path(path))) for path in SETS]
    while any(sets):
        # Sets differ in length: the longer ones give more each time.
        shortest = min(len(rest) for rest in sets if rest)
        for rest in sets:
            share = max(1, round(len(rest) / shortest)) if rest else 0
            examples += rest[:share]
            del rest[:share]
    chosen = examples[:count]
    return Texts([one.source for one in chosen], [one.reference for one in chosen])
