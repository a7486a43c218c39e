"""Conversion of small random models: what is built, what is recorded, what is refused."""

import gzip
import json
import pickle
import resource
import signal
from pathlib import Path

import numpy as np
import pytest

from inference.library import artefacts
from inference.library.catalog import Kind
from inference.library.conversion import Choices, Conversion, convert, look, name_for
from inference.library.recipes import BUILDER
from inference.library.store import ModelStore, quiet
from inference.models import LoadedModels, Precision
from inference.pool import Pool
from inference.tokenizers.directions import parse_directions
from schemas.errors import OperatorError
from schemas.settings import PoolSettings
from tests.reference.model_folders import sentences, write_encoder, write_firefox, write_m2m100, write_opus

DATE = "2026-01-02T03:04:05+00:00"
TEXTS = ("abcd efgh", "ijkl mnop qrst")


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


@pytest.fixture
def opus(tmp_path: Path) -> Path:
    write_opus(tmp_path / "opus-mt-en-de")
    return tmp_path / "opus-mt-en-de"


def make(store: ModelStore, folder: Path, choices: Choices = Choices()) -> Conversion:  # noqa: B008  (frozen)
    return convert(store, look(folder), choices, quiet, accepted=DATE)


async def translate(models: LoadedModels, source: str, target: str) -> list[str]:
    settings = PoolSettings(threads=1, nice=0)
    async with Pool(models, settings) as pool:
        return [(await pool.translate(text, source=source, target=target)).text for text in TEXTS]


def load(store: ModelStore, *names: str) -> LoadedModels:
    return store.load(PoolSettings(), names=names)


async def test_an_opus_folder_becomes_a_model_that_translates(store: ModelStore, opus: Path) -> None:
    made = make(store, opus)
    status = made.status
    assert (status.name, status.kind, status.pairs) == ("opus-mt-en-de", "marian", (("en", "de"),))
    assert (status.precision, status.licence, status.accepted) == ("row8", "cc-by-4.0 (model card)", DATE)
    assert (status.origin, status.converted, status.state) == (str(opus), True, "built")
    assert status.version is not None
    assert "-row8-b" in status.version
    assert status.path is not None
    assert Path(status.path).name == f"opus-mt-en-de-{status.version}"
    manifest = artefacts.check(Path(status.path))
    weights = artefacts.sha256_file(opus / "model.safetensors")
    assert manifest.sources["model.safetensors"] == weights
    assert set(manifest.sources) == {
        *("config", "source", "target", "vocabulary", "model.safetensors"),
    }
    whole = await translate(load(store, "opus-mt-en-de"), "en", "de")
    assert all(isinstance(text, str) for text in whole)
    make(store, opus, Choices(name="reference", precision=Precision.FLOAT32))
    (model,) = load(store, "reference").translation
    assert model.precision is Precision.FLOAT32
    assert store.verify("opus-mt-en-de").state == "built"


async def test_one_model_of_many_languages_serves_its_pairs(store: ModelStore, tmp_path: Path) -> None:
    write_m2m100(tmp_path / "m2m100")
    directions = parse_directions("en:de,pt-BR:en,en:pt-BR")
    made = make(store, tmp_path / "m2m100", Choices(directions=directions, precision=Precision.FLOAT32))
    assert made.status.kind == Kind.M2M100
    assert made.status.licence == "MIT (licence file)"
    (model,) = load(store, "m2m100").translation
    first = len(json.loads((tmp_path / "m2m100/vocab.json").read_text()))
    assert [pair.first for pair in model.pairs] == [first, first + 1, first + 2]
    assert [pair.tokenizer.encode("abc")[0] for pair in model.pairs] == [first + 1, first + 2, first + 1]
    models = LoadedModels((model,), None)
    assert await translate(models, "en", "de") is not None
    async with Pool(models, PoolSettings(threads=1, nice=0)) as pool:
        assert pool.translates("pt-PT", "en") == model.id
        assert pool.translates("de", "en") is None


