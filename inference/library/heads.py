"""Output heads with fewer columns: the pieces that the target languages need, and what leaving out the others costs.

A model of many languages spends most of a decoder step on pieces of scripts that the target is never written in.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import tokenizers
from msgspec import Struct

from inference.library.catalog import Direction, Kind
from inference.models import Ids, Tokenizer
from inference.tokenizers.json_tokenizer import JsonTokenizer
from inference.tokenizers.sentence_piece import VocabularyTokenizer, read_vocabulary
from schemas.errors import OperatorError
from schemas.locales import parse_locale, written_in

# ISO 15924 -> how Unicode's names of its letters begin. Scripts that are not here keep every piece.
_LETTERS: Final[Mapping[str, frozenset[str]]] = {
    "Arab": frozenset({"ARABIC"}),
    "Armn": frozenset({"ARMENIAN"}),
    "Beng": frozenset({"BENGALI"}),
    "Cyrl": frozenset({"CYRILLIC"}),
    "Deva": frozenset({"DEVANAGARI"}),
    "Ethi": frozenset({"ETHIOPIC"}),
    "Geor": frozenset({"GEORGIAN"}),
    "Grek": frozenset({"GREEK"}),
    "Gujr": frozenset({"GUJARATI"}),
    "Guru": frozenset({"GURMUKHI"}),
    "Hans": frozenset({"CJK", "BOPOMOFO"}),
    "Hant": frozenset({"CJK", "BOPOMOFO"}),
    "Hebr": frozenset({"HEBREW"}),
    "Jpan": frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"}),
    "Khmr": frozenset({"KHMER"}),
    "Knda": frozenset({"KANNADA"}),
    "Kore": frozenset({"HANGUL", "CJK"}),
    "Laoo": frozenset({"LAO"}),
    "Latn": frozenset(),
    "Mlym": frozenset({"MALAYALAM"}),
    "Mymr": frozenset({"MYANMAR"}),
    "Sinh": frozenset({"SINHALA"}),
    "Taml": frozenset({"TAMIL"}),
    "Telu": frozenset({"TELUGU"}),
    "Thai": frozenset({"THAI"}),
}
# Brands, units and addresses are written in it everywhere.
_EVERYWHERE: Final = frozenset({"LATIN", "MODIFIER", "FULLWIDTH", "MICRO", "FEMININE", "MASCULINE"})
_HELD_OUT: Final = 5
"""Every so many lines of a sample is kept for measuring."""


class Head(Struct, frozen=True):
    """The columns that stay, int64 [columns]; `whole`: how many there were.

    outside: the share of the pieces of held-out lines that the head can no longer write, 0 to 1; None: not measured.
    """

    columns: Ids
    whole: int
    outside: float | None = None


def by_script(
    kind: Kind, files: Mapping[str, Path], columns: Ids, directions: Sequence[Direction], keep: Iterable[int]
) -> Head:
    """Keep the pieces written in the scripts of the targets; Latin, digits and signs always, and the ids `keep`."""
    letters = _letters_of(directions)
    if letters is None:
        return Head(columns, len(columns))
    pieces, kept = target_pieces(kind, files), set(keep)
    chosen = [column for column in columns.tolist() if column in kept or _writable(pieces.get(column, ""), letters)]
    return Head(np.array(chosen, np.int64), len(columns))


def by_sample(
    kind: Kind,
    files: Mapping[str, Path],
    columns: Ids,
    directions: Sequence[Direction],
    keep: Iterable[int],
    lines: Sequence[str],
) -> Head:
    """Keep the pieces of a sample of text in the target languages, single characters of their scripts, the ids `keep`.

    Measured on every fifth line, which is not learnt from. Raises OperatorError when the sample is too small.
    """
    tokenizer = _target_tokenizer(kind, files)
    encoded = [tokenizer.encode(line) for line in lines]
    known = Counter(int(one) for at, ids in enumerate(encoded) if at % _HELD_OUT for one in ids)
    held_out = [int(one) for ids in encoded[::_HELD_OUT] for one in ids]
    if not known or not held_out:
        raise OperatorError("a sample for the output head needs lines of text: a few thousand, a sentence a line")
    pieces, letters = target_pieces(kind, files), _letters_of(directions)
    chosen = {
        number
        for number, piece in pieces.items()
        if len(piece.strip("\u2581")) <= 1 and (letters is None or _writable(piece, letters))
    }
    stay = np.array(sorted((chosen | set(known) | set(keep)) & set(columns.tolist())), np.int64)
    outside = 1 - float(np.isin(held_out, stay).mean())
    return Head(stay, len(columns), outside)


def target_pieces(kind: Kind, files: Mapping[str, Path]) -> dict[int, str]:
    """Return the pieces of the target's vocabulary by id."""
    if kind is Kind.NLLB:
        vocabulary = tokenizers.Tokenizer.from_file(str(files["tokenizer"])).get_vocab(with_added_tokens=False)
    else:
        vocabulary = read_vocabulary(files.get("target_vocabulary", files["vocabulary"]))
    return {number: piece for piece, number in vocabulary.items()}


def _target_tokenizer(kind: Kind, files: Mapping[str, Path]) -> Tokenizer:
    """How a text of the target would be cut, without anything around it."""
    if kind is Kind.NLLB:
        return JsonTokenizer(files["tokenizer"], before=(), after=())
    vocabulary = read_vocabulary(files.get("target_vocabulary", files["vocabulary"]))
    return VocabularyTokenizer(files["target"] if kind is Kind.MARIAN else files["pieces"], vocabulary)


def _letters_of(directions: Sequence[Direction]) -> frozenset[str] | None:
    """How the names of the targets' letters begin; None when one is written in a script that is not known here."""
    scripts = {written_in(parse_locale(one.target)) for one in directions}
    if not all(script in _LETTERS for script in scripts):
        return None
    return _EVERYWHERE.union(*(_LETTERS[script or ""] for script in scripts))


def _writable(piece: str, letters: frozenset[str]) -> bool:
    """Whether every letter and mark of a piece belongs to the scripts; digits and signs belong to all."""
    named = (unicodedata.name(one, "").split(" ")[0] for one in piece if unicodedata.category(one)[0] == "L")
    return all(name in letters for name in named)
