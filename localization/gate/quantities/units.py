"""Units of measure: what each locale calls them (CLDR, by Babel), and where one stands in a text."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from msgspec import Struct

from localization.gate.quantities.number_words import LETTERS
from schemas.locales import own_cldr

# CLDR's unit ids, without those that are no measure of goods, parcels or time, or whose name is an everyday word.
_DIMENSIONS: Final = re.compile(
    "area|digital|duration|electric|energy|frequency|graphics|length|light|mass|power|pressure|speed|temperature|torque"
    "|volume|concentr|angle"
)
_LEFT_OUT: Final = re.compile(
    r"-(?:person|quarter|em|dot|dot-.*|pixel-per-.*|earth.*|solar.*|light.*|point|dunam|parsec|.*scandinavian|furlong"
    r"|fathom|astronomical.*|night|item|mole|permyriad|portion.*|.*ofglucose.*|millimole.*|permillion|dalton|grain|stone"
    r"|knot|cup-metric|pint-metric|acre-foot|bushel|dram|jigger|pinch|drop|dessert.*|.*imperial|barrel|radian|revolution"
    r"|foodcalorie|therm.*|electronvolt|beaufort|ounce-troy|picometer|cubic-(?:mile|yard)|megaliter|generic|.*density"
    r"|millimeter-ofhg|inch-ofhg|lumen-.*|karat)$"
)
_SPACE: Final = r"[ \n\u00a0\u202f\u2009]"
# Marks of direction, and the signs of Hebrew and Hindi abbreviations, which texts leave out or vary.
_NORMAL: Final = re.compile("[\u200e\u200f\u2068\u2069\u061c״׳॰]")
_APOSTROPHES: Final = ("'", "’")
_GLUED_ONLY: Final = frozenset("tkBJCKcdbсвтАК")
# What other languages say in many words: "64 位", "8-битный".
_LOOSE: Final = ("duration", "angle", "digital-bit", "digital-byte", "graphics-pixel")
_QUOTES: Final = frozenset(("''", "”", '"'))
_OPEN: Final = re.compile("[“„«‟]")
# No unit is longer; a text without spaces is not read to its end for each number.
_REACH: Final = 80
_UNSPACED_MAX: Final = 24
_STEM_MIN: Final = 4
_ENDING_MAX: Final = 4
_WORDS_MAX: Final = 3


class Units(Struct, frozen=True):
    """What a locale writes after (or before) a number. A form may name more than one unit ("oz")."""

    signs: dict[str, frozenset[str]]
    words: dict[str, frozenset[str]]
    stems: dict[str, frozenset[str]]
    around: tuple[tuple[str, str, frozenset[str]], ...]


@cache
def known_signs() -> dict[str, list[str]]:
    """Return the signs of `data/units.toml` by CLDR's unit ids."""
    return dict(tomllib.loads(files(__package__).joinpath("data", "units.toml").read_text(encoding="utf-8")))


@lru_cache(maxsize=256)
def units(locale: str) -> Units:
    """Return the names of units in a BCP-47 locale, with the signs every locale knows."""
    signs: dict[str, set[str]] = {}
    for unit, forms in known_signs().items():
        for form in forms:
            signs.setdefault(form, set()).add(unit)
    words: dict[str, set[str]] = {}
    stems: dict[str, set[str]] = {}
    around: dict[tuple[str, str], set[str]] = {}
    for unit, names, circumfixes in _named(locale):
        for pair in circumfixes:
            around.setdefault(pair, set()).add(unit)
        for name in names:
            exact = signs if len(name) <= _WORDS_MAX and name.isascii() else words
            exact.setdefault(name if exact is signs else name.lower(), set()).add(unit)
            if len(name) > _STEM_MIN and " " not in name:
                words.setdefault(name.lower(), set()).add(unit)
        # "/kilométer" is what it is per.
        stem = _common([name.lower() for name in names if len(name) > _STEM_MIN and " " not in name and name[0] != "/"])
        if len(stem) >= _STEM_MIN:
            stems.setdefault(stem, set()).add(unit)
    both = tuple((*pair, frozenset(some)) for pair, some in around.items())
    return Units(_frozen(signs), _frozen(words), _frozen(stems), both)