@pytest.mark.parametrize("packed", [False, True])
async def test_firefox_folders_packed_or_not(store: ModelStore, tmp_path: Path, packed: bool) -> None:
    write_firefox(tmp_path / "enpt", packed=packed)
    made = make(store, tmp_path / "enpt")
    assert (made.status.pairs, made.status.precision) == ((("en", "pt"),), "static8")
    assert made.status.licence.startswith("unknown")
    assert len(await translate(load(store, "enpt"), "en", "pt-BR")) == len(TEXTS)
    manifest = artefacts.check(Path(made.status.path or ""))
    (weights,) = (tmp_path / "enpt").glob("model*")
    assert manifest.sources["model"] == artefacts.sha256_file(weights)


async def test_a_sentence_encoder_is_chosen_by_name(store: ModelStore, tmp_path: Path) -> None:
    write_encoder(tmp_path / "mini")
    made = make(store, tmp_path / "mini", Choices(precision=Precision.FLOAT32))
    assert (made.status.kind, made.status.pairs, made.status.licence) == ("text-encoder", (), "apache-2.0 (model card)")
    assert "pooling" in artefacts.check(Path(made.status.path or "")).sources
    settings = PoolSettings(models=("mini",), threads=1, nice=0)
    with pytest.raises(OperatorError, match=r"mini is an embedding model: name it in pool\.embedding_model"):
        store.load(settings)
    models = load(store, "mini")
    assert models.translation == ()
    assert models.embedding is not None
    async with Pool(models, PoolSettings(threads=1, nice=0)) as pool:
        one, other = await pool.embed("red boxes"), await pool.embed("red boxes red")
    assert one.vector.shape == (32,)
    assert np.linalg.norm(one.vector) == pytest.approx(1, abs=1e-5)
    assert not np.allclose(one.vector, other.vector, atol=1e-3)
    with pytest.raises(OperatorError, match="makes vectors, which have no --source"):
        make(store, tmp_path / "mini", Choices(directions=parse_directions("en:de")))
    with pytest.raises(OperatorError, match="static8 needs activation scales"):
        make(store, tmp_path / "mini", Choices(precision=Precision.STATIC8))


def test_a_shortlist_is_not_needed(store: ModelStore, tmp_path: Path) -> None:
    write_firefox(tmp_path / "enpt", packed=False)
    (tmp_path / "enpt/lex.50.50.enpt.s2t.bin").unlink()
    make(store, tmp_path / "enpt")
    (model,) = load(store, "enpt").translation
    assert len(model.columns) == model.geometry.vocabulary - 1
    assert 1 not in model.columns


def test_calibration_measures_what_it_costs(store: ModelStore, opus: Path, tmp_path: Path) -> None:
    (tmp_path / "sample.txt").write_text("\n".join(sentences(48)) + "\n\n")
    seen: list[tuple[str, float]] = []
    made = convert(
        store,
        look(opus),
        Choices(calibrate=tmp_path / "sample.txt"),
        lambda what, share: seen.append((what, share)),
        accepted=DATE,
    )
    assert made.status.precision == "static8"
    by_precision = {one.precision: one for one in made.measured}
    assert set(by_precision) == {Precision.FLOAT32, Precision.ROW8, Precision.STATIC8}
    assert by_precision[Precision.FLOAT32].chrf == 100
    assert by_precision[Precision.FLOAT32].equal == 1
    assert all(0 < one.chrf <= 100 and one.sentences == 12 for one in made.measured)
    assert all(one.sentences_per_cpu_second > 0 for one in made.measured)
    assert {what for what, _ in seen} == {"opus-mt-en-de", "opus-mt-en-de calibration"}
    (model,) = load(store, "opus-mt-en-de").translation
    assert model.precision is Precision.STATIC8


def test_a_head_of_a_sample_says_what_it_cannot_write(store: ModelStore, opus: Path, tmp_path: Path) -> None:
    (tmp_path / "target.txt").write_text("\n".join(sentences(60)[:30]))
    made = make(store, opus, Choices(columns=str(tmp_path / "target.txt")))
    assert made.head is not None
    assert 0 < len(made.head.columns) < made.head.whole
    assert made.head.outside is not None
    assert 0 <= made.head.outside < 0.2
    (model,) = load(store, "opus-mt-en-de").translation
    assert model.columns.tolist() == made.head.columns.tolist()
    assert model.geometry.eos in model.columns


