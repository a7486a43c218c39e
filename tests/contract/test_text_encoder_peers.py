"""Sentence encoders against transformers' own, random weights of the real configurations."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest

from inference.engines.embedding_engine import packed
from inference.graphs.text_encoder import encoder_graph
from inference.library.encoder_calibration import encoder_scales
from inference.models import Precision
from inference.weights.encoder_checkpoint import EncoderWeights, read_encoder
from schemas.errors import OperatorError
from tests.peers import run_peers

LIKE_BERT = {"hidden_act": "gelu", "type_vocab_size": 2, "max_position_embeddings": 512, "layer_norm_eps": 1e-12}
LIKE_XLM_R = {
    "model_type": "xlm-roberta",
    "hidden_act": "gelu",
    "type_vocab_size": 1,
    "max_position_embeddings": 514,
    "layer_norm_eps": 1e-5,
    "pad_token_id": 1,
}
VOCABULARY = 6000
# Depth and vocabulary are cut: more layers are the same layer again, and a larger table is looked up in the same way.
CONFIGS: dict[str, dict[str, Any]] = {
    # sentence-transformers/all-MiniLM-L6-v2
    "minilm": {
        **LIKE_BERT,
        "model_type": "bert",
        "hidden_size": 384,
        "num_attention_heads": 12,
        "intermediate_size": 1536,
        "num_hidden_layers": 3,
        "vocab_size": VOCABULARY,
    },
    "bert": {
        **LIKE_BERT,
        "model_type": "bert",
        "hidden_size": 768,
        "num_attention_heads": 12,
        "intermediate_size": 3072,
        "num_hidden_layers": 2,
        "vocab_size": VOCABULARY,
    },
    "xlm-r": {
        **LIKE_XLM_R,
        "hidden_size": 768,
        "num_attention_heads": 12,
        "intermediate_size": 3072,
        "num_hidden_layers": 2,
        "vocab_size": VOCABULARY,
    },
    # The other activations, at sizes that take no time.
    "swish": {
        **LIKE_XLM_R,
        "model_type": "roberta",
        "hidden_act": "silu",
        "hidden_size": 64,
        "num_attention_heads": 4,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "vocab_size": VOCABULARY,
    },
    "relu": {
        **LIKE_BERT,
        "model_type": "bert",
        "hidden_act": "relu",
        "hidden_size": 64,
        "num_attention_heads": 4,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "vocab_size": VOCABULARY,
    },
}
RANDOM = np.random.default_rng(4)
# One token, both sides of a vector register, as long as the model takes.
LENGTHS = (1, 2, 3, 5, 15, 16, 17, 31, 40, 65, 512)
TEXTS = [RANDOM.integers(3, VOCABULARY, length) for length in LENGTHS]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("encoders")
    job = {
        "models": [{"folder": str(root / name), "config": config} for name, config in CONFIGS.items()],
        "texts": [text.tolist() for text in TEXTS],
    }
    (root / "job.json").write_text(json.dumps(job))
    run_peers("peer_encoder.py", root / "job.json")
    return root


def written(folder: Path, pooling: str, *, normalized: bool) -> Path:
    """The folder with the files of sentence-transformers that ask for this reading."""
    (folder / "1_Pooling").mkdir(exist_ok=True)
    modes = {f"pooling_mode_{mode}_token{'s' * (mode == 'mean')}": mode == pooling for mode in ("cls", "mean")}
    (folder / "1_Pooling/config.json").write_text(json.dumps({"word_embedding_dimension": 1, **modes}))
    kinds = ["Transformer", "Pooling", *["Normalize"] * normalized]
    modules = [
        {"idx": at, "name": str(at), "path": "1_Pooling" if at else "", "type": f"sentence_transformers.models.{kind}"}
        for at, kind in enumerate(kinds)
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    return folder


def session_of(weights: EncoderWeights, precision: Precision = Precision.FLOAT32, **more: Any) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    graph = encoder_graph(weights, precision, **more).SerializeToString()
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def vectors(session: ort.InferenceSession, texts: list[np.ndarray]) -> np.ndarray:
    (found,) = session.run(["embedding"], packed(texts))
    return np.asarray(found)


def cosines(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return (one * other).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)


@pytest.mark.parametrize("pooling", ["mean", "cls"])
@pytest.mark.parametrize("name", CONFIGS)
def test_vectors_are_those_of_transformers(folders: Path, name: str, pooling: str) -> None:
    folder = written(folders / name, pooling, normalized=False)
    expected = np.load(folder / "expected.npz")[pooling]
    found = vectors(session_of(read_encoder(folder)), TEXTS)
    assert np.abs(expected).mean() > 0.1
    np.testing.assert_allclose(found, expected, atol=1e-4)
    # The comparison tells one text from another.
    assert np.abs(expected[:-1] - expected[1:]).max(1).min() > 0.05


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_vectors_of_unit_length(folders: Path, pooling: str) -> None:
    folder = written(folders / "swish", pooling, normalized=True)
    unit = vectors(session_of(read_encoder(folder)), TEXTS)
    np.testing.assert_allclose(np.linalg.norm(unit, axis=1), 1, atol=1e-6)
    assert cosines(unit, np.load(folder / "expected.npz")[pooling]).min() > 1 - 1e-6


@pytest.fixture(scope="module", params=["minilm", "swish", "relu"])
def sessions(request: pytest.FixtureRequest, folders: Path) -> dict[Precision, ort.InferenceSession]:
    """One model at three precisions, unit length."""
    weights = read_encoder(written(folders / request.param, "mean", normalized=True))
    scales = encoder_scales(weights, TEXTS)
    kinds = (Precision.FLOAT32, Precision.ROW8, Precision.STATIC8)
    return {one: session_of(weights, one, scales=scales) for one in kinds}


@pytest.mark.parametrize("precision", [Precision.FLOAT32, Precision.ROW8, Precision.STATIC8])
def test_a_vector_does_not_depend_on_its_neighbours(
    sessions: dict[Precision, ort.InferenceSession], precision: Precision
) -> None:
    session = sessions[precision]
    alone = np.concatenate([vectors(session, [text]) for text in TEXTS])
    dice = np.random.default_rng(8)
    for size in (4, len(TEXTS)):
        order = dice.permutation(len(TEXTS))
        for part in np.array_split(order, -(-len(order) // size)):
            np.testing.assert_array_equal(vectors(session, [TEXTS[at] for at in part]), alone[part])


def test_eight_bits_stay_close(sessions: dict[Precision, ort.InferenceSession]) -> None:
    exact, row8, static8 = (vectors(session, TEXTS) for session in sessions.values())
    assert cosines(row8, exact).min() > 0.999
    assert cosines(static8, exact).min() > 0.995


def test_scales_need_a_text_that_fits(folders: Path) -> None:
    with pytest.raises(OperatorError, match="at least one text"):
        encoder_scales(read_encoder(folders / "relu"), [np.zeros(513, np.int64)])
