"""What the bundled models do to protected spans: which stand-ins survive, and what the whole localization keeps.

python bench/sentinels.py

Four measurements a direction, on tests/data: (1) stand-in forms in sentences with one to four of them; (2) numbers sent
as they are, as a name-like stand-in, as a number; (3) inline tags as pairs of stand-ins against cutting at the tags;
(4) chrF of the plain model and of the localization on ordinary sentences, refusals, and sentences that lost a span.
"""

import asyncio
import csv
import json
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path

import sacrebleu
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).absolute().parents[1]))

from inference.library.store import ModelStore
from inference.pool import Pool
from inference.requests import Priority
from localization.localizer import FieldKind, Localizer, Source
from schemas.settings import LocalizationSettings, PoolSettings

DATA = Path(__file__).parent.parent / "tests" / "data"
DIRECTIONS = (("en", "pt-BR"), ("pt-BR", "en"))
TERMS = ("Ring", "Shark", "Echo", "Instant Pot", "Positivo", "Samsung", "Galaxy", "Galaxy Buds")
INTEGERS = ("731", "852", "974", "416", "297")
FORMS: dict[str, Callable[[int], str]] = {
    "XQ1": lambda n: f"XQ{n + 1}",
    "QK710": lambda n: f"QK{710 + n}",
    "PH1": lambda n: f"PH{n + 1}",
    "ZX-1001": lambda n: f"ZX-{1001 + n}",
    "ABC-1": lambda n: f"ABC-{n + 1}",
    "K1X": lambda n: f"K{n + 1}X",
    "731": lambda n: INTEGERS[n],
    "{1}": lambda n: f"{{{n + 1}}}",
    "<1/>": lambda n: f"<{n + 1}/>",
}
TEMPLATES = {
    "en": (
        "I bought the {0} for my {1} and it works very well.",
        "The {0} is compatible with {1} and {2}.",
        "It measures {0} by {1} and weighs {2}.",
        "Write to {0} or visit {1} to ask about {2}.",
        "Hello {0}, your order {1} from {2} was shipped on {3}.",
        "The new {0} costs {1} instead of {2} until Friday.",
        "My {0} arrived with {1} missing and {2} broken, so I returned the {3}.",
        "{0} {1} {2} leather case",
        "{0}: great product {1}",
        "Made by {0} in Brazil, the {1} has {2} of storage.",
    ),
    "pt-BR": (
        "Comprei o {0} para meu {1} e funciona muito bem.",
        "O {0} é compatível com {1} e {2}.",
        "Mede {0} por {1} e pesa {2}.",
        "Escreva para {0} ou visite {1} para perguntar sobre {2}.",
        "Olá {0}, seu pedido {1} de {2} foi enviado em {3}.",
        "O novo {0} custa {1} em vez de {2} até sexta-feira.",
        "Meu {0} chegou sem {1} e com {2} quebrado, então devolvi o {3}.",
        "Capa de couro {0} {1} {2}",
        "{0}: ótimo produto {1}",
        "Feito pela {0} no Brasil, o {1} tem {2} de armazenamento.",
    ),
}
NUMBER = re.compile(r"\$?\d+(?:[.,]\d+)?(?:\s?(?:%|GB|cm|mm|kg|Ah|ml|[WVgmKLl]\b))?")


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def chrf(hypotheses: list[str], references: list[str]) -> float:
    return round(sacrebleu.corpus_chrf(hypotheses, [references]).score, 1)


