"""SentencePiece tokenizers of the bundled models."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import sentencepiece

from inference.models import Ids
from schemas.errors import OperatorError


class SentencePieceTokenizer:
    """Text to pieces and back; safe to share between threads.

    `encode` follows the model's normalization (line ends become spaces, spaces collapse); a character the model
    does not know becomes its unknown piece, and so does a whole run of such characters if `fuse_unknown`. `begin` puts
    the begin-of-text id first. `decode` leaves out control and unknown pieces and adds no space.
    """

    def __init__(self, path: Path, *, begin: bool, fuse_unknown: bool) -> None:
        self._pieces = sentencepiece.SentencePieceProcessor()
        try:
            self._pieces.Load(str(path))
        except (OSError, RuntimeError) as error:
            raise OperatorError(f"{path.name} is not a SentencePiece model ({error})") from error
        self._begin = begin
        self._fuse_unknown = fuse_unknown
        self._silent = {
            self._pieces.unk_id(),
            self._pieces.bos_id(),
            self._pieces.eos_id(),
            self._pieces.pad_id(),
        }

    @property
    def unknown(self) -> int:
        """The id of the piece that stands for every unknown character."""
        return int(self._pieces.unk_id())

    @property
    def eos(self) -> int:
        """The id that ends a text."""
        return int(self._pieces.eos_id())

    @property
    def vocabulary(self) -> int:
        """The number of pieces."""
        return int(self._pieces.GetPieceSize())

    def encode(self, text: str) -> Ids:
        """Return int64 [tokens], the end-of-text id last; never cut short."""
        ids: list[int] = self._pieces.Encode(text, add_bos=self._begin, add_eos=True)
        if not self._fuse_unknown and self.unknown in ids:
            ids = self._one_per_character(text, ids)
        return np.array(ids, np.int64)

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids."""
        text: str = self._pieces.Decode([int(piece) for piece in ids if piece not in self._silent])
        return text

    def _one_per_character(self, text: str, ids: Sequence[int]) -> list[int]:
        """SentencePiece fuses a run of unknown characters; the length of its surface says how many there were."""
        surfaces = self._pieces.Encode(text, out_type=str, add_bos=self._begin, add_eos=True)
        runs = (len(surface) if piece == self.unknown else 1 for piece, surface in zip(ids, surfaces, strict=True))
        return [piece for piece, run in zip(ids, runs, strict=True) for _ in range(run)]
