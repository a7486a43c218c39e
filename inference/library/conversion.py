"""Models made from weights that others publish: a folder, or a hub's, becomes a build in the store.

look (what is it, whose licence) -> accept -> [download] -> directions, head, scales -> build -> publish.
"""

import gzip
import re
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from inference.library import artefacts, heads, layouts, recipes
from inference.library.artefacts import Manifest
from inference.library.builds import version
from inference.library.catalog import Direction, Kind
from inference.library.comparison import Measured, calibrated, read_lines
from inference.library.heads import Head
from inference.library.hub import Listing
from inference.library.layouts import Layout
from inference.library.licences import Licence, read_licence
from inference.library.recipes import BUILDER, Order, Progress
from inference.library.status import ModelStatus
from inference.library.store import ModelStore
from inference.models import Precision
from inference.tokenizers.directions import model_codes, resolve
from inference.weights.checkpoint import emitted, read_seq2seq_config
from schemas.errors import OperatorError

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]+")
_GZIP: Final = ".gz"
# Firefox's largest file has 60 MB unpacked; a packed file that grows beyond this is none of them.
_UNPACKED_BYTES_MAX: Final = 1 << 30
_CHUNK_BYTES: Final = 1 << 20
_ATTENTION: Final = frozenset({Kind.MARIAN, Kind.M2M100, Kind.NLLB})
HEAD_ALL: Final = "all"
HEAD_SCRIPTS: Final = "scripts"


class Source(Struct, frozen=True):
    """Weights that can be converted. `origin`: a folder's path, or owner/name; `revision`: the commit, of a hub's."""

    layout: Layout
    folder: Path
    origin: str
    revision: str
    licence: Licence

    @property
    def files(self) -> dict[str, Path]:
        """What a conversion reads, by role."""
        roles = self.layout.files
        return {role: self.folder / name for role, name in roles.items() if role not in self.layout.documents}


class Choices(Struct, frozen=True):
    """What the operator decides. Empty or None: what fits the model.

    columns: `all`, `scripts`, or a file of text in the target languages. calibrate: a file of text in the source
    language, a sentence a line, or `locale`, a tab and a sentence where there are several.
    """

    name: str = ""
    directions: tuple[Direction, ...] = ()
    precision: Precision | None = None
    columns: str = HEAD_ALL
    calibrate: Path | None = None


class Conversion(Struct, frozen=True):
    """A model that was made; `head` when its columns were chosen, `measured` when it was calibrated."""

    status: ModelStatus
    head: Head | None
    measured: tuple[Measured, ...]


def look(folder: Path) -> Source:
    """Tell what a local folder holds; raises OperatorError when it is nothing that can be converted."""
    try:
        names = [path.relative_to(folder).as_posix() for path in _files(folder)]
        layout = layouts.recognise(names, lambda name: (folder / name).read_bytes(), str(folder))
        documents = {role: (folder / layout.files[role]).read_bytes() for role in layout.documents}
    except OSError as error:
        raise OperatorError(f"cannot read {folder}: {error.strerror}") from error
    licence = read_licence(documents.get("card"), documents.get("licence"))
    return Source(layout, folder, str(folder.resolve()), "", licence)


def downloaded(listing: Listing, folder: Path) -> Source:
    """Return what was downloaded of a hub's listing."""
    return Source(listing.layout, folder, str(listing.reference), listing.commit, listing.licence)


def name_for(origin: str, chosen: str = "") -> str:
    """Return the name of a model: as chosen, else the last part of its origin. Raises OperatorError."""
    name = chosen or _UNFIT.sub("-", origin.rstrip("/").rpartition("/")[2]).strip("-._")
    if not _NAME.fullmatch(name):
        raise OperatorError(f"{name!r} is no name for a model: letters, digits, dots and hyphens (--name)")
    return name