def test_a_head_of_scripts_leaves_out_the_others(store: ModelStore, opus: Path) -> None:
    vocabulary = json.loads((opus / "vocab.json").read_text())
    pieces = {number: piece for piece, number in vocabulary.items()}
    renamed = {50: "▁слово", 51: "日本", 52: "▁1,5%", 53: "straße"}
    (opus / "vocab.json").write_text(json.dumps({renamed.get(at, piece): at for at, piece in pieces.items()}))
    latin = make(store, opus, Choices(columns="scripts")).head
    russian = make(store, opus, Choices(columns="scripts", directions=parse_directions("en:ru"))).head
    assert latin is not None
    assert russian is not None
    assert {50, 51, 52, 53} & set(latin.columns.tolist()) == {52, 53}
    assert {50, 51, 52, 53} & set(russian.columns.tolist()) == {50, 52, 53}


def test_other_choices_are_another_version(store: ModelStore, opus: Path) -> None:
    first = make(store, opus).status
    again = make(store, opus).status
    other = make(store, opus, Choices(directions=parse_directions("en:nl"))).status
    assert first.version == again.version
    assert first.version != other.version
    assert len(store.states(["opus-mt-en-de"], thorough=True)) == 2
    assert {status.pairs for status in store.list() if status.converted} == {(("en", "de"),), (("en", "nl"),)}


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        (Choices(name="tiny-en-pt"), "name of a bundled model: choose another with --name"),
        (Choices(name="a/b"), "no name for a model"),
        (Choices(precision=Precision.STATIC8), "static8 needs activation scales, which --calibrate FILE finds"),
        (Choices(precision=Precision.ROW8, calibrate=Path("x")), "--calibrate finds scales for static8"),
        (Choices(calibrate=Path("nowhere.txt")), "cannot read sentences from nowhere.txt"),
        (Choices(directions=parse_directions("en:de,de:en")), "serves one pair"),
    ],
)
def test_choices_that_do_not_fit_are_one_line(store: ModelStore, opus: Path, choices: Choices, says: str) -> None:
    with pytest.raises(OperatorError, match=says) as caught:
        make(store, opus, choices)
    assert "\n" not in str(caught.value)
    assert not store.models_dir.exists()


