"""Builds the corpus of planted faults from the clean corpus of the gate.

python bench/plant_faults.py [--each 40] [--corpora tests/data/gate]

Every fault is an edit of a translation that people published (or of a line written for this corpus), drawn with a seed
that depends on the kind only: a new kind or a new clean line leaves the others as they are. Languages and catalogues
take turns, so that no kind is a kind of one language. `dev` is made of clean lines in `dev`, `test` of those in `test`.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).absolute().parents[1]))

from bench.planting import across, amounts, carried, wording
from bench.planting.line import Edit, Line

CORPORA: Final = Path(__file__).parent.parent / "tests" / "data" / "gate"
SPLITS: Final = ("dev", "test")
EACH: Final = 40  # faults of a kind, both splits together
# What a planted line takes over from its clean line.
KEPT: Final = (
    "source",
    "translation",
    "source_locale",
    "target_locale",
    "field",
    "format",
    "protected",
    "glossary",
    "rating",
)


def read_lines(folder: Path) -> list[dict[str, Any]]:
    """The lines of every .jsonl file of a folder, file by file in the order of their names."""
    files = sorted(folder.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").split("\n") if line]


def plant(lines: Sequence[Line], each: int) -> list[dict[str, Any]]:
    """At most `each` faults of every kind, no two of a kind from one clean line."""
    sound = [line for line in lines if "doubtful" not in line]
    edits: Mapping[str, Edit] = {**amounts.EDITS, **carried.EDITS, **wording.EDITS, **across.edits(sound)}
    drawn = [fault for kind, edit in edits.items() for fault in _of_kind(kind, edit, sound, each)]
    return [*drawn, *_by_hand(sound)]


def _by_hand(lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    """The faults that a line written for this corpus carries: a brand translated, a review turned round."""
    for line in lines:
        for kind, translation in line.get("spoiled", {}).items():
            kept = {key: line[key] for key in KEPT if key in line}
            yield {"id": f"{kind}-{line['id']}", **kept, "translation": translation, "fault": kind, "of": line["id"]}


def _of_kind(kind: str, edit: Edit, lines: Sequence[Line], each: int) -> Iterator[dict[str, Any]]:
    count = 0
    for line in _in_turn(lines, Random(kind)):
        if count == each:
            return
        if (change := edit(line, Random(f"{kind} {line['id']}"))) is not None:
            count += 1
            kept = {key: line[key] for key in KEPT if key in line}
            yield {"id": f"{kind}-{line['id']}", **kept, **change, "fault": kind, "of": line["id"]}


def _in_turn(lines: Iterable[Line], rng: Random) -> Iterator[Line]:
    """The lines with languages taking turns, each language's catalogues taking turns."""
    piles: dict[str, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        piles[line["target_locale"]][line["origin"]].append(line)
    turns = {locale: _turns(list(pile.values()), rng) for locale, pile in piles.items()}
    order = list(turns)
    rng.shuffle(order)
    yield from _turns([list(turns[locale]) for locale in order], rng, shuffle=False)


def _turns(piles: Sequence[list[Line]], rng: Random, *, shuffle: bool = True) -> Iterator[Line]:
    """One line of each pile, then the next of each."""
    piles = [list(pile) for pile in piles]
    if shuffle:
        rng.shuffle(piles)
        for pile in piles:
            rng.shuffle(pile)
    for row in range(max(map(len, piles), default=0)):
        for pile in piles:
            if row < len(pile):
                yield pile[row]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=EACH)
    parser.add_argument("--corpora", type=Path, default=CORPORA)
    options = parser.parse_args(argv)
    kinds: Counter[str] = Counter()
    for split in SPLITS:
        faults = plant(read_lines(options.corpora / "clean" / split), options.each // len(SPLITS))
        kinds.update(fault["fault"] for fault in faults)
        file = options.corpora / "planted" / split / "faults.jsonl"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(json.dumps(fault, ensure_ascii=False) + "\n" for fault in faults), "utf-8")
        sys.stdout.write(f"{file}: {len(faults)} faults\n")
    for kind, count in sorted(kinds.items(), key=lambda item: item[1]):
        sys.stdout.write(f"{count:5d} {kind}\n")


if __name__ == "__main__":
    main()
