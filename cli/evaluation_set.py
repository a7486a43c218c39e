"""Sentences and their reference translations, read from a file of tab-separated values."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from schemas.errors import OperatorError

SOURCE: Final = "source"
REFERENCE: Final = "reference"


class Example(Struct, frozen=True):
    """A text and what a person made of it."""

    source: str
    reference: str


def read_examples(path: Path) -> list[Example]:
    """Return the examples of a UTF-8 file whose first line names the columns, `source` and `reference` among them.

    A byte order mark, CRLF, blank lines, other columns and fields in quotation marks are taken. Raises OperatorError
    in one line for a file that cannot be read, a column that is missing, a line that lacks a field, or no example.
    """
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except OSError as error:
        raise OperatorError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise OperatorError(f"{path} is not UTF-8: byte {error.start}") from error
    rows = [line.rstrip("\r").split("\t") for line in lines]
    places = _places(path, [field(cell).strip().lower() for cell in rows[0]])
    examples = [
        _example(path, number, row, places) for number, row in enumerate(rows[1:], 2) if any(map(str.strip, row))
    ]
    if not examples:
        raise OperatorError(f"{path} holds no example below its first line")
    return examples


def field(cell: str) -> str:
    """The text of a cell: quotation marks around it go, and its own are single again, if it was quoted throughout."""
    inside = cell[1:-1]
    quoted = len(cell) >= 2 and cell[0] == cell[-1] == '"' and '"' not in inside.replace('""', "")
    return inside.replace('""', '"') if quoted else cell


def _places(path: Path, names: Sequence[str]) -> tuple[int, int]:
    for name in (SOURCE, REFERENCE):
        if name not in names:
            raise OperatorError(
                f"{path} has no column {name}: its first line must name source and reference, tab between"
            )
    return names.index(SOURCE), names.index(REFERENCE)


def _example(path: Path, number: int, row: Sequence[str], places: tuple[int, int]) -> Example:
    source, reference = (field(row[place]).strip() if place < len(row) else "" for place in places)
    if not source or not reference:
        raise OperatorError(f"line {number} of {path} lacks its {REFERENCE if source else SOURCE}")
    return Example(source, reference)
