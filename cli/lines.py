"""Files of JSON lines, as commands read them."""

import sys
from collections.abc import Iterator
from pathlib import Path

from schemas.errors import OperatorError


def name_of(file: Path) -> str:
    """What an error calls a file."""
    return "standard input" if str(file) == "-" else str(file)


def numbered_lines(file: Path) -> Iterator[tuple[int, bytes]]:
    """Number the lines that are not blank, from 1; `-` is standard input. Raises OperatorError."""
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, line.removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise OperatorError(f"cannot read {name_of(file)}: {error.strerror}") from error
