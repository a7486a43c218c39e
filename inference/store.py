"""Models on this machine: built from their weights at first use, kept per user, verified whenever they are opened."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from inference import artefacts, catalog, providers, recipes
from inference.artefacts import Damaged, Manifest
from inference.catalog import Kind, ModelSpec
from inference.models import EmbeddingModel, LoadedModels, TranslationModel
from inference.recipes import BUILDER, Progress
from schemas.errors import OperatorError
from schemas.report import ModelRebuilt, Reporter, silent
from schemas.settings import PoolSettings, cache_dir

# Of a SHA-256: enough to name a build, short enough for every output's provenance.
_VERSION_DIGITS: Final = 12

State = Literal["built", "not_built", "damaged", "package_missing"]


class ModelStatus(Struct, frozen=True):
    """A model of the catalogue on this machine. `bytes` and `path` are those of the build, if there is one."""

    name: str
    kind: str
    source: str
    target: str
    state: State
    version: str | None
    package: str
    package_version: str | None
    licence: str
    origin: str
    path: str | None
    bytes: int
    problem: str | None = None


def quiet(_what: str, _fraction: float) -> None:
    """Tell nobody about progress."""


class ModelStore:
    """Built models in one folder. Several processes may share it and build at once.

    A build is keyed by the SHA-256 of its weights and the version of the builder, so an old build is never taken for
    a new one.
    """

    def __init__(self, models_dir: Path | None = None, *, reporter: Reporter = silent) -> None:
        self.models_dir = models_dir or cache_dir() / "models"
        self._reporter = reporter

    def list(self) -> list[ModelStatus]:
        """Return the state of every known model; files are not read, only their presence and size."""
        return [self._status(spec, thorough=False) for spec in catalog.CATALOG]

    def verify(self, name: str) -> ModelStatus:
        """Return the state of a model after comparing every file with its SHA-256."""
        return self._status(catalog.find(name), thorough=True)

    def build(self, name: str, progress: Progress = quiet, *, force: bool = False) -> ModelStatus:
        """Build a model unless a sound build is there (`force`: even then) and return its state."""
        spec = catalog.find(name)
        self._obtain(spec, progress, force=force)
        return self._status(spec, thorough=False)

    def load(
        self,
        settings: PoolSettings,
        reporter: Reporter = silent,
        progress: Progress = quiet,
        names: Iterable[str] | None = None,
    ) -> LoadedModels:
        """Open models (all of the catalogue, or those named), building what is missing.

        Raises OperatorError when a package is missing, when two ONNX Runtimes stand side by side, or when a build can
        neither be verified nor made again.
        """
        providers.require_one_runtime()
        self._reporter = reporter
        translation: list[TranslationModel] = []
        embedding: EmbeddingModel | None = None
        for spec in _selected(names):
            folder, manifest = self._obtain(spec, progress)
            if spec.kind is Kind.USE:
                embedding = recipes.open_embedding(spec, folder, manifest, settings.device, reporter)
            else:
                translation.append(recipes.open_translation(spec, folder, manifest, settings.device, reporter))
        return LoadedModels(tuple(translation), embedding)

    def _obtain(self, spec: ModelSpec, progress: Progress, *, force: bool = False) -> tuple[Path, Manifest]:
        """Return a folder whose every file was just verified, building it if need be."""
        weights = catalog.weight_files(spec)
        sources = {role: artefacts.sha256_file(path) for role, path in weights.items()}
        folder = self._folder(spec, sources)
        progress(spec.name, 0.0)
        manifest = None if force else self._sound(spec, folder, silent)
        if manifest is None:
            with artefacts.workshop(folder) as bench:
                # Another process may have built it while this one waited for the lock.
                manifest = None if force else self._sound(spec, folder, self._reporter)
                if manifest is None:
                    manifest = _build(spec, weights, sources, bench, progress)
                    artefacts.publish(bench, folder)
        progress(spec.name, 1.0)
        return folder, manifest

    def _sound(self, spec: ModelSpec, folder: Path, reporter: Reporter) -> Manifest | None:
        """Return the manifest of a verified build; None, reported, when it is damaged, or when there is none."""
        try:
            return artefacts.check(folder)
        except FileNotFoundError:
            return None
        except Damaged as problem:
            reporter(ModelRebuilt(model=spec.name, problem=str(problem)))
            return None

    def _folder(self, spec: ModelSpec, sources: dict[str, str]) -> Path:
        return self.models_dir / f"{spec.name}-{version(sources)}"

    def _status(self, spec: ModelSpec, *, thorough: bool) -> ModelStatus:
        package_version = catalog.installed_version(spec)
        if package_version is None:
            return _status_of(spec, "package_missing", problem="pip install 'dragoman[models]'")
        sources = {role: artefacts.sha256_file(path) for role, path in catalog.weight_files(spec).items()}
        folder = self._folder(spec, sources)
        try:
            manifest = artefacts.check(folder) if thorough else artefacts.read_manifest(folder)
        except FileNotFoundError:
            return _status_of(spec, "not_built", package_version, version(sources))
        except Damaged as problem:
            return _status_of(spec, "damaged", package_version, version(sources), folder, problem=str(problem))
        return _status_of(spec, "built", package_version, manifest.version, folder, manifest.total_bytes)


def version(sources: dict[str, str]) -> str:
    """Return the version of a model: a hash of its weights' hashes, and the builder's version."""
    joined = "".join(f"{role}={digest}\n" for role, digest in sorted(sources.items()))
    return f"{hashlib.sha256(joined.encode()).hexdigest()[:_VERSION_DIGITS]}-b{BUILDER}"


def _build(
    spec: ModelSpec, weights: dict[str, Path], sources: dict[str, str], bench: Path, progress: Progress
) -> Manifest:
    """Build into `bench` and read every file back; raises OperatorError when the disk gives back something else."""
    sizes = recipes.build(spec, weights, bench, progress)
    artefacts.seal(bench, name=spec.name, version=version(sources), builder=BUILDER, sources=sources, sizes=sizes)
    progress(spec.name, 0.9)
    try:
        return artefacts.check(bench)
    except (FileNotFoundError, Damaged) as problem:
        raise OperatorError(
            f"model {spec.name} does not read back as written ({problem}): check the disk that holds {bench.parent}"
        ) from problem


def _selected(names: Iterable[str] | None) -> Sequence[ModelSpec]:
    return catalog.CATALOG if names is None else [catalog.find(name) for name in names]


def _status_of(
    spec: ModelSpec,
    state: State,
    package_version: str | None = None,
    model_version: str | None = None,
    folder: Path | None = None,
    size: int = 0,
    *,
    problem: str | None = None,
) -> ModelStatus:
    return ModelStatus(
        name=spec.name,
        kind=spec.kind.value,
        source=spec.source,
        target=spec.target,
        state=state,
        version=model_version,
        package=spec.package,
        package_version=package_version,
        licence=spec.licence,
        origin=spec.origin,
        path=str(folder) if folder else None,
        bytes=size,
        problem=problem,
    )
