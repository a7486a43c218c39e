"""Tokenizers that come as one `tokenizer.json`."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import tokenizers

from inference.models import Encoded, Ids
from schemas.errors import OperatorError


class JsonTokenizer:
    """Text to ids and back as `tokenizer.json` says; safe to share between threads.

    `encode` neither pads nor cuts, whatever the file says, and adds the special tokens of the file; with `before` or
    `after` these ids stand around the text's instead. A span of text that reads like a special token is text like any
    other. `decode` leaves special tokens out.
    """

    def __init__(self, path: Path, *, before: Sequence[int] | None = None, after: Sequence[int] | None = None) -> None:
        try:
            self._tokenizer = tokenizers.Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises plain Exception
            raise OperatorError(f"{path.name} is not a tokenizer ({error})") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        # Otherwise "</s>" in a customer's text would end it for the model.
        self._tokenizer.encode_special_tokens = True
        self._frame = None if before is None and after is None else (list(before or ()), list(after or ()))

    @property
    def vocabulary(self) -> int:
        """The number of tokens, added ones included."""
        return self._tokenizer.get_vocab_size(with_added_tokens=True)

    def id_of(self, token: str) -> int:
        """Return the id of a token; raises OperatorError when there is none."""
        found = self._tokenizer.token_to_id(token)
        if found is None:
            raise OperatorError(f"the tokenizer has no token {token}: it belongs to another model")
        return found

    def frame(self) -> tuple[int, int]:
        """Return how many ids `encode` puts before and after those of the text."""
        if self._frame is not None:
            return len(self._frame[0]), len(self._frame[1])
        added = self._tokenizer.encode("a").special_tokens_mask
        before = added.index(0)
        return before, sum(added) - before

    def encode(self, text: str) -> Ids:
        """Return int64 [tokens] with what the model expects around the text; never cut short."""
        if self._frame is None:
            return np.array(self._tokenizer.encode(text).ids, np.int64)
        before, after = self._frame
        return np.array([*before, *self._tokenizer.encode(text, add_special_tokens=False).ids, *after], np.int64)

    def placed(self, text: str) -> Encoded:
        """Return the tokens with their places in the text; special ones stand nowhere."""
        encoded = self._tokenizer.encode(text)
        return Encoded(np.array(encoded.ids, np.int64), tuple(encoded.offsets))

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids."""
        return self._tokenizer.decode([int(token) for token in ids], skip_special_tokens=True)


# Where a long text is cut: behind a sentence, else between words, else anywhere.
_SENTENCE_END: Final = re.compile(r"[.!?\u3002\uff01\uff1f\n]\s*")
_SPACE: Final = re.compile(r"\s+")


class JsonOffsetTokenizer:
    """Text to ids with their places, as `tokenizer.json` says, special tokens around; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._ids = JsonTokenizer(path)

    def encode(self, text: str) -> Encoded:
        """Return the tokens of a text, never cut short."""
        return self._ids.placed(text)

    def pieces(self, text: str, chars_max: int, tokens_max: int) -> list[tuple[int, Encoded]]:
        """Return the text in pieces of so much at most, each with its place in the text."""
        found = []
        for start, end in _windows(text, chars_max):
            piece = self.encode(text[start:end])
            if len(piece.ids) <= tokens_max:
                found.append((start, piece))
            else:
                half = max(1, (end - start) // 2)
                found += [(start + at, part) for at, part in self.pieces(text[start:end], half, tokens_max)]
        return found


def _windows(text: str, chars_max: int) -> Iterator[tuple[int, int]]:
    start = 0
    while len(text) - start > chars_max:
        end = start + chars_max
        for border in (_SENTENCE_END, _SPACE):
            cuts = [match.end() for match in border.finditer(text, start + chars_max // 2, end)]
            if cuts:
                end = cuts[-1]
                break
        yield start, end
        start = end
    yield start, len(text)
