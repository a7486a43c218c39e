"""What becomes of protected spans and glossary terms on the bundled models.

python bench/protection.py

Four measurements a direction. (1) Kinds: spans of every kind in titles and sentences, at their starts, at their ends
and in rows: kept as the model gave them, kept after repair, refused. (2) Stress: one to six random words of ordinary
sentences become spans. (3) Repairs: kept outputs damaged on purpose; a repair is
wrong when it does not give the output again.
(4) Glossary: the fixed translation in the output, and its article's gender, by three ways of asking.
"""

import asyncio
import csv
import json
import random
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).absolute().parents[1]))

from inference.library.store import ModelStore
from inference.pool import Pool
from localization.protection.masking import Masked, mask, restore
from localization.protection.repair import repaired
from localization.text.casing import casing_of, to_model, to_reader
from schemas.settings import PoolSettings

TESTS = Path(__file__).parent.parent / "tests" / "data"
DATA = tomllib.loads((Path(__file__).parent / "data" / "protection.toml").read_text("utf-8"))
DIRECTIONS = (("en", "pt-BR"), ("pt-BR", "en"))
TERMS = tuple(DATA["kinds"]["term"])
SPANS = [span for spans in DATA["kinds"].values() for span in spans]
FEMALE = re.compile(r"\b(?:a|as|da|na|à|minha|nova|uma|esta|essa|velha|antiga)\s+$", re.IGNORECASE)
MALE = re.compile(r"\b(?:o|os|do|no|ao|meu|novo|um|este|esse|velho|antigo)\s+$", re.IGNORECASE)


