"""A glossary's file: CSV or TSV as spreadsheets and terminology tools write it, in one of two shapes.

Long: `source_locale, target_locale, term, translation` and, if wanted, `case_sensitive, forms, note`. Wide: one column
a locale (`en, pt-BR, de`), a row a concept, every column translated into every other; `source_locale` in a row makes
it serve from that column only, `forms:<locale>` lists other spellings. The same text in two columns stays as it is.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from localization.protection.glossary import Entry, Glossary
from schemas.errors import OperatorError
from schemas.locales import UnknownLocale, parse_locale

_LONG: Final = ("source_locale", "target_locale", "term", "translation")
_OPTIONAL: Final = frozenset(("case_sensitive", "forms", "note", "source_locale"))
_FORMS: Final = "forms:"
_TRUE: Final = frozenset(("1", "true", "yes", "y", "x"))
_FALSE: Final = frozenset(("", "0", "false", "no", "n"))
_TERM_CHARS_MAX: Final = 200


class Problem(Struct, frozen=True):
    """What is wrong with a line, numbered from 1 with the header."""

    line: int
    fault: str


class Reading(Struct, frozen=True):
    """What a file holds and what is wrong with it."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


class _Fault(ValueError):
    """A line that cannot be read."""


def load_glossary(path: Path | None) -> Glossary:
    """Read a glossary; None is an empty one. Raises OperatorError with the file, the line and the first fault."""
    if path is None:
        return Glossary()
    reading = read_glossary(path)
    if not reading.problems:
        return Glossary(reading.entries)
    first, more = reading.problems[0], len(reading.problems) - 1
    further = f" (and {more} more: `dragoman glossary check {path}`)" if more else ""
    raise OperatorError(f"glossary {path} line {first.line}: {first.fault}{further}")


def read_glossary(path: Path) -> Reading:
    """Read a glossary with all its faults; raises OperatorError where there is no table to read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise OperatorError(f"cannot read glossary {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise OperatorError(f"glossary {path} is no UTF-8: save it as `CSV UTF-8`") from error
    rows = _rows(path, text)
    header = [name.strip() for name in rows[0][1]] if rows else []
    if not header:
        raise OperatorError(f"glossary {path} is empty: its first line names the columns, {', '.join(_LONG)}")
    columns = [name.lower() for name in header]
    double = next((name for at, name in enumerate(columns) if name and name in columns[:at]), None)
    if double is not None:
        raise OperatorError(f"glossary {path} line 1: two columns are called {double!r}")
    return _checked(_long(columns, rows) if set(_LONG) <= set(columns) else _wide(path, header, rows))


def _rows(path: Path, text: str) -> list[tuple[int, list[str]]]:
    """The lines that are not blank and no comment, each with its number. The header tells what parts the columns."""
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    delimiter = max("\t;,", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, line = [], 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row) and not row[0].startswith("#"):
                rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise OperatorError(f"glossary {path} line {reader.line_num}: {error}") from error
    return rows


Lines = Iterator[tuple[int, list[Entry] | str]]
"""A line's number with its entries, or its fault."""


