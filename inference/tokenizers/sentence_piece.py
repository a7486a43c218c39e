"""SentencePiece tokenizers, and what stands around a text for models of many languages."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
import sentencepiece

from inference.models import Ids, Tokenizer
from schemas.errors import OperatorError


class SentencePieceTokenizer:
    """Text to pieces and back; safe to share between threads.

    `encode` follows the model's normalization (line ends become spaces, spaces collapse); a character the model
    does not know becomes its unknown piece, and so does a whole run of such characters if `fuse_unknown`. `begin` puts
    the begin-of-text id first. `decode` leaves out control and unknown pieces and adds no space.
    """

    def __init__(self, path: Path, *, begin: bool, fuse_unknown: bool) -> None:
        self._pieces = _open_pieces(path)
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


class VocabularyTokenizer:
    """SentencePiece for the cutting, a vocabulary of its own for the ids: opus-mt and M2M100.

    Source and target may have different pieces (`target_path`) and different ids (`target_vocabulary`). Safe to share
    between threads. `encode` adds nothing around the text, and no text can name a special token. `decode` leaves out
    `silent` ids and those of no piece.
    """

    def __init__(
        self,
        path: Path,
        vocabulary: Mapping[str, int],
        *,
        unknown: str = "<unk>",
        silent: Collection[int] = (),
        target_path: Path | None = None,
        target_vocabulary: Mapping[str, int] | None = None,
    ) -> None:
        if unknown not in vocabulary:
            raise OperatorError(f"the vocabulary beside {path.name} has no {unknown}: it belongs to another model")
        self._source = _open_pieces(path)
        self._target = _open_pieces(target_path) if target_path else self._source
        self._vocabulary = vocabulary
        self._unknown = vocabulary[unknown]
        pieces = vocabulary if target_vocabulary is None else target_vocabulary
        self._silent = {*silent, pieces.get(unknown, -1)}
        self._pieces = {number: piece for piece, number in pieces.items()}

    def encode(self, text: str) -> Ids:
        """Return int64 [tokens]; a piece that is not in the vocabulary is the unknown one."""
        pieces: list[str] = self._source.Encode(text, out_type=str)
        return np.array([self._vocabulary.get(piece, self._unknown) for piece in pieces], np.int64)

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids."""
        pieces = [self._pieces[int(one)] for one in ids if int(one) in self._pieces and int(one) not in self._silent]
        # Removed pieces may have stood first, where SentencePiece drops the space.
        text: str = self._target.DecodePieces(pieces)
        return text.replace("\u2581", " ").strip()


class Framed:
    """Another tokenizer's ids with what a model wants around a text: the mark of its language, the end of the text."""

    def __init__(self, inner: Tokenizer, before: Sequence[int], after: Sequence[int]) -> None:
        self._inner = inner
        self._before = np.array(before, np.int64)
        self._after = np.array(after, np.int64)

    def encode(self, text: str) -> Ids:
        """Return int64 [tokens], never cut short."""
        return np.concatenate([self._before, self._inner.encode(text), self._after])

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids."""
        return self._inner.decode(ids)


def read_vocabulary(path: Path) -> dict[str, int]:
    """Return the ids of a vocab.json by piece; raises OperatorError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, int])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OperatorError(f"{path.name} is not a vocabulary ({error})") from error


def _open_pieces(path: Path) -> sentencepiece.SentencePieceProcessor:
    pieces = sentencepiece.SentencePieceProcessor()
    try:
        pieces.Load(str(path))
    except (OSError, RuntimeError) as error:
        raise OperatorError(f"{path.name} is not a SentencePiece model ({error})") from error
    return pieces