class Bench:
    """One direction on a running pool."""

    def __init__(self, pool: Pool, source: str, target: str) -> None:
        self.pool, self.source, self.target = pool, source, target
        pairs = rows("commerce-en-pt.tsv")
        self.texts = [pair["source" if source == "en" else "reference"] for pair in pairs]
        self.references = [pair["reference" if source == "en" else "source"] for pair in pairs]

    async def plain(self, texts: list[str]) -> list[str]:
        """Return the model's own outputs, nothing protected."""
        asked = [self.pool.translate(text, source=self.source, target=self.target) for text in texts]
        return [answer.text for answer in await asyncio.gather(*asked)]

    async def survival(self) -> dict[str, str]:
        """Sentences in which every stand-in came back exactly once, and in which their order was kept."""
        figures = {}
        for name, form in FORMS.items():
            cases = []
            for template in TEMPLATES[self.source]:
                for first in range(3):
                    spans = [form((n + first) % 5) for n in range(len(set(re.findall(r"\{\d\}", template))))]
                    cases.append((spans, template.format(*spans)))
            outputs = await self.plain([text for _, text in cases])
            kept = ordered = 0
            for (spans, _), output in zip(cases, outputs, strict=True):
                found = [re.findall(rf"(?<!\w){re.escape(span)}(?!\w)", output) for span in spans]
                whole = all(len(one) == 1 for one in found)
                kept += whole
                ordered += whole and [output.index(span) for span in spans] == sorted(map(output.index, spans))
            figures[name] = f"{kept}/{len(cases)} kept, {ordered} in order"
        return figures

    async def numbers(self) -> dict[str, float]:
        """Mean chrF over the sentences that hold numbers, by what the model is shown instead of them."""
        chosen = [(t, r) for t, r in zip(self.texts, self.references, strict=True) if 0 < len(NUMBER.findall(t)) <= 5]
        figures = {}
        for name in ("as they are", "QK710", "731"):
            asked, tables = [], []
            for text, _ in chosen:
                spans = NUMBER.findall(text)
                counter = iter(range(len(spans)))
                table = {} if name == "as they are" else {FORMS[name](n): span for n, span in enumerate(spans)}
                form = FORMS.get(name)
                asked.append(NUMBER.sub(lambda _, f=form, c=counter: f(next(c)), text) if form else text)
                tables.append(table)
            outputs = await self.plain(asked)
            shown = []
            for output, table in zip(outputs, tables, strict=True):
                for sentinel, span in table.items():
                    output = re.sub(rf"(?<!\w){sentinel}(?!\w)", lambda _, span=span: span, output)  # noqa: PLW2901
                shown.append(re.sub(r"(\d),(\d)", r"\1.\2", output))
            figures[name] = chrf(shown, [re.sub(r"(\d),(\d)", r"\1.\2", reference) for _, reference in chosen])
        return figures

    async def tags(self) -> dict[str, str]:
        """Words marked at random: what is kept, and chrF to the translation of the sentence without tags."""
        dice = random.Random(3)
        parts = []
        for text in self.texts[:120]:
            words = text.split()
            length = min(dice.choice((1, 2, 2, 3)), len(words) - 1)
            first = dice.randrange(len(words) - length)
            cut = (words[:first], words[first : first + length], words[first + length :])
            parts.append(tuple(" ".join(one) for one in cut))
        whole = await self.plain([" ".join(filter(None, part)) for part in parts])
        paired = await self.plain([" ".join(filter(None, (a, f"QK710 {b} QK711", c))) for a, b, c in parts])
        kept = sum(p.count("QK710") == p.count("QK711") == 1 and p.index("QK710") < p.index("QK711") for p in paired)
        bare = [" ".join(re.sub(r"QK71[01]", " ", text).split()) for text in paired]
        cut = await self.plain([one for part in parts for one in part if one])
        pieces = iter(cut)
        joined = [" ".join(next(pieces) for one in part if one) for part in parts]
        return {
            "pairs": f"{kept}/{len(parts)} kept, chrF {chrf(bare, whole)}",
            "cut at tags": f"{len(parts)}/{len(parts)} kept, chrF {chrf(joined, whole)}",
        }

    async def localization(self) -> dict[str, str]:
        """The whole way against the plain model, on ordinary sentences and on sentences full of spans."""
        localizer = Localizer(self.pool, LocalizationSettings(), "bench")
        fields = [await self._field(localizer, text) for text in self.texts]
        plain = await self.plain(self.texts)
        shown = [field.text for field in fields]
        refused = sum(bool(field.warnings) for field in fields)
        hard = [row for row in rows("commerce-spans.tsv") if row["locale"] == self.source]
        kept = [(await self._field(localizer, row["text"])) for row in hard]
        raw = await self.plain([row["text"] for row in hard])
        lost_plain = sum(self._lost(row, text) for row, text in zip(hard, raw, strict=True))
        lost = sum(self._lost(row, field.text) for row, field in zip(hard, kept, strict=True))
        return {
            "ordinary sentences refused": f"{refused}/{len(fields)}",
            "chrF plain model, localization": f"{chrf(plain, self.references)}, {chrf(shown, self.references)}",
            "sentences with spans refused": f"{sum(bool(field.warnings) for field in kept)}/{len(hard)}",
            "sentences that lost a span, plain model": f"{lost_plain}/{len(hard)}",
            "sentences that lost a span, localization": f"{lost}/{len(hard)}",
        }

    async def _field(self, localizer: Localizer, text: str):  # noqa: ANN202  # LocalizedField
        return await localizer.localize(Source(text, FieldKind.TEXT, self.source, TERMS), self.target, Priority.LISTING)

    @staticmethod
    def _lost(row: dict[str, str], text: str) -> bool:
        """Either locale's separators and a missing space before a unit are not counted as a loss."""
        loose = re.sub(r"[.,\s]", "", text)
        return any(re.sub(r"[.,\s]", "", span) not in loose for span in row["spans"].split("|"))


async def main() -> None:
    models = ModelStore().load(PoolSettings(), names=("tiny-en-pt", "tiny-pt-en"))
    figures = {}
    async with Pool(models, PoolSettings()) as pool:
        for source, target in DIRECTIONS:
            bench = Bench(pool, source, target)
            measured = {
                "stand-ins": await bench.survival(),
                "numbers": await bench.numbers(),
                "inline tags": await bench.tags(),
                "localization": await bench.localization(),
            }
            figures[f"{source} > {target}"] = measured
            table = Table("measurement", "case", "figure", title=f"{source} > {target}")
            for name, cases in measured.items():
                for case, figure in cases.items():
                    table.add_row(name, case, str(figure))
            Console().print(table)
    print(json.dumps({"name": "sentinels", "figures": figures}, ensure_ascii=False))


if __name__ == "__main__":
    asyncio.run(main())
