"""Number words: which numbers a text says in words, for each language that CLDR has spellout rules for.

The table `data/number_words.tsv` is generated from CLDR; `data/number_word_senses.toml` says, by hand, which of its
words mean something else too, and which further words carry a number ("both", "dozen", "double").
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from msgspec import Struct

from localization.data_lines import data_lines

# Vowel signs and accents that stand as characters of their own are no letters to `re`.
LETTERS: Final = (
    r"(?:[^\W\d_]+[\u0300-\u036f\u05b0-\u05c7\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0962\u0963\u0e31\u0e34-\u0e4e]*)+"
)
_WORD: Final = re.compile(rf"{LETTERS}(?:['’]{LETTERS})?")
# Written without spaces: a number word is looked for inside the text, never demanded.
UNSPACED: Final = frozenset(("zh", "ja", "ko", "th"))
_HAN: Final = dict(
    zip("〇零一二三四五六七八九两兩壹貳贰參叁", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 2, 1, 2, 2, 3, 3), strict=True)
)
_HAN_POWERS: Final = {"十": 10, "拾": 10, "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "億": 10**8, "亿": 10**8}
_HAN_RUN: Final = re.compile(f"[{''.join(_HAN)}{''.join(_HAN_POWERS)}]+")
_COUNTERS: Final = frozenset(
    "个個つ人次種种位天件台枚本匹歳岁倍番回折张張条條步週周只隻双雙套箱盒瓶杯碗盘盤皿片块塊支把根年月日层層名家部辆輛冊册袋包组組款色足着脚膳"
)
_STEM_MIN: Final = 4


class Force(IntEnum):
    """How much a number word says about the translation."""

    WEAK = 0  # may stand for a number of the other side
    MILD = 1  # may not stand against another number word
    STRONG = 2  # must be there in one writing or another


class Spelled(Struct, frozen=True):
    """A number said in words: its value, the place of its words in the text, and how surely it is a number."""

    value: int
    start: int
    end: int
    force: Force


class Lexicon(Struct, frozen=True):
    """A language's number words. `first` holds each phrase by its first word, longest first."""

    first: dict[str, list[tuple[tuple[str, ...], int, Force]]]
    joins: frozenset[str]
    minus: frozenset[str]
    stems: dict[int, tuple[str, ...]]


@cache
def _table() -> dict[str, list[tuple[str, str, list[str]]]]:
    table: dict[str, list[tuple[str, str, list[str]]]] = {}
    for line in data_lines("localization.gate.quantities", "number_words.tsv"):
        language, kind, value, forms = line.replace("ё", "е").split("\t")
        table.setdefault(language, []).append((kind, value, forms.split("|")))
    return table


@cache
def _senses() -> dict[str, dict[str, Any]]:
    return tomllib.loads(
        files(__package__).joinpath("data", "number_word_senses.toml").read_text(encoding="utf-8").replace("ё", "е")
    )


@lru_cache(maxsize=64)
def lexicon(language: str) -> Lexicon | None:
    """Return the number words of a language (ISO 639), or None where CLDR has no spellout rules for it."""
    rows = _table().get("nb" if language in ("no", "nn") else language)
    if rows is None:
        return None
    senses = _senses().get(language, {})
    weak, mild = set(senses.get("weak", ())), set(senses.get("mild", ()))
    phrases: dict[tuple[str, ...], tuple[int, Force]] = {}
    stems: dict[int, set[str]] = {}
    for kind, value, forms in rows:
        if value == "-":
            continue
        number = int(value)
        for form in forms:
            words = tuple(_WORD.findall(form))
            if not words:
                continue
            force = (
                Force.WEAK
                if number < 2 or form in weak or len(form) < 2
                else Force.MILD
                if kind == "o" or form in mild
                else Force.STRONG
            )
            held = phrases.get(words)
            # "fünfte" is 5 before it is anything else; a form of two values is sure of neither.
            phrases[words] = (
                (number, force) if held is None or held[0] == number else (min(number, held[0]), Force.WEAK)
            )
            if len(words) == 1:
                stems.setdefault(number, set()).add(_stem(form))
    for value, words_more in senses.get("more", {}).items():
        stems.setdefault(int(value), set()).update(words_more)
    first: dict[str, list[tuple[tuple[str, ...], int, Force]]] = {}
    for words, (number, force) in phrases.items():
        first.setdefault(words[0], []).append((words[1:], number, force))
    for entry in first.values():
        entry.sort(key=lambda one: -len(one[0]))
    minus = frozenset(form for _, value, forms in rows if value == "-" for form in forms)
    joins = frozenset(senses.get("joins", ()))
    return Lexicon(first, joins, minus, {value: tuple(sorted(some)) for value, some in stems.items()})


def _stem(form: str) -> str:
    """The part of a number word that its other cases keep, as `data/number_word_senses.toml` writes it."""
    return form if len(form) <= _STEM_MIN else form[: max(_STEM_MIN, len(form) - 2)] + "*"


