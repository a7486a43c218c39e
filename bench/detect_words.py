"""Count the words of catalogues into the tables of the language detector.

python -m bench.detect_words TEXTS.tsv [--write]

A line is `catalogue<TAB>locale<TAB>text`, translations only: what equals its English source is not to be in it. The
catalogues that words.tsv names were taken from the wheel of Django, the npm package of Medusa's dashboard and the
repositories of the others. `--write` replaces words.tsv and han.tsv in localization/detection/data/, keeping their
comments.
"""

import argparse
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from localization.detection.noise import wording
from localization.detection.scripts import scripts_in

TABLES = Path(__file__).parent.parent / "localization" / "detection" / "data"
WORD_CHARS_MAX = 20
SEEN_MIN, SEEN_IN_TWO_MIN = 5, 3
LANGUAGE_WORDS_MIN = 800
# Counts of a small catalogue say less: so many words are added to each before rates are taken.
SHRINK = 3000
SPACED = {"Latn", "Cyrl", "Arab", "Deva", "Hebr"}
HAN = re.compile("[\u3400-\u9fff]+")
TIMES_MORE = 8


def read(file: Path) -> Iterator[tuple[str, str, str]]:
    seen = set()
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            catalogue, locale, text = line.rstrip("\n").split("\t", 2)
            language = locale.replace("_", "-").split("-")[0].split("@")[0].lower()
            language = {"no": "nb"}.get(language, language)
            if (language, text.lower()) not in seen:
                seen.add((language, text.lower()))
                yield catalogue, language, text


def count_words(texts: Iterable[tuple[str, str, str]]) -> dict[str, dict[int, list[str]]]:
    """Words by language and tier."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    places: dict[tuple[str, str], set[str]] = defaultdict(set)
    for catalogue, language, text in texts:
        words = wording(text.lower())
        scripts = scripts_in(words)
        if not scripts or scripts.most_common(1)[0][0] not in SPACED:
            continue
        for word in filter(None, (word.strip("'\u2019") for word in words.split())):
            counts[language][word] += 1
            places[language, word].add(catalogue)
    tables: dict[str, dict[int, list[str]]] = {}
    for language, found in counts.items():
        total = found.total()
        if total < LANGUAGE_WORDS_MIN:
            continue
        tiers: dict[int, list[str]] = defaultdict(list)
        for word, times in found.items():
            often = times >= SEEN_MIN or (times >= SEEN_IN_TWO_MIN and len(places[language, word]) > 1)
            if often and len(word) <= WORD_CHARS_MAX:
                tiers[round(math.log2(times / (total + SHRINK) * 1e6))].append(word)
        tables[language] = tiers
    return tables


def count_han(texts: Iterable[tuple[str, str, str]]) -> dict[str, list[str]]:
    """Pairs of characters both countries have, which one language writes eight times as often as the other."""
    counts: dict[str, Counter[str]] = {"ja": Counter(), "zh": Counter()}
    for _, language, text in texts:
        if language in counts:
            runs = HAN.findall(text)
            pairs = {run[at : at + 2] for run in runs for at in range(len(run) - 1)}
            counts[language].update(pair for pair in pairs if common(pair))
    found = {}
    for one, other, seen_min in (("ja", "zh", 3), ("zh", "ja", 6)):
        mine, theirs = counts[one], counts[other]
        scale = TIMES_MORE * mine.total() / theirs.total()
        found[one] = sorted(
            pair for pair, times in mine.items() if times >= seen_min and times > scale * (theirs[pair] + 0.3)
        )
    return found


def common(pair: str) -> bool:
    try:
        pair.encode("shift_jis")
    except UnicodeEncodeError:
        return False
    return True


def write(name: str, rows: Iterable[str]) -> None:
    file = TABLES / name
    comments = [line for line in file.read_text("utf-8").splitlines() if line.startswith("#")]
    file.write_text("\n".join((*comments, *rows)) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    texts = list(read(asked.file))
    words, han = count_words(texts), count_han(texts)
    for language, tiers in sorted(words.items()):
        print(language, sum(map(len, tiers.values())))
    print("han", {language: len(pairs) for language, pairs in han.items()})
    if asked.write:
        write(
            "words.tsv",
            (
                f"{language}\t{tier}\t{' '.join(sorted(tiers[tier]))}"
                for language, tiers in sorted(words.items())
                for tier in sorted(tiers, reverse=True)
            ),
        )
        write("han.tsv", (f"{language}\t{' '.join(pairs)}" for language, pairs in han.items()))


if __name__ == "__main__":
    main()
