"""What memory holds: a segment as it was asked, and what the gate said about the answer."""

from hashlib import blake2b
from typing import Final

import msgspec
from msgspec import Struct

from schemas.reasons import Warn
from schemas.report import MemoryKind

# 128 bits: with ten million segments two of them share a digest once in 10^24 memories.
DIGEST_BYTES: Final = 16
_ENCODER: Final = msgspec.msgpack.Encoder()


class Key(Struct, frozen=True, array_like=True):
    """A segment as it was asked; the model's version is the hash of its weights.

    `glossary` is the fingerprint of the glossary's entries that touch the text, so that a new glossary changes the
    keys of these texts and of no other.
    """

    source_locale: str
    target_locale: str
    segment: str
    model_version: str
    pipeline_version: str
    glossary: str = ""


class Verdict(Struct, frozen=True):
    """What the gate said about a segment: a translation that passed, or why there is none.

    `output` still holds the stand-ins of the masked text, so a price that changed finds it too; `strict` says by which
    masking it was made. `cut`: the segment is only understood in pieces, and each of them has a verdict of its own.
    `kind` is how memory came to it, and never part of what is kept.
    """

    output: str | None = None
    strict: bool = False
    cut: bool = False
    refused: Warn | None = None
    kind: MemoryKind = "exact"


def digest(key: Key) -> bytes:
    """Name a key in as many bytes as a disk and a topic want to spend on it."""
    return blake2b(_ENCODER.encode(key), digest_size=DIGEST_BYTES).digest()
