"""How requests are put to a pool, and what it counted."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from inference.pool import Pool
from inference.requests import Translation


async def translate_all(pool: Pool, texts: Sequence[str], source: str, target: str) -> list[Translation]:
    """Every text is a call of its own, made in this order; those the queue has no room for wait at its door."""
    return await asyncio.gather(*(pool.translate(text, source=source, target=target) for text in texts))


def counted(pool: Pool) -> dict[str, Any]:
    """Return the counters of the pool's first model."""
    return msgspec.to_builtins(pool.statistics().models[0])
