"""What the edits must know of single languages, read from tongues.toml."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

_TABLES: Final[dict[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_VALUES: Final = (2, 3, 4, 5, 6, 7, 8, 10, 12)


def _rules(name: str) -> dict[str, tuple[re.Pattern[str], str]]:
    """Patterns of a table with what to put in their place, by language."""
    return {code: (re.compile(pattern, re.IGNORECASE), new) for code, (pattern, new) in _TABLES[name].items()}


def _letters(these: str, those: str) -> dict[str, str]:
    """Letters by letters; those that are several are parted by spaces, a low line is none."""
    letters: dict[str, str] = _TABLES["letters"]
    new = letters[those].split(" ") if " " in letters[those] else list(letters[those])
    return {old: "" if one == "_" else one for old, one in zip(letters[these], new, strict=True)}


NEGATIONS: Final = _rules("negations")
NEGATED: Final = _rules("negated")
NEGATIVE: Final = {code: re.compile(pattern, re.IGNORECASE) for code, pattern in _TABLES["negative"].items()}
PROFANE: Final[dict[str, list[str]]] = _TABLES["profane"]
LATIN: Final = _letters("latin", "latin_as_cyrillic")
CYRILLIC: Final = _letters("cyrillic", "cyrillic_as_latin")
LOOKALIKES: Final = _letters("alike_latin", "alike_cyrillic") | _letters("alike_cyrillic", "alike_latin")
NUMBER_WORDS: Final = {
    code: dict(zip(_VALUES, words.split(), strict=True)) for code, words in _TABLES["number_words"].items()
}
UNITS: Final[dict[str, str]] = _TABLES["units"]
UNIT_WORDS: Final[dict[str, dict[str, str]]] = _TABLES["unit_words"]
# By locale and term: its fixed translation, a pattern of how that looks inflected, another word.
GLOSSARY: Final[dict[str, dict[str, tuple[str, str, str]]]] = _TABLES["glossary"]
