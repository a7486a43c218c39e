"""Beam search against transformers', over the same random weights in float32."""

from pathlib import Path

import numpy as np
import pytest

from inference.engines.translation_engine import TranslationEngine
from inference.graphs import seq2seq
from inference.models import DecoderKind, Geometry, Ids, Pair, Precision, TranslationModel
from inference.providers import CPU
from inference.requests import Decoding, ModelId
from inference.scheduling.queue import Request
from inference.weights.checkpoint import emitted, read_checkpoint
from tests.peers import run_peers
from tests.unit.inference.small_models import session

LONGEST = 64


class Ids2Text:
    """Texts are ids, the end of the sentence included."""

    def encode(self, text: str) -> Ids:
        return np.array(text.split(), np.int64)

    def decode(self, ids: list[int]) -> str:
        return " ".join(map(str, ids))


@pytest.fixture(scope="module")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("beams")
    run_peers("peer_beams.py", folder)
    return folder


def open_model(folder: Path, first: int) -> TranslationModel:
    weights = read_checkpoint(folder)
    size = weights.config
    columns = emitted(size)
    geometry = Geometry(
        decoder=DecoderKind.ATTENTION,
        layers=size.decoder_layers,
        heads=size.decoder_heads,
        head_dim=size.d_model // size.decoder_heads,
        d_model=size.d_model,
        vocabulary=size.vocabulary,
        start=size.start,
        eos=size.eos,
        source_tokens_max=LONGEST,
        target_tokens_max=LONGEST,
    )
    return TranslationModel(
        ModelId("random", "1"),
        (Pair("en", "de", Ids2Text(), None if first < 0 else first),),
        session(seq2seq.encoder_graph(weights, Precision.FLOAT32)),
        session(seq2seq.decoder_graph(weights, columns, Precision.FLOAT32)),
        geometry,
        columns,
        CPU,
        Precision.FLOAT32,
    )


@pytest.mark.parametrize("kind", ["marian", "m2m100"])
def test_beams_write_what_transformers_writes(peers: Path, kind: str) -> None:
    """The same, all of them, where transformers too takes probabilities over what may be written.

    By default it takes them over the forbidden padding as well, which changes few texts.
    """
    answers = np.load(peers / f"{kind}.npz")
    first = int(answers["first"])
    model = open_model(peers / kind, first)
    sources = [answers[f"source{at}"] for at in range(sum(name.startswith("source") for name in answers))]
    asked = [Request(" ".join(map(str, ids)), 0, Decoding.BEAM, 0.0, 0.0) for ids in sources]
    engine = TranslationEngine(model, 20, lambda _: None, beam=4)
    engine.admit(asked)
    items = []
    while engine.busy:
        items += engine.step()
    got = {item.request: item.result.text for item in items}
    end = (model.geometry.eos, model.geometry.start)

    def words(ids: np.ndarray) -> str:
        kept = ids[first >= 0 :].tolist()
        while kept and kept[-1] in end:
            kept.pop()
        return " ".join(map(str, kept))

    written = [words(answers[f"written{at}"]) for at in range(len(sources))]
    renormalized = [words(answers[f"renormalized{at}"]) for at in range(len(sources))]
    assert [got[one] for one in asked] == renormalized
    assert sum(got[one] == text for one, text in zip(asked, written, strict=True)) >= 0.9 * len(asked)
    # The measure would be weak if all said the same, or none came to an end by itself.
    assert len(set(written)) > 0.6 * len(asked)
    ended = sum(item.result.complete for item in items)
    assert 0.2 * len(asked) < ended < len(asked)
    assert len({item.result.tokens_out for item in items}) > 5