class Bench:
    """One direction on a running pool."""

    def __init__(self, pool: Pool, source: str, target: str) -> None:
        self.pool, self.source, self.target = pool, source, target

    async def ask(self, masks: Sequence[Masked]) -> list[str]:
        """Return what the model makes of masked texts, dressed as the pipeline dresses them."""
        casings = [casing_of(one.text) for one in masks]
        asked = [
            self.pool.translate(to_model(one.text, casing), source=self.source, target=self.target)
            for one, casing in zip(masks, casings, strict=True)
        ]
        answers = await asyncio.gather(*asked)
        return [
            to_reader(answer.text, one.text, casing)
            for answer, one, casing in zip(answers, masks, casings, strict=True)
        ]

    def fate(self, masked: Masked, output: str) -> str:
        """Return `kept`, `repaired` or `refused`."""
        if restore(masked, output, self.source, self.target) is None:
            return "refused"
        stand_ins = [span.sentinel for span in masked.spans]
        found = Counter(re.findall(r"(?<![A-Za-z0-9])(?:QK\d{3}|\d{3})(?![A-Za-z0-9])", output))
        return "kept" if all(found[one] == 1 for one in stand_ins) else "repaired"

    async def kinds(self) -> dict[str, str]:
        """Fates of spans by kind, twenty templates each, further spans of other kinds beside them."""
        dice = random.Random(5)
        figures, total = {}, Counter[str]()
        for kind, spans in DATA["kinds"].items():
            others = [span for span in SPANS if span not in spans]
            texts = [
                template.format(spans[at % len(spans)], *dice.sample(others, 2))
                for at, template in enumerate(DATA["templates"][self.source])
            ]
            masks = [mask(text, TERMS) for text in texts]
            fates = Counter(map(self.fate, masks, await self.ask(masks)))
            total += fates
            figures[kind] = f"{fates['kept']} of {len(texts)}"
        return {"all kinds": told(total), **figures}

    async def stress(self) -> tuple[list[Masked], list[str], dict[str, str]]:
        """Random words of ordinary sentences become spans: nonsense, but what a model can be asked at worst."""
        dice = random.Random(7)
        masks = []
        for text in self.sentences() * 3:
            words = text.split()
            if len(words) < 4:
                continue
            for at in dice.sample(range(len(words)), min(dice.randint(1, 6), len(words) // 2)):
                stop = re.search(r"[.,!?;:]*$", words[at])
                words[at] = dice.choice(SPANS) + (stop.group() if stop else "")
            masks.append(mask(" ".join(words), TERMS))
        outputs = await self.ask(masks)
        return masks, outputs, {"random words": told(Counter(map(self.fate, masks, outputs)))}

    def sentences(self) -> list[str]:
        """The ordinary sentences of this direction's source language."""
        column = "source" if self.source == "en" else "reference"
        with (TESTS / "commerce-en-pt.tsv").open(encoding="utf-8", newline="") as file:
            return [row[column] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]

    def damages(self, masks: Sequence[Masked], outputs: Sequence[str]) -> dict[str, str]:
        """Damage one stand-in of each kept output; the repair gives the output again, gives up, or is wrong."""
        figures = {}
        for name, damage in DAMAGES.items():
            dice = random.Random(11)
            fates = Counter[str]()
            for masked, output in zip(masks, outputs, strict=True):
                if not masked.spans or self.fate(masked, output) != "kept":
                    continue
                stand_ins = [span.sentinel for span in masked.spans]
                which = dice.randrange(len(stand_ins))
                hurt = damage(output, stand_ins[which], stand_ins[which - 1])
                mended = repaired(masked.text, stand_ins, hurt)
                fates["given up" if mended is None else likeness(mended, output)] += 1
            figures[name] = ", ".join(f"{fates[fate]} {fate}" for fate in ("right", "elsewhere", "given up", "wrong"))
        return figures

    async def glossary(self) -> dict[str, str]:
        """How often the fixed translation is said, and with which article's gender, by the way it is asked."""
        cases = [
            (template.format(t=term), term, fixed, gender)
            for term, (fixed, gender) in DATA["glossary"][self.source].items()
            for template in DATA["glossary_templates"][self.source]
        ]
        ways: dict[str, Callable[[str, str, str], Masked]] = {
            "term as it is": lambda text, *_: mask(text, ()),
            "fixed translation written in": lambda text, term, fixed: mask(text, (), {term: fixed}),
            "stand-in": lambda text, term, fixed: mask(text, (), {term: fixed}, strict=True),
        }
        figures = {}
        for name, way in ways.items():
            masks = [way(text, term, fixed) for text, term, fixed, _ in cases]
            said, agreed, judged = 0, 0, 0
            for masked, output, (_, _, fixed, gender) in zip(masks, await self.ask(masks), cases, strict=True):
                shown = restore(masked, output, self.source, self.target) or ""
                at = shown.lower().find(fixed.lower())
                said += at >= 0
                article = {"f": FEMALE, "m": MALE}.get(gender)
                if at > 0 and article is not None and (FEMALE.search(shown[:at]) or MALE.search(shown[:at])):
                    judged += 1
                    agreed += article.search(shown[:at]) is not None
            agreement = f", article agrees in {agreed} of {judged}" if judged else ""
            figures[name] = f"said in {said} of {len(cases)}{agreement}"
        return figures


DAMAGES: dict[str, Callable[[str, str, str], str]] = {
    "gap": lambda text, one, _: text.replace(one, f"{one[:2]} {one[2:]}"),
    "small letters": lambda text, one, _: text.replace(one, one.lower()),
    "twice": lambda text, one, _: text.replace(one, f"{one} {one}"),
    "again at the end": lambda text, one, _: f"{text} {one}.",
    "neighbour's name": lambda text, one, other: text.replace(one, other),
    "a digit more": lambda text, one, _: text.replace(one, f"{one}4"),
    "glued to a word": lambda text, one, _: text.replace(f"{one} ", one),
    "gone": lambda text, one, _: text.replace(one, ""),
}


def likeness(mended: str, output: str) -> str:
    """Return `right`, `elsewhere` where all is said in another order, or `wrong`."""
    one, other = ("".join(re.findall(r"\w", text)) for text in (mended, output))
    return "right" if one == other else "elsewhere" if sorted(one) == sorted(other) else "wrong"


def told(fates: Counter[str]) -> str:
    """Fates in one line."""
    return f"{fates['kept']} kept, {fates['repaired']} repaired, {fates['refused']} refused of {fates.total()}"


async def main() -> None:
    models = ModelStore().load(PoolSettings(), names=("tiny-en-pt", "tiny-pt-en"))
    figures: dict[str, Any] = {}
    async with Pool(models, PoolSettings()) as pool:
        for source, target in DIRECTIONS:
            bench = Bench(pool, source, target)
            kinds = await bench.kinds()
            masks, outputs, stress = await bench.stress()
            measured = {
                "kinds": kinds,
                "stress": stress,
                "damages": bench.damages(masks, outputs),
                "glossary": await bench.glossary(),
            }
            figures[f"{source} > {target}"] = measured
            table = Table("measurement", "case", "figure", title=f"{source} > {target}")
            for name, cases in measured.items():
                for case, figure in cases.items():
                    table.add_row(name, case, figure)
            Console().print(table)
    print(json.dumps({"name": "protection", "figures": figures}, ensure_ascii=False))


if __name__ == "__main__":
    asyncio.run(main())