class Bomb:
    """Unpickled, it would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.write_text, (self.path, "ran")


def test_a_pickle_never_runs(store: ModelStore, opus: Path, tmp_path: Path) -> None:
    """Without torch it is not opened at all; with it, only its weights-only loader is."""
    (opus / "model.safetensors").unlink()
    (opus / "pytorch_model.bin").write_bytes(pickle.dumps({"model.shared.weight": Bomb(tmp_path / "ran")}))
    with pytest.raises(OperatorError, match=r"pytorch_model\.bin"):
        make(store, opus)
    (opus / "model.safetensors").write_bytes((opus / "pytorch_model.bin").read_bytes())
    with pytest.raises(OperatorError, match=r"model\.safetensors cannot be read"):
        make(store, opus)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("config.json", b"{", "no JSON"),
        ("config.json", b'{"model_type": "t5"}', "is a t5 model: this version converts marian"),
        ("source.spm", None, "holds 0 files source.spm, a marian model has one"),
        ("model.safetensors", None, "neither model.safetensors nor pytorch_model.bin"),
        ("vocab.json", b'{"a": 1}', "the vocabulary has no"),
        ("target.spm", b"no model", "target is not a SentencePiece model"),
    ],
)
def test_folders_that_are_no_model(store: ModelStore, opus: Path, name: str, content: bytes | None, says: str) -> None:
    (opus / name).unlink()
    if content is not None:
        (opus / name).write_bytes(content)
    with pytest.raises(OperatorError, match=says) as caught:
        make(store, opus)
    assert "\n" not in str(caught.value)
    assert store.list() == ModelStore(store.models_dir / "none").list()


def test_packed_files_that_are_damaged(store: ModelStore, tmp_path: Path) -> None:
    write_firefox(tmp_path / "enpt", packed=True)
    (path,) = (tmp_path / "enpt").glob("model*")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(OperatorError, match="cannot be unpacked"):
        make(store, tmp_path / "enpt")
    path.write_bytes(gzip.compress(b"no model at all"))
    with pytest.raises(OperatorError, match="not a Marian tiny model"):
        make(store, tmp_path / "enpt")
    assert not [path for path in store.models_dir.iterdir() if path.is_dir()]


def test_a_damaged_converted_model_says_how_to_get_it_back(store: ModelStore, opus: Path) -> None:
    made = make(store, opus)
    path = Path(made.status.path or "")
    (path / "decoder.weights").write_bytes(b"")
    assert store.verify("opus-mt-en-de").state == "damaged"
    with pytest.raises(OperatorError, match=r"model opus-mt-en-de is damaged \(decoder.weights .*convert or pull it"):
        load(store, "opus-mt-en-de")
    store.remove("opus-mt-en-de")
    assert not path.exists()
    with pytest.raises(OperatorError, match="no model is called 'opus-mt-en-de': one of tiny-en-pt"):
        store.verify("opus-mt-en-de")


def test_graphs_of_another_version_are_not_run(store: ModelStore, opus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.library.conversion.BUILDER", BUILDER - 1)
    make(store, opus)
    monkeypatch.undo()
    assert store.verify("opus-mt-en-de").state == "outdated"
    with pytest.raises(OperatorError, match=rf"opus-mt-en-de is outdated \(made by builder {BUILDER - 1}, .*pull it"):
        load(store, "opus-mt-en-de")
    make(store, opus)
    assert len(load(store, "opus-mt-en-de").translation) == 1


def test_many_directions_are_calibrated_together(store: ModelStore, tmp_path: Path) -> None:
    write_m2m100(tmp_path / "m2m100")
    lines = [f"pt-BR\t{line}" if at % 2 else line for at, line in enumerate(sentences(40))]
    (tmp_path / "sample.txt").write_text("\n".join(lines))
    directions = parse_directions("en:de,pt-BR:en,en:pt-BR")
    made = make(store, tmp_path / "m2m100", Choices(directions=directions, calibrate=tmp_path / "sample.txt"))
    assert [one.sentences for one in made.measured] == [10, 10, 10]
    (tmp_path / "sample.txt").write_text("\n".join(lines[:10]))
    with pytest.raises(OperatorError, match="20 different sentences at least"):
        make(store, tmp_path / "m2m100", Choices(directions=directions, calibrate=tmp_path / "sample.txt"))


@pytest.mark.parametrize("calibrated", [False, True])
def test_a_full_disk_is_one_line_and_leaves_nothing(
    store: ModelStore, opus: Path, tmp_path: Path, calibrated: bool
) -> None:
    """The kernel refuses files over 10 kB, as a full disk would."""
    (tmp_path / "sample.txt").write_text("\n".join(sentences(30)))
    choices = Choices(calibrate=tmp_path / "sample.txt" if calibrated else None)
    usual, largest = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, largest))
    try:
        with pytest.raises(OperatorError, match=r"cannot (convert opus-mt-en-de|write models to)") as caught:
            make(store, opus, choices)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (usual, largest))
        signal.signal(signal.SIGXFSZ, handler)
    assert "\n" not in str(caught.value)
    assert [status.name for status in store.list() if status.converted] == []


def test_names_are_taken_from_where_a_model_comes_from() -> None:
    assert name_for("Helsinki-NLP/opus-mt-en-de") == "opus-mt-en-de"
    assert name_for("/models/My Model (1)/") == "My-Model-1"
    assert name_for("mozilla/models/tiny/ende") == "ende"
    with pytest.raises(OperatorError, match="no name for a model"):
        name_for("/")


def test_half_precision_is_for_a_gpu(store: ModelStore, opus: Path) -> None:
    make(store, opus, Choices(precision=Precision.FLOAT16))
    with pytest.raises(OperatorError, match="converted for a GPU only: convert it again with --precision row8"):
        store.load(PoolSettings(device="cpu"), names=["opus-mt-en-de"])
    make(store, opus)
    (model,) = store.load(PoolSettings(device="cpu"), names=["opus-mt-en-de"]).translation
    assert model.precision is Precision.ROW8


def test_what_is_converted_stands_before_what_is_bundled(store: ModelStore, opus: Path) -> None:
    make(store, opus)
    bundled = ["tiny-en-pt", "tiny-pt-en", "use-multilingual", "rampart-personal-data"]
    assert list(store.names()) == ["opus-mt-en-de", *bundled]
    assert [status.name for status in store.list()] == list(store.names())
