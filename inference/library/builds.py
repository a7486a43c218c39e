"""Folders of built models, read one by one or all together."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from inference.library import artefacts, recipes
from inference.library.artefacts import Damaged, Manifest
from inference.library.catalog import ModelSpec
from inference.library.recipes import BUILDER
from inference.models import Precision
from schemas.errors import OperatorError

# Of a SHA-256: enough to name a build, short enough for every output's provenance.
_VERSION_DIGITS: Final = 12
# What follows a model's name in the name of its folder; builds of old have no precision in it.
_VERSION: Final = re.compile(r"-[0-9a-f]{12}(?:-[a-z0-9]+)?-b\d+$")


class Build(Struct, frozen=True):
    """A folder of built files, and what is wrong with it. `manifest` is None when it is damaged.

    A problem of a build that has a manifest: it is of a converted model that another version made.
    """

    folder: Path
    name: str
    manifest: Manifest | None
    problem: str | None = None

    @property
    def made(self) -> str:
        """When it was made, in a form that sorts; empty when that cannot be told."""
        return self.manifest.made if self.manifest else ""


def read_build(folder: Path) -> Build | None:
    """Return the build in a folder, or None when there is none; only its manifest is read."""
    try:
        manifest = artefacts.read_manifest(folder)
    except FileNotFoundError:
        return None
    except Damaged as problem:
        return Build(folder, _VERSION.sub("", folder.name), None, str(problem))
    return Build(folder, manifest.name, manifest, _outdated(manifest))


def check_build(build: Build) -> Build:
    """Return the same build after comparing every file with its SHA-256."""
    try:
        return structs.replace(build, manifest=artefacts.check(build.folder))
    except (FileNotFoundError, Damaged) as problem:
        return structs.replace(build, manifest=None, problem=str(problem))


def _outdated(manifest: Manifest) -> str | None:
    """Bundled models are built again by themselves; the weights of converted ones are not kept."""
    if not manifest.converted or manifest.builder == BUILDER:
        return None
    return f"made by builder {manifest.builder}, this version runs the graphs of builder {BUILDER}"


def builds_in(models_dir: Path) -> list[Build]:
    """Return every build in a folder of models, by name, the newest of a name first and damaged ones last."""
    try:
        folders = sorted(path for path in models_dir.iterdir() if path.is_dir() and path.name[0] != ".")
    except OSError:
        return []
    found = [build for folder in folders if (build := read_build(folder)) is not None]
    return sorted(sorted(found, key=lambda build: build.made, reverse=True), key=lambda build: build.name)


def choose(builds: Sequence[Build], *, half: bool) -> Build:
    """Return the newest build; in half precision where there is a GPU for it, and never on a CPU.

    Raises OperatorError when the only builds are for a GPU that is not there.
    """
    halves = [build for build in builds if build.manifest and build.manifest.precision == Precision.FLOAT16]
    others = [build for build in builds if build not in halves]
    if halves and half:
        return halves[0]
    if not others:
        raise OperatorError(
            f"model {halves[0].name} is converted for a GPU only: convert it again with --precision row8"
        )
    return others[0]


def version(sources: Mapping[str, str], precision: Precision, choices: Mapping[str, str] | None = None) -> str:
    """Return the version of a model: a hash of its weights' hashes and of `choices`, its precision, the builder's.

    `choices`: what else decides on its files, of a converted model.
    """
    parts = [*sorted(sources.items()), *sorted((choices or {}).items())]
    joined = "".join(f"{role}={digest}\n" for role, digest in parts)
    return f"{hashlib.sha256(joined.encode()).hexdigest()[:_VERSION_DIGITS]}-{precision}-b{BUILDER}"


def bundled_precision(spec: ModelSpec, *, half: bool) -> Precision:
    """Return what a bundled model is built in: half precision on a GPU where its kind has it, else its kind's own."""
    known = recipes.PRECISIONS[spec.kind]
    return Precision.FLOAT16 if half and Precision.FLOAT16 in known else known[0]


def bundled_manifest(spec: ModelSpec, sources: Mapping[str, str], precision: Precision) -> Manifest:
    """Return the manifest of a bundled model that is about to be built: sizes and artefacts come with the build."""
    return Manifest(
        name=spec.name,
        version=version(sources, precision),
        builder=BUILDER,
        sources=dict(sources),
        sizes={},
        kind=spec.kind.value,
        precision=precision.value,
        directions=spec.directions,
        origin=spec.origin,
        licence=spec.licence,
        made=artefacts.now(),
    )
