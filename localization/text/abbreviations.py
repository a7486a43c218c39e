"""Abbreviations: what sellers shorten, so that no sentence ends at them and a model reads whole words."""

import re
from functools import lru_cache
from importlib.resources import files
from typing import Final

import msgspec
from msgspec import Struct

# A last word with its stop, as it stands before a border: "Aprox.", "z.B."; behind a number ("5 min.") it may well end.
_LAST: Final = re.compile(r"(?<!\d)(?<!\d\s)(?<!\w)([^\W\d_]+(?:\.[^\W\d_]+)*)\.\s*\Z")
# "3. Mai", "3. Cadde": in these languages a number with a stop is an ordinal.
_ORDINALS: Final = frozenset(("de", "tr", "pl", "cs", "sk", "fi", "nb", "da", "hu", "sv"))
_ORDINAL: Final = re.compile(r"(?<![\d.,])\d{1,2}\.\s*\Z")
_ANY: Final = "any"
# Bare forms ("tam", "nao") are looked for in what is short enough to be typed on a phone, those with a sign anywhere.
_PLAIN_CHARS_MAX: Final = 400

# "3-Pack", "(2 Pack)": how many there are, before what there is; "2 pack of 6" says it already.
_PACKS: Final = re.compile(r"(?<![\w.,-])(\d{1,3})[- ]?(pack|pk)(?![\w-]|\s+of\b)", re.IGNORECASE)

# "2 A 8 Anos" in a title is a range and no ampere.
_RANGED: Final = frozenset(("pt", "es"))
_RANGE: Final = re.compile(r"(?<=\d[ \"]) ?A (?=\d)")


class _Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """What abbreviations.toml says of one language."""

    keeps: tuple[str, ...] = ()
    reads: dict[str, str] = {}


@lru_cache(maxsize=1)
def _table() -> dict[str, _Entry]:
    data = files("localization.text").joinpath("abbreviations.toml").read_bytes()
    return msgspec.toml.decode(data, type=dict[str, _Entry])


@lru_cache(maxsize=64)
def _keeps(language: str) -> frozenset[str]:
    table = _table()
    return frozenset((*table[_ANY].keeps, *table.get(language, _Entry()).keeps))


@lru_cache(maxsize=64)
def _reads(language: str) -> tuple[re.Pattern[str], dict[str, str]] | None:
    words = _table().get(language, _Entry()).reads
    if not words:
        return None
    forms = "|".join(re.escape(word).replace(r"\ ", r"\s") for word in sorted(words, key=len, reverse=True))
    # "10pcs": one that counts may stand close to its number.
    return re.compile(
        rf"(?:(?<![\w/.-])|(?<=\d)(?=p|u|s|t))(?:{forms})(?=[\s)\],;:]|\Z|(?<=/)\d)", re.IGNORECASE
    ), words


def stays_open(text: str, language: str) -> bool:
    """Whether no sentence ends here: `text` ends in an abbreviation, or in an ordinal of a language that has them."""
    if language in _ORDINALS and _ORDINAL.search(text):
        return True
    last = _LAST.search(text)
    return last is not None and last.group(1).lower() in _keeps(language)


def written_out(text: str, language: str) -> str:
    """Return the text with what sellers shorten written out: "Cabo c/ carregador" becomes "Cabo com carregador".

    CAPITALS stay capitals; a word that stands first keeps its capital.
    """
    found = _reads(language)
    if found is None or ("/" not in text and "." not in text and len(text) > _PLAIN_CHARS_MAX):
        return text
    pattern, words = found
    loud = text.isupper()

    def written(match: re.Match[str]) -> str:
        word = words[" ".join(match.group().lower().split())]
        close = " " if text[match.start() - 1 : match.start()].isdigit() else ""
        return close + _dressed(word, match.group(), loud, first=match.start() == 0)

    text = pattern.sub(written, text)
    if not loud and language in _RANGED:
        text = _RANGE.sub(lambda match: match.group().lower(), text)
    return _PACKS.sub(_pack, text) if language == "en" else text


def _dressed(word: str, written: str, loud: bool, *, first: bool) -> str:
    """CAPITALS stay capitals; "C/ Tampa" is "com Tampa" but where it stands first."""
    if loud or (written.isupper() and written.isalpha() and len(written) > 2):
        return word.upper()
    letter = next((char for char in written if char.isalpha()), "")
    return word[0].upper() + word[1:] if letter.isupper() and (first or "/" not in written) else word


def _pack(match: re.Match[str]) -> str:
    said = f"pack of {match.group(1)}"
    if match.group(2).isupper():
        return said.upper()
    return said[0].upper() + said[1:] if match.start() == 0 else said
