"""Secrets of the settings: given as a value or as a file that holds one, and read where they are used.

A file is read again for every new connection, so that one which is renewed beside a running worker is taken up.
"""

from pathlib import Path
from typing import Final

from pydantic import SecretStr

from schemas.errors import OperatorError

BYTES_MAX: Final = 65_536  # a secret, not a file named by mistake


def read_secret(value: SecretStr | None, file: Path | None, setting: str) -> str | None:
    """Return the secret that `setting` or `setting`_file gives, None when neither does.

    The white space around a file's content is no part of it. Raises OperatorError, which names the file and never what
    stands in it, when the file cannot be read or is empty.
    """
    if file is None:
        return None if value is None else value.get_secret_value()
    try:
        with file.open("rb") as opened:
            secret = opened.read(BYTES_MAX).decode().strip()
    except OSError as error:
        raise OperatorError(f"cannot read {setting}_file {file}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise OperatorError(f"{setting}_file {file} is no text") from None  # the cause would quote it
    if not secret:
        raise OperatorError(f"{setting}_file {file} is empty")
    return secret


def require_one(values: dict[str, object], setting: str) -> None:
    """Raise ValueError when a secret is given twice."""
    if values[setting] is not None and values[f"{setting}_file"] is not None:
        raise ValueError(f"{setting} and {setting}_file are both set: one is enough")
