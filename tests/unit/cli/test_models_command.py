"""`dragoman models` on the bundled weights: what it prints, what it leaves behind, how it exits."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import build_app
from schemas.errors import OperatorError

pytestmark = pytest.mark.models


def run(*arguments: str) -> Result:
    return CliRunner().invoke(build_app(("models",)), ["models", *arguments])


@pytest.fixture(autouse=True)
def models_dir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DRAGOMAN_CONFIG", raising=False)
    monkeypatch.setenv("DRAGOMAN_POOL__MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


def test_list_build_verify(models_dir: Path) -> None:
    listed = {row["name"]: row for row in json.loads(run("list", "--json").stdout)}
    assert set(listed) == {"tiny-en-pt", "tiny-pt-en", "use-multilingual", "rampart-personal-data"}
    assert {row["state"] for row in listed.values()} == {"not_built"}
    assert not models_dir.exists()
    assert run("verify", "tiny-en-pt").exit_code == 1

    (made,) = json.loads(run("build", "tiny-en-pt", "--json").stdout)
    assert made["state"] == "built"
    assert made["version"] == listed["tiny-en-pt"]["version"]
    assert sum(path.stat().st_size for path in Path(made["path"]).iterdir()) > made["bytes"] > 10_000_000
    assert run("verify", "tiny-en-pt").exit_code == 0

    (Path(made["path"]) / "columns.npy").write_bytes(b"")
    verified = run("verify", "tiny-en-pt", "--json")
    assert verified.exit_code == 1
    (damaged,) = json.loads(verified.stdout)
    assert damaged["state"] == "damaged"
    assert "columns.npy" in damaged["problem"]
    assert run("build", "tiny-en-pt").exit_code == 0
    assert run("verify", "tiny-en-pt").exit_code == 0


def test_the_table_is_for_people() -> None:
    shown = run("list")
    assert shown.exit_code == 0
    assert "tiny-pt-en" in shown.stdout


@pytest.mark.parametrize("command", ["build", "verify"])
def test_an_unknown_name_is_the_operators_mistake(models_dir: Path, command: str) -> None:
    result = run(command, "tiny-en-pt", "tiny-en-xx")
    assert isinstance(result.exception, OperatorError)
    assert "use-multilingual" in str(result.exception)
    assert not models_dir.exists()
