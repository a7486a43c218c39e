"""Converted models against transformers, text in and text out; and torch's pickles, read with torch really there."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from inference.library.conversion import Choices, convert, look
from inference.library.store import ModelStore, quiet
from inference.models import Precision
from inference.pool import Pool
from inference.tokenizers.directions import parse_directions
from schemas.settings import PoolSettings
from tests.contract.test_tokenizers_peers import SPECIAL, merges_of, train, words_of, write_ids, write_marian
from tests.peers import run_peers

TEXTS = ("tomato abc", "tomate, def 12", "Tomaten", "a b c d e f g h")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_marian(folder / "marian", separate=False)
    (folder / "m2m100").mkdir()
    words = words_of(train(folder / "m2m100/sentencepiece.bpe.model", 9, "bpe"))
    write_ids(folder / "m2m100/vocab.json", [*SPECIAL, *words])
    vocabulary = {word: at for at, word in enumerate([*SPECIAL, *words])}
    (folder / "bpe.json").write_text(json.dumps({"vocabulary": vocabulary, "merges": merges_of(words)}))
    (folder / "cases.json").write_text(json.dumps({"texts": TEXTS}))
    return folder


@pytest.fixture(scope="module")
def written(folder: Path) -> dict[str, Any]:
    return json.loads(run_peers("peer_translations.py", folder))


def translate(store: ModelStore, name: str) -> list[str]:
    settings = PoolSettings(threads=1, nice=0)
    models = store.load(settings, names=[name])

    async def work() -> list[str]:
        async with Pool(models, settings) as pool:
            asked = [pool.translate(text, source="en", target="de") for text in TEXTS]
            return [answer.text for answer in await asyncio.gather(*asked)]

    return asyncio.run(work())


def bare(texts: list[str]) -> list[str]:
    """Without spaces, and without M2M100's marks and unknown piece, which transformers 5 writes."""
    return [re.sub(r"__[a-z]+__|<unk>|\s", "", text) for text in texts]


@pytest.mark.parametrize("name", ["marian", "m2m100", "nllb"])
def test_texts_are_those_of_transformers(folder: Path, written: dict[str, Any], tmp_path: Path, name: str) -> None:
    store = ModelStore(tmp_path / "models")
    choices = Choices(directions=parse_directions("en:de"), precision=Precision.FLOAT32)
    convert(store, look(folder / name), choices, quiet, accepted="")
    assert bare(translate(store, name)) == bare(written[name])
    assert len(set(bare(written[name]))) == len(TEXTS)
    assert any(" " in text.strip() for text in written[name])


def test_a_head_for_the_target_writes_the_same(folder: Path, written: dict[str, Any], tmp_path: Path) -> None:
    """The tokenizer was trained on Latin text: no piece of the target's is left out, whatever stands for it."""
    store = ModelStore(tmp_path / "models")
    choices = Choices("nllb", parse_directions("en:de"), Precision.FLOAT32, "scripts")
    made = convert(store, look(folder / "nllb"), choices, quiet, accepted="")
    assert made.head is not None
    assert len(made.head.columns) == made.head.whole
    assert bare(translate(store, "nllb")) == bare(written["nllb"])


def test_torchs_pickles_are_read_by_its_weights_only_loader(folder: Path, written: dict[str, Any]) -> None:
    found = json.loads(run_peers("peer_pickles.py", folder / "pickled", folder / "evil", folder / "ran"))
    assert "cannot be read (Weights only load failed" in found["said"]
    assert found["ran"] is False
    ours, theirs = load_file(folder / "pickled/as_read.safetensors"), load_file(folder / "marian/model.safetensors")
    assert found["tensors"] == len(ours)
    for name, array in theirs.items():
        np.testing.assert_array_equal(ours[name], array)
