"""How well languages are told, by length of text, beside what the installed detectors do alone.

python -m bench.detect [--file TEXTS.tsv]

Measured on tests/data/detect/catalogues.jsonl (catalogues that nothing was fitted to), or on a file of your own with
lines `locale<TAB>text`. Shown for a set of six served locales and one of twenty-eight: of the texts in a served
language, how many are answered at the confidence of 0.7 rightly and wrongly; of the others, how many are taken for a
served one; and the precision of answers where one text in five is in another language.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from py3langid.langid import MODEL_FILE, LanguageIdentifier
from rich.console import Console
from rich.table import Table

from localization.detection.detector import Detector
from localization.detection.models import models
from localization.detection.noise import wording
from schemas.locales import parse_locale, written_in

DATA = Path(__file__).parent.parent / "tests" / "data" / "detect"
FEW = ("en", "pt-BR", "es", "fr", "de", "zh-CN")
MANY = tuple(
    "en pt-BR es fr de it nl pl sv da nb fi cs tr ru uk ar he ja ko zh-CN zh-TW id vi ro hu el th".split()  # noqa: SIM905 - tags read as one line
)
LENGTHS = ((1, 1), (2, 2), (3, 4), (5, 8), (9, 999), (1, 999))
SURE = 0.7
STRAYS = 0.2
Guesser = Callable[[str], tuple[str | None, float]]


def language(tag: str) -> str:
    """The language of a tag; traditional Chinese is another one than simplified."""
    parsed = parse_locale(tag)
    named = {"no": "nb"}.get(parsed.language, parsed.language)
    return f"zh-{written_in(parsed)}" if named == "zh" else named


def ours(served: Sequence[str]) -> Guesser:
    detector = Detector(served)

    def guess(text: str) -> tuple[str | None, float]:
        found = detector.guess([text])
        return (language(found.locale) if found.locale else None), found.probability

    return guess


@cache
def identifier(languages: tuple[str, ...]) -> Any:
    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages({"no" if one == "nb" else one.split("-")[0] for one in languages} & set(found.labels))
    return found


def py3langid(served: Sequence[str]) -> Guesser:
    """Restricted to the served languages."""
    one = identifier(tuple(sorted({language(tag) for tag in served})))

    def guess(text: str) -> tuple[str | None, float]:
        found, probability = one.classify(text)
        return {"no": "nb", "zh": "zh-Hans"}.get(found, found), probability

    return guess


def fasttext(served: Sequence[str]) -> Guesser:
    """The likeliest of all languages, nobody's if it is not served."""
    languages = {language(tag) for tag in served}

    def guess(text: str) -> tuple[str | None, float]:
        found, probability = models().fastest(" ".join(text.split()))
        found = "zh-Hans" if found == "zh" else found
        return (found, probability) if found in languages else (None, 0.0)

    return guess


def measure(cases: Sequence[tuple[str, str]], served: Sequence[str], guess: Guesser) -> list[list[str]]:
    languages = {language(tag) for tag in served}
    guess(cases[0][1])  # loads the models
    began = time.process_time()
    said = [guess(text) for _, text in cases]
    cost_us = (time.process_time() - began) / len(cases) * 1e6
    rows = []
    for low, high in LENGTHS:
        mine = [
            (expected, found if sure >= SURE else None)
            for (expected, text), (found, sure) in zip(cases, said, strict=True)
            if low <= len(wording(text).split()) <= high
        ]
        served_texts = [one for one in mine if one[0] in languages]
        strays = [one for one in mine if one[0] not in languages]
        right = sum(expected == found for expected, found in served_texts) / max(1, len(served_texts))
        wrong = sum(found not in {None, expected} for expected, found in served_texts) / max(1, len(served_texts))
        taken = sum(found is not None for _, found in strays) / max(1, len(strays))
        precision = (1 - STRAYS) * right / max(1e-9, (1 - STRAYS) * (right + wrong) + STRAYS * taken)
        span = "all" if (low, high) == LENGTHS[-1] else f"{low}" if low == high else f"{low} to {high}"
        span = span.replace(" to 999", " and more")
        count = f"{len(served_texts)} / {len(strays)}"
        shares = [f"{share * 100:.1f}%" for share in (right, wrong, taken, precision)]
        rows.append([span, count, *shares, f"{cost_us:.0f}" if span == "all" else ""])
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path)
    file = parser.parse_args().file
    if file is None:
        lines = [json.loads(line) for line in (DATA / "catalogues.jsonl").read_text("utf-8").splitlines()]
        cases = [(language(line["expected"]), line["text"]) for line in lines]
    else:
        pairs = [line.split("\t", 1) for line in file.read_text("utf-8").splitlines()]
        cases = [(language(tag), text) for tag, text in pairs]
    cases = [(tag, text) for tag, text in cases if wording(text)]
    guesses = (("dragoman", ours), ("py3langid, restricted", py3langid), ("fastText lite, of all", fasttext))
    for served in (FEW, MANY):
        for name, make in guesses:
            table = Table("words", "served / other", "right", "wrong", "taken", "precision", "us a text")
            table.title = f"{name}, {len(served)} locales"
            for row in measure(cases, served, make(served)):
                table.add_row(*row)
            Console().print(table)


if __name__ == "__main__":
    main()
