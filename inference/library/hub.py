"""Weights from a hub: what a model there consists of, and its files, each compared with the hub's own digest.

Only owners of the allow-list are asked for. A revision is resolved to a commit once, and every file is of that commit.
Downloads that broke off go on where they stopped.
"""

import errno
import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Final, Self

import httpx
from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import (
    DisabledRepoError,
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import ModelInfo, RepoSibling
from msgspec import Struct

from inference.library.artefacts import sha256_file
from inference.library.layouts import Layout, recognise
from inference.library.licences import Licence, read_licence
from schemas.errors import OperatorError
from schemas.secrets import read_secret
from schemas.settings import HubSettings, cache_dir

_REFERENCE: Final = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)+", re.ASCII)
# Beside the weights themselves: their conversion needs about as much again, elsewhere perhaps.
_DISK_MARGIN: Final = 1.05
_CHUNK_BYTES: Final = 1 << 20

Advance = Callable[[float], None]


class Reference(Struct, frozen=True):
    """`owner/name`, and the folder in it that holds the model, if it is not the first."""

    repository: str
    folder: str = ""

    def __str__(self) -> str:
        return f"{self.repository}/{self.folder}" if self.folder else self.repository


class Listing(Struct, frozen=True):
    """A model of the hub at one commit. `files`: what a conversion needs, by path in the repository."""

    reference: Reference
    commit: str
    layout: Layout
    licence: Licence
    files: dict[str, RepoSibling]

    @property
    def total_bytes(self) -> int:
        """Bytes of all files, as the hub tells them."""
        return sum(file.size or 0 for file in self.files.values())


def parse_reference(text: str) -> Reference | None:
    """Return what `owner/name[/folder]` names, or None when the text has another form."""
    if not _REFERENCE.fullmatch(text) or ".." in text:
        return None
    owner, name, *folder = text.split("/")
    return Reference(f"{owner}/{name}", "/".join(folder))


class Hub:
    """A hub as the settings describe it. Every problem is an OperatorError of one line."""

    def __init__(self, settings: HubSettings) -> None:
        self._settings = settings
        # Never the token of a login that happens to be on this machine: a mirror must not be sent it.
        self._token: str | bool = read_secret(settings.token, settings.token_file, "hub.token") or False
        self._api = HfApi(endpoint=settings.endpoint, token=self._token, library_name="dragoman")
        self._downloads = settings.downloads_dir or cache_dir() / "downloads"

    def look(self, reference: Reference, revision: str | None = None) -> Listing:
        """Resolve a revision (default: the main branch) and tell what is there; downloads small files only."""
        self._require_allowed(reference)
        with self._told(reference, revision):
            info = self._api.model_info(
                reference.repository, revision=revision, files_metadata=True, timeout=self._settings.timeout_s
            )
            if not info.sha:
                raise OperatorError(f"the hub names no commit for {reference}: is hub.endpoint really a hub?")
            return self._listing(reference, info, info.sha)

    def download(self, listing: Listing, advance: Advance) -> Path:
        """Fetch the files that are not here yet, check every one, and return the folder that holds the model.

        `advance` is told the share that is done, 0 to 1.
        """
        self._require_space(listing)
        total, done = max(listing.total_bytes, 1), 0
        for name in listing.files:
            self._fetch(listing.reference, listing.commit, name, partial(_Meter, advance, done, total))
            self._verify(listing, name)
            done += listing.files[name].size or 0
            advance(done / total)
        return self._snapshot(listing.reference, listing.commit)

    def _require_allowed(self, reference: Reference) -> None:
        allowed = {entry.casefold() for entry in self._settings.allow}
        owner = reference.repository.partition("/")[0]
        if not {owner.casefold(), reference.repository.casefold()} & allowed:
            raise OperatorError(
                f"{owner} is not among the owners whose weights are taken ({', '.join(self._settings.allow)}): "
                f"add {reference.repository} to hub.allow if you trust it"
            )

    def _listing(self, reference: Reference, info: ModelInfo, commit: str) -> Listing:
        prefix = f"{reference.folder}/" if reference.folder else ""
        siblings = {
            file.rfilename.removeprefix(prefix): file
            for file in info.siblings or ()
            if file.rfilename.startswith(prefix)
        }

        def read(name: str) -> bytes:
            return self._fetch(reference, commit, prefix + name, _Silent).read_bytes()

        layout = recognise(siblings, read, str(reference))
        documents = {role: read(layout.files[role]) for role in layout.documents}
        licence = read_licence(documents.get("card"), documents.get("licence"))
        files = {siblings[name].rfilename: siblings[name] for name in layout.files.values()}
        return Listing(reference, commit, layout, licence, files)

    def _fetch(self, reference: Reference, commit: str, name: str, meter: Any) -> Path:
        with self._told(reference, commit):
            path = hf_hub_download(
                reference.repository,
                name,
                revision=commit,
                cache_dir=self._downloads,
                endpoint=self._settings.endpoint,
                token=self._token,
                etag_timeout=self._settings.timeout_s,
                tqdm_class=meter,
            )
        return Path(path)

    def _snapshot(self, reference: Reference, commit: str) -> Path:
        folder = f"models--{reference.repository.replace('/', '--')}"
        return self._downloads / folder / "snapshots" / commit / PurePosixPath(reference.folder)

    def _require_space(self, listing: Listing) -> None:
        """Say so before the first byte; the library only warns."""
        folder = next(path for path in (self._downloads, *self._downloads.parents) if path.exists())
        wanted, free = int(listing.total_bytes * _DISK_MARGIN), shutil.disk_usage(folder).free
        if free < wanted:
            raise OperatorError(
                f"{listing.reference} needs {wanted / 1e6:.0f} MB and {folder} has {free / 1e6:.0f} MB left: "
                "make room, or set hub.downloads_dir"
            )

    def _verify(self, listing: Listing, name: str) -> None:
        """Compare a file with the digest that the hub's listing gives for this commit; a wrong one is removed."""
        path = self._snapshot(Reference(listing.reference.repository), listing.commit) / name
        if not _as_listed(path, listing.files[name]):
            path.resolve().unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            raise OperatorError(f"{name} of {listing.reference} is not what the hub lists: try again")

    @contextmanager
    def _told(self, reference: Reference, revision: str | None) -> Iterator[None]:
        """Turn the library's errors, many lines long, into one that says what to do."""
        where = self._settings.endpoint or "the hub"
        try:
            yield
        except GatedRepoError as error:
            raise OperatorError(
                f"{reference} asks for an account that accepted its terms: accept them there, then set hub.token"
            ) from error
        except RevisionNotFoundError as error:
            raise OperatorError(f"{reference} has no revision {revision!r} on {where}") from error
        except (RepositoryNotFoundError, DisabledRepoError, HFValidationError) as error:
            raise OperatorError(f"{where} has no model {reference} that this account may see") from error
        except (OfflineModeIsEnabled, LocalEntryNotFoundError, httpx.HTTPError, HfHubHTTPError) as error:
            raise OperatorError(_away(error, where)) from error
        except EntryNotFoundError as error:
            raise OperatorError(f"{where} lists a file of {reference} that it does not have: try again") from error
        except OSError as error:
            raise OperatorError(_disk(error, self._downloads)) from error


