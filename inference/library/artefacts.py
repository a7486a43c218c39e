"""Built models on disk: a folder per model with a manifest, written whole or not at all, checked before use."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct, structs

from inference.library.catalog import Direction
from schemas.errors import OperatorError

MANIFEST: Final = "manifest.json"
_CHUNK_BYTES: Final = 1 << 20
_READABLE: Final = 0o644


class Artefact(Struct, frozen=True):
    """One file of a built model."""

    sha256: str
    bytes: int


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """What a folder must hold, and where it comes from.

    sources: SHA-256 of every file it was made from, by role. sizes: the model's own numbers (layers, token limits).
    converted: made from a folder or a hub by the operator, not from an installed package. origin: what the model is, or
    `owner/name`; revision: the commit, of a hub's. made: when, in UTC; accepted: when its licence was accepted.
    """

    name: str
    version: str
    builder: int
    sources: dict[str, str]
    sizes: dict[str, int]
    artefacts: dict[str, Artefact] = {}
    kind: str = ""
    precision: str = ""
    directions: tuple[Direction, ...] = ()
    converted: bool = False
    origin: str = ""
    revision: str = ""
    licence: str = ""
    made: str = ""
    accepted: str = ""

    @property
    def total_bytes(self) -> int:
        """Bytes of all files."""
        return sum(artefact.bytes for artefact in self.artefacts.values())


class _Sealed(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in the manifest's file: the manifest's bytes and their own SHA-256."""

    sha256: str
    manifest: msgspec.Raw


class Damaged(Exception):
    """A built model is not what its manifest says; the message names the file."""


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def sha256_bytes(content: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def seal(folder: Path, manifest: Manifest) -> Manifest:
    """Hash every file of a folder and write its manifest with them."""
    for path in folder.iterdir():
        # onnx writes for the owner alone; an image built by one user is run by another.
        path.chmod(_READABLE)
    artefacts = {
        path.name: Artefact(sha256_file(path), path.stat().st_size)
        for path in sorted(folder.iterdir())
        if path.name != MANIFEST
    }
    whole = structs.replace(manifest, artefacts=artefacts)
    body = msgspec.json.encode(whole)
    sealed = _Sealed(hashlib.sha256(body).hexdigest(), msgspec.Raw(body))
    (folder / MANIFEST).write_bytes(msgspec.json.encode(sealed))
    return whole


def now() -> str:
    """Return the date and time for a manifest, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read_manifest(folder: Path) -> Manifest:
    """Read a manifest; raises FileNotFoundError when nothing was built, Damaged when it cannot be read."""
    try:
        sealed = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=_Sealed)
        if hashlib.sha256(sealed.manifest).hexdigest() != sealed.sha256:
            raise Damaged(f"{MANIFEST} has another SHA-256 than when it was built")
        return msgspec.json.decode(sealed.manifest, type=Manifest)
    except FileNotFoundError:
        if folder.exists():
            raise Damaged(f"{MANIFEST} is missing") from None
        raise
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
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
    """Give an empty folder to build `final` in, while no other process builds it; what is not published is removed.

    The lock is the kernel's, so it ends with its process; what a killed build left is removed by the next one.
    """
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        with final.with_name(f".{final.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            bench = final.with_name(f".{final.name}.building")
            shutil.rmtree(bench, ignore_errors=True)
            bench.mkdir()
            try:
                yield bench
            finally:
                shutil.rmtree(bench, ignore_errors=True)
    except OSError as error:
        raise _cannot_write(final.parent, error) from error


def publish(bench: Path, final: Path) -> None:
    """Put a sealed folder in its place in one step; a damaged one that stands there goes first."""
    aside = final.with_name(f".{final.name}.damaged")
    shutil.rmtree(aside, ignore_errors=True)
    if final.exists():
        final.rename(aside)
    bench.rename(final)
    shutil.rmtree(aside, ignore_errors=True)


def _cannot_write(folder: Path, error: OSError) -> OperatorError:
    reason = error.strerror or os.strerror(error.errno or 0)
    return OperatorError(
        f"cannot write models to {folder} ({reason}): set pool.models_dir to a folder that can be written"
    )
