"""Sentences as the encoder takes them: real tokens one after another, and where each stands in a padded batch."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.models import Ids


def pack(sentences: Sequence[Ids]) -> dict[str, NDArray[np.int64] | NDArray[np.int32]]:
    """Return the encoder's inputs for N tokens in all: the dense layers see real tokens only, attention sees rows."""
    lengths = np.array([len(ids) for ids in sentences], np.int32)
    starts = np.cumsum(lengths) - lengths
    steps = np.arange(lengths.max())[None]
    real = steps < lengths[:, None]
    ids = np.concatenate(sentences)
    return {
        "ids": ids,
        "pos": np.arange(len(ids)) - np.repeat(starts, lengths),
        "idx_pad": np.where(real, starts[:, None] + steps, 0),
        "idx_flat": np.flatnonzero(real.ravel()),
        "lens": lengths,
    }
