"""Sentences and their reference translations, read from a file of tab-separated values or of JSON lines."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from schemas.errors import OperatorError

SOURCE: Final = "source"
REFERENCE: Final = "reference"


class Example(Struct, frozen=True):
    """A text and what a person made of it; `protected` must come through as written."""

    source: str
    reference: str
    protected: tuple[str, ...] = ()


class _Line(Struct, frozen=True):
    """A line of JSON: the reference goes by either name; what else it holds is left alone."""

    source: str = ""
    reference: str = ""
    translation: str = ""
    protected: tuple[str, ...] = ()


def read_examples(path: Path) -> list[Example]:
    """Return the examples of a UTF-8 file: tab-separated values, or JSON lines where the first sign is a brace.

    The first line of the former names the columns, `source` and `reference` among them; JSON lines hold `source` and
    `reference` (or `translation`), and may hold `protected`. A byte order mark, CRLF, blank lines, other columns, keys
    and fields in quotation marks are taken. Raises OperatorError in one line for a file that cannot be read, a column
    that is missing, a line that lacks a field or is no JSON, or no example.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise OperatorError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise OperatorError(f"{path} is not UTF-8: byte {error.start}") from error
    # Texts hold other line ends (U+2028, U+0085), which are no ends of a line here.
    lines = [line.rstrip("\r") for line in text.split("\n")]
    examples = _of_json(path, lines) if text.lstrip().startswith("{") else _of_table(path, lines)
    if not examples:
        raise OperatorError(f"{path} holds no example below its first line")
    return examples


def _of_table(path: Path, lines: Sequence[str]) -> list[Example]:
    rows = [line.split("\t") for line in lines]
    places = _places(path, [field(cell).strip().lower() for cell in rows[0]])
    return [_example(path, number, row, places) for number, row in enumerate(rows[1:], 2) if any(map(str.strip, row))]


def _of_json(path: Path, lines: Sequence[str]) -> list[Example]:
    return [_read(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _read(path: Path, number: int, line: str) -> Example:
    try:
        read = msgspec.json.decode(line, type=_Line)
    except msgspec.DecodeError as error:
        raise OperatorError(f"line {number} of {path} is not an example: {error}") from error
    source, reference = read.source.strip(), (read.reference or read.translation).strip()
    if not source or not reference:
        raise OperatorError(f"line {number} of {path} lacks its {REFERENCE if source else SOURCE}")
    return Example(source, reference, read.protected)


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
