"""Folders of built models, read one by one or all together."""

import re
from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from inference import artefacts
from inference.artefacts import Damaged, Manifest

# What follows a model's name in the name of its folder; builds of old have no precision in it.
_VERSION: Final = re.compile(r"-[0-9a-f]{12}(?:-[a-z0-9]+)?-b\d+$")


class Build(Struct, frozen=True):
    """A folder of built files. `manifest` is None and `problem` says why when it is damaged."""

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
    return Build(folder, manifest.name, manifest)


def check_build(build: Build) -> Build:
    """Return the same build after comparing every file with its SHA-256."""
    try:
        return structs.replace(build, manifest=artefacts.check(build.folder))
    except (FileNotFoundError, Damaged) as problem:
        return structs.replace(build, manifest=None, problem=str(problem))


def builds_in(models_dir: Path) -> list[Build]:
    """Return every build in a folder of models, by name, the newest of a name first and damaged ones last."""
    try:
        folders = sorted(path for path in models_dir.iterdir() if path.is_dir() and path.name[0] != ".")
    except OSError:
        return []
    found = [build for folder in folders if (build := read_build(folder)) is not None]
    return sorted(sorted(found, key=lambda build: build.made, reverse=True), key=lambda build: build.name)
