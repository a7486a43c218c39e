"""Built models on disk: a folder per model with a manifest, written whole or not at all, checked before use."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from schemas.errors import OperatorError

MANIFEST: Final = "manifest.json"
_CHUNK_BYTES: Final = 1 << 20
_ABANDONED_S: Final = 24 * 3600


class Artefact(Struct, frozen=True):
    """One file of a built model."""

    sha256: str
    bytes: int


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """What a folder must hold. `sizes` are the model's own numbers (layers, token limits)."""

    name: str
    version: str
    builder: int
    sources: dict[str, str]
    sizes: dict[str, int]
    artefacts: dict[str, Artefact]

    @property
    def total_bytes(self) -> int:
        """Bytes of all files."""
        return sum(artefact.bytes for artefact in self.artefacts.values())


class Damaged(Exception):
    """A built model is not what its manifest says; the message names the file."""


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def seal(
    folder: Path, *, name: str, version: str, builder: int, sources: Mapping[str, str], sizes: Mapping[str, int]
) -> Manifest:
    """Hash every file of a folder and write its manifest."""
    artefacts = {
        path.name: Artefact(sha256_file(path), path.stat().st_size)
        for path in sorted(folder.iterdir())
        if path.name != MANIFEST
    }
    manifest = Manifest(name, version, builder, dict(sources), dict(sizes), artefacts)
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Read a manifest; raises FileNotFoundError when nothing was built, Damaged when it cannot be read."""
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError:
        if folder.exists():
            raise Damaged(f"{MANIFEST} is missing") from None
        raise
    except (msgspec.DecodeError, OSError) as error:
        raise Damaged(f"{MANIFEST} cannot be read: {error}") from error


def check(folder: Path) -> Manifest:
    """Compare every file with the manifest, by size and SHA-256; raises FileNotFoundError or Damaged."""
    manifest = read_manifest(folder)
    for name, expected in manifest.artefacts.items():
        path = folder / name
        try:
            if path.stat().st_size != expected.bytes:
                raise Damaged(f"{name} has {path.stat().st_size} bytes, not {expected.bytes}")
            if sha256_file(path) != expected.sha256:
                raise Damaged(f"{name} has another SHA-256 than when it was built")
        except OSError as error:
            raise Damaged(f"{name} cannot be read: {error.strerror}") from error
    return manifest


@contextmanager
def workshop(final: Path) -> Iterator[Path]:
    """Give a temporary folder beside `final`, for a build; it is gone afterwards unless it was published."""
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        _sweep(final.parent)
        temporary = Path(tempfile.mkdtemp(prefix=f".{final.name}.", dir=final.parent))
    except OSError as error:
        raise _cannot_write(final.parent, error) from error
    try:
        yield temporary
    except OSError as error:
        raise _cannot_write(final.parent, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def publish(temporary: Path, final: Path) -> None:
    """Put a sealed folder in its place, in one step; a folder already there is replaced.

    Two processes that publish at once each leave a whole folder: the content is the same, either may win.
    """
    while True:
        try:
            temporary.rename(final)
        except OSError:
            if not final.exists():
                raise
        else:
            return
        aside = Path(tempfile.mkdtemp(prefix=f".{final.name}.", dir=final.parent))
        try:
            final.rename(aside)
        except FileNotFoundError:
            continue
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _sweep(models_dir: Path) -> None:
    """Remove temporary folders that a killed build left; one younger than a day may still be in use."""
    # File times are wall clock, so is this.
    oldest = time.time() - _ABANDONED_S
    for path in models_dir.glob(".*.*"):
        if path.is_dir() and path.stat().st_mtime < oldest:
            shutil.rmtree(path, ignore_errors=True)


def _cannot_write(folder: Path, error: OSError) -> OperatorError:
    reason = error.strerror or os.strerror(error.errno or 0)
    return OperatorError(
        f"cannot write models to {folder} ({reason}): set pool.models_dir to a folder that can be written"
    )