def _frozen(table: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {form: frozenset(some) for form, some in table.items()}


def _common(names: list[str]) -> str:
    if not names:
        return ""
    low, high = min(names), max(names)
    at = next((n for n, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    return low[:at].rstrip(".")


def _is_word(name: str) -> bool:
    """Whether a name is one letter that is a word too: "в." is a century, and a preposition."""
    name = name.rstrip(".")
    return len(name) == 1 and name.isalpha() and name.lower() in "aeiouyóавиксоуяηοτα"


def _named(locale: str) -> Iterator[tuple[str, list[str], list[tuple[str, str]]]]:
    """Units with their names, and the pairs of words that enclose the number ("섭씨 20도")."""
    cldr = own_cldr(locale)
    if cldr is None:
        return
    for unit, lengths in cldr._data["unit_patterns"].items():  # noqa: SLF001 -- Babel formats but does not list
        if not _DIMENSIONS.match(unit) or _LEFT_OUT.search(unit):
            continue
        names: list[str] = []
        around: list[tuple[str, str]] = []
        for length in ("long", "short"):
            for pattern in lengths.get(length, {}).values():
                if not isinstance(pattern, str) or "{0}" not in pattern:
                    continue
                head, _, tail = _NORMAL.sub("", pattern).replace("\u00a0", " ").partition("{0}")
                if head.strip() and tail.strip():
                    around.append((head.strip(), tail.strip()))
                elif not _is_word((head + tail).strip()):
                    names.append(re.sub(r"\s+", " ", (head + tail).strip()))
        yield unit, [*dict.fromkeys(name for name in names if name)], around


_GLUED: Final = re.compile(rf"{_SPACE}?(?:[-‐‑]{_SPACE}?)?")
# A sign ends where a script without spaces goes on: "18 Vの".
_SPACED_LETTERS: Final = LETTERS.replace(r"\d_", r"\d_\u0e00-\u0eff\u2e80-\ud7ff", 1)
_SIGN_RUN: Final = re.compile(
    rf"(?:[°ºµμ]?{_SPACED_LETTERS}(?:\.?[./·]{_SPACED_LETTERS})*[²³23]?|[%％٪‰°º″′”\"]|'')\.?"
)
_COMPOUND: Final = re.compile(r"[/·²³]|\.[^\W\d_]")
_WORDS_RUN: Final = re.compile(rf"{LETTERS}\.?(?:{_SPACE}{LETTERS}\.?){{0,3}}")
_NO_SPACES: Final = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+(?:[./][\u0e00-\u0eff]+)*"
)
_INCH_WORD: Final = re.compile(
    rf"(?={_SPACE}?(?:(?P<end>[.,;)/]|\Z)|[x×|·•+]|and\b|or\b|by\b|long\b|wide\b|tall\b|high\b|deep\b|thick\b|diagonal|\())"
)


def unit_at(text: str, start: int, end: int, locale: str) -> tuple[frozenset[str], int] | None:
    """Return the unit of the number at `start` to `end` of a text, and where it ends."""
    if end >= len(text):
        return None
    glue = _GLUED.match(text, end)
    at = glue.end() if glue else end
    names = units(locale)
    for head, tail, some in names.around:
        if text.startswith(tail, at) and text[max(0, start - len(head) - 1) : start].rstrip().endswith(head):
            return some, at + len(tail)
    run = _NO_SPACES.match(text, at, at + _REACH)
    if run is not None:
        found = _prefixed(run.group(), names)
        return (found[0], at + found[1]) if found else None
    sign = _SIGN_RUN.match(text, at, at + _REACH)
    if sign is not None and _COMPOUND.search(sign.group()) is not None:
        return _sign(text, at, locale, names) or _phrase(text, at, names)
    return _phrase(text, at, names) or _sign(text, at, locale, names)


def _sign(text: str, start: int, locale: str, names: Units) -> tuple[frozenset[str], int] | None:
    match = _SIGN_RUN.match(text, start, start + _REACH)
    if match is None:
        return None
    form = match.group().rstrip(".")
    some = names.signs.get(form)
    if some is not None and _is_sign(form, text, start, locale):
        return some | names.signs.get(form + ".", some), start + len(form)
    if form != match.group() and (some := names.signs.get(match.group())) is not None:
        return some, start + len(match.group())
    word = match.group().rstrip(".")
    some = names.words.get(word.lower()) if word[:1].isalpha() else None
    return (some, start + len(word)) if some is not None else _inflected(word, start, names)


def _is_sign(form: str, text: str, start: int, locale: str) -> bool:
    end = start + len(form)
    if form in _QUOTES:  # an inch sign clings to its number and closes no quotation
        return text[start - 1].isdigit() and text.count(form, 0, start) % 2 == 0 and not _OPEN.search(text, 0, start)
    if form == "in":  # "2 in 1" is no measure, and "2 in der Box" is German
        word = _INCH_WORD.match(text, end)
        return word is not None and (locale[:2] == "en" or word.lastgroup == "end")
    after = text[end : end + 1]
    if form[-1].isalpha() and ((after.isalpha() and after < "\u2e80") or text[end : end + 1] in _APOSTROPHES):
        return False
    # One letter behind a space is a word ("5 a 10", "5 с нами") unless it is a unit of goods.
    return not (len(form) == 1 and text[start - 1].isspace() and form in _GLUED_ONLY)


def _phrase(text: str, start: int, names: Units) -> tuple[frozenset[str], int] | None:
    run = _WORDS_RUN.match(text, start, start + _REACH)
    if run is None:
        return None
    words = run.group().lower().replace("\u00a0", " ")
    while words:
        bare = words.rstrip(".")
        some = names.words.get(bare) or names.words.get(words)
        if some is not None:
            # The stop may end the sentence: "л." is litres or years.
            return some | names.words.get(words, some) | names.signs.get(
                text[start : start + len(bare)], some
            ), start + len(words)
        words = words.rpartition(" ")[0]
    return None


def _inflected(word: str, start: int, names: Units) -> tuple[frozenset[str], int] | None:
    low = word.lower()
    for end in range(len(low), max(_STEM_MIN, len(low) - _ENDING_MAX) - 1, -1):
        some = names.stems.get(low[:end])
        if some is not None:
            return some, start + len(word)
    return None


def _prefixed(run: str, names: Units) -> tuple[frozenset[str], int] | None:
    low = run.lower()
    for end in range(min(len(low), _UNSPACED_MAX), 0, -1):
        some = names.words.get(low[:end]) or names.signs.get(run[:end])
        if some is not None:
            return some, end
    return None


def mentions(text: str, wanted: frozenset[str], locale: str) -> bool:
    """Whether a text names one of the units anywhere, with or without a number; inflected, if it is no exact unit."""
    names = units(locale)
    low = text.lower()
    for run in _NO_SPACES.finditer(text):
        if any(not wanted.isdisjoint(some) for form, some in names.words.items() if form in run.group()):
            return True
    for match in re.finditer(r"[^\s\d,;:!?()\[\]{}<>«»„“]+", text):
        word = match.group().rstrip(".")
        found = names.signs.get(word) or names.words.get(word.lower())
        if found is None and not is_exact(wanted):
            found = (_inflected(word, 0, names) or (None, 0))[0]
        if found is not None and not wanted.isdisjoint(found):
            return True
    return any(" " in form and not wanted.isdisjoint(some) and form in low for form, some in names.words.items())


def is_exact(some: frozenset[str]) -> bool:
    """Whether a unit has a sign that every locale knows, so that it may be missed: no length of time, no cup."""
    return any(unit in known_signs() and not unit.startswith(_LOOSE) for unit in some)
