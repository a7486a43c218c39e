"""Tokenizers of converted models against transformers' own, on small tokenizers trained here."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
import sentencepiece

from inference.library.catalog import Direction, Kind
from inference.models import Pair
from inference.tokenizers.directions import open_pairs, parse_directions, resolve
from schemas.errors import OperatorError
from tests.peers import run_peers

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
# What the training text has, what it has not, what tokenizers trip over.
TEXTS = (
    "abc def ghi",
    "  leading   and trailing  ",
    "Straße — “quoted”… ½ ﬁne",
    "日本語 text",
    "a\tb\nc",
    "x",
    "1,234.50 €",
    "🙂 abc",
    "tomato, tomate; Tomaten!",
)


def train(path: Path, seed: int, model_type: str) -> sentencepiece.SentencePieceProcessor:
    dice = random.Random(seed)
    words = [
        "".join(dice.choice("abcdefghijklmnopqrstuvwxyzäöüß") for _ in range(dice.randint(1, 6))) for _ in range(400)
    ]
    words += [",", ".", "1", "2", "tomato", "tomate", "Tomaten"]
    sentences = (" ".join(dice.choice(words) for _ in range(8)) for _ in range(1500))
    sentencepiece.SentencePieceTrainer.Train(
        sentence_iterator=sentences,
        model_prefix=str(path.with_suffix("")),
        vocab_size=220,
        model_type=model_type,
        minloglevel=2,
    )
    path.with_suffix(".model").rename(path)
    pieces = sentencepiece.SentencePieceProcessor()
    pieces.Load(str(path))
    return pieces


def words_of(pieces: sentencepiece.SentencePieceProcessor) -> list[str]:
    return [pieces.IdToPiece(at) for at in range(3, pieces.GetPieceSize())]


def write_marian(folder: Path, *, separate: bool) -> None:
    folder.mkdir()
    source, target = (train(folder / f"{side}.spm", at, "unigram") for at, side in enumerate(("source", "target"), 5))
    both = list(dict.fromkeys(words_of(source) + words_of(target)))
    config: dict[str, Any] = {"tokenizer_class": "MarianTokenizer", "source_lang": "en", "target_lang": "de"}
    if separate:
        config["separate_vocabs"] = True
        write_ids(folder / "vocab.json", ["</s>", "<unk>", *words_of(source), "<pad>"])
        write_ids(folder / "target_vocab.json", ["</s>", "<unk>", *reversed(words_of(target)), "<pad>"])
    else:
        # Some pieces of the source are in no vocabulary, as happens with real ones.
        write_ids(folder / "vocab.json", ["</s>", "<unk>", *both[7:], ">>deu<<", ">>pob<<", "<pad>"])
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    (folder / "config.json").write_text(json.dumps({"model_type": "marian"}))


def write_ids(path: Path, pieces: list[str]) -> None:
    path.write_text(json.dumps({piece: at for at, piece in enumerate(pieces)}))


def merges_of(words: list[str]) -> list[list[str]]:
    """The merges of a byte-pair model by its pieces, which stand in the order in which they were learnt."""
    known = set(words)
    cuts = ((word[:at], word[at:]) for word in words if len(word) > 1 for at in range(1, len(word)))
    return [[left, right] for left, right in cuts if left in known and right in known]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tokenizers")
    write_marian(folder / "marian", separate=False)
    write_marian(folder / "separate", separate=True)
    (folder / "m2m100").mkdir()
    pieces = train(folder / "m2m100/sentencepiece.bpe.model", 9, "bpe")
    write_ids(folder / "m2m100/vocab.json", [*SPECIAL, *words_of(pieces)])
    words = words_of(pieces)
    vocabulary = {word: at for at, word in enumerate([*SPECIAL, *words])}
    (folder / "bpe.json").write_text(json.dumps({"vocabulary": vocabulary, "merges": merges_of(words)}))
    (folder / "cases.json").write_text(json.dumps({"texts": TEXTS}))
    return folder


@pytest.fixture(scope="module")
def peers(folder: Path) -> dict[str, Any]:
    return json.loads(run_peers("peer_tokenizers.py", folder))


def files(folder: Path) -> dict[str, Path]:
    roles = {
        "source": "source.spm",
        "target": "target.spm",
        "vocabulary": "vocab.json",
        "target_vocabulary": "target_vocab.json",
        "pieces": "sentencepiece.bpe.model",
        "tokenizer": "tokenizer.json",
        "tokenizer_config": "tokenizer_config.json",
    }
    return {role: folder / name for role, name in roles.items() if (folder / name).exists()}


def pair(folder: Path, kind: Kind, wanted: str) -> Pair:
    found = files(folder)
    (only,) = open_pairs(kind, found, resolve(kind, found, parse_directions(wanted), ()))
    return only


@pytest.mark.parametrize(
    ("name", "kind", "wanted"),
    [("separate", Kind.MARIAN, "en:de"), ("m2m100", Kind.M2M100, "pt-BR:de"), ("nllb", Kind.NLLB, "en:de")],
)
def test_ids_and_texts_are_transformers_own(
    folder: Path, peers: dict[str, Any], name: str, kind: Kind, wanted: str
) -> None:
    tokenizer = pair(folder / name, kind, wanted).tokenizer
    for text, ids, target, shown in zip(TEXTS, *(peers[name][key] for key in ("ids", "targets", "texts")), strict=True):
        assert tokenizer.encode(text).tolist() == ids, text
        # transformers 5 no longer counts M2M100's marks among the tokens that it leaves out.
        assert tokenizer.decode(target).strip() == shown.removeprefix("__de__").strip(), text


def test_opus_with_marks(folder: Path, peers: dict[str, Any]) -> None:
    tokenizer = pair(folder / "marian", Kind.MARIAN, "en:de").tokenizer
    mark = json.loads((folder / "marian/vocab.json").read_text())[">>deu<<"]
    assert tokenizer.encode(TEXTS[0]).tolist() == peers["marked"]
    for text, ids, target, shown in zip(
        TEXTS, *(peers["marian"][key] for key in ("ids", "targets", "texts")), strict=True
    ):
        assert tokenizer.encode(text).tolist() == [mark, *ids], text
        assert tokenizer.decode(target) == shown.strip(), text


def test_the_first_token_tells_the_target(folder: Path, peers: dict[str, Any]) -> None:
    assert pair(folder / "m2m100", Kind.M2M100, "pt:de").first == peers["de"]
    assert pair(folder / "nllb", Kind.NLLB, "pt:de").first == peers["deu_Latn"]
    assert pair(folder / "marian", Kind.MARIAN, "en:pt-BR").first is None


def test_no_text_names_a_token(folder: Path, peers: dict[str, Any]) -> None:
    for name, kind in (("marian", Kind.MARIAN), ("m2m100", Kind.M2M100), ("nllb", Kind.NLLB)):
        tokenizer = pair(folder / name, kind, "en:de").tokenizer
        frame = len(tokenizer.encode("a")) - 1
        for text in ("</s>", ">>pob<< abc", "__pt__", "deu_Latn", "<pad>"):
            ids = tokenizer.encode(text).tolist()
            assert len(ids) > frame + 1, text
            assert len(set(ids[1:-1])) == len({one for one in ids[1:-1] if one != ids[0] and one != ids[-1]}), text


def test_what_cannot_be_told_is_asked(folder: Path, tmp_path: Path, peers: dict[str, Any]) -> None:
    several, one = files(folder / "marian"), files(folder / "separate")
    with pytest.raises(OperatorError, match="2 languages: choose with --pairs"):
        resolve(Kind.MARIAN, several, (), ("opus-mt-en-mul",))
    with pytest.raises(OperatorError, match="has no language fr"):
        resolve(Kind.MARIAN, several, parse_directions("en:fr"), ())
    with pytest.raises(OperatorError, match="no language code 'dex'; it has deu"):
        resolve(Kind.MARIAN, several, parse_directions("en:de=dex"), ())
    with pytest.raises(OperatorError, match="give --source and --target"):
        resolve(Kind.MARIAN, one, (), ("my-model",))
    with pytest.raises(OperatorError, match="serves one pair"):
        resolve(Kind.MARIAN, one, parse_directions("en:de,en:fr"), ())
    assert resolve(Kind.MARIAN, one, (), ("x", "opus-mt-tc-big-en-pt")) == (Direction("en", "pt"),)
    assert resolve(Kind.MARIAN, several, parse_directions("en:pt-BR"), ())[0].writes == "pob"
    assert resolve(Kind.NLLB, files(folder / "nllb"), parse_directions("zh-TW:nb"), ())[0].reads == "zho_Hant"
    listed = shutil.copytree(folder / "m2m100", tmp_path / "m2m100")
    (listed / "special_tokens_map.json").write_text(json.dumps({"additional_special_tokens": ["__xh__", "__de__"]}))
    found = files(listed) | {"special_tokens": listed / "special_tokens_map.json"}
    size = len(json.loads((listed / "vocab.json").read_text()))
    assert (
        open_pairs(Kind.M2M100, found, resolve(Kind.M2M100, found, parse_directions("xh:de"), ()))[0].first == size + 1
    )