def convert(store: ModelStore, source: Source, choices: Choices, progress: Progress, *, accepted: str) -> Conversion:
    """Make a model and put it into the store; `accepted` is when its licence was. Raises OperatorError."""
    name = name_for(source.origin, choices.name)
    if store.is_bundled(name):
        raise OperatorError(f"{name} is the name of a bundled model: choose another with --name")
    kind, precision = source.layout.kind, _precision(source.layout.kind, choices)
    with _told(name), unpacked(source.files) as files:
        progress(name, 0.0)
        sources = {role: artefacts.sha256_file(path) for role, path in source.files.items()}
        directions: tuple[Direction, ...] = ()
        if kind in _ATTENTION or kind is Kind.MARIAN_SSRU:
            names = (name, source.folder.name, *source.layout.files.values())
            directions = resolve(kind, files, choices.directions, names)
        elif choices.directions:
            raise OperatorError(f"{name} makes vectors, which have no --source, --target or --pairs")
        head = _head(kind, files, directions, choices)
        order = Order(name, kind, files, directions, precision, head.columns if head else None)
        measured: tuple[Measured, ...] = ()
        if choices.calibrate:
            order, measured = calibrated(order, read_lines(choices.calibrate), progress)
        manifest = Manifest(
            name=name,
            version=version(sources, precision, _deciding(order)),
            builder=BUILDER,
            sources=sources,
            sizes={},
            kind=kind.value,
            precision=precision.value,
            directions=directions,
            converted=True,
            origin=source.origin,
            revision=source.revision,
            licence=str(source.licence),
            made=artefacts.now(),
            accepted=accepted,
        )
        return Conversion(store.add(order, manifest, progress), head, measured)


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Turn what the disk refuses into one line: a source that cannot be read, no room for what is only tried."""
    try:
        yield
    except OSError as error:
        where = f" {error.filename}" if error.filename else f" {tempfile.gettempdir()}"
        raise OperatorError(f"cannot convert {name} ({error.strerror or error}:{where})") from error


@contextmanager
def unpacked(files: dict[str, Path]) -> Iterator[dict[str, Path]]:
    """Give the same files, those that are gzip-compressed unpacked for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="dragoman-") as folder:
        plain = dict(files)
        for role, path in files.items():
            if path.suffix == _GZIP:
                plain[role] = Path(folder) / path.name.removesuffix(_GZIP)
                _unpack(path, plain[role])
        yield plain


def _unpack(path: Path, into: Path) -> None:
    try:
        with gzip.open(path) as packed, into.open("wb") as plain:
            while chunk := packed.read(_CHUNK_BYTES):
                plain.write(chunk)
                if plain.tell() > _UNPACKED_BYTES_MAX:
                    raise OperatorError(
                        f"{path.name} is more than {_UNPACKED_BYTES_MAX >> 20} MB unpacked: no model file"
                    )
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise OperatorError(f"{path.name} cannot be unpacked ({error}): download it again") from error
    except OSError as error:
        raise OperatorError(f"cannot unpack {path.name} to {into.parent}: {error.strerror}") from error


def _files(folder: Path) -> list[Path]:
    """The files of a folder and of the folders in it, of which sentence-transformers has some; hidden ones are not."""
    direct = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    nested = [inner for path in direct if path.is_dir() for inner in sorted(path.iterdir())]
    return [path for path in (*direct, *nested) if path.is_file()]


def _precision(kind: Kind, choices: Choices) -> Precision:
    """The precision that was asked for, else static8 after a calibration, else the kind's own on a CPU."""
    known = recipes.PRECISIONS[kind]
    chosen = choices.precision or (Precision.STATIC8 if choices.calibrate else known[0])
    if chosen not in known:
        raise OperatorError(f"a {kind} model is not built in {chosen}: choose from {', '.join(known)}")
    if kind not in _ATTENTION and (choices.calibrate or choices.columns != HEAD_ALL):
        raise OperatorError(f"--calibrate and --columns are for {', '.join(sorted(_ATTENTION))} models, not for {kind}")
    if choices.calibrate and chosen is not Precision.STATIC8:
        raise OperatorError(f"--calibrate finds scales for static8; {chosen} needs none")
    if chosen is Precision.STATIC8 and kind is not Kind.MARIAN_SSRU and not choices.calibrate:
        raise OperatorError("static8 needs activation scales, which --calibrate FILE finds for translation models")
    return chosen


def _head(kind: Kind, files: dict[str, Path], directions: Sequence[Direction], choices: Choices) -> Head | None:
    if choices.columns == HEAD_ALL:
        return None
    config = read_seq2seq_config(files["config"].parent)
    columns = emitted(config)
    keep = [config.eos, *model_codes(kind, files).values()]
    if choices.columns == HEAD_SCRIPTS:
        return heads.by_script(kind, files, columns, directions, keep)
    return heads.by_sample(kind, files, columns, directions, keep, read_lines(Path(choices.columns)))


def _deciding(order: Order) -> dict[str, str]:
    """What decides on a build beside its weights and its precision; part of its version."""
    deciding = {"directions": " ".join(f"{one}{one.reads}{one.writes}" for one in order.directions)}
    if order.columns is not None:
        deciding["columns"] = artefacts.sha256_bytes(order.columns.tobytes())
    if order.scales is not None:
        told = "".join(f"{name}={scale!r}\n" for name, scale in sorted(order.scales.items()))
        deciding["scales"] = artefacts.sha256_bytes(told.encode())
    return deciding