def _away(error: Exception, where: str) -> str:
    """Tell a hub that cannot be reached from one that answers with an error."""
    if isinstance(error, OfflineModeIsEnabled):
        return "the hub's library was told to stay offline (HF_HUB_OFFLINE): unset that, or convert a local folder"
    response = getattr(error, "response", None)
    if response is not None:
        return f"{where} answers with status {response.status_code}: try again later"
    return (
        f"{where} cannot be reached or broke off ({type(error.__cause__ or error).__name__}): check the network and "
        "try again; a download goes on where it stopped"
    )


def _disk(error: OSError, folder: Path) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return f"the disk that holds {folder} is full: make room, or set hub.downloads_dir, and run this again"
    return f"a download to {folder} failed ({' '.join(str(error).split())[:200]}): run this again"


def _as_listed(path: Path, file: RepoSibling) -> bool:
    """Large files are listed with their SHA-256, small ones with git's object id."""
    if file.lfs is not None:
        return sha256_file(path) == file.lfs.sha256
    if file.blob_id is None:
        return path.stat().st_size == file.size
    # git's object id is a SHA-1 by definition; against chance, not against malice, which TLS and the commit answer for.
    digest = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest() == file.blob_id


class _Silent:
    """What the library takes for a progress bar; draws nothing."""

    def __init__(self, **_: Any) -> None:
        self.n = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.close()

    def update(self, n: float | None = 1) -> None:
        self.n += n or 0

    def close(self) -> None:
        """Draw nothing."""

    def refresh(self) -> None:
        """Draw nothing."""


class _Meter(_Silent):
    """Hands the library's progress through one file on as a share of all files."""

    def __init__(self, advance: Advance, before: int, whole: int, /, *, initial: float = 0, **_: Any) -> None:
        super().__init__()
        self.n, self._advance, self._before, self._whole = initial, advance, before, whole

    def update(self, n: float | None = 1) -> None:
        super().update(n)
        self._advance(min((self._before + self.n) / self._whole, 1.0))
