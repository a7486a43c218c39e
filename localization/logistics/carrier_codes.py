"""The carriers' code tables: `vocabularies/*.toml`, checked and indexed once."""

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final, TypeVar, get_args

import msgspec
from msgspec import Struct

from schemas.events import Vocabulary
from schemas.outputs import CanonicalStatus

VOCABULARIES: Final[tuple[str, ...]] = get_args(Vocabulary)

# How else people at a keyboard spell a vocabulary, normalized; events carry the exact name.
ALIASES: Final = {
    "iata": "iata_fsu",
    "fsu": "iata_fsu",
    "xfsu": "iata_fsu",
    "emsevt": "upu",
    "upuemsevt": "upu",
    "gs1": "epcis",
    "cbv": "epcis",
}
ANY_CODE: Final = "*"
SAME: Final = "same"
SUB_STATUS: Final = re.compile(r"[a-z][a-z_]{0,39}")
SEPARATORS: Final = re.compile(r"[\s_\-/:#]+")

E = TypeVar("E")


class Mapped(Struct, frozen=True):
    """A code's meaning. `sub_status` is a word of ours that refines `status`, or None.

    `warnings`: `unknown_code`, `unknown_code:sub_code`, `unknown_vocabulary`.
    """

    status: CanonicalStatus
    sub_status: str | None = None
    warnings: tuple[str, ...] = ()


class VocabularyFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One `vocabularies/*.toml`.

    `codes` and `sub_codes` give `status` or `status:sub_status`; a sub code may also be the `same` as its code, and
    the group `*` stands under every code. `prefixes` (normalized) may precede any code. `sub_codes_stand_alone`: a sub
    code is unmistakable without its code.
    """

    title: str
    prefixes: tuple[str, ...]
    sub_codes_stand_alone: bool
    codes: dict[str, str]
    sub_codes: dict[str, dict[str, str]] = {}


class Table(Struct, frozen=True):
    """A vocabulary ready for lookup; every key is normalized.

    A sub code is indexed alone and with its code before it; None means its code's own meaning. `own` holds the sub
    codes that may stand alone, which `codes` has too.
    """

    title: str
    prefixes: tuple[str, ...]
    codes: dict[str, Mapped]
    sub_codes: dict[str, dict[str, Mapped | None]]
    own: dict[str, Mapped]

    def key(self, text: str, among: Mapping[str, object]) -> str | None:
        """Return the key among these that `text` names, with or without one of the vocabulary's prefixes."""
        key = normalized(text)
        candidates = [key, *(key.removeprefix(prefix) for prefix in self.prefixes if key.startswith(prefix))]
        return next((candidate for candidate in candidates if candidate in among), None)

    def meaning(self, code: str) -> Mapped | None:
        """Return what a code means, or None for one that is not in the table."""
        key = self.key(code, self.codes)
        return None if key is None else self.codes[key]

    def refinement(self, code: str, sub_code: str, main: Mapped) -> Mapped | None:
        """Return what a sub code makes of its code's meaning `main`, or None for one unknown under this code."""
        if normalized(sub_code) == normalized(code):
            return main
        code_key = self.key(code, self.codes) or ""
        for group in (self.sub_codes.get(code_key, {}), self.sub_codes.get(ANY_CODE, {})):
            key = self.key(sub_code, group) or self.key(code_key + sub_code, group)
            if key is not None:
                return group[key] or main
        return None


def normalized(code: str) -> str:
    """Lower case without separators: `Out for delivery`, `out_for_delivery` and `OutForDelivery` are one code.

    A number is left as it is: `4-0` is not `40`.
    """
    text = code.strip().lower()
    compact = SEPARATORS.sub("", text)
    return text if compact.isdigit() else compact


def vocabulary_named(name: str) -> str | None:
    """Return the vocabulary's exact name for any spelling of it, or None."""
    key = normalized(name)
    return SPELLINGS.get(key) or ALIASES.get(key)


SPELLINGS: Final = {normalized(name): name for name in VOCABULARIES}


@lru_cache(maxsize=len(VOCABULARIES))
def table(vocabulary: str) -> Table:
    """Return one vocabulary's table, read once; ValueError says what is wrong with the file."""
    return index(vocabulary_file(vocabulary))


def vocabulary_file(vocabulary: str) -> VocabularyFile:
    """Read one of VOCABULARIES as written."""
    data = files("localization.logistics").joinpath("vocabularies", f"{vocabulary}.toml").read_bytes()
    return msgspec.toml.decode(data, type=VocabularyFile)


def index(file: VocabularyFile) -> Table:
    """Check and index a vocabulary; ValueError on an unknown status, a stray sub code or a code told twice."""
    codes = _unique({code: _mapped(value) for code, value in file.codes.items()})
    sub_codes: dict[str, dict[str, Mapped | None]] = {}
    own: dict[str, Mapped] = {}
    for code, group in file.sub_codes.items():
        key = code if code == ANY_CODE else normalized(code)
        if code != ANY_CODE and key not in codes:
            raise ValueError(f"sub codes of a code that is not in the table: {code}")
        entries = _unique({sub: None if value == SAME else _mapped(value) for sub, value in group.items()})
        sub_codes[key] = {key + sub: entry for sub, entry in entries.items()} | entries
        if file.sub_codes_stand_alone:
            own |= {sub: entry for sub, entry in sub_codes[key].items() if entry is not None}
    return Table(file.title, file.prefixes, own | codes, sub_codes, own)


def _mapped(value: str) -> Mapped:
    status, _, sub_status = value.partition(":")
    if sub_status and not SUB_STATUS.fullmatch(sub_status):
        raise ValueError(f"not a sub status: {value}")
    return Mapped(msgspec.convert(status, CanonicalStatus), sub_status or None)


def _unique(entries: Mapping[str, E]) -> dict[str, E]:
    unique = {normalized(code): entry for code, entry in entries.items()}
    if len(unique) != len(entries):
        raise ValueError(f"a code is told twice among {sorted(entries)}")
    return unique
