"""The sentences of the comparison with random weights: numbers instead of words. Needs numpy only.

Every side writes as many tokens as it has read: with random weights nothing would end a sentence.
"""

from pathlib import Path

import numpy as np

EOS, UNKNOWN, PAD, VOCABULARY = 0, 1, 58_100, 58_101
TOKENS_MAX = 60
PRUNED = 8_000
"""Columns of the reduced head, and targets of CTranslate2's vocabulary map."""
IDS_MAX = 50_000


def sentences(count: int, seed: int = 1) -> list[list[int]]:
    """Ids with EOS last. Lengths are log-normal around 20 tokens, 5 to 60, as in everyday text."""
    rng = np.random.default_rng(seed)
    lengths = np.clip(np.round(rng.lognormal(np.log(20), 0.55, count)), 5, TOKENS_MAX).astype(int)
    return [[*rng.integers(5, IDS_MAX, length - 1).tolist(), EOS] for length in lengths]


def pruned_columns() -> list[int]:
    """The targets both reduced heads may write: EOS, the unknown piece, and others by chance."""
    others = np.random.default_rng(0).choice(np.arange(5, IDS_MAX), PRUNED - 2, replace=False)
    return [EOS, UNKNOWN, *np.sort(others).tolist()]


def word(piece: int) -> str:
    """Return the name of a piece in CTranslate2's vocabulary."""
    return {EOS: "</s>", UNKNOWN: "<unk>", PAD: "<pad>"}.get(piece, f"p{piece}")


def folders(cache: Path) -> dict[str, Path]:
    """Where the checkpoint and its conversions are kept."""
    root = cache / "marian-base"
    return {name: root / name for name in ("checkpoint", "ct2", "ct2-vmap")}
