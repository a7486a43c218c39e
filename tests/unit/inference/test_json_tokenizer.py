"""tokenizer.json read and used."""

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

from inference.tokenizers.json_tokenizer import JsonTokenizer
from schemas.errors import OperatorError

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "red", "##d", "box")


@pytest.fixture
def path(tmp_path):
    tokenizer = Tokenizer(models.WordPiece({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]"))  # noqa: S106  (a word, not a password)
    tokenizer.add_special_tokens(list(WORDS[:4]))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    # What sentence-transformers' files ask for, and what a model here decides by itself.
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=10)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path / "tokenizer.json"


def test_a_text_is_framed_and_neither_padded_nor_cut(path):
    tokenizer = JsonTokenizer(path)
    ids = tokenizer.encode("a red box a red box")
    assert ids.tolist() == [2, 4, 5, 7, 4, 5, 7, 3]
    assert ids.dtype == np.int64
    assert tokenizer.frame() == (1, 1)
    assert tokenizer.encode("").tolist() == [2, 3]
    assert tokenizer.vocabulary == 8


def test_other_ids_may_stand_around_a_text(path):
    tokenizer = JsonTokenizer(path, before=[9], after=[8, 3])
    assert tokenizer.encode("a box").tolist() == [9, 4, 7, 8, 3]
    assert tokenizer.frame() == (1, 2)
    assert JsonTokenizer(path, after=[3]).encode("a").tolist() == [4, 3]


def test_what_reads_like_a_special_token_is_text(path):
    assert 3 not in JsonTokenizer(path).encode("a [SEP] box")[:-1]


def test_text_comes_back_without_special_tokens(path):
    tokenizer = JsonTokenizer(path)
    assert tokenizer.decode(tokenizer.encode("a redd box")) == "a redd box"
    assert tokenizer.decode([]) == ""


def test_a_token_has_an_id_or_is_missed(path):
    tokenizer = JsonTokenizer(path)
    assert tokenizer.id_of("box") == 7
    with pytest.raises(OperatorError, match="no token fra_Latn"):
        tokenizer.id_of("fra_Latn")


def test_what_is_no_tokenizer_is_refused(tmp_path):
    (tmp_path / "tokenizer.json").write_text('{"version": "1.0"}')
    with pytest.raises(OperatorError, match=r"tokenizer\.json is not a tokenizer"):
        JsonTokenizer(tmp_path / "tokenizer.json")
    with pytest.raises(OperatorError, match="is not a tokenizer"):
        JsonTokenizer(tmp_path / "nothing.json")