def _long(columns: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> Lines:
    for line, row in rows[1:]:
        try:
            cells = _cells(columns, row)
            source, target = _pair(cells)
            yield line, [_entry(line, source, target, cells, "term", "translation", cells.get("forms", ""))]
        except _Fault as fault:
            yield line, str(fault)


def _wide(path: Path, header: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> Lines:
    locales: dict[str, str] = {}
    for name in header:
        if not name or name.lower() in _OPTIONAL or name.lower().startswith(_FORMS):
            continue
        try:
            locales[name] = str(parse_locale(name))
        except UnknownLocale as error:
            known = f"name the columns {', '.join(_LONG)}, or each after its locale (en, pt-BR)"
            raise OperatorError(f"glossary {path} line 1: column {name!r} is no locale: {known}") from error
    if len(locales) < 2:
        raise OperatorError(f"glossary {path} line 1: one locale's column alone: a translation needs two")
    for line, row in rows[1:]:
        try:
            yield line, list(_concept(line, locales, _cells(header, row)))
        except _Fault as fault:
            yield line, str(fault)


def _concept(line: int, locales: dict[str, str], cells: dict[str, str]) -> Iterator[Entry]:
    """A row of a wide table: from every column into every other that is filled."""
    filled = [name for name in locales if cells[name]]
    if len(filled) < 2:
        raise _Fault("only one locale is filled: a translation needs two")
    small = {name.lower(): cell for name, cell in cells.items()}
    only = _locale(small["source_locale"]) if small.get("source_locale") else None
    if only is not None and only not in {locales[name] for name in filled}:
        raise _Fault(f"source_locale {only} has no term in this line")
    for source in filled:
        for target in filled:
            if source != target and only in {None, locales[source]}:
                forms = small.get(_FORMS + source.lower(), "")
                yield _entry(line, locales[source], locales[target], small, source.lower(), target.lower(), forms)


def _cells(columns: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    if len(row) > len(columns) and any(cell.strip() for cell in row[len(columns) :]):
        raise _Fault(f"{len(row)} cells, but the header has {len(columns)}: quote a cell that holds the separator")
    padded = [*row, *("" for _ in range(len(columns) - len(row)))]
    return {name: " ".join(cell.split()) for name, cell in zip(columns, padded, strict=False)}


def _pair(cells: dict[str, str]) -> tuple[str, str]:
    source, target = _locale(cells["source_locale"]), _locale(cells["target_locale"])
    if source == target:
        raise _Fault(f"source_locale and target_locale are both {source}")
    return source, target


def _locale(tag: str) -> str:
    if not tag:
        raise _Fault("a locale is empty")
    try:
        return str(parse_locale(tag))
    except UnknownLocale as error:
        raise _Fault(str(error)) from error


def _entry(line: int, source: str, target: str, cells: dict[str, str], term: str, to: str, forms: str) -> Entry:
    for name in (term, to):
        if not cells[name]:
            raise _Fault(f"{name} is empty")
        if len(cells[name]) > _TERM_CHARS_MAX:
            raise _Fault(f"{name} has more than {_TERM_CHARS_MAX} characters: a glossary holds terms, no texts")
    if not any(char.isalnum() for char in cells[term]):
        raise _Fault(f"{term} {cells[term]!r} holds no letter and no digit")
    flag = cells.get("case_sensitive", "").lower()
    if flag not in _TRUE | _FALSE:
        raise _Fault(f"case_sensitive is {flag!r}: write yes or no")
    fixed = cells[to]
    return Entry(
        source, target, cells[term], fixed, flag in _TRUE, tuple(_forms(forms, fixed)), cells.get("note", ""), line
    )


def _forms(cell: str, translation: str) -> Iterator[tuple[str, str]]:
    """`throw pillows=almofadas decorativas | cushions`: a spelling without a translation of its own has the term's."""
    for part in filter(None, (one.strip() for one in cell.split("|"))):
        form, marked, own = (piece.strip() for piece in part.partition("="))
        if not form or (marked and not own):
            raise _Fault(f"forms: {part!r} lacks a side; write form or form=translation, parted by |")
        yield form, own or translation


def _checked(lines: Lines) -> Reading:
    """Take out what is said twice, and what two lines say differently."""
    seen: dict[tuple[str, str, str, bool], Entry] = {}
    problems: list[Problem] = []
    for line, read in lines:
        if isinstance(read, str):
            problems.append(Problem(line, read))
            continue
        for entry in read:
            term = entry.term if entry.case_sensitive else entry.term.casefold()
            key = (entry.source_locale, entry.target_locale, term, entry.case_sensitive)
            known = seen.setdefault(key, entry)
            if known is entry or known.line == line:
                continue
            problems.append(Problem(line, _clash(entry, known)))
            break
    return Reading(tuple(seen.values()), tuple(problems))


def _clash(entry: Entry, known: Entry) -> str:
    where = f"{entry.source_locale} > {entry.target_locale} in line {known.line}"
    if entry.translation == known.translation:
        return f"{entry.term!r} stands already for {where}"
    return f"{entry.term!r} is {entry.translation!r} here and {known.translation!r} for {where}"