def spelled(text: str, language: str) -> list[Spelled]:
    """Return the numbers that a text (in small letters, ё as е) says in words, in order."""
    if language in ("zh", "ja"):
        return _han(text)
    if language in UNSPACED:
        return _counted(text, language)
    lex = lexicon(language)
    if lex is None:
        return []
    words = [(match.group(), match.start(), match.end()) for match in _WORD.finditer(text)]
    first = lex.first
    if not any(word in first for word, _, _ in words):
        return []
    return list(_joined(_phrases(words, first), text, lex.joins))


def _phrases(
    words: Sequence[tuple[str, int, int]], first: dict[str, list[tuple[tuple[str, ...], int, Force]]]
) -> list[Spelled]:
    found, at = [], 0
    while at < len(words):
        for rest, value, force in first.get(words[at][0], ()):
            end = at + 1 + len(rest)
            if tuple(word for word, _, _ in words[at + 1 : end]) == rest:
                found.append(Spelled(value, words[at][1], words[end - 1][2], force))
                at = end - 1
                break
        at += 1
    return found


def _joined(found: Iterable[Spelled], text: str, joins: frozenset[str]) -> Iterable[Spelled]:
    """Neighbours that make one number: "two hundred", "trezentos e cinco"."""
    held: Spelled | None = None
    for one in found:
        if held is not None:
            value = _sum(held.value, one.value, text[held.end : one.start].strip(" -\u00a0"), joins)
            if value is not None:
                held = Spelled(value, held.start, one.end, max(held.force, one.force, Force.MILD))
                continue
            yield held
        held = one
    if held is not None:
        yield held


def _sum(before: int, after: int, between: str, joins: frozenset[str]) -> int | None:
    if between and between not in joins:
        return None
    if not between and after in (100, 1000, 10**6, 10**9) and 0 < before < after:
        return before * after
    if before >= 20 and 0 < after < before:
        zeros = len(str(before)) - len(str(before).rstrip("0"))
        return before + after if after < 10**zeros else None
    return None


def _han(text: str) -> list[Spelled]:
    found = []
    for match in _HAN_RUN.finditer(text):
        value = han_value(match.group())
        if value is not None:
            sure = value > 1 and text[match.end() : match.end() + 1] in _COUNTERS and match.end() < len(text)
            found.append(Spelled(value, match.start(), match.end(), Force.MILD if sure else Force.WEAK))
    return found


@lru_cache(maxsize=8)
def _counted_pattern(language: str) -> tuple[re.Pattern[str], dict[str, int]] | None:
    lex, counters = lexicon(language), _senses().get(language, {}).get("counters")
    if lex is None or not counters:
        return None
    values = {first: number for first, some in lex.first.items() for rest, number, _ in some if not rest and number > 1}
    words, after = ("|".join(sorted(some, key=len, reverse=True)) for some in (values, counters))
    return re.compile(
        rf"(?<![^\W\d_])({words})\s?(?:{after})" if language == "ko" else rf"({words})\s?(?:{after})"
    ), values


def _counted(text: str, language: str) -> list[Spelled]:
    """Number words before a counting word, in Korean and Thai."""
    found = _counted_pattern(language)
    if found is None:
        return []
    pattern, values = found
    return [Spelled(values[one[1]], one.start(), one.end(1), Force.MILD) for one in pattern.finditer(text)]


def han_value(run: str) -> int | None:
    """Return the value of a run of Han numerals (`二十一` is 21, `二〇二五` is 2025), or None where it is no number."""
    if all(char in _HAN for char in run):
        return int("".join(str(_HAN[char]) for char in run))
    total = part = digit = 0
    for char in run:
        if char in _HAN:
            digit = _HAN[char]
            continue
        power = _HAN_POWERS[char]
        if power < 10**4:
            part, digit = part + (digit or 1) * power, 0
        else:
            total, part, digit = total + (part + digit or 1) * power, 0, 0
    return total + part + digit


@lru_cache(maxsize=4096)
def _covers(language: str, value: int) -> re.Pattern[str] | None:
    lex = lexicon(language)
    stems = lex.stems.get(value) if lex is not None else None
    if not stems:
        return None
    if language in UNSPACED:
        return re.compile("|".join(re.escape(stem.rstrip("*")) for stem in stems))
    # Prefixes (and, to, the) are written in one with the next word in Arabic and Hebrew.
    start, end = (r"", r"(?![^\W\d_])") if language in ("ar", "he") else (r"(?<![^\W\d_])", r"(?![^\W\d_])")
    forms = (
        ("" if stem.startswith("*") else start) + re.escape(stem.strip("*")) + ("" if stem.endswith("*") else end)
        for stem in stems
    )
    return re.compile("|".join(forms))


@lru_cache(maxsize=256)
def knows_inflections(language: str) -> bool:
    """Whether the other forms of a language's number words are listed, so that a missing one is missing indeed."""
    return language not in UNSPACED and bool(_senses().get(language, {}).get("more"))


def may_say(text: str, language: str, value: int) -> bool:
    """Whether a text (in small letters, ё as е) has a word that may stand for this number, in any inflection."""
    pattern = _covers(language, value)
    return pattern is not None and pattern.search(text) is not None
