"""Short hashes of content: what the state keeps instead of texts, so that its size is bounded."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import msgspec

# 64 bits: two contents of one entity are compared, never all contents of all entities.
FINGERPRINT_BYTES = 8


def fingerprint(*parts: Any) -> str:
    """Return 16 hex digits that are equal for equal parts; any msgspec-encodable value is a part."""
    return blake2b(msgspec.json.encode(parts), digest_size=FINGERPRINT_BYTES).hexdigest()


def union(known: Iterable[str], new: Iterable[str]) -> tuple[str, ...]:
    """Return the members of both, sorted: state and outputs must not depend on an order that a set happens to have."""
    return tuple(sorted({*known, *new}))
