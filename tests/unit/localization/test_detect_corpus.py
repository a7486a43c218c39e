"""How well languages are told in catalogues that nothing was fitted to (tests/data/detect/README.md)."""

from pathlib import Path

import msgspec
import pytest

from localization.detection.detector import Detector
from localization.detection.identify import identify
from schemas.locales import parse_locale

DATA = Path(__file__).parents[2] / "data" / "detect"
FEW = ("en", "pt-BR", "es", "fr", "de", "zh-CN")
MANY = (
    *("en", "pt-BR", "es", "fr", "de", "it", "nl", "pl", "sv", "da", "nb", "fi", "cs", "tr", "ru", "uk"),
    *("ar", "he", "ja", "ko", "zh-CN", "zh-TW", "id", "vi", "ro", "hu", "el", "th"),
)
SURE = 0.7


def lines(name):
    return [msgspec.json.decode(line) for line in (DATA / name).read_bytes().splitlines()]


CATALOGUES = lines("catalogues.jsonl")


def language(tag):
    return parse_locale(tag).language


@pytest.mark.parametrize(("served", "right_min", "strays_max"), [(FEW, 0.85, 0.03), (MANY, 0.85, 0.08)])
def test_catalogues_are_told_apart_and_strays_are_nobodys(served, right_min, strays_max):
    detector, languages = Detector(served), {language(tag) for tag in served}
    right = wrong = ours = strays = taken = 0
    for case in CATALOGUES:
        expected = language(case["expected"])
        guess = detector.guess([case["text"]])
        said = language(guess.locale) if guess.locale and guess.probability >= SURE else None
        if expected not in languages:
            strays += 1
            taken += said is not None
        elif case["expected"] != "zh-TW" or "zh-TW" in served:
            ours += 1
            right += said == expected
            wrong += said not in {None, expected}
    assert right / ours >= right_min
    assert wrong / ours <= 0.02
    assert taken / strays <= strays_max
    assert right / (right + wrong) >= 0.97


def test_identification_among_all_languages_is_right_where_it_is_sure():
    found = [(identify(case["text"]), language(case["expected"])) for case in CATALOGUES]
    sure = [one.language == expected for one, expected in found if one.probability >= SURE]
    assert len(sure) / len(found) >= 0.85
    assert sum(sure) / len(sure) >= 0.96


def test_titles_mixtures_and_regions():
    missed = []
    cases = lines("titles.jsonl")
    for case in cases:
        guess = Detector(case.get("locales") or (*FEW, "ja", "ru")).guess([case["text"]])
        if case.get("mixed"):
            right = guess.mixed and guess.language in case["languages"]
        else:
            said = guess.locale if guess.probability >= SURE else None
            right = said == case["expected"] and not guess.mixed
        if not right:
            missed.append(case["id"])
    assert len(missed) <= 0.05 * len(cases), missed
